"""Who may come in: bodies that fit, within the rate limit, with the key; without one nobody from elsewhere."""

import hmac
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.server.body import refuse_large
from core.server.envelope import send_refusal
from core.server.rate_limit import RateLimit
from core.server.refusal import Refused

EMBEDDED = ("embedded", 0)
"""`scope["client"]` of a caller in the same process: it is no browser, so no page can be behind it."""

DOCUMENTS = ("/openapi.json", "/docs")
"""Paths below the root of the API that are never counted."""

OPEN = ("/health", *DOCUMENTS)
"""Paths that need no key."""


MEANT = b"x-taskmanager-id"
"""The header by which a client says which TaskManager it means: the `server_id` that `/health` told it."""


class Guard:
    """An ASGI application that lets requests through to another one, or refuses them.

    The order of its checks is the real service's: the announced size of the body, the rate, the key; then whether
    ``server_id`` is the TaskManager that was meant, where the request says so.
    """

    def __init__(
        self,
        inner: ASGIApp,
        api_key: str | None,
        max_body: int,
        rate: RateLimit | None,
        clock: Callable[[], float],
        server_id: str,
    ) -> None:
        self._inner = inner
        self._server_id = server_id.encode()
        self._max_body = max_body
        self._rate = rate
        self._key = api_key.encode() if api_key else None
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request."""
        if scope["type"] == "http":
            try:
                send = self._counted(scope, send)
                self._check(scope)
                self._check_meant(scope)
            except Refused as refusal:
                await send_refusal(scope, send, refusal, int(self._clock()))
                return
        await self._inner(scope, receive, send)

    def _counted(self, scope: Scope, send: Send) -> Send:
        path = without_prefix(scope["path"])
        if scope["method"] == "OPTIONS" or path.rstrip("/") in DOCUMENTS:
            return send
        refuse_large(scope, self._max_body)
        if self._rate is None:
            return send
        client = scope.get("client") or EMBEDDED
        return _adding(self._rate.count(client[0], path.rstrip("/"), self._clock()), send)

    def _check(self, scope: Scope) -> None:
        if self._key is not None:
            self._check_key(scope, self._key)
        elif scope.get("client") != EMBEDDED:
            self._check_origin(scope)

    def _check_meant(self, scope: Scope) -> None:
        meant = _header(scope, MEANT)
        if meant is not None and meant != self._server_id:
            raise Refused(421, "Another TaskManager was meant: this one has other tasks")

    def _check_key(self, scope: Scope, key: bytes) -> None:
        if scope["method"] == "OPTIONS" or without_prefix(scope["path"]).rstrip("/") in OPEN:
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


def _adding(headers: dict[str, str], send: Send) -> Send:
    added = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return send_with_headers


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
