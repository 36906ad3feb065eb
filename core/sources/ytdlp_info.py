"""Reads what yt-dlp knows of a video. Fields may be missing, null or of another type: they are then as if unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from core.sources.errors import BadAnswer, shown
from core.sources.port import Video
from core.sources.reading import Fields, count, is_short, listed, rows, storable, text, texts
from core.sources.youtube_urls import VIDEO_ID

ID_AT_THE_END = re.compile(r"(?:v=|/)([A-Za-z0-9_-]{11})$")
CHANNEL_ID = re.compile(r"UC([A-Za-z0-9_-]{22})")
UPLOADS_ID = re.compile(r"UU([A-Za-z0-9_-]{22})")


def video_of(said: object, video_id: str, content: str) -> Video:
    """The record of a video. Raises `BadAnswer` when what is said is no video, another one, or has no title."""
    info = info_of(said)
    if info.get("_type", "video") != "video":
        raise BadAnswer(f"yt-dlp answered with a {shown(str(info['_type']))}, asked for the video {shown(video_id)}.")
    if told(info, "id") not in ("", video_id):
        raise BadAnswer(f"yt-dlp answered with {shown(told(info, 'id'))}, asked for the video {shown(video_id)}.")
    title = told(info, "fulltitle", "title")  # in ``title`` a time is written behind that of a live stream
    if not title:
        raise BadAnswer(f"yt-dlp knows no title of the video {shown(video_id)}; {ADVICE}.")
    size, published_at = picture_size(info), published(info)
    return Video(
        video_id=video_id,
        title=title,
        description=told(info, "description"),
        content=storable(content),
        tags=texts(info.get("tags")),
        channel_id=told(info, "channel_id", "uploader_id"),
        channel_title=told(info, "channel", "uploader"),
        url=web_address(info) or f"https://www.youtube.com/watch?v={video_id}",
        published_at=published_at,
        duration_seconds=count(info.get("duration")),
        views=count(info.get("view_count")),
        likes=count(info.get("like_count")),
        comments=count(info.get("comment_count")),
        resolution=f"{size[0]}x{size[1]}" if all(size) else "",
        language=told(info, "language"),
        is_short=seems_short(info, published_at, size),
    )


ADVICE = "a newer yt-dlp may understand the site again: pip install -U yt-dlp"


def info_of(said: object) -> Fields:
    """What was said, as a mapping. Raises `BadAnswer` when it is none."""
    if not isinstance(said, Mapping):
        raise BadAnswer(f"yt-dlp answered nothing that can be read; {ADVICE}.")
    return cast("Fields", said)


def listed_ids(said: object) -> Iterator[str]:
    """The ids of the videos in a list, in its order; what is no video is passed over."""
    for entry in listed(info_of(said).get("entries")):
        if isinstance(entry, Mapping):
            fields = cast("Fields", entry)
            at_end = ID_AT_THE_END.search(told(fields, "url"))
            if VIDEO_ID.fullmatch(told(fields, "id")):
                yield told(fields, "id")
            elif at_end is not None and not told(fields, "id"):
                yield at_end[1]


def channel_id_of(said: object) -> str:
    """The id of the channel that a page is about, empty where it is not told."""
    info = info_of(said)
    for name in ("channel_id", "uploader_id", "id"):
        found = CHANNEL_ID.fullmatch(told(info, name)) or UPLOADS_ID.fullmatch(told(info, name))
        if found is not None:
            return f"UC{found[1]}"
    return ""


def told(info: Fields, *names: str) -> str:
    """The first of these fields that is a text with something in it, fit to be stored."""
    found = (text(info.get(name)).strip() for name in names)
    return next((each for each in found if each), "")


def published(info: Fields) -> str:
    """When the video came out, ISO 8601 in UTC; of some only the day is known."""
    for name in ("timestamp", "release_timestamp"):
        value = info.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**11:
            return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%dT%H:%M:%SZ}"
    for name in ("upload_date", "release_date"):
        try:
            return f"{datetime.strptime(told(info, name), '%Y%m%d'):%Y-%m-%dT00:00:00Z}"
        except ValueError:
            continue
    return ""


def web_address(info: Fields) -> str:
    """Where people see it."""
    address = told(info, "webpage_url")
    return address if re.match(r"https?://\S+$", address) else ""


def picture_size(info: Fields) -> tuple[int, int]:
    """Width and height of the largest picture that moves; storyboards do not."""
    sizes = [
        (count(each.get("width")) or 0, count(each.get("height")) or 0)
        for each in (*rows(info.get("formats")), info)
        if each.get("vcodec") != "none" and each.get("ext") != "mhtml"
    ]
    return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))


def seems_short(info: Fields, published_at: str, size: tuple[int, int]) -> bool:
    """Whether it is a short: as YouTube says it, else by its length and shape."""
    kind = told(info, "media_type")
    return kind == "short" if kind else is_short(count(info.get("duration")), published_at, *size)
