"""What an operator does to many tasks at once: retry, release, cancel, delete; tried first with dry_run."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from core.server.envelope import Answer
from core.server.fields import choice, flag, optional_text, positives, required, text
from core.server.filtering import All, Status, means_everything, read_filter
from core.server.listing import ids_of
from core.server.refusal import Refused
from core.server.reports import Held, held, outcome, refused_outcome
from core.server.service import Call, Service
from core.server.writer import Writer

MOST_CHANGED = 10_000
"""Tasks that one call changes; `more` in the answer says that the filter selects others."""

CHUNK = 200
"""Tasks changed in one transaction, so that claims pass between."""

TOMBSTONES_KEPT = 100_000

APPLIES_TO = {
    "retry": ("failed",),
    "release": ("claimed",),
    "cancel": ("pending", "claimed"),
    "delete": ("pending", "completed", "failed"),
}
"""The actions, and the states of a task in which each may be done. A pending one with a `retry_at` may be retried
too, named by its id: that ends the wait."""

CANCELLED = "cancelled "
"""Before the id of a type, the name under which it is kept how many of its tasks were ever cancelled. Not one of the
counters, which are of tasks as they are now."""
COUNT_CANCELLED = (
    "INSERT INTO meta VALUES (?, '1') ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
)


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator wants done with each task."""

    action: str
    worker: str | None
    force: bool
    now: int


Change = Callable[[Writer, int, Held, Order], str]


class _TriedOnly(Refused):
    """Undoes a dry run."""

    def __init__(self, outcomes: list[dict[str, Any]]) -> None:
        super().__init__(200, "dry run")
        self.outcomes = outcomes


async def bulk(service: Service, call: Call) -> Answer:
    """POST /tasks/bulk: an outcome a task, in the order of the ids."""
    required(call.body, "action")
    action = choice(call.body, "action", tuple(APPLIES_TO))
    dry_run = flag(call.body, "dry_run")
    force = flag(call.body, "force")
    worker = text(call.body, "worker_id") if optional_text(call.body, "worker_id") else None
    if action == "release" and worker is None and not force:
        raise Refused(400, "Missing required field: worker_id (the owner's, or force must be true)")
    order = Order(action, worker, force, service.now())
    ids, more = await _selected(service, call, action)
    outcomes: list[dict[str, Any]] = []
    for start in range(0, len(ids), CHUNK):
        outcomes += await _done(service, order, ids[start : start + CHUNK], dry_run)
        await asyncio.sleep(0)
    changed = sum(item["ok"] for item in outcomes)
    return Answer({"outcomes": outcomes, "changed": changed, "dry_run": dry_run, "more": more})


async def _selected(service: Service, call: Call, action: str) -> tuple[list[int], bool]:
    ids, wanted = call.body.get("ids"), call.body.get("filter")
    if (ids is None) == (wanted is None):
        raise Refused(400, "Say which tasks: either ids or filter")
    if ids is not None:
        return positives(ids, "ids", most=MOST_CHANGED), False
    if not isinstance(wanted, dict):
        raise Refused(400, "filter must be a JSON object")
    parsed = read_filter(cast(dict[str, Any], wanted))
    if means_everything(parsed):
        raise Refused(400, "An empty filter would select every task; name a status, a type or a text")
    narrowed = All((parsed, Status(APPLIES_TO[action])))
    now = service.now()

    def query(connection: sqlite3.Connection) -> list[int]:
        return ids_of(connection, narrowed, now, limit=MOST_CHANGED + 1)

    found = await service.database.read_aside(query)
    return found[:MOST_CHANGED], len(found) > MOST_CHANGED


async def _done(service: Service, order: Order, ids: list[int], dry_run: bool) -> list[dict[str, Any]]:
    def carry_out(writer: Writer) -> list[dict[str, Any]]:
        outcomes = [_one(writer, task_id, order) for task_id in ids]
        if dry_run:
            raise _TriedOnly(outcomes)
        return outcomes

    try:
        return await service.database.write(carry_out)
    except _TriedOnly as tried:
        return tried.outcomes


def _one(writer: Writer, task_id: int, order: Order) -> dict[str, Any]:
    # Every refusal comes before the first change, so a refused task leaves nothing to undo.
    try:
        task = held(writer, task_id)
        _refuse_unfit(task, order)
        status = CHANGES[order.action](writer, task_id, task, order)
    except Refused as refusal:
        return refused_outcome(task_id, refusal)
    return outcome(task_id, status)


def _refuse_unfit(task: Held, order: Order) -> None:
    fitting = APPLIES_TO[order.action]
    if order.action == "retry" and task.status == "pending" and task.retry_at is not None:
        return
    if task.status not in fitting:
        raise Refused(
            400,
            f"Task is {task.status}; {order.action} needs it {' or '.join(fitting)}",
            extra={"status": task.status},
        )
    if order.action == "release" and not order.force and task.claimed_by != order.worker:
        raise Refused(403, "Task is claimed by another worker", extra={"status": task.status})


def _retry(writer: Writer, task_id: int, task: Held, order: Order) -> str:
    sequence = writer.note(task_id, at=order.now, event="retry", attempts=0, message="asked for by an operator")
    writer.connection.execute(
        "UPDATE tasks SET status = 'pending', claimable = 1, cancelled = 0, attempts = 0, progress = 0,"
        " claimed_by = NULL, claimed_at = NULL, completed_at = NULL, retry_at = NULL, deferrals = 0, seq = ?"
        " WHERE id = ?",
        (sequence, task_id),
    )
    writer.moved(task.type_id, task.status, "pending")
    return "pending"


def _release(writer: Writer, task_id: int, task: Held, order: Order) -> str:
    sequence = writer.note(task_id, at=order.now, event="released", attempts=task.attempts, worker=task.claimed_by)
    writer.connection.execute(
        "UPDATE tasks SET status = 'pending', claimable = 1, progress = 0, claimed_by = NULL,"
        " claimed_at = NULL, seq = ? WHERE id = ?",
        (sequence, task_id),
    )
    writer.moved(task.type_id, task.status, "pending")
    return "pending"


def _cancel(writer: Writer, task_id: int, task: Held, order: Order) -> str:
    sequence = writer.note(task_id, at=order.now, event="cancelled", attempts=task.attempts, worker=task.claimed_by)
    writer.connection.execute(
        "UPDATE tasks SET status = 'failed', claimable = 0, cancelled = 1, error_message = 'cancelled',"
        " completed_at = ?, retry_at = NULL, seq = ? WHERE id = ?",
        (order.now, sequence, task_id),
    )
    writer.moved(task.type_id, task.status, "failed")
    writer.connection.execute(COUNT_CANCELLED, (f"{CANCELLED}{task.type_id}",))
    return "failed"


def _delete(writer: Writer, task_id: int, task: Held, order: Order) -> str:
    sequence = writer.renew()
    writer.connection.execute("DELETE FROM tasks WHERE id = ?", (task_id,))
    writer.connection.execute("INSERT INTO tombstones VALUES (?, ?)", (sequence, task_id))
    writer.connection.execute("DELETE FROM tombstones WHERE seq <= ?", (sequence - TOMBSTONES_KEPT,))
    writer.moved(task.type_id, task.status, None)
    return "deleted"


CHANGES: dict[str, Change] = {"retry": _retry, "release": _release, "cancel": _cancel, "delete": _delete}
"""What each action does to one task; gives its new status."""
