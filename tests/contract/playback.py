"""A playback TaskManager: answers each recorded request of the real service with its recorded answer, in order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.taskmanager.channel import Answer, Query

GOLDEN = Path(__file__).parent / "golden"

MEANT_ANYWAY = {"sort_by": "created_at", "sort_order": "ASC", "limit": "50", "offset": "0"}
"""What the service assumes where a request does not say it."""

IGNORED = {"priority", "is_active", "foo", "sort"}
"""Fields that the service does not read."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One exchange with the real service. ``body`` is None where the request had none, or one that is not JSON."""

    recording: str
    name: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    is_raw: bool
    status: int
    headers: Mapping[str, str]
    text: bytes
    said: Any

    def __str__(self) -> str:
        return f"{self.recording}: {self.name}"

    @property
    def data(self) -> Any:
        """The ``data`` of a successful answer."""
        return self.said.get("data") if isinstance(self.said, dict) else None


def recordings() -> list[str]:
    """The names of all recordings."""
    return sorted(path.stem for path in GOLDEN.glob("*.json"))


@cache
def recorded(name: str) -> list[Recorded]:
    """The exchanges of a recording, in order."""
    return [exchange(name, each) for each in json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))]


def exchange(recording: str, told: Mapping[str, Any]) -> Recorded:
    """One exchange as it is in the file."""
    request, response = told["request"], told["response"]
    path = urlsplit(request["path"])
    body = response["body"]
    is_json = response.get("body_is_json", True)
    text = json.dumps(body, ensure_ascii=False).encode() if is_json else str(body).encode()
    raw = request.get("body_raw")
    return Recorded(
        recording=recording,
        name=told["name"],
        method=request["method"],
        path=request["path"].split("?")[0].removeprefix("/api") if path.query else request["path"].removeprefix("/api"),
        query=dict(parse_qsl(path.query, keep_blank_values=True)),
        body=request.get("body") if raw is None else read_raw(raw),
        is_raw=raw is not None,
        status=response["status"],
        headers=response["headers"],
        text=text,
        said=body if is_json else None,
    )


def read_raw(raw: Any) -> Any:
    """A literal request body, if it is a JSON object as anyone would write it."""
    try:
        found = json.loads(written_out(raw))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def written_out(raw: Any) -> str:
    """A literal with its repetitions carried out."""
    if isinstance(raw, dict) and "$repeat" in raw:
        piece, times = raw["$repeat"]
        return piece * times
    if isinstance(raw, dict):
        return "".join(written_out(piece) for piece in raw["$concat"])
    return str(raw)


class Playback:
    """Answers the exchange that it was told to expect; a `Channel`, and an ASGI application for real HTTP.

    Other questions that a client asks by itself are answered beside the script: what the server can do, and again
    what was read before. ``asked`` counts the expected requests that came.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.keys: list[str | None] = []
        self._expected: Recorded | None = None
        self._last: dict[str, Recorded] = {}
        self._document = next(each for each in recorded("01_health_docs_cors") if each.path == "/openapi.json")
        self._empty_list = next(each for each in recorded("02_auth") if each.path == "/tasks" and each.status == 200)

    def expect(self, exchange: Recorded) -> None:
        """Answer with this one next."""
        self._expected = exchange
        self.asked = 0

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Recorded:
        """The recorded answer to a request."""
        expected = self._expected
        assert expected is not None
        if (method, path) != (expected.method, expected.path) or meaning(query) != meaning(expected.query):
            return self._beside(method, path, query)
        assert meaning(body) == meaning(expected.body)
        self.asked += 1
        self._last[path] = expected
        return expected

    def _beside(self, method: str, path: str, query: Mapping[str, str]) -> Recorded:
        """What the service said to a question that the script does not expect now."""
        assert method == "GET", f"{method} {path} is not what was recorded"
        if path == "/openapi.json":
            return self._document
        if path == "/tasks" and query.keys() == {"limit"}:
            return self._empty_list
        return self._last[path]

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `core.taskmanager.channel.Channel`."""
        sent = {name: str(value) for name, value in query.items()}
        found = self.answer(method, path, sent, json.loads(body) if body is not None else None)
        return Answer(found.status, found.headers, found.text)

    async def close(self) -> None:
        """Nothing is held."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The same over HTTP."""
        message = await receive()
        body = json.loads(message["body"]) if message["body"] else None
        self.keys.append(dict(scope["headers"]).get(b"x-api-key", b"").decode() or None)
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        found = self.answer(scope["method"], scope["path"].removeprefix("/api"), query, body)
        kept = [(n.encode(), v.encode()) for n, v in found.headers.items() if n != "content-length"]
        await send({"type": "http.response.start", "status": found.status, "headers": kept})
        await send({"type": "http.response.body", "body": found.text})


def meaning(said: Any) -> Any:
    """A request without what goes without saying: defaults, empty values, fields that the service ignores."""
    if not isinstance(said, Mapping):
        return {}
    kept = {name: plain(name, value) for name, value in said.items() if name not in IGNORED}
    return {name: value for name, value in kept.items() if value not in (None, "") and value != MEANT_ANYWAY.get(name)}


def plain(name: str, value: Any) -> Any:
    """A value as the service reads it."""
    text = value.strip() if isinstance(value, str) else value
    return text.upper() if name == "sort_order" and isinstance(text, str) else text
