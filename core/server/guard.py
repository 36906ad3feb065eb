"""Who may come in: the key where one is configured, else nobody from a foreign page or host."""

import hmac
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from core.server.envelope import send_refusal
from core.server.refusal import Refused

EMBEDDED = ("embedded", 0)
"""`scope["client"]` of a caller in the same process: it is no browser, so no page can be behind it."""

OPEN = ("/health", "/openapi.json", "/docs", "/docs/")
"""Paths below the root of the API that need no key."""


class Guard:
    """An ASGI application that lets requests through to another one, or refuses them."""

    def __init__(self, inner: ASGIApp, api_key: str | None, clock: Callable[[], float]) -> None:
        self._inner = inner
        self._key = api_key.encode() if api_key else None
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request."""
        if scope["type"] == "http":
            try:
                self._check(scope)
            except Refused as refusal:
                await send_refusal(scope, send, refusal, int(self._clock()))
                return
        await self._inner(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        if self._key is not None:
            self._check_key(scope, self._key)
        elif scope.get("client") != EMBEDDED:
            self._check_origin(scope)

    def _check_key(self, scope: Scope, key: bytes) -> None:
        if scope["method"] == "OPTIONS" or without_prefix(scope["path"]) in OPEN:
            return
        given = _header(scope, b"x-api-key")
        if given is None:
            raise Refused(401, "The X-API-Key header is missing")
        if not hmac.compare_digest(given, key):
            raise Refused(401, "The X-API-Key is wrong")

    def _check_origin(self, scope: Scope) -> None:
        host = (_header(scope, b"host") or b"").decode("latin-1").lower()
        if not _is_loopback(host):
            raise Refused(403, "This TaskManager has no key, so it answers only to names of this machine")
        origin = _header(scope, b"origin")
        if origin is not None and urlsplit(origin.decode("latin-1").lower()).netloc != host:
            raise Refused(403, "This TaskManager has no key, so it does not answer to other web pages")


def without_prefix(path: str) -> str:
    """A path without the `/api` that it may start with."""
    return path[4:] or "/" if path == "/api" or path.startswith("/api/") else path


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return value
    return None


def _is_loopback(authority: str) -> bool:
    try:
        name = urlsplit(f"//{authority}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
