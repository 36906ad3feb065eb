"""What is known when it is asked why a task is not done: frozen, and gathered once, so that every cause is a pure look.

A `System` is the same for all tasks at a moment. A `Known` adds one task, or one type of task where ``task`` is None.
A light picture is made from a `Snapshot` alone, and leaves out what would have to be read; see `core.diagnosis.light`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.bulk import Owner
from core.details import AttemptRow
from core.diagnosis.cause import Place
from core.models import Claim, InHand, Task, TaskStatus, TaskType, WorkerState, WorkerStatus
from core.snapshot import Holdup, Link, ServerStatus, TypeRow
from core.throughput import Timing

CLAIM_TIMEOUT = 300.0
"""Seconds that a claim lasts, where nothing else is known (documented contract)."""
RATE_SECONDS = 30
"""Seconds over which it is measured how many tasks of a type end."""


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers of one type, as far as they are known: of this process, and others that were seen with tasks of it.

    ``ended``: those that stopped, crashed or fell silent. ``strangers``: live workers elsewhere that do not tell which
    types they claim.
    """

    live: tuple[WorkerStatus, ...] = ()
    ended: tuple[WorkerStatus, ...] = ()
    strangers: tuple[WorkerStatus, ...] = ()

    def all_are(self, *states: WorkerState) -> bool:
        """Whether there are live workers, and each is in one of these states."""
        return bool(self.live) and all(each.state in states for each in self.live)


NOBODY = Crew()
UNSEEN = ServerStatus()


@dataclass(frozen=True, slots=True)
class Owed:
    """The report on a task that is kept here: ``waiting`` to be sent, ``refused`` or ``dead``; ``since`` when it is
    owed."""

    claim: Claim
    state: str
    success: bool
    reason: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class System:
    """All that is known beside the task. Times are ours, UTC; ``claim_timeout`` is in seconds.

    ``crews``: the workers of each type; under the empty name the strangers, who may work for any. ``by_id``: every
    worker. ``clock_offset``: seconds by which the server's clock is ahead of ours, None where it is not known.
    ``hindrances``: why no worker can be started for a type, by its name. ``ran``: how long attempts took lately.
    ``results_trouble``: why the results database cannot be read, ``writing_trouble``: why it cannot be written.
    ``pending``: how many tasks waited, in each of the last seconds, oldest first.
    """

    at: datetime
    server: ServerStatus = UNSEEN
    claim_timeout: float = CLAIM_TIMEOUT
    types: Mapping[str, TypeRow] = field(default_factory=dict[str, TypeRow])
    crews: Mapping[str, Crew] = field(default_factory=dict[str, Crew])
    by_id: Mapping[str, WorkerStatus] = field(default_factory=dict[str, WorkerStatus])
    held: str = ""
    holdup: Holdup | None = None
    limited_until: datetime | None = None
    reports_waiting: int = 0
    reports_aside: int = 0
    results_trouble: str = ""
    writing_trouble: str = ""
    clock_offset: float | None = None
    hindrances: Mapping[str, str] = field(default_factory=dict[str, str])
    ran: Timing | None = None
    pending: tuple[int, ...] = ()

    @property
    def can(self) -> frozenset[str]:
        """Names of the calls beyond the documented ones that the server has."""
        return self.server.can

    @property
    def tells_workers(self) -> bool:
        """Whether the server tells who is alive."""
        return "workers" in self.server.can

    @property
    def is_heard(self) -> bool:
        """Whether the server answers, and takes our key."""
        return self.server.link is Link.LIVE

    def crew(self, task_type: str) -> Crew:
        """The workers of a type; of one that no known worker claims, those that may."""
        return self.crews.get(task_type) or self.crews.get("") or NOBODY


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one task, or, where ``task`` is None, of the waiting tasks of one type, or of nothing more
    than the `System`.

    ``holder``: the worker that has claimed it, ``hand`` what that has in hand of it, ``owner`` whether it is alive;
    ``dead``: its process is known to be gone. ``deadline``: when its claim can be taken over. ``heard_at``: when its
    work last gave a sign of life. ``whole`` is false in a light picture. ``violations``: what of its parameters breaks
    the present schema of its type, None where that was not looked at; ``fitted_version``: the newest version before
    that they fit, empty where none is known. ``ours``: the type as the worker here was made for it. ``unregistered``:
    the server does not know the type. ``overtakers``: how many tasks of its type came over a minute later and were
    claimed all the same, as far as seen. ``alike``: other failed tasks with the same kind of error. ``orphaned``: its
    claim is that of a live worker of ours that does not have it in hand. ``waits_since``: when it began to wait, where
    that is not simply when it was created. ``last_word``: how it came to its state, as its history tells.
    """

    system: System
    task: Task | None = None
    row: TypeRow | None = None
    crew: Crew = NOBODY
    holder: WorkerStatus | None = None
    hand: InHand | None = None
    owner: Owner = Owner.UNKNOWN
    dead: bool = False
    deadline: datetime | None = None
    heard_at: datetime | None = None
    whole: bool = False
    attempts: tuple[AttemptRow, ...] = ()
    violations: tuple[str, ...] | None = None
    fitted_version: str = ""
    ours: TaskType | None = None
    unregistered: bool = False
    owed: Owed | None = None
    places: tuple[Place, ...] = ()
    overtakers: int = 0
    alike: int = 0
    orphaned: bool = False
    waits_since: datetime | None = None
    last_word: str = ""

    @property
    def at(self) -> datetime:
        """When it was looked."""
        return self.system.at

    @property
    def status(self) -> TaskStatus | None:
        """The status of the task; what is asked of a type is about those that wait; None where neither is asked."""
        if self.task is not None:
            return self.task.status
        return None if self.row is None else TaskStatus.PENDING

    @property
    def waits(self) -> bool:
        """Whether it is about what waits for a worker."""
        if self.task is None:
            return self.row is not None and (self.row.is_waiting or not self.row.counts.pending)
        return self.status is TaskStatus.PENDING and not self.is_put_off

    @property
    def is_put_off(self) -> bool:
        """Whether it waits for a time, before which no worker is given it."""
        return self.task is not None and self.task.retry_at is not None and self.task.retry_at > self.at

    @property
    def is_done(self) -> bool:
        """Whether the task has ended, so that nothing more will happen to it."""
        return self.status in (TaskStatus.COMPLETED, TaskStatus.FAILED)

    @property
    def task_type(self) -> str:
        """The name of the type."""
        return self.task.task_type if self.task is not None else self.row.name if self.row is not None else ""

    @property
    def waited(self) -> float | None:
        """Seconds that it has waited, or that the oldest of its type has; None where that is not known: one that was
        tried before did not wait all the time since it was created."""
        if self.task is None:
            return None if self.row is None else self.seconds_since(self.row.oldest_pending_at)
        begun = self.waits_since or (None if was_tried(self.task) else self.task.created_at)
        return self.seconds_since(begun)

    def seconds_since(self, moment: datetime | None) -> float | None:
        """Seconds from a moment until the look, 0 for one that is later; None where it is not known."""
        return None if moment is None else max(0.0, (self.at - moment).total_seconds())

    @property
    def ended_lately(self) -> int:
        """Tasks of its type that ended in the last `RATE_SECONDS`."""
        return 0 if self.row is None else sum(self.row.rates)


def was_tried(task: Task) -> bool:
    """Whether a worker had it before: a retry counts its attempts anew, and leaves its last error."""
    return bool(task.attempts or task.error)
