"""The workers of the cases: they do as the parameters of their tasks say, and as a test switches them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, ClassVar

from core.models import Task, TaskResult
from core.workers import BaseWorker, WorkerFactory

LONGEST = 20.0
"""Seconds that code holds anything up, at most."""


class Switches:
    """What the workers of a case look at: set from the test, while they run."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        """Tasks with ``gate`` wait for it."""
        self.let_go = threading.Event()
        """Code that cannot be told to stop waits for it."""
        self.mended = False
        """Tasks with ``error`` succeed from now on."""
        self.done: list[int] = []
        """Tasks in the order in which they were done."""


class Job(BaseWorker):
    """Waits for the gate, fails with an error that differs by the attempt where that has ``{n}``, or is done."""

    switches: ClassVar[Switches]

    async def process_task(self, task: Task) -> TaskResult:
        told, switches = task.parameters, self.switches
        if told.get("gate"):
            await switches.gate.wait()
        if (error := told.get("error")) and not switches.mended:
            return TaskResult(False, error=str(error).replace("{n}", "abc"[task.attempts - 1] * 9))
        switches.done.append(task.id)
        return TaskResult(True, {"n": told.get("n"), "text": "x" * told.get("size", 0)}, items_processed=1)


class Other(Job):
    """Another type."""


class Greedy(Job):
    """Needs a parameter that its type did not ask for in the beginning."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"word": task.parameters["word"].upper()})


class Deaf(Job):
    """Runs in a thread; at its first attempt it does not stop when it is told to."""

    def process_task(self, task: Task) -> TaskResult:
        if task.parameters.get("gate") and task.attempts == 1:
            self.switches.let_go.wait(LONGEST)
        return TaskResult(True)


class Holding(Job):
    """Does not let the event loop go on."""

    async def process_task(self, task: Task) -> TaskResult:
        self.switches.let_go.wait(LONGEST)
        return TaskResult(True)


class Sourced(Job):
    """Needs a source."""

    needs_source = True

    def __init__(self, *, source: Any, **more: Any) -> None:
        super().__init__(**more)


def workers_for(switches: Switches) -> WorkerFactory:
    """These workers, with switches of their own."""
    factory = WorkerFactory()
    for kind in (Job, Other, Greedy, Deaf, Holding, Sourced):
        own = type(kind.__name__, (kind,), {"switches": switches})
        factory.register(kind.__name__, own, param_schema={"type": "object"})
    return factory
