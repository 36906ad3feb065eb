"""What is read when somebody opens a thing: a task, a worker, a type, what a strategy would do. Frozen pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.models import Claim, HistoryEntry, Json, RowOutcome, Task, TaskType
from core.schema_changes import VersionStep
from core.snapshot import ActivityEntry, ResultRow


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt at a task, read from its history: who, from when to when, and how it ended ('' while it runs)."""

    number: int
    worker_id: str
    started_at: datetime | None
    ended_at: datetime | None = None
    outcome: str = ""
    message: str = ""
    progress: int | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a worker's code logged. All its texts are harmless and bounded; ``text`` has line breaks only before
    the lines of a traceback."""

    at: datetime
    level: str
    logger: str
    text: str


@dataclass(frozen=True, slots=True)
class AttemptLog:
    """What one attempt at a task logged: its newest lines, oldest first, after ``dropped`` others.

    ``started_at`` is when we began with it, by which attempts are told apart: their numbers begin anew after a retry.
    """

    number: int
    worker_id: str
    started_at: datetime
    lines: tuple[LogLine, ...] = ()
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task opened: itself, its attempts and history (empty where the server tells none), what was saved of it.

    ``logs`` are those of the attempts that were made from here, newest first.
    ``deadline``: when its claim, which lasts ``claim_timeout`` seconds, is over, unless it is renewed before.
    """

    task: Task
    attempts: tuple[AttemptRow, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    ideas: tuple[ResultRow, ...] = ()
    saved: Json = None
    report: str = ""
    notes: tuple[str, ...] = field(default=())
    logs: tuple[AttemptLog, ...] = ()
    deadline: datetime | None = None
    claim_timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report that the TaskManager did not take, kept aside: ``refused`` since the claim was lost, or ``dead`` since
    it will never be taken. ``said`` is the error, or the beginning of the result as JSON; ``reason`` why it was not
    taken."""

    claim: Claim
    task_type: str
    worker_id: str
    attempt: int
    state: str
    success: bool
    said: str
    reason: str
    owed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension(RowOutcome):
    """What became of a claim that should last anew. ``until``: when it is over now, where it was extended; else
    ``error`` says why it was not, and the nearest that can be done instead."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkerTask:
    """An attempt that one of our workers is through with. ``report`` is what the TaskManager made of it: completed,
    tried again, failed for good, refused; empty until it is told."""

    task_id: int
    task_type: str
    attempt: int
    success: bool
    error: str
    items: int
    seconds: float
    at: datetime
    report: str = ""


@dataclass(frozen=True, slots=True)
class WorkerDetail:
    """What is remembered of a worker of this process, newest first and bounded: its tries, and what happened to it
    (states that somebody asked for or that are trouble, other strategies, other concurrency)."""

    worker_id: str
    tasks: tuple[WorkerTask, ...] = ()
    log: tuple[ActivityEntry, ...] = ()


IN_TURN: Final = "Types take turns; the order holds within each type."
"""What must be known of the order of tasks of several types."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The tasks that a strategy claims next, in that order, types in turn.

    ``exact`` is false where only ``searched`` tasks could be looked at, and others may come before them.
    ``pending``: how many wait, None where that is not known. ``last`` is the task that waits for all others, and None
    where none starves, since every task gets its turn. ``notes``: what else the order depends on.
    """

    strategy: str
    tasks: tuple[Task, ...] = ()
    exact: bool = True
    searched: int | None = None
    pending: int | None = None
    last: Task | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeDetail:
    """A task type opened: as the TaskManager tells it (None where it is not registered), and the version that the
    worker here was made for (empty where there is none). ``notes``: what the two have otherwise, in sentences.
    ``versions``: what it was registered as before, newest first; None where the TaskManager keeps the newest only."""

    task_type: TaskType | None
    worker_version: str = ""
    notes: tuple[str, ...] = ()
    versions: tuple[VersionStep, ...] | None = None
