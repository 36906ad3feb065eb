"""Workers that the tests use; importable, so that spawned processes find them."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from core.models import Task, TaskResult
from core.workers import BaseWorker


class Async(BaseWorker):
    """Answers at once, on the loop."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"n": task.parameters.get("n")}, items_processed=1)


class Blocking(BaseWorker):
    """Answers from a thread."""

    def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"thread": threading.current_thread() is threading.main_thread()})


class Told(BaseWorker):
    """Does what the test tells it to, in a thread."""

    does: Callable[[BaseWorker, Task], Any] = staticmethod(lambda worker, task: TaskResult(True))

    def process_task(self, task: Task) -> TaskResult:
        return type(self).does(self, task)


class Waiting(BaseWorker):
    """Waits on the loop until it is let go; tells how many wait."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.go = asyncio.Event()
        self.started: list[int] = []

    async def process_task(self, task: Task) -> TaskResult:
        self.started.append(task.id)
        await self.go.wait()
        return TaskResult(True)


class Computing(BaseWorker):
    """Keeps a processor busy, in a process of its own."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        what = task.parameters.get("what")
        if what == "die":
            os._exit(task.parameters.get("code", 3))
        if what == "raise":
            raise ValueError("too hard")
        if what == "hang":
            self.report_progress(1, "hanging")
            while not self.is_cancelled:
                time.sleep(0.01)
            time.sleep(60)
        if what == "wait for cancel":
            self.report_progress(1)
            while not self.is_cancelled:
                time.sleep(0.01)
        self.report_progress(50, "half")
        if what == "save":
            self.save({"title": "from a process", "source_platform": "p", "source_id": "1"})
        return TaskResult(True, {"pid": os.getpid(), "sum": sum(range(1000)), "saved": self.saved()})


class LogsInProcess(BaseWorker):
    """Logs in a process of its own: ``lines`` lines, then whatever ``what`` says."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        log = logging.getLogger("author.process")
        for number in range(task.parameters.get("lines", 3)):
            log.info("task %d line %d", task.id, number)
        if task.parameters.get("what") == "die":
            os._exit(3)
        while task.parameters.get("what") == "wait" and not self.is_cancelled:
            time.sleep(0.01)
        return TaskResult(True)
