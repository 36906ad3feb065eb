"""A TaskManager of the documented calls over HTTP, at which calls can be made to wait for each other."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager

PATIENCE = 10.0


class Meeting:
    """Passes requests on to ``service``. Notes how many of each path, and of each kind (the last word of a path), are
    under way at once. Those of a kind in ``gather`` wait until `let_go`, but for the first ones, as many as are
    ``passing``; `all_there` waits until so many do. Those of a path in ``fail`` get these statuses first."""

    def __init__(self, service: ObservedTaskManager) -> None:
        self.service = service
        self.gather: dict[str, int] = {}
        self.passing: Counter[str] = Counter()
        self.fail: dict[str, list[int]] = {}
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.most: Counter[str] = Counter()
        self.met = threading.Event()
        self._under_way: Counter[str] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = asyncio.Event()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The URL of its API, until the block ends."""
        with serving(self) as origin:
            yield f"{origin}/api"

    async def all_there(self) -> None:
        """Wait until as many calls are under way as are gathered."""
        assert await asyncio.to_thread(self.met.wait, PATIENCE), f"only {dict(self._under_way)} came together"

    def let_go(self) -> None:
        """Let all go on that wait. From any thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._open.set)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """As an ASGI application."""
        self._loop = asyncio.get_running_loop()
        path: str = scope["path"]
        kind = path.rpartition("/")[2]
        for name in {path, kind}:
            self._under_way[name] += 1
            self.most[name] = max(self.most[name], self._under_way[name])
        try:
            self.passing[kind] -= 1
            if kind in self.gather and self.passing[kind] < 0 and not self._open.is_set():
                if self._under_way[kind] >= self.gather[kind]:
                    self.met.set()
                async with asyncio.timeout(PATIENCE):
                    await self._open.wait()
            await self._answer(path, scope, receive, send)
        finally:
            for name in {path, kind}:
                self._under_way[name] -= 1

    async def _answer(self, path: str, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        if scope["method"] == "POST":
            self.bodies.append((path, json.loads(message["body"])))
        if status := next(iter(self.fail.get(path, [])), None):
            self.fail[path].pop(0)
            said = {"success": False, "error": "it stumbled", "timestamp": 1}
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(said).encode()})
            return

        async def again() -> Any:
            return message

        await self.service(scope, again, send)
