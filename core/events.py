"""Everything that can be said to have happened. `Event` is their union; the store folds them.

Facts about tasks come from our own workers; *Seen* events are what the monitor read from the TaskManager or the
results database; `Said` is anything else that deserves a line in the activity log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from core.models import Task, TaskType, TypeStats, WorkerStatus
from core.snapshot import FailureGroup, QueueView, ResultRow, ResultsView, ServerStatus, StuckTask


class Level(StrEnum):
    """How much a line of activity matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class TaskCreated:
    """A task was created from here."""

    task_id: int
    task_type: str
    deduplicated: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskClaimed:
    """One of our workers took a task."""

    task: Task
    worker_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskProgressed:
    """A worker says how far it is, in percent."""

    task_id: int
    worker_id: str
    percent: int
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskProcessed:
    """A worker is through with a task: its outcome is saved, its report is owed. ``seconds`` it took."""

    task: Task
    worker_id: str
    success: bool
    error: str | None
    items: int
    seconds: float
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """The TaskManager took the report of a success."""

    task_id: int
    task_type: str
    worker_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """The TaskManager took the report of a failure. ``requeued``: it will be tried again, not before ``retry_at`` where
    that is told. Not ``retryable``: its worker said that no attempt can do better."""

    task_id: int
    task_type: str
    worker_id: str
    error: str
    requeued: bool
    at: datetime
    retryable: bool = True
    retry_at: datetime | None = None

    @property
    def after(self) -> str:
        """What comes of the task now, as it goes on after its number."""
        if self.requeued and self.retry_at is not None:
            return f"waits until {self.retry_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        if self.requeued:
            return "will be tried again" if self.retryable else "will be tried again, by the TaskManager's own rules"
        return "failed for good" if self.retryable else "failed, and is not retried"


@dataclass(frozen=True, slots=True)
class ReportRefused:
    """The TaskManager did not take a report, for good (the claim was lost); the outcome is kept in the outbox."""

    task_id: int
    worker_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportsWaiting:
    """How many reports the outbox still owes to this server."""

    count: int


@dataclass(frozen=True, slots=True)
class ReportsAside:
    """How many reports to this server were refused or are dead, and are kept."""

    count: int


@dataclass(frozen=True, slots=True)
class ClaimingHeld:
    """No worker of this process may claim, with why in a few words; empty: they may again."""

    why: str


@dataclass(frozen=True, slots=True)
class WorkerChanged:
    """A worker of this process is now as told."""

    status: WorkerStatus


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """How the TaskManager is, as far as we can tell."""

    server: ServerStatus


@dataclass(frozen=True, slots=True)
class LimitSeen:
    """Until when the TaskManager's rate limit holds our claims back; None: it does not any more."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class TypesSeen:
    """The types that the TaskManager knows, with counts where it tells them, and those that our workers can do."""

    types: tuple[TaskType, ...]
    stats: tuple[TypeStats, ...]
    workable: frozenset[str]
    exact: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ViewSeen:
    """The window of the queue that someone is looking at."""

    view: QueueView


@dataclass(frozen=True, slots=True)
class FailuresSeen:
    """Failed tasks, grouped by their error: the newest ``counted`` of ``total``."""

    groups: tuple[FailureGroup, ...]
    counted: int
    total: int


@dataclass(frozen=True, slots=True)
class ResultsSeen:
    """The ideas that someone looks at, and how many fit; ``exact``: there may be more of them otherwise."""

    rows: tuple[ResultRow, ...]
    total: int
    view: ResultsView
    exact: bool


@dataclass(frozen=True, slots=True)
class ResultsTrouble:
    """Why the results cannot be read, in a sentence; empty: they can."""

    sentence: str


@dataclass(frozen=True, slots=True)
class RemoteWorkersSeen:
    """Workers of other processes, as their heartbeats tell."""

    workers: tuple[WorkerStatus, ...]


@dataclass(frozen=True, slots=True)
class StuckSeen:
    """Which of the rows that someone looks at are stuck, how many are in all (``exact``: these are not only those that
    are loaded), and why nothing happens, where nothing does."""

    tasks: Mapping[int, StuckTask]
    count: int
    exact: bool
    nothing_happens: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something else that a person should be able to read later."""

    level: Level
    text: str
    at: datetime


Event = (
    TaskCreated
    | TaskClaimed
    | TaskProgressed
    | TaskProcessed
    | TaskCompleted
    | TaskFailed
    | ReportRefused
    | ReportsWaiting
    | ReportsAside
    | ClaimingHeld
    | WorkerChanged
    | ServerSeen
    | LimitSeen
    | TypesSeen
    | ViewSeen
    | FailuresSeen
    | ResultsSeen
    | ResultsTrouble
    | RemoteWorkersSeen
    | StuckSeen
    | Said
)
