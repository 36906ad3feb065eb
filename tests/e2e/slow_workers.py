"""Workers for the tests of crashes: each task takes a while, saves two ideas, and notes that it ran."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from core.workers import BaseWorker, Task, TaskResult, worker_factory


@worker_factory.register("Slow", version="1.0.0", param_schema={"type": "object", "required": ["n"]})
class Slow(BaseWorker):
    """Saves one idea at once and one with its result; with ``fail`` it fails."""

    def process_task(self, task: Task) -> TaskResult:
        with Path(os.environ["RAN"]).open("a") as ran:
            ran.write(f"{task.id} {task.attempts} {os.getpid()}\n")
        number = task.parameters["n"]
        self.save({"title": f"early {number}"}, key="early")
        threading.Event().wait(task.parameters.get("seconds", 0.05))
        if task.parameters.get("fail"):
            return TaskResult(False, error="asked to fail")
        return TaskResult(True, data={"title": f"late {number}"}, items_processed=2)
