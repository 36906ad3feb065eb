"""What an action on many tasks would do: to which of them, by which calls, at which risk. No server is asked here;
`core.bulk_calls` does that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from core.errors import CoreError
from core.filters import TaskFilter
from core.models import Json, Record, RowOutcome, Task, TaskStatus

MOST_MEANT = 50_000
"""Tasks that one plan is about, at most."""
TOGETHER, SINGLY = 200, 20
"""Tasks between two looks at whether to go on: by calls that take many, and by calls that take one."""


class Action(StrEnum):
    """What can be done to many tasks."""

    RETRY = "retry"
    RELEASE = "release"
    CANCEL = "cancel"
    DELETE = "delete"
    CLONE = "clone"

    @property
    def done(self) -> str:
        """What a task is afterwards: ``retried``."""
        return DONE[self]


DONE = {
    Action.RETRY: "retried",
    Action.RELEASE: "released",
    Action.CANCEL: "cancelled",
    Action.DELETE: "deleted",
    Action.CLONE: "cloned",
}

FITTING: dict[Action, tuple[TaskStatus, ...]] = {
    Action.RETRY: (TaskStatus.FAILED,),
    Action.RELEASE: (TaskStatus.CLAIMED,),
    Action.CANCEL: (TaskStatus.PENDING, TaskStatus.CLAIMED),
    Action.DELETE: (TaskStatus.PENDING, TaskStatus.COMPLETED, TaskStatus.FAILED),
    Action.CLONE: tuple(TaskStatus),
}
"""The statuses of a task in which each may be done; see `fits`."""

ENDS = {"retry": "pending", "release": "pending", "cancel": "failed", "delete": "deleted"}
"""What a task is after an action that was done."""


def fits(action: Action, task: Task) -> bool:
    """Whether a task is such that this may be done to it. A retry also ends the wait of one that is put off."""
    is_put_off = task.status is TaskStatus.PENDING and task.retry_at is not None
    return task.status in FITTING[action] or (action is Action.RETRY and is_put_off)


INSTEAD = {
    "retry": "Create a new task with a changed parameter, where the schema of its type allows one.",
    "release": "Report it as failed in the name of its owner, which uses up an attempt, or wait until its claim is too "
    "old.",
    "cancel": "Let a worker claim it and report a failure, until its attempts are used up.",
    "delete": "Finished tasks stay; only whoever runs the server can remove them from its database.",
}
"""What can be done where a server has no call for it."""

BY_HAND = "released by hand"
"""The error of a failure that is reported to have a task released."""

COPY_OF = "copy_of"
"""The parameter that tells copies from the task they are copies of."""


class Owner(StrEnum):
    """How the worker that holds a task is, as far as that is known."""

    OURS = "ours"
    ALIVE = "alive"
    GONE = "gone"
    UNKNOWN = "unknown"


class Way(StrEnum):
    """How an action is done."""

    DIRECT = "direct"
    """By the server's own call for it."""
    AS_NEW = "as new"
    """By new tasks with the same parameters and one more."""
    AS_FAILED = "as failed"
    """By a failure reported in the name of the owner."""
    NONE = "none"
    """Not at all."""


class Fate(StrEnum):
    """What became, or would become, of a task."""

    PLANNED = "planned"
    SKIPPED = "skipped"
    DONE = "done"
    FAILED = "failed"
    UNTRIED = "not tried"


Meant = tuple[int, ...] | TaskFilter
"""Which tasks: these, or all that fit."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. ``force``: release also from owners that may be alive.

    A TaskManager takes no task with the type and the parameters of another, so the ``copies`` that are made of each
    have ``changes`` in their parameters (``{n}`` in a text is the number of the copy), or, where there are none, one
    parameter more, unless they are to be the ``same``. ``token`` is in that one: a call made twice makes one copy.
    """

    action: Action
    force: bool = False
    copies: int = 1
    same: bool = False
    changes: Mapping[str, Json] = field(default_factory=dict[str, Json])
    token: str = ""

    @property
    def marks(self) -> bool:
        """Whether copies get a parameter more."""
        return not self.same and not self.changes

    def parameters(self, task: Task, number: int) -> dict[str, Json]:
        """Those of a copy."""
        more = {COPY_OF: f"{task.id}-{self.token}-{number}"} if self.marks else numbered(self.changes, number)
        return {**task.parameters, **({} if self.same else more)}


def numbered(changes: Mapping[str, Json], number: int) -> dict[str, Json]:
    """The changes for the copy of that number."""
    return {
        name: value.replace("{n}", str(number)) if isinstance(value, str) else value for name, value in changes.items()
    }


