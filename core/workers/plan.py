"""What a worker of the pool is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.models import Task
from core.workers.base import BaseWorker
from core.workers.claiming import Strategy, strategy_named


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker of the pool is to do.

    ``handlers`` are the authors' objects by task type id; ``types`` the types' names. Times are in seconds;
    ``max_iterations`` counts passes of the claim loop, empty ones too (None: for ever). ``paused``: it begins so.
    ``task_timeout`` holds for all handlers; with None each keeps its own.
    """

    worker_id: str
    handlers: Mapping[int, BaseWorker]
    types: tuple[str, ...]
    strategy: Strategy
    concurrency: int = 1
    poll_interval: float = 5.0
    max_backoff: float = 60.0
    backoff_multiplier: float = 1.5
    task_timeout: float | None = None
    max_iterations: int | None = None
    paused: bool = False

    @classmethod
    def of(
        cls,
        worker: BaseWorker,
        handlers: Mapping[int, BaseWorker] | None = None,
        types: Sequence[str] = (),
        strategy: Strategy | None = None,
    ) -> WorkerPlan:
        """The plan that a worker made by its author asks for.

        ``handlers``: none means that it does all its types itself. ``strategy``: none means its own.
        """
        handlers = dict.fromkeys(worker.task_type_ids, worker) if handlers is None else handlers
        limits = {each.task_timeout for each in handlers.values()}
        return cls(
            worker.worker_id,
            handlers,
            tuple(types),
            strategy or strategy_named(worker.strategy),
            worker.concurrency,
            worker.poll_interval,
            worker.max_backoff,
            worker.backoff_multiplier,
            limits.pop() if len(limits) == 1 else None,
            worker.max_iterations,
        )

    def handler(self, task: Task) -> BaseWorker:
        """Who does this task: by the id of its type, else by its name, else the first."""
        by_id = None if task.task_type_id is None else self.handlers.get(task.task_type_id)
        if by_id is not None:
            return by_id
        by_name = dict(zip(self.types, self.handlers.values(), strict=False))
        return by_name.get(task.task_type) or next(iter(self.handlers.values()))
