"""The bundled source: invented channels and videos, the same on every machine, so that everything can be tried."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from core.sources.errors import ChannelNotFound, VideoNotFound, VideoPrivate
from core.sources.port import Video
from core.sources.youtube_urls import read_channel

SHORT_SECONDS = 60
"""A video up to this length counts as a short."""

TITLE_POINTS, TAG_POINTS, TEXT_POINTS = 4, 2, 1
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the sample, with its public videos, newest first. ``gone``: it is listed, but was removed."""

    channel_id: str
    handle: str
    title: str
    videos: tuple[Video, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """All of the sample: channels in the order of the file, public videos by id, the ids of private ones."""

    channels: tuple[Channel, ...]
    videos: dict[str, Video]
    private: frozenset[str]


@dataclass(frozen=True, slots=True)
class Searchable:
    """A video with the words that it can be found by."""

    video: Video
    title: frozenset[str]
    tags: frozenset[str]
    text: frozenset[str]

    def points(self, wanted: frozenset[str]) -> int:
        """How well it matches: every wanted word counts, most in the title, then in tags, then in other text."""
        return (
            TITLE_POINTS * len(wanted & self.title)
            + TAG_POINTS * len(wanted & self.tags)
            + TEXT_POINTS * len(wanted & self.text)
        )


class SampleSource:
    """Fits `core.sources.port.Source`. Reads its file when it is first asked."""

    name = "sample"

    @cached_property
    def library(self) -> Library:
        """Everything that the sample holds."""
        return read_library(files("core.sources").joinpath("sample_videos.json").read_text(encoding="utf-8"))

    @cached_property
    def _searchable(self) -> tuple[Searchable, ...]:
        return tuple(searchable(video) for video in self.library.videos.values())

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` videos of a channel, newest first, without the known ones. Raises `ChannelNotFound`."""
        wanted = read_channel(channel).removeprefix("c/").removeprefix("user/").lower()
        for each in self.library.channels:
            if not each.gone and wanted in (each.channel_id.lower(), each.handle, each.handle[1:]):
                yield from (video for video in each.videos[:limit] if video.video_id not in known)
                return
        raise ChannelNotFound(channel)

    def search(self, query: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """Up to ``limit`` videos that share words with ``query``: by how well they match, then by views."""
        wanted = words(query)
        scored = ((each.points(wanted), each.video) for each in self._searchable)
        found = sorted(
            ((points, video) for points, video in scored if points),
            key=lambda each: (-each[0], -(each[1].views or 0), each[1].video_id),
        )
        return iter([video for _, video in found[:limit] if video.video_id not in known])

    def video(self, video_id: str) -> Video:
        """One video. Raises `VideoNotFound` or `VideoPrivate`."""
        if video_id in self.library.private:
            raise VideoPrivate(video_id)
        if video_id not in self.library.videos:
            raise VideoNotFound(video_id)
        return self.library.videos[video_id]

    def standing(self) -> str:
        """Nothing runs out."""
        return ""

    def close(self) -> None:
        """Nothing is held."""


def read_library(text: str) -> Library:
    """The sample, from its JSON."""
    data: dict[str, list[dict[str, Any]]] = json.loads(text)
    titles: dict[str, str] = {row["id"]: row["title"] for row in data["channels"]}
    public = [video_of(row, titles[row["channel"]]) for row in data["videos"] if not row.get("private")]
    by_channel: dict[str, list[Video]] = {}
    for video in public:
        by_channel.setdefault(video.channel_id, []).append(video)
    channels = tuple(
        Channel(row["id"], row["handle"], row["title"], tuple(by_channel.get(row["id"], ())), row.get("gone", False))
        for row in data["channels"]
    )
    private = frozenset(row["id"] for row in data["videos"] if row.get("private"))
    return Library(channels, {video.video_id: video for video in public}, private)


def video_of(row: dict[str, Any], channel_title: str) -> Video:
    """A video, from its row in the file."""
    return Video(
        video_id=row["id"],
        title=row["title"],
        description=row["description"],
        content=row["content"],
        tags=tuple(row["tags"]),
        channel_id=row["channel"],
        channel_title=channel_title,
        url=f"https://sample.example/watch?v={row['id']}",
        published_at=row["published_at"],
        duration_seconds=row["duration_seconds"],
        views=row["views"],
        likes=row["likes"],
        comments=row["comments"],
        resolution=row["resolution"],
        language=row["language"],
        is_short=row["duration_seconds"] <= SHORT_SECONDS,
        sample=True,
    )


def words(text: str) -> frozenset[str]:
    """The words of a text, without case; those with a hyphen also as one word (lo-fi is also lofi)."""
    lower = text.lower()
    return frozenset(WORD.findall(lower)) | frozenset(WORD.findall(lower.replace("-", "")))


def searchable(video: Video) -> Searchable:
    """A video, ready to be searched."""
    text = f"{video.description} {video.channel_title}"
    return Searchable(video, words(video.title), words(" ".join(video.tags)), words(text))