@dataclass(frozen=True, slots=True)
class BulkRow(Record):
    """One task of a plan or ledger: its fate, and in words what it is now or why not. ``made``: ids of its copies."""

    id: int
    fate: Fate
    said: str
    task_type: str = ""
    made: tuple[int, ...] = ()

    @property
    def outcome(self) -> RowOutcome:
        """The same, as other verbs answer it."""
        return RowOutcome(self.id, self.fate is Fate.DONE, error=None if self.fate is Fate.DONE else self.said)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done. ``rows`` has every task that is meant, in the order meant; ``owners`` who holds each that is
    to be released. ``reason``: why it is done in another way than the direct one, or not at all. ``partial``: why there
    may be more tasks than were found."""

    order: Order
    way: Way
    rows: tuple[BulkRow, ...]
    calls: tuple[str, ...] = ()
    risk: str = ""
    reason: str = ""
    partial: str = ""
    owners: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def act(self) -> tuple[int, ...]:
        """The tasks that will be acted on."""
        return tuple(row.id for row in self.rows if row.fate is Fate.PLANNED)

    @property
    def skipped(self) -> tuple[tuple[str, int], ...]:
        """Why others are left out, with how many of them, most first."""
        return tuple(Counter(row.said for row in self.rows if row.fate is Fate.SKIPPED).most_common())

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """The tasks to act on, a few at a time."""
        act, size = self.act, TOGETHER if self.way is Way.DIRECT else SINGLY
        for first in range(0, len(act), size):
            yield act[first : first + size]


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan is made from besides tasks: what the server can, how the workers are that hold tasks (those that
    are not in it: ``GONE`` where the server lists workers, else unknown), and the ``closed`` types, whose schema allows
    no parameter that it does not name."""

    can: frozenset[str]
    owners: Mapping[str, Owner] = field(default_factory=dict[str, Owner])
    closed: frozenset[str] = frozenset()

    def owner(self, worker_id: str) -> Owner:
        """How that worker is."""
        return self.owners.get(worker_id, Owner.GONE if "workers" in self.can else Owner.UNKNOWN)


def way_of(action: Action, can: frozenset[str]) -> Way:
    """How it is done on a server that can that."""
    if action is Action.CLONE:
        return Way.AS_NEW
    if action.value in can:
        return Way.DIRECT
    return {Action.RETRY: Way.AS_NEW, Action.RELEASE: Way.AS_FAILED}.get(action, Way.NONE)


def plan(order: Order, tasks: Sequence[Task], known: Known, missing: Sequence[int] = (), partial: str = "") -> Plan:
    """What the order would do to these tasks; ``missing`` are ids that there is no task for."""
    way = way_of(order.action, known.can)
    rows = [row_of(order, way, task, known) for task in tasks]
    rows += [BulkRow(task_id, Fate.SKIPPED, "there is no such task") for task_id in missing]
    held = {task.id: task.claimed_by or "" for task in tasks} if order.action is Action.RELEASE else {}
    made = Plan(order, way, tuple(rows), reason=reason_of(order.action, way), partial=partial, owners=held)
    acted = set(made.act)
    acting = [task for task in tasks if task.id in acted]
    return replace(made, calls=calls_of(order, way, acting), risk=risk_of(order, way, acting, known))


def row_of(order: Order, way: Way, task: Task, known: Known) -> BulkRow:
    """What would become of a task."""
    why_not = unfit(order, way, task, known)
    if why_not:
        return BulkRow(task.id, Fate.SKIPPED, why_not, task.task_type)
    return BulkRow(task.id, Fate.PLANNED, f"{task.status.value} → {end_of(order, way)}", task.task_type)


def unfit(order: Order, way: Way, task: Task, known: Known) -> str:
    """Why nothing is done to a task; empty when something is."""
    if not fits(order.action, task):
        needed = " or ".join(FITTING[order.action])
        return f"it is {task.status.value}; {order.action} needs it {needed}"
    if way is Way.NONE:
        return f"this TaskManager cannot {order.action} tasks"
    if way is Way.AS_NEW and order.marks and task.task_type in known.closed:
        return f"its type allows no parameter {COPY_OF}; name a parameter to change"
    if order.action is Action.RELEASE:
        return kept_by_owner(order, way, task, known.owner(task.claimed_by or ""))
    return ""


def kept_by_owner(order: Order, way: Way, task: Task, owner: Owner) -> str:
    """Why a claimed task is left with its owner; empty when it is not."""
    name = task.claimed_by or "its owner"
    if way is Way.AS_FAILED and task.attempts >= task.max_retries:
        return f"it is at its last attempt ({task.attempts} of {task.max_retries}): a failure would end it for good"
    forced = order.force and (way is Way.DIRECT or owner is Owner.OURS)
    if owner is Owner.GONE or forced:
        return ""
    if owner is Owner.UNKNOWN:
        return f"nobody here knows whether {name} is alive"
    return f"{name} is alive and works on it"


def end_of(order: Order, way: Way) -> str:
    """What a task becomes."""
    if way is Way.AS_NEW:
        return "a new task" if order.copies == 1 else f"{order.copies:,} new tasks"
    return ENDS[order.action] if way is Way.DIRECT else "pending, an attempt fewer"


