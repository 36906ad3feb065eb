"""The source that asks the YouTube Data API v3, with a key.

What a task costs of the daily quota: a video 1 unit; a channel 1, and 2 for each 50 videos; a search 101 for each 50.
A channel by its old custom name (``c/name``) may cost 102 more, since the API has no call for these;
what the search for one found is remembered as long as the source is.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from typing import Protocol

from core.config import Secret
from core.sources.errors import ChannelNotFound, SourceError, SourceUnreachable, VideoNotFound, VideoPrivate, shown
from core.sources.politeness import HostLimits
from core.sources.port import Video
from core.sources.quota import SEARCH, Quota
from core.sources.reading import Fields, text
from core.sources.youtube_api_answers import (
    PARTS,
    PLAYER,
    ChannelFound,
    channel_of,
    found_channel,
    found_video,
    is_gone,
    listed_video,
    page_of,
    privacy,
    video_of,
)
from core.sources.youtube_api_faults import PATIENT, NothingThere, Retrying
from core.sources.youtube_urls import read_channel, read_video

PAGE = 50
"""Items that a page has at most, and videos that can be asked for at once."""

MOST_PAGES = 100
"""Pages of one list that are read: a list that goes on and on without showing a video is given up."""

CANDIDATES = 10
"""Channels that a search for a custom name looks at."""

MOST_NAMES = 1_000
"""Custom names that are remembered, those first asked for."""

NO_CUSTOM_NAMES = "The API has no call for custom names: give the channel's @handle, or its id."

log = logging.getLogger(__name__)


class Calls(Protocol):
    """What asks the service; see `core.sources.youtube_api_calls`."""

    def ask(self, call: str, query: Mapping[str, str]) -> Fields:
        """The answer to a call. Raises `SourceError`."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class YouTubeApi:
    """Fits `core.sources.port.Source`. ``limits`` are those that everything in this process asks ``url`` by.

    ``timeout`` (seconds) is how long one answer may take. Nothing is opened before the first call.
    """

    name = "youtube_api"

    def __init__(
        self,
        key: Secret,
        *,
        url: str,
        quota: Quota,
        limits: HostLimits,
        timeout: float = 20.0,
        retrying: Retrying = PATIENT,
    ) -> None:
        self._key, self._url, self._quota, self._limits = key, url, quota, limits
        self._timeout, self._retrying = timeout, retrying
        self._opened: Calls | None = None
        self._closed = False
        self._searched: dict[str, ChannelFound | None] = {}
        self._opening = threading.Lock()

    def __repr__(self) -> str:
        return f"YouTubeApi({self._url!r})"

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` public videos of a channel, newest first. Raises `ChannelNotFound` and other `SourceError`.

        Videos that are ``known`` count, but are left out. Private and deleted ones do not count.
        """
        found = self._channel(read_channel(channel))
        if not found.uploads:
            raise SourceError(f"YouTube names no list of uploads of the channel {shown(channel)}.")
        query = {"part": "snippet,contentDetails,status", "playlistId": found.uploads}
        try:
            yield from self._videos(self._lists("playlistItems", query, limit, listed_video), limit, known)
        except NothingThere:
            if found.videos:  # the list of a channel that has none is not there either
                raise SourceError(f"YouTube shows no list of uploads of the channel {shown(channel)}.") from None

    def search(self, query: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` public videos that match, best first. Those that are ``known`` count, but are left out.

        A result that cannot be seen any more is not made up for: another page of results would cost 100 units.
        """
        asked = {"part": "snippet", "type": "video", "q": query}
        yield from self._videos(self._lists(SEARCH, asked, limit, found_video, most=limit), limit, known)

    def video(self, video_id: str) -> Video:
        """One video. Raises `VideoNotFound`, which the API does not tell from private ones, or another
        `SourceError`."""
        identity = read_video(video_id)
        try:
            item = self._items([identity]).get(identity)
        except NothingThere:
            item = None
        if item is None or is_gone(item):
            raise VideoNotFound(identity, or_private=True)
        if privacy(item) == "private":
            raise VideoPrivate(identity)
        return video_of(item, identity)

    def standing(self) -> str:
        """How many units are left today. Raises `QuotaUnknown`."""
        return self._quota.standing()

    def close(self) -> None:
        """Close the connections. What is asked afterwards raises `SourceUnreachable`."""
        with self._opening:
            opened, self._opened, self._closed = self._opened, None, True
        if opened is not None:
            opened.close()

    def _videos(self, lists: Iterator[list[str]], limit: int, known: Container[str]) -> Iterator[Video]:
        """The videos of lists of ids, fetched as they are asked for, until ``limit`` were found or are known."""
        seen: set[str] = set()
        left = limit
        for ids in lists:
            fresh = [each for each in dict.fromkeys(ids) if each not in seen]
            seen.update(fresh)
            while fresh and left > 0:
                batch, fresh = fresh[:left], fresh[left:]
                found = self._public([each for each in batch if each not in known])
                yield from found
                left -= len(found) + sum(each in known for each in batch)
            if left <= 0:
                return

    def _public(self, ids: list[str]) -> list[Video]:
        """Those of these videos that can be seen, in the same order."""
        found = self._items(ids) if ids else {}
        public = [video_of(found[each], each) for each in ids if each in found and is_public(found[each])]
        if len(public) < len(ids):
            log.info("%d of %d videos were passed over: they are private or deleted.", len(ids) - len(public), len(ids))
        return public

    def _items(self, ids: Collection[str]) -> dict[str, Fields]:
        """What the API tells of these videos, at most `PAGE`; those that it does not show are missing."""
        page = page_of(self._ask("videos", {"part": PARTS, "id": ",".join(ids), **PLAYER}))
        return {text(item.get("id")): item for item in page.items}

    def _lists(
        self, call: str, query: Mapping[str, str], limit: int, id_of: Callable[[Fields], str], most: int | None = None
    ) -> Iterator[list[str]]:
        """The ids on each page of a list; no further pages once ``most`` ids were listed."""
        asked = {**query, "maxResults": str(min(PAGE, limit))}
        listed, tokens = 0, set[str]()
        for _ in range(MOST_PAGES):
            page = page_of(self._ask(call, asked))
            ids = [found for each in page.items if (found := id_of(each))]
            listed += len(ids)
            yield ids
            if not page.next_token or page.next_token in tokens or (most is not None and listed >= most):
                return
            tokens.add(page.next_token)
            asked["pageToken"] = page.next_token

    def _channel(self, channel: str) -> ChannelFound:
        """The channel that was asked for. Raises `ChannelNotFound`."""
        kind, _, name = channel.partition("/")
        match kind:
            case "user":
                found = self._first_channel({"forUsername": name})
            case "c":
                found = self._first_channel({"forHandle": f"@{name}"}) or self._by_custom_name(name)
            case _ if channel.startswith("@"):
                found = self._first_channel({"forHandle": channel})
            case _:
                found = self._first_channel({"id": channel})
        if found is None:
            raise ChannelNotFound(channel, NO_CUSTOM_NAMES if kind == "c" else "")
        return found

    def _by_custom_name(self, name: str) -> ChannelFound | None:
        """The channel of that custom name, from a search; None where the first results have none.

        What was found is remembered: each attempt at a name that is nowhere would cost 100 units again.
        """
        if name in self._searched:
            return self._searched[name]
        found = self._search_custom_name(name)
        if len(self._searched) < MOST_NAMES:
            self._searched[name] = found
        return found

    def _search_custom_name(self, name: str) -> ChannelFound | None:
        asked = {"part": "snippet", "type": "channel", "q": name, "maxResults": str(CANDIDATES)}
        ids = [found for each in page_of(self._ask(SEARCH, asked)).items if (found := found_channel(each))]
        candidates = self._channels({"id": ",".join(ids)}) if ids else []
        return next((each for each in candidates if each.custom_name == name.casefold()), None)

    def _first_channel(self, which: Mapping[str, str]) -> ChannelFound | None:
        try:
            return next(iter(self._channels(which)), None)
        except NothingThere:
            return None

    def _channels(self, which: Mapping[str, str]) -> list[ChannelFound]:
        page = page_of(self._ask("channels", {"part": "snippet,contentDetails,statistics", **which}))
        return [channel_of(item) for item in page.items]

    def _ask(self, call: str, query: Mapping[str, str]) -> Fields:
        return self._calls().ask(call, query)

    def _calls(self) -> Calls:
        with self._opening:
            if self._closed:
                raise SourceUnreachable("YouTube is not asked any more: the program ends.")
            if self._opened is None:
                from core.sources.youtube_api_calls import DataApiCalls  # httpx: not before the first paint

                self._opened = DataApiCalls(
                    self._key,
                    url=self._url,
                    quota=self._quota,
                    limits=self._limits,
                    timeout=self._timeout,
                    retrying=self._retrying,
                )
            return self._opened


def is_public(item: Fields) -> bool:
    """Whether everybody may see a video."""
    return privacy(item) != "private" and not is_gone(item)
