"""Reads which video or which channel somebody means, from what people paste.

A channel is told in one of four ways, which YouTube keeps apart: ``@handle``, ``UC…`` (its id), ``c/name`` (a custom
name) or ``user/name`` (an old account name). Reading one of these again gives the same.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from core.sources.errors import BadReference

HOSTS = frozenset({"youtube.com", "youtube-nocookie.com", "youtubekids.com", "youtu.be", "sample.example"})
"""Sites whose links we read, without www, m, studio and the like; the last is the invented site of the sample."""

VIDEO_FOLDERS = frozenset({"watch", "shorts", "live", "embed", "v", "e", "video"})
"""First steps of a path whose second is the id of a video; ``video`` is the studio's."""
OTHER_PAGES = VIDEO_FOLDERS | {
    "watch_popup",
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
    "redirect",
    "attribution_link",
    "oembed",
    "about",
    "ads",
    "api",
    "browse",
    "creators",
    "favicon.ico",
    "gaming",
    "howyoutubeworks",
    "index.php",
    "jobs",
    "kids",
    "library",
    "premium",
    "robots.txt",
    "s",
    "search",
    "source",
    "t",
    "trending",
    "upload",
}
"""First steps of a path that are no custom name of a channel: to search for one costs 100 units."""

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
PLAYLIST_ID = re.compile(r"(?:PL|UU|FL|RD|OLAK)[A-Za-z0-9_-]{10,80}")
NAME = re.compile(r"(?=.{1,100}$)[\w-](?:[\w.\-·]*[\w-])?")
PREFIX = re.compile(r"^(www|m|music|gaming|studio|consent|[a-z]{2})\.")
SCHEME = re.compile(r"^https?://", re.IGNORECASE)
ESCAPED = re.compile(r"^https?%(?:25)*3A%(?:25)*2F", re.IGNORECASE)
PATH_ALONE = re.compile(r"^/?(?:watch\?|(?:shorts|live|embed)/)")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
AROUND = "<>\"'()[]«»“”„‘’`.,;:! \t\r\n\f\v\u00a0\u2028\u2029"
"""What a text that is cut out of another one has around it; no id and no name begins or ends so."""

LEADS_ON = {"attribution_link": "u", "redirect": "q", "oembed": "url", "m": "continue"}
"""Pages that only lead to another one, and where they say to which."""
DEPTH = 3
"""How many of these may lead to each other."""

NO_VIDEO = "is no YouTube video: give its URL, or its id of 11 characters."
NO_CHANNEL = "is no YouTube channel: give its URL, its @handle, or its id (UC and 22 characters)."
PLAYLIST = "is a playlist: give a single video, or the channel."
OTHER_SITE = "is not a link to YouTube."


def read_video(text: str) -> str:
    """The id of the video that ``text`` names. Raises `BadReference`."""
    pasted = tidied(text)
    if VIDEO_ID.fullmatch(pasted):
        return pasted
    host, path, query = taken_apart(text, pasted, NO_VIDEO)
    found = video_in(host, path, query)
    if found is None:
        raise BadReference(text, PLAYLIST if is_playlist(path, query) else NO_VIDEO)
    if not VIDEO_ID.fullmatch(found):
        raise BadReference(text, "has a video id that is not 11 letters, digits, dashes or underscores.")
    return found


def read_channel(text: str) -> str:
    """The channel that ``text`` names: ``@handle``, ``UC…``, ``c/name`` or ``user/name``. Raises `BadReference`."""
    pasted = tidied(text)
    bare = named_channel(unquote(re.split(r"[?#]", pasted, maxsplit=1)[0]).split("/"))
    if bare is not None:
        return bare
    host, path, query = taken_apart(text, pasted, NO_CHANNEL)
    found = named_channel(path, in_url=True) if host != "youtu.be" else None
    if found is not None:
        return found
    if is_playlist(path, query):
        raise BadReference(text, PLAYLIST)
    if video_in(host, path, query):
        raise BadReference(text, "is a video, not a channel: give the channel's URL, or its @handle.")
    raise BadReference(text, NO_CHANNEL)


def tidied(text: str) -> str:
    """What was pasted, without what is around it and what nobody sees, and not escaped as a whole."""
    pasted = INVISIBLE.sub("", text).strip(AROUND)
    for _ in range(DEPTH):
        if not ESCAPED.match(pasted):
            break
        pasted = unquote(pasted)
    return INVISIBLE.sub("", pasted).strip(AROUND)


def taken_apart(text: str, pasted: str, otherwise: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """Host (without www and the like), path and query of a link to YouTube. Raises `BadReference`.

    A page that only leads on to another one is that other one.
    """
    if PLAYLIST_ID.fullmatch(pasted):
        raise BadReference(text, PLAYLIST)
    host, path, query = parts_of(text, pasted, otherwise)
    for _ in range(DEPTH):
        onward = query.get(LEADS_ON.get(path[0], "")) if path else None
        if onward is None:
            break
        host, path, query = parts_of(text, tidied(onward[0]), otherwise)
    return host, path, query


def parts_of(text: str, link: str, otherwise: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """Host, path and query of one link, which may lack its beginning. Raises `BadReference`."""
    if PATH_ALONE.match(link) or (link.startswith("/") and not link.startswith("//")):
        link = f"https://www.youtube.com/{link.lstrip('/')}"
    whole = link if SCHEME.match(link) else f"https://{link.removeprefix('//')}"
    try:
        parts = urlsplit(whole.replace("&amp;", "&"))
        host = PREFIX.sub("", (parts.hostname or "").rstrip("."))
        query = parse_qs(parts.query)
    except ValueError:
        raise BadReference(text, otherwise) from None
    if host not in HOSTS:
        raise BadReference(text, OTHER_SITE if SCHEME.match(link) or "." in host else otherwise)
    return host, [unquote(step) for step in parts.path.split("/") if step], query


def video_in(host: str, path: list[str], query: dict[str, list[str]]) -> str | None:
    """What stands where a link has its video id, well-formed or not; None where it has no such place."""
    if host == "youtu.be":
        found = path[0] if path else None
    elif path[:1] in ([], ["watch"], ["watch_popup"]) and "v" in query:
        found = query["v"][0]
    elif len(path) > 1 and path[0] in VIDEO_FOLDERS and path[1] != "videoseries":
        found = path[1]
    else:
        found = None
    # People append parameters with the wrong sign: watch?v=…?si=…, youtu.be/…&t=10.
    return found if found is None else re.split(r"[?&#/]", found, maxsplit=1)[0].strip(AROUND)


def is_playlist(path: list[str], query: dict[str, list[str]]) -> bool:
    """Whether a link without a video leads to a playlist."""
    return path[:1] == ["playlist"] or path[1:2] == ["videoseries"] or ("list" in query and not query.get("v"))


def named_channel(path: list[str], *, in_url: bool = False) -> str | None:
    """The channel at the head of a path, or None. Tabs behind it (``/videos``) do not matter."""
    match path:
        case [handle, *_] if handle.startswith("@") and NAME.fullmatch(handle[1:]):
            return handle
        case ["channel" | "browse", channel_id, *_] | [channel_id, *_] if CHANNEL_ID.fullmatch(channel_id):
            return channel_id
        case [("c" | "user") as kind, name, *_] if NAME.fullmatch(name):
            return f"{kind}/{name}"
        case [name, *_] if in_url and NAME.fullmatch(name) and name.lower() not in OTHER_PAGES:
            return f"c/{name}"
        case _:
            return None
