"""What the workers ask of a source, and the record of a video that it answers with."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Protocol

from core.models import Json
from core.saved import COMPUTED_SCORE


@dataclass(frozen=True, slots=True)
class Video:
    """A video, as its platform tells it. What the platform does not tell is None or empty, and is never saved as 0.

    ``content`` are its subtitles, empty where there are none. ``published_at`` is ISO 8601 in UTC, ``resolution``
    "width x height" as "1920x1080", or "hd" or "sd" where no more is told, ``language`` a code such as "en".
    ``sample``: it is invented.
    """

    video_id: str
    title: str
    description: str
    content: str
    tags: tuple[str, ...]
    channel_id: str
    channel_title: str
    url: str
    published_at: str
    duration_seconds: int | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    resolution: str = ""
    language: str = ""
    is_short: bool = False
    sample: bool = False

    @property
    def score(self) -> int | None:
        """Of 100 views, how many brought a like or a comment, rounded, at most 100: PrismQ's engagement rate, of what
        YouTube tells. None where one of the three numbers is unknown, or nobody has watched yet."""
        if not self.views or self.likes is None or self.comments is None:
            return None
        return min(100, round(100 * (self.likes + self.comments) / self.views))

    def to_idea(self) -> dict[str, Json]:
        """The fields of an IdeaInspiration row, mapped as PrismQ maps a video. Unknown ones are not in it."""
        said: dict[str, Json] = {
            "title": self.title,
            "description": self.description,
            "content": self.content or self.description,
            "keywords": list(self.tags),
            "source_type": "video",
            "metadata": self._metadata(),
            "source_id": self.video_id,
            "source_url": self.url,
            "source_platform": "youtube",
        }
        known = (
            ("source_created_by", self.channel_title),
            ("source_created_at", self.published_at),
            ("score", self.score),
        )
        return said | {name: value for name, value in known if value not in (None, "")}

    def _metadata(self) -> dict[str, str]:
        # PrismQ reads every value of this dict as text, numbers too.
        known = (
            ("video_id", self.video_id),
            ("channel_id", self.channel_id),
            ("channel_title", self.channel_title),
            ("views", self.views),
            ("likes", self.likes),
            ("comments", self.comments),
            ("duration", self.duration_seconds),
            ("resolution", self.resolution),
            ("language", self.language),
            ("is_short", "true" if self.is_short else "false"),
            ("sample", "true" if self.sample else ""),
            (COMPUTED_SCORE, self.score),
        )
        return {name: str(value) for name, value in known if value not in (None, "")}


class Source(Protocol):
    """A place that knows videos. Safe from any thread; errors are those of `core.sources.errors`.

    The iterators fetch as they are asked: a page when its first video is wanted, never ahead. Whoever stops asking
    has cancelled the rest. Videos whose ids are ``known`` were saved before: they count towards ``limit``, but a
    source may leave them out, and need not fetch what it would only tell of them.
    """

    @property
    def name(self) -> str:
        """One of `core.setting_values.SOURCES`."""
        ...

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` public videos of a channel, newest first.

        ``channel`` is written as `core.sources.youtube_urls.read_channel` answers it.
        Raises, with the first video or a later one, `ChannelNotFound` or another `SourceError`.
        """
        ...

    def search(self, query: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` public videos that match, best first; none is an answer, not an error."""
        ...

    def video(self, video_id: str) -> Video:
        """One video. Raises `VideoNotFound`, `VideoPrivate` or another `SourceError`."""
        ...

    def standing(self) -> str:
        """What is left of it, for people: "9,432 of 10,000 units left today". Empty where nothing runs out.

        May read a file, but asks nobody. Raises `SourceError`.
        """
        ...

    def close(self) -> None:
        """Let go of connections; what is still asked then, or later, may fail."""
        ...
