"""yt-dlp, told to read and to do nothing else: it writes no file, prints nothing, and reads no settings of its own."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from threading import Event
from typing import Any, cast

from yt_dlp import YoutubeDL
from yt_dlp.networking import HEADRequest, Request
from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError

from core.sources.subtitles import Track, plain_text, tracks

LARGEST = 8_000_000
"""Bytes of subtitles that are read."""
PIECE = 65_536

log = logging.getLogger("yt_dlp")
log.addHandler(logging.NullHandler())  # or Python would print warnings where nobody has set up logging


class Voice:
    """What yt-dlp would print goes to the log instead, each sentence once. What it does is of interest, not urgent."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def debug(self, message: str) -> None:
        """It tells all that it does through this."""
        self._say(logging.DEBUG if message.startswith("[debug] ") else logging.INFO, message)

    def warning(self, message: str) -> None:
        """Something is amiss."""
        self._say(logging.WARNING, message)

    def error(self, message: str) -> None:
        """Something failed; the error is raised too."""
        self._say(logging.WARNING, message)

    def _say(self, level: int, message: str) -> None:
        if message.strip() and message not in self._said:
            self._said.add(message)
            log.log(level, "%s", message)


def options(timeout: float, extractors: tuple[str, ...], first: int) -> dict[str, object]:
    """The options of a reader that takes the ``first`` entries of a list."""
    return {
        "logger": Voice(),
        "color": "never",
        "noprogress": True,
        "simulate": True,
        "cachedir": False,
        "socket_timeout": timeout,
        "extractor_retries": 1,
        "allowed_extractors": [*extractors, "end"],  # "end" says of the rest that it cannot be read
        "extractor_args": {"youtube": {"skip": ["hls", "dash", "translated_subs"]}},
        "js_runtimes": {},  # only who plays a video needs one
        "format": "b*",  # the usual choice would look for ffmpeg
        "noplaylist": True,
        "extract_flat": "in_playlist",
        "playlist_items": "0" if first == 0 else f":{first}",
    }


class Reader(YoutubeDL):
    """Reads pages for one run of calls, one at a time. After `leave`, and after its time, it asks for nothing more."""

    def __init__(self, timeout: float, extractors: tuple[str, ...], first: int) -> None:
        """``timeout``: seconds that a server may be silent; ``first``: how much of a list is read, 0 only its title."""
        os.environ.setdefault("YTDLP_NO_PLUGINS", "1")  # they come from folders of the user's, and may print
        self._left = Event()
        self._opened: list[Any] = []
        super().__init__(cast("Any", options(timeout, extractors, first)))

    def leave(self) -> None:
        """Nobody waits for its answer any more."""
        self._left.set()

    def urlopen(self, req: Any) -> Any:
        """Open an address, as every part of yt-dlp does it."""
        if self._left.is_set():
            raise TransportError("no time is left")
        try:
            response = cast("Any", super().urlopen(req))
        except HTTPError as refusal:
            self._opened.append(refusal)
            raise
        self._opened.append(response)
        return response

    def close(self) -> None:
        """End its connections."""
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        """Close what was answered so far: yt-dlp leaves refusals open, and a long run would hold all of its pages."""
        while self._opened:
            self._opened.pop().close()

    def reach(self, address: str) -> None:
        """See that something answers there. Raises what yt-dlp raises when nothing does, or a refusal."""
        try:
            self.urlopen(HEADRequest(address))
        finally:
            self._let_go()

    def page(self, address: str) -> object:
        """What is known of a list, or of a channel."""
        try:
            return cast("object", self.extract_info(address, download=False))
        finally:
            self._let_go()

    def video(self, address: str) -> object:
        """What is known of a video. That nothing of it could be played does not matter, unless YouTube says why."""
        try:
            self.params["ignore_no_formats_error"] = False
            found = cast("Any", self.extract_info(address, download=False, process=False))
            self.params["ignore_no_formats_error"] = True
            return cast("object", self.process_ie_result(found, download=False))
        finally:
            self._let_go()

    def content(self, info: object, seconds: float) -> str:
        """The text of the subtitles, empty where there are none that can be read; that is told in the log."""
        until = time.monotonic() + seconds
        for track in tracks(cast("Mapping[str, object]", info)) if isinstance(info, Mapping) else []:
            try:
                text = plain_text(track.data or self._fetched(track, until), track.kind)
            except (RequestError, ValueError) as fault:
                log.warning("Subtitles left out: %s", fault)
                continue
            if text:
                return text
        return ""

    def _fetched(self, track: Track, until: float) -> str:
        """The text of a track. Raises `ValueError` when it is too large, or not there in time."""
        found = bytearray()
        response = self.urlopen(Request(track.url))
        try:
            while piece := cast("bytes", response.read(PIECE)):
                found += piece
                if len(found) > LARGEST:
                    raise ValueError(f"they are larger than {LARGEST:,} bytes")
                if time.monotonic() > until:
                    raise ValueError("they did not come in time")
        finally:
            response.close()
        return found.decode("utf-8", "replace")
