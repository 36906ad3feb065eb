"""What the monitor reads: the part of a TaskManager and of the results database that can be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.answers import Changes, TaskPage
from core.filters import TaskFilter
from core.models import Task, TaskStatus, TaskType, TypeStats, WorkerStatus
from core.snapshot import ResultRow, ResultsView


class TaskManager(Protocol):
    """What is read of a TaskManager."""

    async def list_task_types(self, active_only: bool = False) -> list[TaskType]:
        """All types that it tells."""
        ...

    async def get_task_type(self, name: str) -> TaskType:
        """One type, with its schema."""
        ...

    async def list_tasks(
        self,
        status: str | None = None,
        type: str | None = None,
        limit: int = 50,
        offset: int = 0,
        *,
        filter: TaskFilter | None = None,
        after_id: int | None = None,
        around: int | None = None,
        sort: tuple[str, str] | None = None,
        brief: bool = False,
    ) -> TaskPage:
        """A page of tasks, newest first unless sorted; with ``brief`` they tell what they are about, where that is
        known."""
        ...

    async def get_task(self, task_id: int) -> Task:
        """One task, whole."""
        ...

    async def stats(self) -> tuple[TypeStats, ...]:
        """Counts a type, where it has them."""
        ...

    async def changes(self, after: int, limit: int = 500, wait: float = 0) -> Changes:
        """What changed, where it tells."""
        ...

    async def workers(self) -> tuple[WorkerStatus, ...]:
        """Who works for it, where it tells."""
        ...


class Results(Protocol):
    """What is read of the results database."""

    def data_version(self) -> object:
        """Differs after anyone's commit."""
        ...

    def page(self, view: ResultsView) -> tuple[Sequence[ResultRow], int, bool]:
        """The newest rows that fit, how many fit, and whether that is exact. Takes its time; called in a thread."""
        ...

    def kept_aside(self) -> int:
        """How many reports were not taken and are kept."""
        ...


def count_rows(tasks: Sequence[Task]) -> tuple[TypeStats, ...]:
    """Counts of the rows at hand, for a server that does not count."""
    found: dict[str, dict[TaskStatus, int]] = {}
    oldest: dict[str, datetime] = {}
    for task in tasks:
        by_status = found.setdefault(task.task_type, dict.fromkeys(TaskStatus, 0))
        by_status[task.status] += 1
        if task.status is TaskStatus.PENDING and task.created_at is not None:
            oldest[task.task_type] = min(task.created_at, oldest.get(task.task_type, task.created_at))
    return tuple(
        TypeStats(0, name, *(counts[status] for status in TaskStatus), oldest_pending_at=oldest.get(name))
        for name, counts in found.items()
    )
