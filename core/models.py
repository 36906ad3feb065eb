"""What flows through the house: tasks, their types, their results and what is said about them.

Everything here is frozen. Times are timezone-aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from core.record import Record

Json = Any
"""Anything that JSON can say: dict, list, str, int, float, bool or None."""

MAX_ATTEMPTS = 3
"""Attempts that a task has in all, unless its server says otherwise (documented contract)."""


def utcnow() -> datetime:
    """Now, as an aware UTC datetime."""
    return datetime.now(UTC)


class TaskStatus(StrEnum):
    """Where a task is in its life."""

    PENDING = "pending"
    CLAIMED = "claimed"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Task(Record):
    """One piece of work, as its TaskManager tells it.

    ``attempts`` counts claims, the present one included. ``partial`` is true when the row comes from a list that
    tells neither parameters nor result. ``dedupe_key`` stands for its type and parameters: while the task is there, a
    new one with the same key is answered with this one. A pending one is not claimed before ``retry_at``. ``brief``:
    the first of its parameters that are one value, where a list was asked for them and tells them; a text that is cut
    ends with "…". ``cancelled``: whether an operator ended a failed one; None where its server does not tell.
    """

    id: int
    task_type: str
    parameters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    priority: int = 0
    status: TaskStatus = TaskStatus.PENDING
    attempts: int = 0
    max_retries: int = MAX_ATTEMPTS
    created_at: datetime | None = None
    claimed_at: datetime | None = None
    completed_at: datetime | None = None
    claimed_by: str | None = None
    progress: int = 0
    result: Json = None
    error: str | None = None
    task_type_id: int | None = None
    partial: bool = False
    dedupe_key: str | None = None
    retry_at: datetime | None = None
    brief: Mapping[str, Json] = field(default_factory=dict[str, Json])
    cancelled: bool | None = None

    @property
    def type(self) -> str:
        """The name of its type."""
        return self.task_type

    @property
    def params(self) -> Mapping[str, Json]:
        """Its parameters."""
        return self.parameters

    @property
    def is_cancelled(self) -> bool:
        """Whether an operator ended it, which counts as failed: as its server tells, else as far as its error says."""
        says_so = self.error == "cancelled" if self.cancelled is None else self.cancelled
        return self.status is TaskStatus.FAILED and says_so

    @property
    def retry_count(self) -> int:
        """Attempts before the present one."""
        return max(0, self.attempts - 1)


@dataclass(frozen=True, slots=True)
class TaskType(Record):
    """A kind of task that a TaskManager knows. ``created`` and ``updated`` are set in the answer to a registration."""

    id: int
    name: str
    version: str = ""
    param_schema: Mapping[str, Json] | None = None
    is_active: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None
    usage_count: int | None = None
    last_used_at: datetime | None = None
    created: bool = False
    updated: bool = False


@dataclass(frozen=True, slots=True)
class TypeVersion(Record):
    """What a task type became when it was registered as another. ``number`` counts these of its type; ``tasks`` is how
    many were created under it, None where that is not known."""

    number: int
    version: str
    param_schema: Mapping[str, Json]
    is_active: bool = True
    registered_at: datetime | None = None
    tasks: int | None = None


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task that someone wants done. Higher priorities are sooner, where the server honours them."""

    task_type: str
    parameters: Mapping[str, Json]
    priority: int = 0


@dataclass(frozen=True, slots=True)
class TypeStats(Record):
    """How many tasks of one type are where; ``put_off``: of the pending ones, as far as the server counts them.
    ``cancelled``: how many were ever cancelled, also those that are retried or deleted by now; 0 where it is not told.
    ``versions``: how many versions of it are kept; 0 where it is not told.
    """

    id: int
    name: str
    pending: int = 0
    claimed: int = 0
    completed: int = 0
    failed: int = 0
    oldest_pending_at: datetime | None = None
    put_off: int = 0
    cancelled: int = 0
    versions: int = 0

    @property
    def worked_off(self) -> int:
        """How many have ended by a worker's report, but for a constant: what is cancelled fails without one."""
        return self.completed + self.failed - self.cancelled

    def all_put_off(self, can: Collection[str]) -> bool:
        """Whether all that are pending are put off until a time: a server that ``can`` do that names no oldest then."""
        return bool(self.pending) and self.oldest_pending_at is None and "retry-at" in can


