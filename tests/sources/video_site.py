"""A site of videos for yt-dlp's generic extractor: pages with a player, subtitles, and lists as feeds."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

CHANNEL = "UCSMPLm0xVQzJXtw3XVBOsrT"
EMPTY = "UCSMPLempty0000000000000"
PLANE, STONE, QUIET, ODD, SHAKY = "SMPLplane00", "SMPLstone00", "SMPLquiet00", "SMPLodd_000", "SMPLshaky00"
LISTS = {
    CHANNEL[2:]: [PLANE, "SMPLgone000", STONE, QUIET],
    "planes": [STONE, PLANE],
    "shaky": [PLANE, SHAKY, QUIET],
    "gone": ["SMPLgone000"],
}

VTT = (
    "WEBVTT\n\n00:00.000 --> 00:02.000\nHello and welcome\n\n00:02.000 --> 00:03.000\nHello and welcome\nto the shop\n"
)


class Site:
    """Pages of videos, and what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.reached = threading.Event()
        self.application = Starlette(
            routes=[
                Route("/watch/SMPLslow000", self.drips),
                Route("/watch/SMPLstuck00", self.drips),
                Route("/watch/{video}", self.watch),
                Route("/subtitles/{video}", self.subtitles),
                Route("/list/{name}", self.list),
                Route("/page/@quiet", lambda _: RedirectResponse(f"/page/channel/{CHANNEL}")),
                Route("/page/channel/{name}", self.channel),
            ]
        )

    def watch(self, request: Request) -> Response:
        """A video, or a refusal whose status is at the end of its id."""
        video = request.path_params["video"]
        self.asked.append(video)
        if video.startswith("SMPLhttp"):
            return PlainTextResponse("no", int(video[-3:]))
        if video == SHAKY and self.asked.count(SHAKY) == 1:
            return PlainTextResponse("try again", 503)
        if video == "SMPLgone000":
            return PlainTextResponse("gone", 404)
        if video == ODD:
            return HTMLResponse("<title>No video</title><p>Nothing here</p>")
        return HTMLResponse(page(video, "" if video == QUIET else f"/subtitles/{video}.vtt"))

    def subtitles(self, request: Request) -> Response:
        """What is said in a video."""
        if request.path_params["video"] == f"{STONE}.vtt":
            return PlainTextResponse("too many", 429)
        return PlainTextResponse(VTT, media_type="text/vtt")

    def list(self, request: Request) -> Response:
        """A list of videos."""
        name = request.path_params["name"]
        self.asked.append(f"list {name}")
        if name not in LISTS:
            return PlainTextResponse("no such list", 404)
        items = "".join(f"<item><title>x</title><link>{request.base_url}watch/{e}</link></item>" for e in LISTS[name])
        return Response(f"<rss><channel><title>{name}</title>{items}</channel></rss>", media_type="application/rss+xml")

    def channel(self, request: Request) -> Response:
        """The page of a channel."""
        name = request.path_params["name"]
        self.asked.append(f"channel {name}")
        return HTMLResponse(page(name, "")) if name in (CHANNEL, EMPTY) else PlainTextResponse("no", 404)

    async def drips(self, request: Request) -> Response:
        """A page that never ends, though it is never silent for long."""

        async def body() -> AsyncIterator[bytes]:
            while True:
                yield b"<p>"
                self.reached.set()
                await asyncio.sleep(0.02)

        return StreamingResponse(body(), media_type="text/html")


def page(title: str, subtitles: str) -> str:
    """A page with a video on it."""
    tracks = [{"kind": "captions", "file": subtitles, "label": "en"}] if subtitles else []
    player = {
        "file": f"/media/{title}.mp4",
        "title": f"About {title}",
        "description": "Slowly &amp; with water",
        "channel": "Quiet Tape Club",
        "pubdate": 1758925440,
        "duration": 754,
        "width": 1920,
        "height": 1080,
        "tracks": tracks,
    }
    return f'<html><title>x</title><script>jwplayer("player").setup({json.dumps(player)});</script></html>'
