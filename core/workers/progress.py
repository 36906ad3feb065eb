"""Telling the TaskManager how far tasks are: at most twice a second a task, beside the work, never holding it up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field

from core.errors import ClaimLost, CoreError
from core.events import TaskProgressed
from core.models import utcnow
from core.workers.hand import Hand
from core.workers.ports import Publish, Tasks

SPACING = 0.5
"""Seconds between two progress reports to the server about one task."""


@dataclass(slots=True)
class Line:
    """What is known of the reports about one task in hand."""

    last: float = float("-inf")
    timer: asyncio.TimerHandle | None = None
    call: asyncio.Task[None] | None = None
    unsent: bool = field(default=False)


class ProgressTeller:
    """Publishes progress at once, and passes it on to the server; the newest word replaces those not yet sent.

    ``lose`` is told of a task that is not ours any more.
    """

    def __init__(self, tasks: Tasks, publish: Publish, lose: Callable[[Hand], None]) -> None:
        self._tasks = tasks
        self._publish = publish
        self._lose = lose
        self._lines: dict[Hand, Line] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def tell(self, hand: Hand) -> None:
        """Take up what a task in hand last said."""
        self._publish(TaskProgressed(hand.task.id, hand.worker_id, hand.percent, hand.message, utcnow()))
        line = self._lines.setdefault(hand, Line())
        line.unsent = True
        if line.timer is None and line.call is None:
            self._plan(hand, line)

    def forget(self, hand: Hand) -> None:
        """The task ended: its report says more than any progress."""
        line = self._lines.pop(hand, None)
        if line is not None and line.timer is not None:
            line.timer.cancel()

    async def close(self) -> None:
        """Wait for no call any more."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _plan(self, hand: Hand, line: Line) -> None:
        loop = asyncio.get_running_loop()
        # In a context of its own: what is logged about the call is not the task's.
        line.timer = loop.call_later(
            max(0.0, line.last + SPACING - loop.time()), self._start, hand, line, context=Context()
        )

    def _start(self, hand: Hand, line: Line) -> None:
        line.timer, line.unsent, line.last = None, False, asyncio.get_running_loop().time()
        line.call = asyncio.create_task(self._send(hand, line))
        self._calls.add(line.call)
        line.call.add_done_callback(self._calls.discard)

    async def send(self, hand: Hand) -> None:
        """Send now what a task in hand last said, though the server may know it. Raises `ClaimLost`, of which ``lose``
        is told too, and what the TaskManager says."""
        asked_at = utcnow()
        try:
            await self._tasks.update_progress(hand.task.id, hand.worker_id, hand.percent, hand.message or None)
        except ClaimLost:
            if not hand.ended:
                self._lose(hand)
            raise
        if hand.claim is not None and self._tasks.progress_renews:
            hand.claim.renew(asked_at)

    async def _send(self, hand: Hand, line: Line) -> None:
        with suppress(CoreError):  # the next word replaces this one, and the report does not depend on it
            await self.send(hand)
        line.call = None
        if line.unsent and hand in self._lines:
            self._plan(hand, line)
