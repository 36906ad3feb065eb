"""What the workers need of the world, no more. Others fit these; the workers never know who they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from core.details import AttemptLog
from core.events import Event
from core.models import Task, TaskResult
from core.outcome import Outcome

Publish = Callable[[Event], None]
"""Says that something happened. Must be called on the core's event loop."""


class Tasks(Protocol):
    """The TaskManager, as a worker sees it. Errors are those of `core.errors`."""

    async def claim_many(
        self,
        worker_id: str,
        task_type_ids: Sequence[int],
        *,
        limit: int,
        sort_by: str,
        sort_order: str,
        wait: float = 0,
    ) -> list[Task]:
        """Claim up to ``limit`` tasks, types in turn. Waits up to ``wait`` seconds for one where the server can."""
        ...

    @property
    def can_wait(self) -> bool:
        """Whether ``claim_many`` honours ``wait``; False where the worker must back off by itself."""
        ...

    async def end_wait(self, worker_id: str, task_ids: Sequence[int] = ()) -> None:
        """Let a claim of this worker that waits at the server be answered now; ``task_ids`` are what it holds."""
        ...

    @property
    def puts_off(self) -> bool:
        """Whether a task that cannot be done before a time is left alone until then; else it is tried again at once."""
        ...

    @property
    def progress_renews(self) -> bool:
        """Whether a progress report lets the claim last anew."""
        ...

    async def get_task(self, task_id: int) -> Task:
        """Read a task as it is now."""
        ...

    async def update_progress(self, task_id: int, worker_id: str, progress: int, message: str | None = None) -> object:
        """Tell how far a task is, in percent. Raises `ClaimLost` when it is not ours any more."""
        ...

    async def release_many(self, worker_id: str, task_ids: Sequence[int]) -> bool:
        """Give claimed tasks back. False where the server has no call for it, or did not give back all of them: the
        claims of those must time out."""
        ...


class Settlement(Protocol):
    """Where outcomes are kept: results and the report that is owed, committed together."""

    async def settle(self, outcomes: Sequence[Outcome]) -> Sequence[TaskResult]:
        """Commit outcomes and owe their reports; returns when that is durable. Answers, in the order given, what was
        kept: the outcome's own result, or a failed one where its ``save`` raised."""
        ...

    async def keep_log(self, task: Task, log: AttemptLog) -> None:
        """Keep what an attempt logged that has no outcome, since its task was given back. Says so where it cannot."""
        ...


class IdeaStore(Protocol):
    """The results database, as an author's worker sees it (`core.results.Database`). Safe from any thread."""

    def saving(self, task: Task, worker_id: str) -> AbstractContextManager[None]:
        """Says for which task (and attempt) `save` in this context is."""
        ...

    def save(self, idea: Mapping[str, Any], *, key: str | None = None, position: int | None = None) -> str:
        """Save one idea for the task of this context under its item key, at once; answers the idea's id.

        Without ``key`` it is made of the idea's source, or else of its content; ``position``, its place in a result,
        takes the place of the content, unless that content has been saved before.
        """
        ...

    def saved_keys(self, task: Task) -> list[str]:
        """Item keys that any attempt at this task has saved, oldest first."""
        ...
