"""The two envelopes that every answer comes in, and their way onto the wire."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope, Send

from core.server.refusal import Refused
from core.server.times import iso

_NO_STORE = b"no-store, no-cache, must-revalidate, max-age=0"

_HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", _NO_STORE),
    (b"x-content-type-options", b"nosniff"),
]

_PAGE_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", _NO_STORE),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
]

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""A value as compact JSON text."""

decode = json.loads
"""JSON text that this server wrote itself, as a value."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the envelope's `data` and `message`. `written` are members of `data`, which is not empty
    then, that are JSON text already: what may be large is not read only to be written again."""

    data: Any
    message: str = "Success"
    status: int = 200
    written: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer without an envelope: a document as it is."""

    body: bytes
    is_page: bool = False
    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])


async def send_answer(scope: Scope, send: Send, answer: Answer | Plain, timestamp: int) -> None:
    """Send an answer; `timestamp` is in unix seconds."""
    if isinstance(answer, Plain):
        headers = (_PAGE_HEADERS if answer.is_page else _HEADERS) + answer.headers
        await _send(scope, send, answer.status, headers, answer.body)
        return
    data = encode(answer.data)
    if answer.written:
        members = "".join(f",{encode(name)}:{text}" for name, text in answer.written.items())
        data = f"{data[:-1]}{members}}}"
    body = f'{{"success":true,"message":{encode(answer.message)},"data":{data},"timestamp":{timestamp}}}'
    await _send(scope, send, answer.status, _HEADERS, body.encode())


async def send_refusal(scope: Scope, send: Send, refusal: Refused, timestamp: int) -> None:
    """Send an error answer: both `error` and `message` tell, readers look for either."""
    headers = _HEADERS + [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    await _send(scope, send, refusal.status, headers, error_body(refusal, timestamp))


def error_body(refusal: Refused, timestamp: int) -> bytes:
    """The error envelope as JSON; with a title it tells the time as the real service does there, in ISO 8601."""
    content: dict[str, Any] = {
        "success": False,
        "error": refusal.title or refusal.error,
        "message": refusal.error,
        "timestamp": iso(timestamp * 1000) if refusal.title else timestamp,
    }
    if refusal.details:
        content["details"] = refusal.details
    return encode(content | refusal.facts).encode("utf-8", "backslashreplace")


async def _send(scope: Scope, send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    if status != 204:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
