"""Outcomes that are ready in the same turn of the event loop, settled together in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from core.models import TaskResult
from core.outcome import Outcome
from core.workers.ports import Settlement

Waiting = tuple[Outcome, "asyncio.Future[TaskResult]"]


class Collector:
    """Gathers what finishes while the loop turns, or while an earlier commit is under way, into one `settle` call."""

    def __init__(self, settlement: Settlement) -> None:
        self._settlement = settlement
        self._waiting: list[Waiting] = []
        self._planned = False
        self._commit: asyncio.Task[Sequence[TaskResult]] | None = None

    async def settle(self, outcome: Outcome) -> TaskResult:
        """Keep an outcome; returns what was kept, once that is durable. Raises what the settlement raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[TaskResult] = loop.create_future()
        self._waiting.append((outcome, future))
        if not self._planned and self._commit is None:
            self._planned = True
            loop.call_soon(self._start)
        return await future

    def _start(self) -> None:
        self._planned = False
        batch, self._waiting = self._waiting, []
        commit = self._commit = asyncio.create_task(self._commit_all([outcome for outcome, _ in batch]))
        commit.add_done_callback(partial(self._hand_out, batch))

    async def _commit_all(self, outcomes: Sequence[Outcome]) -> Sequence[TaskResult]:
        return await self._settlement.settle(outcomes)

    def _hand_out(self, batch: list[Waiting], commit: asyncio.Task[Sequence[TaskResult]]) -> None:
        self._commit = None
        fault = asyncio.CancelledError() if commit.cancelled() else commit.exception()
        answers = [fault] * len(batch) if fault is not None else commit.result()
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, asyncio.CancelledError):
                future.cancel()
            elif isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        if self._waiting:
            self._start()
