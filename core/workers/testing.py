"""Try a worker in one line, with no server and no database.

result = await perform(MyWorker, channel="UC123")
assert result.items_processed == 3
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from core.config import Config
from core.models import Task, TaskResult, TaskStatus, utcnow
from core.outcome import Outcome, failure
from core.workers.base import BaseWorker
from core.workers.hand import Hand
from core.workers.process_host import ProcessHosts
from core.workers.runner import Runner
from core.workers.threads import Threads

of_task: ContextVar[int] = ContextVar("of_task", default=0)


@dataclass(slots=True)
class MemoryIdeas:
    """Ideas that workers saved, in memory: by task id and item key, in the order in which they came."""

    ideas: dict[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict[tuple[int, str], Mapping[str, Any]])

    @contextmanager
    def saving(self, task: Task, worker_id: str) -> Generator[None]:
        """Says for which task `save` in this context is."""
        token = of_task.set(task.id)
        try:
            yield
        finally:
            of_task.reset(token)

    def save(self, idea: Mapping[str, Any], *, key: str | None = None, position: int | None = None) -> str:
        """Keep an idea under its item key; answers that."""
        platform, source_id = idea.get("source_platform"), idea.get("source_id")
        by_source = f"{platform}:{source_id}" if platform and source_id else ""
        chosen = key or by_source or (repr(sorted(idea.items())) if position is None else f"item:{position}")
        self.ideas[of_task.get(), chosen] = dict(idea)
        return chosen

    def saved_keys(self, task: Task) -> list[str]:
        """Item keys that were saved for this task."""
        return [key for task_id, key in self.ideas if task_id == task.id]


async def perform(
    worker_class: type[BaseWorker], ideas: MemoryIdeas | None = None, attempt: int = 1, /, **parameters: Any
) -> TaskResult:
    """Have a worker do one task with these parameters, as it would be done at work; answers its result.

    What raises becomes a failed result. What it saves is in ``ideas``; give the same object with another ``attempt``
    to see how a retry goes on. CPU-bound workers run in a process of their own.
    """
    name = worker_class.__name__
    store = MemoryIdeas() if ideas is None else ideas
    worker = worker_class(worker_id="rehearsal", config=Config(environ={}), results_db=store, task_type_ids=[1])
    now = utcnow()
    task = Task(1, name, parameters, status=TaskStatus.CLAIMED, attempts=attempt, created_at=now, claimed_at=now)
    threads = Threads()
    processes = ProcessHosts(threads)
    runner = Runner(keep, lambda event: None, threads, processes)
    try:
        return await runner.run(worker, Hand(task, worker.worker_id, now, lambda hand: None), worker.task_timeout)
    finally:
        processes.close()
        threads.close()


def perform_now(
    worker_class: type[BaseWorker], ideas: MemoryIdeas | None = None, attempt: int = 1, /, **parameters: Any
) -> TaskResult:
    """`perform` where no event loop runs."""
    return asyncio.run(perform(worker_class, ideas, attempt, **parameters))


async def keep(outcome: Outcome) -> TaskResult:
    """Save what a worker found; a failed result where that raised."""
    try:
        if outcome.save is not None:
            outcome.save()
    except Exception as fault:  # noqa: BLE001  # an author's save_results may raise anything
        return failure(fault, str(fault))
    return outcome.result
