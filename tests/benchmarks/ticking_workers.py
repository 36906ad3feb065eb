"""A worker that says how far it is about a thousand times a second, until it is told to stop."""

import asyncio

from core.models import Task, TaskResult
from core.workers import BaseWorker, worker_factory

AT_ONCE, PAUSE = 10, 0.01


@worker_factory.register("Ticks", version="1.0.0", param_schema={"type": "object"})
class Ticks(BaseWorker):
    """Never ends by itself."""

    async def process_task(self, task: Task) -> TaskResult:
        """Say something, again and again."""
        said = 0
        while not self.is_cancelled:
            for _ in range(AT_ONCE):
                said += 1
                self.report_progress(said % 100, f"said {said} things")
            await asyncio.sleep(PAUSE)
        return TaskResult(True)
