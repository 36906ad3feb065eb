"""YouTube without a key, through the library yt-dlp, which is imported when it is first used and not before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol, TypeVar

from core.errors import BadSetting
from core.sources.bounded import Call, OutOfTime
from core.sources.calling_off import is_called_off, refuse_when_called_off
from core.sources.errors import (
    BadAnswer,
    CalledOff,
    ChannelNotFound,
    SourceBusy,
    SourceError,
    SourceUnreachable,
    VideoNotFound,
    VideoPrivate,
    VideoUnavailable,
)
from core.sources.politeness import HostLimits
from core.sources.port import Video
from core.sources.youtube_urls import CHANNEL_ID, read_channel
from core.sources.ytdlp_info import ADVICE, channel_id_of, listed_ids, video_of

INSTALL = "pip install '.[yt-dlp]'"
TOTAL = 180.0
"""Seconds that a call may last, whatever the site does."""
SUBTITLES = 30.0
"""Seconds of them that the reading of subtitles may take."""

NOT_FOR_US = (VideoNotFound, VideoPrivate, VideoUnavailable)
"""Why a video of a list is left out; other errors end the list."""

log = logging.getLogger("core.sources.yt_dlp")
log.addHandler(logging.NullHandler())  # or Python would print warnings where nobody has set up logging
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are, and which of yt-dlp's extractors may read them; one ``host`` answers for all, and with
    nothing at ``alive``."""

    host: str = "www.youtube.com"
    video: str = "https://www.youtube.com/watch?v={}"
    channel: str = "https://www.youtube.com/{}"
    uploads: str = "https://www.youtube.com/playlist?list=UU{}"
    search: str = "ytsearch{}:{}"
    alive: str = "https://www.youtube.com/generate_204"
    extractors: tuple[str, ...] = ("youtube(:.*)?",)


class Reads(Protocol):
    """A reader of pages (`core.sources.ytdlp_reader.Reader`); for one run, one call at a time."""

    def reach(self, address: str) -> None:
        """See that something answers there."""
        ...

    def page(self, address: str) -> object:
        """What is known of a list, or of a channel."""
        ...

    def video(self, address: str) -> object:
        """What is known of a video."""
        ...

    def content(self, info: object, seconds: float) -> str:
        """The text of its subtitles."""
        ...

    def leave(self) -> None:
        """Nobody waits for it any more."""
        ...

    def close(self) -> None:
        """End its connections."""
        ...


