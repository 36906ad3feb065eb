"""Workers that do not let the event loop go on, for the tests of what becomes of everybody else."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from core.workers import BaseWorker, Task, TaskResult, worker_factory


@worker_factory.register("Holding")
class Holding(BaseWorker):
    """Blocks the loop for some seconds, between two awaits; or until a file is there."""

    async def process_task(self, task: Task) -> TaskResult:
        await asyncio.sleep(0)
        if path := task.parameters.get("until"):
            while not Path(path).exists():  # noqa: ASYNC240 - that it blocks is the point
                time.sleep(0.01)  # noqa: ASYNC251 - so does this
        else:
            await self._deeper(task.parameters.get("seconds", 1.5))
        await asyncio.sleep(0)
        return TaskResult(True, {"pid": os.getpid()})

    async def _deeper(self, seconds: float) -> None:
        await asyncio.gather(asyncio.create_task(hold(seconds)))


async def hold(seconds: float) -> None:
    """In an asyncio.Task that the author started."""
    time.sleep(seconds)  # noqa: ASYNC251 - that it blocks is the point


@worker_factory.register("Looping")
class Looping(BaseWorker):
    """Computes for ever, on the loop."""

    async def process_task(self, task: Task) -> TaskResult:
        while True:
            pass


@worker_factory.register("Polite")
class Polite(BaseWorker):
    """Awaits for longer than a loop may be held."""

    async def process_task(self, task: Task) -> TaskResult:
        for _ in range(30):
            await asyncio.sleep(0.05)
        return TaskResult(True)
