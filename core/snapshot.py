"""What can be seen at a moment: frozen pictures that a screen draws, a slice a pane.

A slice that did not change stays the same object from one snapshot to the next, so that ``is`` tells what to draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.filters import TaskFilter
from core.models import Json, Task, TaskStatus, WorkerStatus
from core.throughput import Throughput


class Link(StrEnum):
    """How the connection to the TaskManager is."""

    CONNECTING = "connecting"
    LIVE = "live"
    OFFLINE = "offline"
    REFUSED = "key refused"


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The TaskManager as we see it. ``label`` is its URL, or the path of the embedded file.

    ``heard_at``: its last answer; ``retry_at``: when we try again; ``trouble``: one sentence, empty when all is well;
    ``can``: names of the calls beyond the documented ones that it has (see ``core.taskmanager.capabilities``);
    ``claim_timeout``: seconds until a claim that nothing is heard of may be taken over, 0 where that is not known.
    """

    label: str = ""
    embedded: bool = True
    link: Link = Link.CONNECTING
    heard_at: datetime | None = None
    retry_at: datetime | None = None
    trouble: str = ""
    can: frozenset[str] = frozenset()
    source: str = ""
    claim_timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks by status. ``exact`` is false where the server does not count and only rows at hand were counted."""

    pending: int = 0
    claimed: int = 0
    completed: int = 0
    failed: int = 0
    exact: bool = True

    @property
    def total(self) -> int:
        """All of them."""
        return self.pending + self.claimed + self.completed + self.failed


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A task type with what is known of its queue. ``rates`` are finished tasks in each of the last seconds, oldest
    first. ``workable``: this program has a worker for it; ``workers``: how many live workers claim it now;
    ``all_put_off``: what is pending is put off until a time, all of it; ``put_off``: how many are, where that is
    counted; ``versions``: how many the TaskManager keeps of it, 0 where it does not tell."""

    name: str
    id: int | None = None
    version: str = ""
    is_active: bool = True
    param_schema: Mapping[str, Json] | None = None
    counts: Counts = Counts()
    oldest_pending_at: datetime | None = None
    rates: tuple[int, ...] = ()
    workable: bool = False
    workers: int = 0
    all_put_off: bool = False
    put_off: int = 0
    versions: int = 0

    @property
    def waiting(self) -> int:
        """How many tasks of it wait for a worker now."""
        return max(1, self.counts.pending - self.put_off) if self.is_waiting else 0

    @property
    def is_for_nobody(self) -> bool:
        """Whether no worker is known to claim it, and none could be started here."""
        return not self.workable and not self.workers

    @property
    def is_waiting(self) -> bool:
        """Whether tasks of it wait for a worker now."""
        return bool(self.counts.pending) and not self.all_put_off


class Sort(StrEnum):
    """In which order the queue is shown."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PRIORITY = "priority"
    AGE = "age"
    ATTEMPTS = "attempts"
    TYPE = "type"


ALL_ROWS_SORTED = frozenset({Sort.NEWEST, Sort.OLDEST, Sort.PRIORITY, Sort.ATTEMPTS})
"""Orders in which a TaskManager with more than the documented calls puts all rows; in others only loaded ones are."""


@dataclass(frozen=True, slots=True)
class View:
    """What someone wants to see of the queue: ``rows`` rows of it in an order, after ``offset`` others.

    ``depth``: where rows must be searched for what fits, how many times as many as one call searches. ``around``: the
    id of a task that is to be among the rows, where it is one of those that fit and its place can be told; where they
    begin is then told by the offset of the `QueueView`.
    """

    filter: TaskFilter = TaskFilter()
    offset: int = 0
    rows: int = 200
    sort: Sort = Sort.NEWEST
    depth: int = 1
    around: int | None = None


@dataclass(frozen=True, slots=True)
class QueueView:
    """The rows of a `View`, after ``offset`` others. ``total`` is None where it is not known.

    ``searched`` of ``searchable`` rows (None: unknown) were looked at for what fits; there is ``more`` to look at.
    ``sorted_here``: only the newest rows were loaded and put in order.
    """

    view: View = View()
    tasks: tuple[Task, ...] = ()
    total: int | None = None
    searched: int | None = None
    at: datetime | None = None
    offset: int = 0
    searchable: int | None = None
    more: bool = False
    sorted_here: bool = False


SEARCHED = "title, description, source, url and task type"
"""Where a text is looked for in results, as people are told."""


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The newest ``rows`` ideas that have ``text`` somewhere: what someone looks at."""

    text: str = ""
    rows: int = 200


