"""Ways to a TaskManager on which answers get lost, or are not what they should be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import Unreachable
from core.taskmanager.connect import Answer, Channel, Query

Fault = Callable[[], Answer]


class LosingChannel:
    """Carries requests to ``inner``; the next ones whose path fits are carried out, but their answers are lost."""

    def __init__(self, inner: Channel) -> None:
        self._inner = inner
        self._to_lose: list[tuple[str, bool]] = []
        self.sent: list[str] = []

    def lose(self, pattern: str, *, carried_out: bool = True) -> None:
        """Lose one answer to a path; not ``carried_out``: the request is lost before it does anything."""
        self._to_lose.append((pattern, carried_out))

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `Channel`."""
        self.sent.append(f"{method} {path}")
        fitting = next((each for each in self._to_lose if re.fullmatch(each[0], path) and method == "POST"), None)
        if fitting is None:
            return await self._inner.send(method, path, query, body, headers, timeout)
        self._to_lose.remove(fitting)
        if fitting[1]:
            await self._inner.send(method, path, query, body, headers, timeout)
        raise Unreachable("The TaskManager did not answer in time.", unclear=True)

    async def close(self) -> None:
        """As `Channel`."""
        await self._inner.close()


class Scripted:
    """Answers what it is told to, one after the other; the last one for ever."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `Channel`."""
        self.asked += 1
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        """As `Channel`."""


def said(data: Any, status: int = 200) -> Answer:
    """A success envelope."""
    return Answer(
        status, {}, json.dumps({"success": True, "message": "Success", "data": data, "timestamp": 1}).encode()
    )


def failed(error: str, status: int = 500, **headers: str) -> Answer:
    """An error envelope."""
    return Answer(status, headers, json.dumps({"success": False, "error": error, "timestamp": 1}).encode())
