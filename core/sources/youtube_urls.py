"""Reads which video or which channel somebody means, from what people paste.

A channel is told in one of four ways, which YouTube keeps apart: ``@handle``, ``UC…`` (its id), ``c/name`` (a custom
name) or ``user/name`` (an old account name). Reading one of these again gives the same.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from core.sources.errors import BadReference

HOSTS = frozenset({"youtube.com", "youtube-nocookie.com", "youtu.be", "sample.example"})
"""Sites whose links we read, without www, m and music; the last is the invented site of the bundled sample."""

VIDEO_FOLDERS = frozenset({"watch", "shorts", "live", "embed", "v", "e"})
OTHER_PAGES = VIDEO_FOLDERS | {
    "channel",
    "c",
    "user",
    "playlist",
    "results",
    "feed",
    "hashtag",
    "account",
    "post",
    "clip",
}
"""First steps of a path that are no custom name of a channel."""

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
NAME = re.compile(r"[\w.\-·]{1,100}")
PREFIX = re.compile(r"^(www|m|music|gaming)\.")
SCHEME = re.compile(r"^https?://", re.IGNORECASE)

NO_VIDEO = "is no YouTube video: give its URL, or its id of 11 characters."
NO_CHANNEL = "is no YouTube channel: give its URL, its @handle, or its id (UC and 22 characters)."
PLAYLIST = "is a playlist: give a single video, or the channel."
OTHER_SITE = "is not a link to YouTube."


def read_video(text: str) -> str:
    """The id of the video that ``text`` names. Raises `BadReference`."""
    cleaned = text.strip().strip("<>\"'").strip()
    if VIDEO_ID.fullmatch(cleaned):
        return cleaned
    host, path, query = taken_apart(text, cleaned, NO_VIDEO)
    found = video_in(host, path, query)
    if found is None:
        raise BadReference(text, PLAYLIST if is_playlist(path, query) else NO_VIDEO)
    if not VIDEO_ID.fullmatch(found):
        raise BadReference(text, "has a video id that is not 11 letters, digits, dashes or underscores.")
    return found


def read_channel(text: str) -> str:
    """The channel that ``text`` names: ``@handle``, ``UC…``, ``c/name`` or ``user/name``. Raises `BadReference`."""
    cleaned = text.strip().strip("<>\"'").strip()
    bare = named_channel(cleaned.split("/"))
    if bare is not None:
        return bare
    host, path, query = taken_apart(text, cleaned, NO_CHANNEL)
    found = named_channel(path, in_url=True) if host != "youtu.be" else None
    if found is not None:
        return found
    if is_playlist(path, query):
        raise BadReference(text, PLAYLIST)
    if video_in(host, path, query):
        raise BadReference(text, "is a video, not a channel: give the channel's URL, or its @handle.")
    raise BadReference(text, NO_CHANNEL)


def taken_apart(text: str, cleaned: str, otherwise: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """Host (without www and the like), path and query of a link to YouTube. Raises `BadReference`."""
    try:
        parts = urlsplit(cleaned if SCHEME.match(cleaned) else f"https://{cleaned}")
        host = PREFIX.sub("", parts.hostname or "")
        query = parse_qs(parts.query)
    except ValueError:
        raise BadReference(text, otherwise) from None
    if host not in HOSTS:
        raise BadReference(text, OTHER_SITE if SCHEME.match(cleaned) or "." in host else otherwise)
    return host, [unquote(step) for step in parts.path.split("/") if step], query


def video_in(host: str, path: list[str], query: dict[str, list[str]]) -> str | None:
    """What stands where a link has its video id, well-formed or not; None where it has no such place."""
    if host == "youtu.be":
        return path[0] if path else None
    if path[:1] == ["watch"] and "v" in query:
        return query["v"][0]
    if len(path) > 1 and path[0] in VIDEO_FOLDERS and path[1] != "videoseries":
        return path[1]
    return None


def is_playlist(path: list[str], query: dict[str, list[str]]) -> bool:
    """Whether a link without a video leads to a playlist."""
    return path[:1] == ["playlist"] or path[1:2] == ["videoseries"] or ("list" in query and not query.get("v"))


def named_channel(path: list[str], *, in_url: bool = False) -> str | None:
    """The channel at the head of a path, or None. Tabs behind it (``/videos``) do not matter."""
    match path:
        case [handle, *_] if handle.startswith("@") and NAME.fullmatch(handle[1:]):
            return handle
        case ["channel", channel_id, *_] | [channel_id, *_] if CHANNEL_ID.fullmatch(channel_id):
            return channel_id
        case [("c" | "user") as kind, name, *_] if NAME.fullmatch(name):
            return f"{kind}/{name}"
        case [name, *_] if in_url and NAME.fullmatch(name) and name.lower() not in OTHER_PAGES:
            return f"c/{name}"
        case _:
            return None
