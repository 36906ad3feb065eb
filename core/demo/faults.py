"""The demo's source: the sample, at a believable pace, with faults that are planted by a seed.

Whether a request fails depends on the seed and the request alone, so a demo goes the same way every time.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Iterator
from dataclasses import dataclass
from random import Random

from core.sources.errors import AccessForbidden, QuotaUsedUp, SourceError, SourceUnreachable
from core.sources.port import Source, Video

FAIL_ONCE = 0.12
"""Share of requests whose first try breaks off; the next one succeeds."""

FAIL_ALWAYS = 0.05
"""Share of requests that are refused, however often they are tried."""

SHORTEST, LONGEST = 0.15, 0.85
"""Seconds that a video takes, at a pace of 1."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a request: after how many videos, with which error, only once or always."""

    after: int
    error: SourceError
    once: bool


class DemoSource:
    """Fits `core.sources.port.Source`, around another one.

    ``pace`` stretches every wait (0: no waits). After `close` nothing waits any more, not even what waits now.
    """

    def __init__(self, source: Source, seed: int, pace: float = 1.0) -> None:
        self.name = "sample"
        self._source = source
        self._seed = seed
        self._pace = pace
        self._closing = threading.Event()
        self._failed: set[str] = set()
        self._lock = threading.Lock()

    def close(self) -> None:
        """End all waits, so that workers can stop at once."""
        self._closing.set()

    def standing(self) -> str:
        """What is left of the source behind."""
        return self._source.standing()

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """The videos of the channel, unless a fault comes first."""
        return self._served(f"channel {channel} {limit}", self._source.channel_videos(channel, limit, known), limit)

    def search(self, query: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """The results of the search, unless a fault comes first."""
        return self._served(f"search {query} {limit}", self._source.search(query, limit, known), limit)

    def video(self, video_id: str) -> Video:
        """The video, unless a fault comes first."""
        key = f"video {video_id}"
        self._take_time(Random(f"pace {self._seed} {key}"))
        self._fail(key, planted_fault(self._seed, key, 1), 0)
        return self._source.video(video_id)

    def _served(self, key: str, videos: Iterator[Video], limit: int) -> Iterator[Video]:
        chance = Random(f"pace {self._seed} {key}")
        fault = planted_fault(self._seed, key, limit)
        for place, video in enumerate(videos):
            self._take_time(chance)
            self._fail(key, fault, place)
            yield video

    def _take_time(self, chance: Random) -> None:
        self._closing.wait(self._pace * chance.uniform(SHORTEST, LONGEST))

    def _fail(self, key: str, fault: Fault | None, place: int) -> None:
        if fault is None or place != fault.after:
            return
        with self._lock:
            again = key in self._failed
            self._failed.add(key)
        if not (again and fault.once):
            raise fault.error


def planted_fault(seed: int, key: str, limit: int) -> Fault | None:
    """What goes wrong with this request under this seed. A broken connection leaves some videos behind it."""
    chance = Random(f"fault {seed} {key}")
    lot = chance.random()
    if lot < FAIL_ALWAYS:
        return Fault(0, chance.choice(REFUSALS)(), once=False)
    if lot < FAIL_ALWAYS + FAIL_ONCE:
        return Fault(chance.randrange((limit + 1) // 2), connection_reset(), once=True)
    return None


def connection_reset() -> SourceError:
    """The connection broke."""
    return SourceUnreachable("The connection to the video site broke off: connection reset by peer.")


def quota_used_up() -> SourceError:
    """Too many calls today."""
    return QuotaUsedUp("The video site answers no more calls today: the daily quota is used up.")


def forbidden() -> SourceError:
    """Not for us."""
    return AccessForbidden("The video site refuses to answer (403 Forbidden).")


REFUSALS = (quota_used_up, forbidden)
