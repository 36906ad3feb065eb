"""A server that can be meddled with: what it answers to some calls is another thing than it would say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Instead:
    """The answer to every call whose path fits."""

    path: str
    status: int
    body: bytes = b'{"success": false, "error": "Meddled with", "timestamp": 1}'
    headers: Mapping[str, str] = field(default_factory=dict)


class Meddler:
    """An ASGI application around another; ``instead`` may be changed at any time."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.instead: list[Instead] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        path = str(scope["path"])
        wrong = next((each for each in self.instead if re.search(each.path, path)), None)
        if wrong is None:
            await self._application(scope, receive, send)
            return
        told = {"content-type": "application/json", **wrong.headers}
        headers = [(name.encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": wrong.status, "headers": headers})
        await send({"type": "http.response.body", "body": wrong.body})
