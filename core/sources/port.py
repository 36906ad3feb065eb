"""What the workers ask of a source, and the record of a video that it answers with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from core.models import Json


@dataclass(frozen=True, slots=True)
class Video:
    """A video, as its platform tells it.

    ``content`` are its subtitles, empty where there are none. ``published_at`` is ISO 8601 in UTC, ``resolution``
    "width x height" as "1920x1080", ``language`` a code such as "en". ``sample``: it is invented.
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
    duration_seconds: int
    views: int
    likes: int
    comments: int
    resolution: str
    language: str
    is_short: bool
    sample: bool = False

    def to_idea(self) -> dict[str, Json]:
        """The fields of an IdeaInspiration row, mapped as PrismQ maps a video."""
        return {
            "title": self.title,
            "description": self.description,
            "content": self.content or self.description,
            "keywords": list(self.tags),
            "source_type": "video",
            "metadata": self._metadata(),
            "source_id": self.video_id,
            "source_url": self.url,
            "source_platform": "youtube",
            "source_created_by": self.channel_title,
            "source_created_at": self.published_at,
        }

    def _metadata(self) -> dict[str, str]:
        # PrismQ reads every value of this dict as text, numbers too.
        said: dict[str, str] = {
            "video_id": self.video_id,
            "channel_id": self.channel_id,
            "channel_title": self.channel_title,
            "views": str(self.views),
            "likes": str(self.likes),
            "comments": str(self.comments),
            "duration": str(self.duration_seconds),
            "resolution": self.resolution,
            "language": self.language,
            "is_short": "true" if self.is_short else "false",
        }
        return said | {"sample": "true"} if self.sample else said


class Source(Protocol):
    """A place that knows videos. Safe from any thread; errors are those of `core.sources.errors`.

    The iterators fetch as they are asked: a page when its first video is wanted, never ahead. Whoever stops asking
    has cancelled the rest.
    """

    @property
    def name(self) -> str:
        """One of `core.config.SOURCES`."""
        ...

    def channel_videos(self, channel: str, limit: int) -> Iterator[Video]:
        """Up to ``limit`` public videos of a channel, newest first.

        ``channel`` is written as `core.sources.youtube_urls.read_channel` answers it.
        Raises, with the first video or a later one, `ChannelNotFound` or another `SourceError`.
        """
        ...

    def search(self, query: str, limit: int) -> Iterator[Video]:
        """Up to ``limit`` public videos that match, best first; none is an answer, not an error."""
        ...

    def video(self, video_id: str) -> Video:
        """One video. Raises `VideoNotFound`, `VideoPrivate` or another `SourceError`."""
        ...
