"""The application: calls in, envelopes out. Starts and ends without lifespan events."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from core.server import docs_page, openapi
from core.server.body import ClientGone, parse_body, read_body
from core.server.database import Database
from core.server.envelope import Answer, Plain, error_body, send_answer, send_refusal
from core.server.guard import Guard, without_prefix
from core.server.problem import DatabaseBusy, DatabaseProblem
from core.server.rate_limit import RateLimit
from core.server.refusal import Refused
from core.server.routes import OPERATIONS, Handler
from core.server.service import Call, Service


def create_app(
    database: Database,
    *,
    api_key: str | None = None,
    claim_timeout: float = 300,
    max_attempts: int = 3,
    max_body: int = 1 << 20,
    rate_limit: tuple[int, float] | None = None,
    clock: Callable[[], float] = time.time,
) -> "TaskManager":
    """The TaskManager on an open database, at `/api` and at the root.

    `claim_timeout` is in seconds, `max_body` in bytes, `clock` gives seconds since 1970. `rate_limit` is how many
    requests a client may make to one path in how many seconds; None allows any number. Without `api_key` no key is
    asked for, but foreign `Origin` and `Host` headers are refused, unless `scope["client"]` is `("embedded", 0)`.
    The database stays the caller's to close.
    """
    service = Service(database, round(claim_timeout * 1000), max_attempts, clock)
    return TaskManager(service, api_key, max_body, None if rate_limit is None else RateLimit(*rate_limit))


class TaskManager:
    """An ASGI application. `service` is what it works with."""

    def __init__(self, service: Service, api_key: str | None, max_body: int, rate: RateLimit | None) -> None:
        self.service = service
        router = Router(_routes(service, max_body), redirect_slashes=False, default=self._not_found)
        guard = Guard(_Locate(router), api_key, max_body, rate, service.clock, service.database.server_id)
        self._app = ServerErrorMiddleware(guard, handler=self._broken)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def stop_waiting(self) -> None:
        """Have every long poll answer at once, those to come too. May be called from any thread."""
        self.service.stopping.set()
        self.service.database.ring()

    async def _not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send_refusal(scope, send, Refused(404, "Endpoint not found"), int(self.service.clock()))

    def _broken(self, request: Request, error: Exception) -> Response:
        body = error_body(Refused(500, "Internal server error"), int(self.service.clock()))
        return Response(body, 500, media_type="application/json", headers={"cache-control": "no-store"})


@dataclass(frozen=True, slots=True)
class _Locate:
    """Finds the path that routes know: as it was sent (still encoded), without `/api` and a last slash."""

    router: Router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope.get("raw_path")
            sent = raw.decode("latin-1") if raw else quote(scope["path"])
            path = without_prefix(sent).rstrip("/") or "/"
            scope = {**scope, "path": path, "root_path": ""}
        await self.router(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """One path: reads the request, has the method's handler answer it, sends the envelope."""

    service: Service
    handlers: dict[str, Handler]
    max_body: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive)
        except Refused as refusal:
            await send_refusal(scope, send, refusal, int(self.service.clock()))
        except DatabaseBusy as busy:
            await self._unavailable(scope, send, busy, {"retry-after": "1"})
        except DatabaseProblem as problem:
            await self._unavailable(scope, send, problem, {})
        except ClientGone:
            return
        else:
            await send_answer(scope, send, answer, int(self.service.clock()))

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | Plain:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        handler = self.handlers.get(method)
        if handler is None:
            return self._other_method(method)
        body: dict[str, Any] = {}
        if method == "POST":
            body = parse_body(await read_body(scope, receive, self.max_body))
        path = {name: _decoded(value) for name, value in scope["path_params"].items()}
        return await handler(self.service, Call(path, _query(scope["query_string"]), body, receive))

    def _other_method(self, method: str) -> Plain:
        with_head = {"HEAD"} if "GET" in self.handlers else set[str]()
        allow = ", ".join(sorted({*self.handlers, *with_head, "OPTIONS"}))
        if method == "OPTIONS":
            return Plain(b"", status=204, headers=[(b"allow", allow.encode())])
        raise Refused(405, f"Method not allowed. Allowed: {allow}", headers={"allow": allow})

    async def _unavailable(self, scope: Scope, send: Send, problem: DatabaseProblem, headers: dict[str, str]) -> None:
        refusal = Refused(503, str(problem), headers=headers)
        await send_refusal(scope, send, refusal, int(self.service.clock()))


def _routes(service: Service, max_body: int) -> list[Route]:
    handlers: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        handlers.setdefault(operation.path, {})[operation.method] = operation.handler
    handlers["/openapi.json"] = {"GET": _document}
    handlers["/docs"] = {"GET": _page}
    return [
        Route(path.replace("{name}", "{name:path}"), _Endpoint(service, methods, max_body))
        for path, methods in handlers.items()
    ]


async def _document(service: Service, call: Call) -> Plain:
    return Plain(openapi.document())


async def _page(service: Service, call: Call) -> Plain:
    return Plain(docs_page.page(), is_page=True)


def _decoded(said: str) -> str:
    try:
        return unquote(said, errors="strict")
    except UnicodeDecodeError:
        raise Refused(404, "Endpoint not found") from None


def _query(sent: bytes) -> dict[str, str]:
    if not sent:
        return {}
    try:
        return dict(parse_qsl(sent.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100))
    except ValueError:
        raise Refused(400, "The query string is not percent-encoded UTF-8, or has over 100 fields") from None
