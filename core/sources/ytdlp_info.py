"""Reads what yt-dlp knows of a video. Fields may be missing, null or of another type: they are then as if unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from core.sources.errors import BadAnswer, shown
from core.sources.port import Video
from core.sources.subtitles import listed

SHORT_SECONDS = 60
LONGEST_SHORT = 180
"""Seconds of a short that is upright."""

MANY_TAGS = 500
MOST = 2**63 - 1
"""The greatest number that a database can keep."""

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
ID_AT_THE_END = re.compile(r"(?:v=|/)([A-Za-z0-9_-]{11})$")
CHANNEL_ID = re.compile(r"UC([A-Za-z0-9_-]{22})")
UPLOADS_ID = re.compile(r"UU([A-Za-z0-9_-]{22})")

Info = Mapping[str, object]


def video_of(said: object, video_id: str, content: str) -> Video:
    """The record of a video. Raises `BadAnswer` when what is said is no video, another one, or has no title."""
    info = info_of(said)
    if info.get("_type", "video") != "video":
        raise BadAnswer(f"yt-dlp answered with a {shown(str(info['_type']))}, asked for the video {shown(video_id)}.")
    if text(info, "id") not in ("", video_id):
        raise BadAnswer(f"yt-dlp answered with {shown(text(info, 'id'))}, asked for the video {shown(video_id)}.")
    title = text(info, "fulltitle", "title")  # in ``title`` a time is written behind that of a live stream
    if not title:
        raise BadAnswer(f"yt-dlp knows no title of the video {shown(video_id)}; {ADVICE}.")
    size = picture_size(info)
    return Video(
        video_id=video_id,
        title=title,
        description=text(info, "description"),
        content=storable(content),
        tags=tags(info),
        channel_id=text(info, "channel_id", "uploader_id"),
        channel_title=text(info, "channel", "uploader"),
        url=web_address(info) or f"https://www.youtube.com/watch?v={video_id}",
        published_at=published(info),
        duration_seconds=whole(info.get("duration")),
        views=whole(info.get("view_count")),
        likes=whole(info.get("like_count")),
        comments=whole(info.get("comment_count")),
        resolution=f"{size[0]}x{size[1]}" if all(size) else "",
        language=text(info, "language"),
        is_short=is_short(info, size),
    )


ADVICE = "a newer yt-dlp may understand the site again: pip install -U yt-dlp"


def info_of(said: object) -> Info:
    """What was said, as a mapping. Raises `BadAnswer` when it is none."""
    if not isinstance(said, Mapping):
        raise BadAnswer(f"yt-dlp answered nothing that can be read; {ADVICE}.")
    return cast("Info", said)


def listed_ids(said: object) -> Iterator[str]:
    """The ids of the videos in a list, in its order; what is no video is passed over."""
    for entry in listed(info_of(said).get("entries")):
        if isinstance(entry, Mapping):
            fields = cast("Info", entry)
            at_end = ID_AT_THE_END.search(text(fields, "url"))
            if VIDEO_ID.fullmatch(text(fields, "id")):
                yield text(fields, "id")
            elif at_end is not None and not text(fields, "id"):
                yield at_end[1]


def channel_id_of(said: object) -> str:
    """The id of the channel that a page is about, empty where it is not told."""
    info = info_of(said)
    for name in ("channel_id", "uploader_id", "id"):
        found = CHANNEL_ID.fullmatch(text(info, name)) or UPLOADS_ID.fullmatch(text(info, name))
        if found is not None:
            return f"UC{found[1]}"
    return ""


def text(info: Info, *names: str) -> str:
    """The first of these fields that is a text with something in it, fit to be stored."""
    for name in names:
        value = info.get(name)
        if isinstance(value, str) and value.strip():
            return storable(value).strip()
    return ""


def storable(value: str) -> str:
    """A text as a database can keep it: without halves of characters, and without NUL."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def whole(value: object) -> int | None:
    """A number of something; None where there is none."""
    match value:
        case bool():
            return None
        case int():
            number = value
        case float() if math.isfinite(value):
            number = round(value)
        case str() if re.fullmatch(r"[0-9]{1,18}", value):
            number = int(value)
        case _:
            return None
    return number if 0 <= number <= MOST else None


def tags(info: Info) -> tuple[str, ...]:
    """The tags, each once."""
    texts = [storable(each).strip() for each in listed(info.get("tags"))[:MANY_TAGS] if isinstance(each, str)]
    return tuple(dict.fromkeys(each for each in texts if each))


def published(info: Info) -> str:
    """When the video came out, ISO 8601 in UTC; of some only the day is known."""
    for name in ("timestamp", "release_timestamp"):
        value = info.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**11:
            return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%dT%H:%M:%SZ}"
    for name in ("upload_date", "release_date"):
        try:
            return f"{datetime.strptime(text(info, name), '%Y%m%d'):%Y-%m-%dT00:00:00Z}"
        except ValueError:
            continue
    return ""


def web_address(info: Info) -> str:
    """Where people see it."""
    address = text(info, "webpage_url")
    return address if re.match(r"https?://\S+$", address) else ""


def picture_size(info: Info) -> tuple[int, int]:
    """Width and height of the largest picture that moves; storyboards do not."""
    formats = [cast("Info", each) for each in listed(info.get("formats")) if isinstance(each, Mapping)]
    sizes = [
        (whole(each.get("width")) or 0, whole(each.get("height")) or 0)
        for each in (*formats, info)
        if each.get("vcodec") != "none" and each.get("ext") != "mhtml"
    ]
    return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))


def is_short(info: Info, size: tuple[int, int]) -> bool:
    """Whether it is a short: as YouTube says it, else by its length, longer when it is upright."""
    kind = text(info, "media_type")
    if kind:
        return kind == "short"
    seconds = whole(info.get("duration")) or 0
    return 0 < seconds <= (LONGEST_SHORT if size[1] > size[0] else SHORT_SECONDS)
