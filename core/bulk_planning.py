"""What an order would do to tasks: to which of them, by which calls, at which risk. No server is asked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.actions import ENDS, FITTING, Action, cancel_risk, fits
from core.bulk import (
    BY_HAND,
    COPY_OF,
    INSTEAD,
    TOGETHER,
    BulkRow,
    Fate,
    Order,
    Owner,
    Plan,
    Way,
)
from core.models import Task, TaskStatus


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
    if order.action is Action.CANCEL:
        return order.action.done  # its status is failed, which nobody would take for what was asked for
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
            return cancel_risk(len(acting), sum(task.status is TaskStatus.CLAIMED for task in acting))
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
