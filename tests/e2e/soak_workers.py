"""Workers for the soak: they save ideas at once and with their results, and fail when they are asked to."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path
from typing import Any

from core.workers import BaseWorker, Task, TaskResult, worker_factory

SCHEMA = {"type": "object", "required": ["n", "seconds", "early", "late"]}
"""``early`` ideas are saved by `self.save`, ``late`` ones by the result; ``fails`` is ``always`` or ``first``;
``source`` names a source of one more idea in the result."""


class Soaked(BaseWorker):
    """What the workers below have in common."""

    def begin(self, task: Task) -> None:
        """Note that the task runs, and save the early ideas."""
        with Path(os.environ["RAN"]).open("a") as ran:
            pid = os.getppid() if self.cpu_bound else os.getpid()
            ran.write(f"{task.id} {task.attempts} {pid}\n")
        for number in range(task.parameters["early"]):
            self.save({"title": f"{task.parameters['n']} early {number}"}, key=f"early {number}")
        self.report_progress(50, "half of it")

    def end(self, task: Task) -> TaskResult:
        """The result, with the late ideas in it."""
        asked: dict[str, Any] = dict(task.parameters)
        fails = asked.get("fails")
        if fails == "always" or (fails == "first" and task.attempts == 1):
            raise RuntimeError("asked to fail")
        items = [{"title": f"{asked['n']} late {number}"} for number in range(asked["late"])]
        if (source := asked.get("source")) is not None:
            items.append({"title": f"source {source}", "source_platform": "soak", "source_id": str(source)})
        data = items[0] if len(items) == 1 else {"items": items}
        return TaskResult(True, data=data, items_processed=len(items))


@worker_factory.register("Soak.Thread", version="1.0.0", param_schema=SCHEMA)
class InThread(Soaked):
    """Works in a thread."""

    def process_task(self, task: Task) -> TaskResult:
        self.begin(task)
        threading.Event().wait(task.parameters["seconds"])
        return self.end(task)


@worker_factory.register("Soak.Async", version="1.0.0", param_schema=SCHEMA)
class OnLoop(Soaked):
    """Works on the event loop."""

    async def process_task(self, task: Task) -> TaskResult:
        self.begin(task)
        await asyncio.sleep(task.parameters["seconds"])
        return self.end(task)


@worker_factory.register("Soak.Cpu", version="1.0.0", param_schema=SCHEMA)
class InProcess(Soaked):
    """Keeps a processor busy."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        self.begin(task)
        until = time.process_time() + task.parameters["seconds"] / 10
        while time.process_time() < until:
            sum(range(1000))
        return self.end(task)