def reason_of(action: Action, way: Way) -> str:
    """Why it is not done in the direct way; empty when it is."""
    if way is Way.DIRECT or action is Action.CLONE:
        return ""
    offered = {
        Way.AS_NEW: "Instead, each can be created as a new task; the failed one stays.",
        Way.AS_FAILED: "Instead, each can be reported as failed in the name of its owner, which uses up an attempt.",
    }
    return f"This TaskManager cannot {action} tasks. {offered.get(way, INSTEAD[action])}"


def calls_of(order: Order, way: Way, acting: Sequence[Task]) -> tuple[str, ...]:
    """The calls that will be made, each kind with its number."""
    number = len(acting)
    if not number:
        return ()
    match way:
        case Way.DIRECT:
            force = ', "force": true' if order.action is Action.RELEASE else ""
            body = f'{{"action": "{order.action}", "ids": […]{force}}}'
            return (times(-(-number // TOGETHER), f"POST /tasks/bulk {body}"),)
        case Way.AS_NEW:
            more = f', "{COPY_OF}": …' if order.marks else "".join(f', "{name}": …' for name in order.changes)
            body = f'{{"type": …, "params": {{…{more}}}}}'
            return (times(number, "GET /tasks/{id}"), times(number * order.copies, f"POST /tasks {body}"))
        case Way.AS_FAILED:
            body = f'{{"worker_id": its owner, "success": false, "error": "{BY_HAND}"}}'
            return (times(number, "GET /tasks/{id}"), times(number, f"POST /tasks/{{id}}/complete {body}"))
        case Way.NONE:
            return ()


def times(number: int, call: str) -> str:
    """A call, and how often."""
    return call if number == 1 else f"{number:,} × {call}"


def risk_of(order: Order, way: Way, acting: Sequence[Task], known: Known) -> str:
    """What may be lost by it, and whether it can be undone."""
    match order.action:
        case Action.RETRY if way is Way.DIRECT:
            return "Each gets all its attempts anew. This cannot be undone; what it did before may be done again."
        case Action.RETRY | Action.CLONE:
            return copying_risk(order)
        case Action.RELEASE:
            return release_risk(way, acting, known)
        case Action.CANCEL:
            claimed = sum(task.status is TaskStatus.CLAIMED for task in acting)
            lost = f" {claimed:,} {'is' if claimed == 1 else 'are'} in hand: that work is lost." if claimed else ""
            return f"This cannot be undone.{lost}"
        case Action.DELETE:
            return "Parameters, result and history are lost; this cannot be undone. What was saved of it stays."


def copying_risk(order: Order) -> str:
    """What to know of new tasks with old parameters."""
    if order.same:
        return (
            "A task with the type and the parameters of another is a duplicate, whatever its priority: nothing new is "
            "created as long as the older one is there."
        )
    undone = "Undone by deleting the copies, where the TaskManager can."
    if order.changes:
        return f"A copy that is still the same as some older task is not created, whatever its priority. {undone}"
    return (
        f"Each copy has one parameter more, {COPY_OF}, or it would be a duplicate; its worker must bear that. {undone}"
    )


def release_risk(way: Way, acting: Sequence[Task], known: Known) -> str:
    """Whether work may run twice, and what it costs."""
    owners = {task.claimed_by or "": known.owner(task.claimed_by or "") for task in acting}
    alive = [name for name, owner in owners.items() if owner in (Owner.ALIVE, Owner.OURS)]
    cost = " Each uses up an attempt." if way is Way.AS_FAILED else ""
    if alive:
        who = "1 owner is" if len(alive) == 1 else f"{len(alive):,} owners are"
        return f"{who} alive: another worker will run the work a second time.{cost} This cannot be undone."
    return f"No owner is known to be alive; if one is, the work runs twice.{cost} This cannot be undone."


def untried(plan_made: Plan, task_ids: Sequence[int], why: str) -> tuple[BulkRow, ...]:
    """The rows of tasks that were not come to."""
    types = {row.id: row.task_type for row in plan_made.rows}
    return tuple(BulkRow(task_id, Fate.UNTRIED, why, types.get(task_id, "")) for task_id in task_ids)


class Carrier(Protocol):
    """Who can do a chunk of a plan: the verbs, or what the command line has in their place."""

    async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
        """Do what the plan says to these of its tasks."""
        ...


async def carried_out(carrier: Carrier, made: Plan) -> AsyncGenerator[tuple[BulkRow, ...]]:
    """Do what the plan says, chunk after chunk; whoever stops asking stops it between two of them.

    A chunk that was broken off ends it: its tasks are told as failed, since it may have been done by half, and all
    later ones as not tried.
    """
    left = list(made.act)
    for chunk in made.chunks():
        try:
            rows = tuple(await carrier.bulk(made, chunk))
        except CoreError as fault:
            types = {row.id: row.task_type for row in made.rows}
            yield tuple(BulkRow(each, Fate.FAILED, str(fault), types.get(each, "")) for each in chunk)
            yield untried(made, left[len(chunk) :], "not tried after that error")
            return
        del left[: len(chunk)]
        yield rows
        if any(row.fate is Fate.UNTRIED for row in rows):
            yield untried(made, left, rows[-1].said)
            return