@dataclass(frozen=True, slots=True)
class HistoryEntry(Record):
    """One line in the life of a task."""

    at: datetime | None
    event: str
    worker: str | None = None
    attempts: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker owes the TaskManager about a task that it processed; ``attempts`` is the claim it speaks of.

    A failure that is not ``retryable`` is final, one with a ``retry_at`` puts the task off; see `TaskResult`.
    """

    task_id: int
    worker_id: str
    attempts: int
    success: bool
    result: Json = None
    error: str | None = None
    retryable: bool = True
    retry_at: datetime | None = None

    @property
    def is_documented(self) -> bool:
        """Whether any TaskManager understands all of it."""
        return self.retryable and self.retry_at is None


class Claim(NamedTuple):
    """Which claim of a task is meant. Attempts are counted anew after a retry; when a claim began is never again."""

    task_id: int
    started_at: str

    @classmethod
    def of(cls, task_id: int, began: datetime) -> Claim:
        """The claim of a task that began then."""
        at = began if began.tzinfo is UTC else began.astimezone(UTC)
        return cls(task_id, at.isoformat(timespec="microseconds"))


@dataclass(frozen=True, slots=True)
class RowOutcome(Record):
    """What became of one row of a batch call. ``code`` is the HTTP status that the single call would have had."""

    id: int
    ok: bool
    status: str | None = None
    code: int = 200
    error: str | None = None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a worker's ``process_task`` returns.

    ``data`` is one idea (a dict of its fields), ``{"items": [ideas]}``, or anything else that is JSON (kept as the
    task's result only).

    A failure that is not ``retryable`` is one that no attempt can mend: the task has failed for good. One with a
    ``retry_at`` (with a zone) is not the task's fault: it waits until then, and the attempt does not count. Both only
    where the TaskManager can be told so.
    """

    success: bool
    data: Json = None
    error: str | None = None
    items_processed: int = 0
    metrics: Mapping[str, Json] | None = None
    retryable: bool = True
    retry_at: datetime | None = None


class WorkerState(StrEnum):
    """What a worker is doing."""

    STARTING = "starting"
    IDLE = "idle"
    POLLING = "polling"
    BUSY = "busy"
    BACKING_OFF = "backing off"
    PAUSED = "paused"
    DRAINING = "draining"
    STOPPED = "stopped"
    CRASHED = "crashed"
    SILENT = "silent"


LIVE_STATES = frozenset(WorkerState) - {WorkerState.STOPPED, WorkerState.CRASHED, WorkerState.SILENT}
"""States of a worker that is still there. A silent one sends no heartbeats any more, and did not say that it stops."""


@dataclass(frozen=True, slots=True)
class InHand:
    """A task that a worker is busy with: progress in percent, the worker's last words about it, how many lines it has
    logged.

    ``deadline``: when its claim is over, as far as that is known; ``late``: it is, and another may be given the task.
    ``heard_at``: when the worker's code last told progress or logged something.
    """

    task_id: int
    task_type: str
    attempts: int
    since: datetime
    progress: int = 0
    message: str = ""
    logged: int = 0
    deadline: datetime | None = None
    late: bool = False
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker at a moment. ``until`` is when a wait (backing off, idle poll) ends; ``note`` says why it is as it is.

    ``abandoned``: runs of its code that go on though their tasks have ended (see `core.workers.abandoned`).
    ``local`` workers are of this process; others were told by the server. ``failed_in_a_row``: failed attempts since
    the last success. ``per_minute``: attempts that ended in the last minute, None where that is not known.
    ``poll_interval`` and ``task_timeout`` are in seconds, as it was started; None where its types have different ones.
    """

    id: str
    state: WorkerState
    types: tuple[str, ...] = ()
    strategy: str = "FIFO"
    concurrency: int = 1
    in_hand: tuple[InHand, ...] = ()
    done: int = 0
    failed: int = 0
    until: datetime | None = None
    last_seen: datetime | None = None
    note: str = ""
    local: bool = True
    host: str = ""
    pid: int | None = None
    abandoned: int = 0
    failed_in_a_row: int = 0
    per_minute: int | None = None
    poll_interval: float | None = None
    task_timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Step(Record):
    """What a worker claimed that was told to do one task; ``task_id`` is None when there was nothing to claim."""

    worker_id: str
    task_id: int | None = None
    task_type: str = ""
