"""What a TaskManager answers to a call, where that is more than a task or its type."""

from __future__ import annotations

from dataclasses import dataclass

from core.models import Task, TaskStatus
from core.record import Record


@dataclass(frozen=True, slots=True)
class CreatedTask(Record):
    """The answer to a creation. ``deduplicated``: the id is that of an older task with the same type and parameters."""

    id: int
    type: str
    status: TaskStatus
    priority: int = 0
    dedupe_key: str | None = None
    deduplicated: bool = False


@dataclass(frozen=True, slots=True)
class ProgressTaken(Record):
    """The answer to a progress report: percent, 0..100."""

    id: int
    progress: int


@dataclass(frozen=True, slots=True)
class ReportTaken(Record):
    """The answer to a completion. ``requeued``: a failure that left attempts, so the task is pending again."""

    id: int
    status: str
    requeued: bool = False


@dataclass(frozen=True, slots=True)
class TaskPage(Record):
    """A page of tasks, newest first unless asked otherwise. ``total`` is None where the server cannot tell cheaply.

    ``searched`` is the number of rows that had to be looked at, where that was bounded; ``searchable`` of how many, and
    ``next`` the ``after_id`` with which to go on (None: all were looked at).
    """

    tasks: tuple[Task, ...]
    total: int | None = None
    limit: int = 50
    offset: int = 0
    searched: int | None = None
    searchable: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Health(Record):
    """What a TaskManager says of itself. ``server_id`` is the UUID in the file of an embedded one."""

    status: str
    timestamp: int | None = None
    server_id: str | None = None


@dataclass(frozen=True, slots=True)
class Changes(Record):
    """Tasks that changed after a sequence number, each in its newest state; ``deleted`` are gone.

    ``reset`` says that too much happened since: read anew, and go on from ``next``.
    """

    tasks: tuple[Task, ...]
    next: int
    reset: bool = False
    deleted: tuple[int, ...] = ()
