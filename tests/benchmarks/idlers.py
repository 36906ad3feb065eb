"""Workers that do nothing, one of each kind, and one that tells when it began."""

from __future__ import annotations

import time

from core.models import Task, TaskResult
from core.workers import BaseWorker, WorkerFactory

BEGAN: dict[int, float] = {}
"""When a task of `Telling` was begun, on the clock of `time.perf_counter`, by its parameter ``n``."""


class Async(BaseWorker):
    """On the event loop."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True)


class Sync(BaseWorker):
    """In a thread."""

    def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True)


class CpuBound(BaseWorker):
    """In a process."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True)


class Telling(BaseWorker):
    """Notes when it begins."""

    async def process_task(self, task: Task) -> TaskResult:
        BEGAN[task.params["n"]] = time.perf_counter()
        return TaskResult(True)


KINDS: dict[str, type[BaseWorker]] = {"async": Async, "sync": Sync, "cpu-bound": CpuBound, "telling": Telling}


def factory_of(kind: str) -> WorkerFactory:
    """A factory whose only type is ``Nothing``, done by this kind of worker."""
    factory = WorkerFactory()
    factory.register("Nothing", KINDS[kind])
    return factory
