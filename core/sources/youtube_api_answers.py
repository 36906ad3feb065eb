"""Reads the answers of the YouTube Data API v3. Nothing in them is relied on.

A field that is missing, null or of another type is not told: it becomes None or an empty text. Only an answer that is
none of the service raises `BadAnswer`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from core.sources.errors import BadAnswer
from core.sources.port import Video
from core.sources.reading import Fields, count, fields, is_short, rows, text, texts
from core.sources.youtube_urls import VIDEO_ID

PARTS = "snippet,statistics,contentDetails,status,player"
"""What is asked of a video. The number of parts costs nothing; the player tells the shape of the picture."""

PLAYER = {"maxWidth": "720", "maxHeight": "720"}
"""The service tells a player's width and height only where they are bounded, and it knows the shape of the video."""

DURATION = re.compile(
    r"P(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})(?:\.[0-9]{1,9})?S)?)?"
)
WEEK_DAY_HOUR_MINUTE_SECOND = (604_800, 86_400, 3_600, 60, 1)

HIDDEN_TITLES = ("Private video", "Deleted video")
"""What a playlist calls a video that it lists but does not show."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and the token for the next one; empty where this is the last."""

    items: Sequence[Fields]
    next_token: str


@dataclass(frozen=True, slots=True)
class ChannelFound:
    """What we need of a channel. ``uploads`` is the id of the list of its videos, ``videos`` how many are public."""

    channel_id: str
    custom_name: str
    uploads: str
    videos: int | None


def page_of(answer: Fields) -> Page:
    """An answer as a page. Raises `BadAnswer` when it is no list of the service."""
    items = answer.get("items")
    if items is None and text(answer.get("kind")).startswith("youtube#"):
        return Page((), "")  # nothing matches: the service leaves the list out
    if not isinstance(items, list):
        raise BadAnswer(
            "The answer is not one of the YouTube Data API: it has no list of items. Is PRISMQ_YOUTUBE_API_URL right?"
        )
    return Page(rows(cast("object", items)), text(answer.get("nextPageToken")))


def channel_of(item: Fields) -> ChannelFound:
    """A channel, from its item."""
    details = fields(item.get("contentDetails"))
    return ChannelFound(
        channel_id=text(item.get("id")),
        custom_name=text(fields(item.get("snippet")).get("customUrl")).removeprefix("@").casefold(),
        uploads=text(fields(details.get("relatedPlaylists")).get("uploads")),
        videos=count(fields(item.get("statistics")).get("videoCount")),
    )


def listed_video(item: Fields) -> str:
    """The id of a video, from an item of a playlist; empty where it is private or deleted, or none is told."""
    snippet = fields(item.get("snippet"))
    if snippet.get("title") in HIDDEN_TITLES or privacy(item) == "private":
        return ""
    told = (fields(item.get("contentDetails")), fields(snippet.get("resourceId")))
    return next((found for each in told if (found := video_id(each.get("videoId")))), "")


def found_video(item: Fields) -> str:
    """The id of a video, from a result of a search; empty where it is none."""
    return video_id(fields(item.get("id")).get("videoId"))


def found_channel(item: Fields) -> str:
    """The id of a channel, from a result of a search; empty where it is none."""
    return text(fields(item.get("id")).get("channelId")) or text(fields(item.get("snippet")).get("channelId"))


def video_id(value: object) -> str:
    """The id of a video, or an empty text."""
    found = text(value)
    return found if VIDEO_ID.fullmatch(found) else ""


def privacy(item: Fields) -> str:
    """``public``, ``unlisted`` or ``private``; empty where it is not told."""
    return text(fields(item.get("status")).get("privacyStatus"))


def is_gone(item: Fields) -> bool:
    """Whether a video that is listed was deleted, or never came to be."""
    return fields(item.get("status")).get("uploadStatus") in ("deleted", "failed", "rejected")


def video_of(item: Fields, identity: str) -> Video:
    """The video of that id, from its item.

    One without a title goes by its id, since ideas need one. Of the picture the API tells only whether there is a
    version in high definition: that is its ``resolution``, "hd" or "sd".
    """
    snippet, details = fields(item.get("snippet")), fields(item.get("contentDetails"))
    statistics = fields(item.get("statistics"))
    published_at = moment(snippet.get("publishedAt"))
    live = snippet.get("liveBroadcastContent") in ("live", "upcoming")
    told = seconds(details.get("duration"))
    duration = None if live and not told else told  # P0D: it has no end yet
    definition = text(details.get("definition"))
    player = fields(item.get("player"))
    shape = count(player.get("embedWidth")) or 0, count(player.get("embedHeight")) or 0
    return Video(
        video_id=identity,
        title=text(snippet.get("title")).strip() or identity,
        description=text(snippet.get("description")),
        content="",
        tags=texts(snippet.get("tags")),
        channel_id=text(snippet.get("channelId")),
        channel_title=text(snippet.get("channelTitle")),
        url=f"https://www.youtube.com/watch?v={identity}",
        published_at=published_at,
        duration_seconds=duration,
        views=count(statistics.get("viewCount")),
        likes=count(statistics.get("likeCount")),
        comments=count(statistics.get("commentCount")),
        resolution=definition if definition in ("hd", "sd") else "",
        language=text(snippet.get("defaultAudioLanguage")) or text(snippet.get("defaultLanguage")),
        is_short=not live and is_short(duration, published_at, *shape),
    )


def seconds(value: object) -> int | None:
    """An ISO 8601 duration (``PT1M30S``, ``P1DT2H``) in seconds; None where it is none."""
    found = DURATION.fullmatch(text(value))
    if found is None or found[0] in ("P", "PT") or found[0].endswith("T"):
        return None
    pairs = zip(found.groups(), WEEK_DAY_HOUR_MINUTE_SECOND, strict=True)
    return sum(int(number) * size for number, size in pairs if number)


def moment(value: object) -> str:
    """A time as ISO 8601 in UTC, to the second; empty where it is none. One without a zone is taken for UTC."""
    try:
        at = datetime.fromisoformat(text(value))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: at the edges of the calendar
        return ""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