class YtDlp:
    """Fits `core.sources.port.Source`. Needs no key; each video takes a call, which is some requests.

    ``timeout``: seconds that a server may be silent; ``total``: seconds that a call may last. ``content`` of a video
    are its subtitles, in the language that is spoken, if it has some.
    """

    name = "yt_dlp"

    def __init__(
        self, *, limits: HostLimits, timeout: float = 20.0, total: float = TOTAL, places: Places | None = None
    ) -> None:
        """Raises `BadSetting` where the library is not installed."""
        self.version = installed_version()
        self._limits = limits
        self._timeout = timeout
        self._total = total
        self._places = places or Places()
        self._closed = False

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` videos of a channel, newest first: a call or two for the list, then one for each that is not
        ``known``."""
        reference = read_channel(channel)
        with self._reader(first=limit) as reader:
            yield from self._each(reader, self._newest(reader, reference), known)

    def search(self, query: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` videos that match: a call for the list, then one for each that is not ``known``."""
        with self._reader(first=limit) as reader:
            address = self._places.search.format(limit, query)
            found = self._call(reader, "search", query, lambda: reader.page(address))
            yield from self._each(reader, list(listed_ids(found)), known)

    def video(self, video_id: str) -> Video:
        """One video. Raises `VideoNotFound`, `VideoPrivate`, `VideoUnavailable` or another `SourceError`."""
        with self._reader(first=1) as reader:
            return self._one(reader, video_id)

    def reach(self) -> None:
        """See that YouTube answers, without asking it for anything. Raises `SourceUnreachable` or another
        `SourceError`."""
        with self._reader(first=0) as reader:
            self._call(reader, "site", self._places.host, lambda: reader.reach(self._places.alive))

    def standing(self) -> str:
        """Nothing runs out."""
        return ""

    def close(self) -> None:
        """Ask for nothing more, not even for what waits for its turn."""
        self._closed = True
        self._limits.close()

    def _newest(self, reader: Reads, channel: str) -> list[str]:
        """The ids of the newest videos. The list of uploads has all kinds, a channel's page has one kind each."""
        channel_id = channel if CHANNEL_ID.fullmatch(channel) else self._channel_id(channel)
        address = self._places.uploads.format(channel_id.removeprefix("UC"))
        try:
            return list(listed_ids(self._call(reader, "channel", channel, lambda: reader.page(address))))
        except ChannelNotFound:
            self._channel_id(channel)  # the channel is there all the same: it has no list as long as it has no videos
            return []

    def _channel_id(self, channel: str) -> str:
        address = self._places.channel.format(f"channel/{channel}" if CHANNEL_ID.fullmatch(channel) else channel)
        with self._reader(first=0) as reader:
            found = channel_id_of(self._call(reader, "channel", channel, lambda: reader.page(address)))
        if not found:
            raise BadAnswer(f"yt-dlp does not tell the id of the channel {channel!r}; {ADVICE}.")
        return found

    def _each(self, reader: Reads, video_ids: Iterable[str], known: Container[str]) -> Iterator[Video]:
        """The videos, each fetched when it is asked for. Raises why the first is not to be had if none is."""
        given, left_out = 0, None
        for video_id in dict.fromkeys(video_ids):
            if video_id in known:
                given += 1
                continue
            try:
                video = self._one(reader, video_id)
            except NOT_FOR_US as fault:
                log.warning("Left out: %s", fault)
                left_out = left_out or fault
                continue
            given += 1
            yield video
        if left_out is not None and not given:
            raise left_out

    def _one(self, reader: Reads, video_id: str) -> Video:
        def read() -> Video:
            info = reader.video(self._places.video.format(video_id))
            video_of(info, video_id, "")  # what is no video has no subtitles to read either
            return video_of(info, video_id, reader.content(info, SUBTITLES))

        return self._call(reader, "video", video_id, read)

    def _call(self, reader: Reads, kind: str, name: str, does: Callable[[], Answer]) -> Answer:
        """What a call answers, in turn, in time, with its errors as ours."""
        self._refuse_when_over()
        try:
            with self._limits.turn(self._places.host, called_off=is_called_off):
                return self._in_time(reader, kind, name, does)
        except SourceBusy:
            self._refuse_when_over()
            raise

    def _refuse_when_over(self) -> None:
        if self._closed:
            raise SourceUnreachable("YouTube is not asked any more: the program ends.")
        refuse_when_called_off()

    def _in_time(self, reader: Reads, kind: str, name: str, does: Callable[[], Answer]) -> Answer:
        try:
            return Call(does).answer(self._total)
        except CalledOff:
            reader.leave()
            raise
        except OutOfTime:
            reader.leave()
            raise SourceUnreachable(
                f"YouTube was too slow, asked for the {kind} {name!r}: nothing after {self._total:g} s."
            ) from None
        except SourceError:
            raise
        except Exception as fault:  # what yt-dlp meets on a page of somebody else may be any error
            from core.sources.ytdlp_faults import Asked, meaning_of

            raise meaning_of(fault, Asked(kind, name)) from fault

    @contextmanager
    def _reader(self, first: int) -> Generator[Reads]:
        """A reader for one run, whose connections end with it."""
        from core.sources.ytdlp_reader import Reader

        reader: Reads = Reader(self._timeout, self._places.extractors, first)
        try:
            yield reader
        finally:
            reader.close()


def installed_version(library: str = "yt-dlp") -> str:
    """The version of the library. Raises `BadSetting` where it is not installed; imports nothing."""
    try:
        return version(library)
    except PackageNotFoundError:
        raise BadSetting(
            f"PRISMQ_SOURCE=yt_dlp needs the library {library}, which is not installed here: run {INSTALL}"
        ) from None
