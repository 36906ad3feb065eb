"""Workers that write to the terminal in every way."""

from __future__ import annotations

import os
import sys

from core.workers import BaseWorker, Task, TaskResult, worker_factory

SCHEMA = {"type": "object"}


def scribble() -> TaskResult:
    print("scribbled", "\x1b[2J", flush=True)
    print("scribbled", file=sys.stderr, flush=True)
    for number in (1, 2):
        os.write(number, b"scribbled\x1b]0;scribbled\x07")
    os.system("echo scribbled; echo scribbled >&2")  # as a program that a worker starts does
    return TaskResult(True)


@worker_factory.register("PrintsInThread", version="1.0.0", param_schema=SCHEMA)
class PrintsInThread(BaseWorker):
    """Does so in the board's own process."""

    def process_task(self, task: Task) -> TaskResult:
        return scribble()


@worker_factory.register("PrintsInProcess", version="1.0.0", param_schema=SCHEMA)
class PrintsInProcess(BaseWorker):
    """Does so in a process of its own."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        return scribble()
