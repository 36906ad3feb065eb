"""What is known when it is asked why a task is not done: frozen, and gathered once, so that every cause is a pure look.

A `System` is the same for all tasks at a moment. A `Known` adds one task, or one type of task where ``task`` is None.
A *light* picture is made from a `Snapshot` alone, and leaves out what would have to be read; see `light`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.bulk import Owner
from core.diagnosis.cause import Place
from core.models import LIVE_STATES, Claim, InHand, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import AttemptRow, Holdup, Link, ServerStatus, Snapshot, Timing, TypeRow

CLAIM_TIMEOUT = 300.0
"""Seconds that a claim lasts, where nothing else is known (documented contract)."""
RATE_SECONDS = 30
"""Seconds over which it is measured how many tasks of a type end."""


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers of one type, as far as they are known: of this process, and others that were seen with tasks of it.

    ``ended``: stopped and crashed ones of this process. ``strangers``: live workers elsewhere that do not tell which
    types they claim.
    """

    live: tuple[WorkerStatus, ...] = ()
    ended: tuple[WorkerStatus, ...] = ()
    strangers: tuple[WorkerStatus, ...] = ()

    def all_are(self, *states: WorkerState) -> bool:
        """Whether there are live workers, and each is in one of these states."""
        return bool(self.live) and all(each.state in states for each in self.live)


@dataclass(frozen=True, slots=True)
class Owed:
    """The report on a task that is kept here: ``waiting`` to be sent, ``refused`` or ``dead``; ``since`` when it is owed."""

    claim: Claim
    state: str
    success: bool
    reason: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class System:
    """All that is known beside the task. Times are ours, UTC; ``claim_timeout`` is in seconds.

    ``clock_offset``: seconds by which the server's clock is ahead of ours, None where it is not known. ``tells_workers``:
    the server tells who is alive. ``hindrances``: why no worker can be started for a type, by its name. ``abandoned``:
    runs that go on though they were told to stop. ``ran``: how long tries took lately. ``pending``: how many waited, in
    each of the last seconds, oldest first. ``can``: what the server offers.
    """

    at: datetime
    server: ServerStatus = ServerStatus()
    claim_timeout: float = CLAIM_TIMEOUT
    workers: tuple[WorkerStatus, ...] = ()
    types: Mapping[str, TypeRow] = field(default_factory=dict[str, TypeRow])
    crews: Mapping[str, Crew] = field(default_factory=dict[str, Crew])
    by_id: Mapping[str, WorkerStatus] = field(default_factory=dict[str, WorkerStatus])
    held: str = ""
    holdup: Holdup | None = None
    limited_until: datetime | None = None
    reports_waiting: int = 0
    reports_aside: int = 0
    results_trouble: str = ""
    clock_offset: float | None = None
    hindrances: Mapping[str, str] = field(default_factory=dict[str, str])
    ran: Timing | None = None
    pending: tuple[int, ...] = ()
    ended_lately: int = 0

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
        """The workers of a type; those who tell no types may be among them."""
        return self.crews.get(task_type) or Crew(strangers=self.crews[""].strangers if "" in self.crews else ())


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one task, or of the waiting tasks of one type.

    ``holder``: the worker that has claimed it, ``hand`` what that has in hand of it, ``owner`` whether it is alive.
    ``deadline``: when its claim can be taken over. ``whole`` is false in a light picture. ``violations``: the rules of
    its type's present schema that its parameters break, None where that was not looked at. ``overtakers``: tasks of its
    type that were created after it and claimed while it waited. ``waiting``: how many tasks of its type wait.
    """

    system: System
    task: Task | None = None
    row: TypeRow | None = None
    crew: Crew = Crew()
    holder: WorkerStatus | None = None
    hand: InHand | None = None
    owner: Owner = Owner.UNKNOWN
    deadline: datetime | None = None
    heard_at: datetime | None = None
    whole: bool = False
    attempts: tuple[AttemptRow, ...] = ()
    violations: tuple[str, ...] | None = None
    unregistered: bool = False
    owed: Owed | None = None
    places: tuple[Place, ...] = ()
    overtakers: tuple[int, ...] = ()

    @property
    def at(self) -> datetime:
        """When it was looked."""
        return self.system.at

    @property
    def status(self) -> TaskStatus:
        """The status of the task; what is asked of a type is about those that wait."""
        return TaskStatus.PENDING if self.task is None else self.task.status

    @property
    def task_type(self) -> str:
        """The name of the type."""
        return self.task.task_type if self.task is not None else self.row.name if self.row is not None else ""

    @property
    def waited(self) -> float | None:
        """Seconds that it has waited, or that the oldest of its type has; None where that is not known."""
        since = self.task.created_at if self.task is not None else self.row.oldest_pending_at if self.row else None
        return None if since is None else max(0.0, (self.at - since).total_seconds())
