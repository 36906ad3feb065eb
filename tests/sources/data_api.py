"""A double of the YouTube Data API v3 on this machine: the documented shapes, with made-up content.

As the service does, it answers only the parts that are asked for, leaves ``items`` out where no channel matches, pages
by tokens, takes 50 ids at most, and refuses with ``error.errors[].reason``.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from core.config import Secret
from core.sources.politeness import HostLimits
from core.sources.quota import Quota
from core.sources.youtube_api import YouTubeApi
from core.sources.youtube_api_faults import Retrying
from tests.contract.loopback import serving

KEY = "AIzaSyMadeUpKeyOfNobody_0123456789abcde"
CHANNEL = "UCMADEUPquietTapeClub001"
HANDLE = "@quiet-tape-club"
QUICK = Retrying(first_wait=0.001, longest_wait=0.01)
"""Waits that a test does not notice."""

Answering = Callable[[Request], Awaitable[Response]]


def id_of(number: int) -> str:
    """The id of a made-up video."""
    return f"MADEUP{number:05d}"


def video(number: int = 1, **told: Any) -> dict[str, Any]:
    """A video resource; ``told`` replaces or adds fields of its parts (``statistics={...}``)."""
    whole: dict[str, Any] = {
        "kind": "youtube#video",
        "etag": f"etag-{number}",
        "id": id_of(number),
        "snippet": {
            "publishedAt": f"2026-01-{1 + number % 28:02d}T12:00:00Z",
            "channelId": CHANNEL,
            "title": f"Tape loop {number}",
            "description": f"Side {number} of a made-up tape.",
            "thumbnails": {"default": {"url": "https://i.example/1.jpg", "width": 120, "height": 90}},
            "channelTitle": "Quiet Tape Club",
            "tags": ["tape", "loop"],
            "categoryId": "10",
            "liveBroadcastContent": "none",
            "localized": {"title": f"Tape loop {number}", "description": ""},
            "defaultAudioLanguage": "en",
        },
        "contentDetails": {
            "duration": "PT4M13S",
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": True,
            "contentRating": {},
            "projection": "rectangular",
        },
        "status": {"uploadStatus": "processed", "privacyStatus": "public", "license": "youtube", "embeddable": True},
        "statistics": {"viewCount": str(1000 * number), "likeCount": str(10 * number), "commentCount": str(number)},
        "player": {"embedHtml": "<iframe></iframe>", "embedWidth": "720", "embedHeight": "405"},
    }
    for part, fields in told.items():
        whole[part] = whole[part] | fields if isinstance(fields, dict) else fields
    return whole


def channel(identity: str = CHANNEL, handle: str = HANDLE, **told: Any) -> dict[str, Any]:
    """A channel resource."""
    whole: dict[str, Any] = {
        "kind": "youtube#channel",
        "etag": "etag",
        "id": identity,
        "snippet": {"title": "Quiet Tape Club", "description": "", "customUrl": handle, "publishedAt": "2020-01-01"},
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UU" + identity[2:]}},
        "statistics": {"viewCount": "1", "subscriberCount": "1", "hiddenSubscriberCount": False, "videoCount": "3"},
    }
    return whole | told


def refusal(
    status: int, reason: str, message: str = "No.", /, *, domain: str = "youtube", **details: Any
) -> tuple[int, dict[str, Any]]:
    """A refusal, as the service words it."""
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
    }
    return status, {"error": error | details}


def newer_refusal(status: int, reason: str, message: str = "No.", **metadata: str) -> tuple[int, dict[str, Any]]:
    """A refusal that tells its reason among the details."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "youtube.googleapis.com", **metadata},
    }
    general = {400: "badRequest", 403: "forbidden", 429: "rateLimitExceeded"}[status]
    return refusal(status, general, message, domain="global", status="X", details=[info])