@dataclass(frozen=True, slots=True)
class ResultRow:
    """An idea that a worker saved, with where it came from. ``task_id`` is None for rows that others wrote."""

    idea_id: str
    title: str
    source_platform: str = ""
    source_url: str = ""
    created_at: str = ""
    task_id: int | None = None
    task_type: str = ""
    worker_id: str = ""
    attempt: int | None = None
    seconds: float | None = None
    items: int | None = None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failed tasks with one kind of error, told by the ``error`` of the newest; ``kind`` is what they share.

    ``count`` and ``task_ids``, newest first, are exact among the rows looked at; ``tasks`` are the newest of them.
    ``hours``: how many ended in each of the last 24 hours, oldest first.
    """

    error: str
    task_type: str
    count: int
    task_ids: tuple[int, ...]
    first_at: datetime | None = None
    last_at: datetime | None = None
    kind: str = ""
    hours: tuple[int, ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        """Whether these did not fail: an operator ended them."""
        return all(task.is_cancelled for task in self.tasks) if self.tasks else self.error == "cancelled"

    @property
    def cannot_change(self) -> bool:
        """Whether a worker ended each of those that are known though attempts were left: that is its word that no
        other one can do better."""
        early = (0 < task.attempts < task.max_retries for task in self.tasks)
        return not self.is_cancelled and bool(self.tasks) and all(early)


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """A line of the event log. ``number`` grows by one a line."""

    number: int
    at: datetime
    level: str
    text: str
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Holdup:
    """A worker whose code does not let the core's event loop go on; ``place`` is its file, line and function."""

    worker_id: str
    task_id: int
    place: str


@dataclass(frozen=True, slots=True)
class StuckTask:
    """A task that does not go on by itself: the ``code`` of the first cause, and that cause in a sentence.

    ``on_purpose``: somebody has brought that about here, by pausing or stopping workers."""

    code: str
    sentence: str
    on_purpose: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that can be seen at a moment. ``held`` says in a few words why no worker may claim; empty when they may.
    While there is a ``holdup``, all the rest stands still. ``limited_until``: a rate limit holds our claims back.

    ``stuck``: those of the rows of ``view`` that are stuck, by id. ``stuck_count``: how many tasks are stuck in all,
    and not on purpose; where ``stuck_exact`` is false, among the rows that are loaded. ``nothing_happens``: why, in a
    sentence that goes on "Nothing is happening because"; empty while something does, or there is nothing to do.
    """

    server: ServerStatus = ServerStatus()
    counts: Counts = Counts()
    types: tuple[TypeRow, ...] = ()
    view: QueueView = QueueView()
    workers: tuple[WorkerStatus, ...] = ()
    results: tuple[ResultRow, ...] = ()
    results_total: int = 0
    results_view: ResultsView = ResultsView()
    results_exact: bool = True
    results_trouble: str = ""
    failures: tuple[FailureGroup, ...] = ()
    failures_counted: int = 0
    failures_total: int = 0
    activity: tuple[ActivityEntry, ...] = ()
    throughput: Throughput = Throughput()
    reports_waiting: int = 0
    reports_aside: int = 0
    held: str = ""
    oldest_pending_at: datetime | None = None
    holdup: Holdup | None = None
    limited_until: datetime | None = None
    stuck: Mapping[int, StuckTask] = field(default_factory=dict[int, StuckTask])
    stuck_count: int = 0
    stuck_exact: bool = True
    nothing_happens: str = ""

    @property
    def cancelled(self) -> int:
        """How many of those that count as failed somebody has cancelled, as far as they were looked at."""
        return min(self.counts.failed, sum(group.count for group in self.failures if group.is_cancelled))

    @property
    def cancelled_exact(self) -> bool:
        """Whether all that counted as failed were looked at for that."""
        return self.failures_counted >= self.failures_total

    @property
    def failed(self) -> int:
        """How many have failed by themselves; where not all were looked at, with those that were cancelled."""
        return self.counts.failed - (self.cancelled if self.cancelled_exact else 0)

    def claim_end(self, task: Task) -> datetime | None:
        """When the claim of a task may be taken over: as the worker knows that has it in hand, else counted from when
        that was last heard of. None where it is not claimed, or the claim timeout is not known."""
        if task.status is not TaskStatus.CLAIMED:
            return None
        holding = [
            (worker, hand)
            for worker in self.workers
            for hand in worker.in_hand
            if worker.id == task.claimed_by and hand.task_id == task.id
        ]
        known = [hand.deadline for _, hand in holding if hand.deadline is not None]
        heard = [worker.last_seen for worker, _ in holding if not worker.local]
        since = max((at for at in (task.claimed_at, *heard) if at is not None), default=None)
        if known or since is None or not self.server.claim_timeout:
            return known[0] if known else None
        return since + timedelta(seconds=self.server.claim_timeout)
