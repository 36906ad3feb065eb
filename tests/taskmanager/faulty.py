"""Ways to a TaskManager on which answers get lost, come in another order, or are not what they should be."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from core.errors import Unreachable
from core.taskmanager.channel import Answer, Channel, Query


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


class Backwards:
    """Carries requests to ``inner``; the next claims, so many ``together``, when all are there: the last one first."""

    def __init__(self, inner: Channel) -> None:
        self._inner = inner
        self._waiting: list[asyncio.Event] = []
        self.together = 1

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `Channel`."""
        if path != "/tasks/claim":
            return await self._inner.send(method, path, query, body, headers, timeout)
        turn = asyncio.Event()
        self._waiting.append(turn)
        if len(self._waiting) == self.together:
            self.together = 1
            self._waiting.pop().set()
        await turn.wait()
        try:
            return await self._inner.send(method, path, query, body, headers, timeout)
        finally:
            if self._waiting:
                self._waiting.pop().set()

    async def close(self) -> None:
        """As `Channel`."""
        await self._inner.close()


class Trouble(Enum):
    """What can go wrong on the way of one request."""

    NONE = "it arrives, and so does its answer"
    NOT_REACHED = "no connection can be made"
    LOST_BEFORE = "it is lost, and nobody knows where"
    LOST_AFTER = "it is carried out, and its answer is lost"
    CUT = "it is carried out, and its answer breaks off in the middle of the body"
    LATE = "it seems to be lost, and is carried out after some of the next ones"
    TWICE = "it is carried out twice, and the first answer comes"
    TWICE_LAST = "it is carried out twice, and the second answer comes"


@dataclass
class Delayed:
    """A request that will arrive after so many others."""

    after: int
    deliver: Callable[[], Awaitable[Answer]]


class TroubledChannel:
    """Carries requests to ``inner`` with the troubles that are drawn for them, each with a share from 0 to 1: of the
    body that comes through, or of how late the request is. ``arrived_late`` counts those that were."""

    def __init__(self, inner: Channel, draw: Callable[[], tuple[Trouble, float]]) -> None:
        self._inner = inner
        self._draw = draw
        self._delayed: list[Delayed] = []
        self.arrived_late = 0

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `Channel`."""
        await self.pass_on(1)

        async def deliver() -> Answer:
            return await self._inner.send(method, path, query, body, headers, timeout)

        return await self._carry(deliver, *self._draw())

    async def _carry(self, deliver: Callable[[], Awaitable[Answer]], trouble: Trouble, share: float) -> Answer:
        match trouble:
            case Trouble.NONE:
                return await deliver()
            case Trouble.CUT:
                answer = await deliver()
                return Answer(answer.status, answer.headers, answer.body[: int(share * len(answer.body))])
            case Trouble.TWICE | Trouble.TWICE_LAST:
                first, last = await deliver(), await deliver()
                return first if trouble is Trouble.TWICE else last
            case Trouble.LATE:
                self._delayed.append(Delayed(1 + int(share * 5), deliver))
            case Trouble.LOST_AFTER:
                await deliver()
            case Trouble.NOT_REACHED:
                raise Unreachable("The TaskManager cannot be reached.")
            case Trouble.LOST_BEFORE:
                await asyncio.sleep(0)
        raise Unreachable("The TaskManager did not answer in time.", unclear=True)

    async def pass_on(self, requests: int) -> None:
        """Let those arrive that are overdue now that so many more requests have passed."""
        for each in tuple(self._delayed):
            each.after -= requests
            if each.after <= 0:
                self._delayed.remove(each)
                self.arrived_late += 1
                await each.deliver()

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
