"""The way to a TaskManager: over HTTP, or by calling the embedded ASGI application directly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from core.errors import CoreError, DatabaseUnusable, ServerFault, Unreachable
from core.taskmanager.channel import Answer, Channel, Query

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""


def remote(url: str, key: str) -> Channel:
    """The way to a TaskManager at ``url`` (its API root), with its key in the ``X-API-Key`` header."""
    from core.taskmanager.over_http import HttpChannel

    return HttpChannel(url, key)


def embedded(path: Path, *, claim_timeout: float) -> Channel:
    """The way to the embedded TaskManager on the database file ``path``, opened at the first call."""
    return EmbeddedChannel(path, claim_timeout)


class DirectChannel:
    """Calls an ASGI application with a hand-built scope: no socket, no HTTP library. Works from any event loop.

    There is no time-out of its own: the application bounds its waits, and must not be cut off inside a transaction.
    """

    def __init__(self, application: Application, *, root: str = "/api") -> None:
        self._application = application
        self._root = root

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Call the application once and collect its answer, which stands even when the application fails after it."""
        exchange = Exchange(body or b"")
        scope = request_scope(method, self._root + path, query, body, headers)
        try:
            await self._application(scope, exchange.receive, exchange.send)
        except Exception:  # an answer that has begun is the application's word; its fault is logged
            if not exchange.begun:
                raise
            logging.getLogger("prismq").exception("The embedded TaskManager failed on %s %s", method, path)
        return exchange.answer()

    async def close(self) -> None:
        """Nothing is held."""


class EmbeddedChannel:
    """Opens the embedded TaskManager at the first call and calls it directly."""

    def __init__(self, path: Path, claim_timeout: float) -> None:
        self._path = path
        self._claim_timeout = claim_timeout
        self._database: Any = None
        self._direct: DirectChannel | None = None

    def __repr__(self) -> str:
        return f"embedded({str(self._path)!r})"

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Call the embedded TaskManager. Raises `DatabaseUnusable` when its file cannot be opened or used,
        `ServerFault` when it fails without an answer."""
        from core.server.database import DatabaseProblem

        try:
            direct = self._direct or self._open()
            return await direct.send(method, path, query, body, headers, timeout)
        except DatabaseProblem as problem:
            raise DatabaseUnusable(f"The TaskManager's database {self._path} cannot be used: {problem}") from problem
        except CoreError:
            raise
        except Exception as fault:
            raise ServerFault(
                f"The embedded TaskManager failed at {method} {path} without an answer ({type(fault).__name__}): this "
                "is a fault of this program.",
                temporary=False,
                unclear=True,
            ) from fault

    def _open(self) -> DirectChannel:
        from core.server.app import create_app
        from core.server.database import Database

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise DatabaseUnusable(f"The folder {self._path.parent} cannot be made: {fault.strerror}.") from fault
        self._database = Database.open(self._path)
        self._direct = DirectChannel(create_app(self._database, claim_timeout=self._claim_timeout))
        return self._direct

    async def close(self) -> None:
        """Close the database, unless others in this process still use it."""
        database, self._database, self._direct = self._database, None, None
        if database is not None:
            database.close()


class Exchange:
    """One request and its answer, as an ASGI application sees them."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []

    @property
    def begun(self) -> bool:
        """Whether the answer has begun."""
        return self._status > 0

    async def receive(self) -> Message:
        """The body, once; after that the caller simply stays connected."""
        if self._body is None:
            await asyncio.get_running_loop().create_future()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def answer(self) -> Answer:
        """The whole answer. Raises `Unreachable` when there was none."""
        if not self._status:
            raise Unreachable("The embedded TaskManager gave no answer.", unclear=True)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self._headers}
        return Answer(self._status, headers, b"".join(self._parts))


def request_scope(method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str]) -> Message:
    """The ASGI scope of a request; ``path`` may hold percent-encoded segments."""
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    pairs.append((b"host", b"localhost"))
    if body is not None:
        pairs.append((b"content-length", str(len(body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": decoded(path) if "%" in path else path,
        "raw_path": path.encode("ascii"),
        "query_string": urlencode(query).encode("ascii") if query else b"",
        "root_path": "",
        "headers": pairs,
        "client": ("embedded", 0),
        "server": ("localhost", 0),
    }


def decoded(path: str) -> str:
    """The path with its percent escapes resolved, as servers hand it over."""
    from urllib.parse import unquote

    return unquote(path)