@dataclass
class DataApi:
    """What it knows, what it was asked, and the answers that are planned to come first."""

    channels: list[dict[str, Any]] = field(default_factory=lambda: [channel()])
    users: dict[str, str] = field(default_factory=dict[str, str])
    videos: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    uploads: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])
    planned: deque[Answering] = field(default_factory=deque[Answering])
    url: str = ""

    def add(self, *videos: dict[str, Any], to: str = CHANNEL) -> None:
        """Have videos, and list them among the uploads of a channel, newest first."""
        playlist = self.uploads.setdefault("UU" + to[2:], [])
        for each in videos:
            self.videos[each["id"]] = each
            playlist.append(listed(each))

    def calls(self) -> list[str]:
        """The names of the calls that came, in order."""
        return [call for call, _ in self.asked]

    def answers(self, *answers: tuple[int, Any] | Answering) -> None:
        """Plan the answers to the next calls: (status, JSON), or something that answers."""
        for each in answers:
            self.planned.append(each if callable(each) else said(*each))

    async def answer(self, request: Request) -> Response:
        """Answer one call."""
        call, query = request.path_params["call"], dict(request.query_params)
        self.asked.append((call, query))
        if self.planned:
            return await self.planned.popleft()(request)
        if request.headers.get("X-Goog-Api-Key") != KEY:
            status, body = newer_refusal(400, "API_KEY_INVALID", "API key not valid. Please pass a valid API key.")
        else:
            status, body = getattr(self, f"_{call}")(query)
        return JSONResponse(body, status)

    def _channels(self, query: Mapping[str, str]) -> tuple[int, Any]:
        handle = "@" + query.get("forHandle", "").removeprefix("@").lower()
        ids = {*query.get("id", "").split(","), self.users.get(query.get("forUsername", ""), "")}
        found = [each for each in self.channels if each["id"] in ids or each["snippet"].get("customUrl", "?") == handle]
        page: dict[str, Any] = {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": len(found)}}
        return 200, page | ({"items": parts(found, query)} if found else {})

    def _playlistItems(self, query: Mapping[str, str]) -> tuple[int, Any]:
        listed_here = self.uploads.get(query["playlistId"])
        if listed_here is None:
            return refusal(404, "playlistNotFound", "The playlist cannot be found.", domain="youtube.playlistItem")
        return paged("youtube#playlistItemListResponse", parts(listed_here, query), query)

    def _search(self, query: Mapping[str, str]) -> tuple[int, Any]:
        words = query["q"].lower().split()
        pool = self.videos.values() if query["type"] == "video" else self.channels
        found = [each for each in pool if any(word in each["snippet"]["title"].lower() for word in words)]
        kind = query["type"]
        results = [
            {
                "kind": "youtube#searchResult",
                "etag": "etag",
                "id": {"kind": f"youtube#{kind}", f"{kind}Id": each["id"]},
                "snippet": {"title": each["snippet"]["title"], "channelId": each["snippet"].get("channelId")},
            }
            for each in found
        ]
        return paged("youtube#searchListResponse", parts(results, query), query)

    def _videos(self, query: Mapping[str, str]) -> tuple[int, Any]:
        ids = query["id"].split(",")
        if len(ids) > 50:
            return refusal(400, "invalidFilters", "Too many ids.")
        found = parts([self.videos[each] for each in ids if each in self.videos], query)
        if "maxWidth" not in query:
            found = [each | {"player": {"embedHtml": ""}} if "player" in each else each for each in found]
        return 200, {"kind": "youtube#videoListResponse", "items": found, "pageInfo": {"totalResults": len(found)}}


def listed(each: dict[str, Any], **told: Any) -> dict[str, Any]:
    """A video as an item of a playlist."""
    return {
        "kind": "youtube#playlistItem",
        "etag": "etag",
        "id": "UEx" + each["id"],
        "snippet": {"title": each["snippet"]["title"], "resourceId": {"kind": "youtube#video", "videoId": each["id"]}},
        "contentDetails": {"videoId": each["id"], "videoPublishedAt": each["snippet"]["publishedAt"]},
        "status": {"privacyStatus": each["status"]["privacyStatus"]},
    } | told


def parts(items: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The items with the parts that were asked for."""
    wanted = {"kind", "etag", "id", *query["part"].split(",")}
    return [{name: value for name, value in each.items() if name in wanted} for each in items]


def paged(kind: str, items: list[dict[str, Any]], query: Mapping[str, str]) -> tuple[int, Any]:
    """One page of the items."""
    size, start = int(query.get("maxResults", "5")), int(query.get("pageToken", "T0")[1:])
    assert 0 <= size <= 50, "the service takes 0 to 50"
    page: dict[str, Any] = {"kind": kind, "items": items[start : start + size]}
    page["pageInfo"] = {"totalResults": len(items), "resultsPerPage": size}
    if start + size < len(items):
        page["nextPageToken"] = f"T{start + size}"
    return 200, page


def said(status: int, body: Any, **headers: str) -> Answering:
    """Answers with this; what is not bytes is written as JSON."""

    async def answer(request: Request) -> Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        media = "text/html" if content.startswith(b"<") else "application/json; charset=UTF-8"
        return Response(content, status, headers=headers, media_type=media)

    return answer


async def never(request: Request) -> Response:
    """Answers when it is too late."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


async def drips(request: Request) -> Response:
    """Answers byte by byte, never long silent and never done."""

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    return StreamingResponse(pieces(), media_type="application/json")


class CutOff(Response):
    """Promises more than it sends, and hangs up."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"9999"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"items": [', "more_body": False})


async def cut_off(request: Request) -> Response:
    """Breaks off amid the answer."""
    return CutOff()


@contextmanager
def served(api: DataApi) -> Iterator[DataApi]:
    """The double, answering at its ``url``."""
    application = Starlette(routes=[Route("/youtube/v3/{call}", api.answer)])
    with serving(application) as origin:
        api.url = f"{origin}/youtube/v3"
        yield api


def source_on(url: str, quota: Quota, *, limits: HostLimits | None = None, timeout: float = 10.0) -> YouTubeApi:
    """The source under test, asking the double."""
    limits = limits or HostLimits(8, 0.0)
    return YouTubeApi(Secret(KEY), url=url, quota=quota, limits=limits, timeout=timeout, retrying=QUICK)
