"""Claims: which task a worker gets next, one or many, at once or after a wait.

A claim finds its task by one index seek, however many tasks there are. Tasks whose claim is too old, and those whose
`retry_at` has come, are marked claimable first (found by an index too), so that they compete with pending ones in one
exact order.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Any

from starlette.types import Receive

from core.server.envelope import Answer, decode
from core.server.fields import (
    LARGEST,
    Fields,
    choice,
    direction,
    number,
    optional_text,
    positive,
    positives,
    required,
    whole,
)
from core.server.fields import text as required_text
from core.server.long_poll import long_poll
from core.server.refusal import Refused
from core.server.service import Call, Service
from core.server.times import iso
from core.server.writer import Writer

MOST_CLAIMED = 1000
MOST_TYPES = 500
LONGEST_WAIT = 30.0
LOOK_AGAIN = 0.05, 10.0
"""Seconds, at least and at most, after which a waiting claim looks by itself: nobody commits when a claim grows too
old, or a task may be tried again. Between them, it looks when the next one will."""

DUE_AT_ONCE = 1000
"""Rows of each kind that one statement marks."""
SORTS = ("created_at", "priority", "id", "attempts")

_TASK = "SELECT id, type_id, status, claimed_by, attempts, priority, created_at, params, deferrals FROM tasks"
_OF_TYPE = "WHERE type_id = ? AND claimable = 1"

IN_ORDER = {
    ("id", "ASC"): f"{_TASK} INDEXED BY claimable_by_id {_OF_TYPE} ORDER BY id LIMIT ?",
    ("id", "DESC"): f"{_TASK} INDEXED BY claimable_by_id {_OF_TYPE} ORDER BY id DESC LIMIT ?",
    ("priority", "DESC"): f"{_TASK} INDEXED BY claimable_by_priority {_OF_TYPE} ORDER BY priority DESC, id LIMIT ?",
    ("attempts", "ASC"): f"{_TASK} INDEXED BY claimable_by_attempts {_OF_TYPE} ORDER BY attempts, id LIMIT ?",
}
"""Candidates of one type, read from an index in the order asked."""

LEVELS = {
    ("priority", "ASC"): f"SELECT priority FROM tasks INDEXED BY claimable_by_priority {_OF_TYPE}"
    " AND priority >= ? ORDER BY priority LIMIT 1",
    ("attempts", "DESC"): f"SELECT attempts FROM tasks INDEXED BY claimable_by_attempts {_OF_TYPE}"
    " AND attempts <= ? ORDER BY attempts DESC LIMIT 1",
}
"""Orders that run against an index while ties stay oldest first: the next level, by one seek."""

AT_LEVEL = {
    "priority": f"{_TASK} INDEXED BY claimable_by_priority {_OF_TYPE} AND priority = ? ORDER BY id LIMIT ?",
    "attempts": f"{_TASK} INDEXED BY claimable_by_attempts {_OF_TYPE} AND attempts = ? ORDER BY id LIMIT ?",
}
"""Candidates of one type and level, oldest first."""

CLAIM = (
    "UPDATE tasks SET status = 'claimed', claimable = 0, claimed_by = ?, claimed_at = ?, heard_at = ?,"
    " attempts = ?, progress = 0, completed_at = NULL, seq = ? WHERE id = ?"
)

DUE = (
    "SELECT id, 0 FROM (SELECT id FROM tasks INDEXED BY claimed_by_age"
    " WHERE status = 'claimed' AND claimable = 0 AND heard_at < ?1 ORDER BY heard_at LIMIT ?3)"
    " UNION ALL SELECT id, 1 FROM (SELECT id FROM tasks INDEXED BY deferred"
    " WHERE retry_at <= ?2 ORDER BY retry_at LIMIT ?3)"
)
"""Tasks that became claimable as time passed: their claim is too old (0), or they may be tried again (1). One
statement, since every claim asks it."""

AGAIN = "UPDATE tasks SET claimable = claimable OR status = 'pending', retry_at = NULL, seq = ? WHERE id = ?"
"""What waits no longer is claimable if it is pending: a program that knows no `retry_at` may have the same file open,
and leaves it when it cancels or claims."""

NEXT_DUE = (
    "SELECT (SELECT heard_at FROM tasks INDEXED BY claimed_by_age"
    " WHERE status = 'claimed' AND claimable = 0 AND heard_at IS NOT NULL ORDER BY heard_at LIMIT 1),"
    " (SELECT retry_at FROM tasks INDEXED BY deferred WHERE retry_at IS NOT NULL ORDER BY retry_at LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a worker asks for."""

    worker: str
    types: tuple[int, ...]
    limit: int
    sort: str
    order: str


async def claim(service: Service, call: Call) -> Answer:
    """POST /tasks/claim: one task, or 404."""
    worker = required_text(call.body, "worker_id")
    type_id = positive(required(call.body, "task_type_id"), "task_type_id")
    wish = _wish(call.body, worker, (type_id,), 1)
    pattern = (optional_text(call.body, "type_pattern") or "").strip()
    if pattern and not service.database.read(lambda connection: _matches(connection, type_id, pattern)):
        raise Refused(404, "No available tasks")
    tasks = await service.database.write(lambda writer: take(writer, service, wish))
    if not tasks:
        raise Refused(404, "No available tasks")
    return Answer(tasks[0], "Task claimed successfully")


async def claim_batch(service: Service, call: Call) -> Answer:
    """POST /tasks/claim-batch: up to `limit` tasks, as soon as there is one, an empty list after `wait`."""
    worker = required_text(call.body, "worker_id")
    types = positives(required(call.body, "task_type_ids"), "task_type_ids", most=MOST_TYPES)
    limit = whole(call.body, "limit", default=1, low=1, high=MOST_CLAIMED)
    wait = number(call.body, "wait", default=0, low=0, high=LONGEST_WAIT)
    wish = _wish(call.body, worker, tuple(types), limit)
    service.leaving.discard(worker)
    tasks = await service.database.write(lambda writer: take(writer, service, wish))
    if not tasks and wait:
        tasks = await _wait_for_tasks(service, call.receive, wish, wait)
    return Answer({"tasks": tasks, "count": len(tasks)})


def take(writer: Writer, service: Service, wish: Wish) -> list[dict[str, Any]]:
    """Claim up to `wish.limit` tasks in this transaction; rows as the wire shows them."""
    now = service.now()
    _mark_due(writer, now - service.claim_timeout, now)
    types = sorted(wish.types, key=lambda type_id: service.served.get(type_id, 0))
    found = [_candidates(writer.connection, type_id, wish) for type_id in types]
    in_turn = (row for row in chain.from_iterable(zip_longest(*found)) if row is not None)
    chosen = list(islice(in_turn, wish.limit))
    latest = max(service.served.values(), default=0)
    service.served.update({row[1]: latest + place for place, row in enumerate(chosen, 1)})
    return _claim_all(writer, service, wish.worker, chosen, now)


async def _wait_for_tasks(service: Service, receive: Receive, wish: Wish, wait: float) -> list[dict[str, Any]]:
    async with long_poll(service, receive, wait, frozenset(wish.types)) as poll:

        def take_unless_gone(writer: Writer) -> list[dict[str, Any]]:
            return [] if poll.is_gone else take(writer, service, wish)

        while not service.waits_end and wish.worker not in service.leaving:
            if service.database.read(lambda connection: _is_something_there(connection, service, wish)):
                tasks = await service.database.write(take_unless_gone)
                if tasks:
                    return tasks
            if not await poll.heard(service.database.read(lambda connection: _until_one_is_due(connection, service))):
                break
    return []


def _wish(fields: Fields, worker: str, types: tuple[int, ...], limit: int) -> Wish:
    sort = choice(fields, "sort_by", SORTS)
    # created_at never decreases with the id, so the order by id is the order by creation, ties included.
    return Wish(worker, types, limit, "id" if sort == "created_at" else sort, direction(fields))


def _matches(connection: sqlite3.Connection, type_id: int, pattern: str) -> bool:
    found = connection.execute("SELECT 1 FROM task_types WHERE id = ? AND name LIKE ?", (type_id, pattern))
    return found.fetchone() is not None


def _mark_due(writer: Writer, older_than: int, now: int) -> None:
    # All of them, however many: the one that comes first in the order asked may be among the last that became due.
    while rows := writer.connection.execute(DUE, (older_than, now, DUE_AT_ONCE)).fetchall():
        expired = [(task_id,) for task_id, was_deferred in rows if not was_deferred]
        writer.connection.executemany("UPDATE tasks SET claimable = 1 WHERE id = ?", expired)
        again = [(writer.renew(), task_id) for task_id, was_deferred in rows if was_deferred]
        writer.connection.executemany(AGAIN, again)
        if len(rows) < DUE_AT_ONCE:
            return


def _candidates(connection: sqlite3.Connection, type_id: int, wish: Wish) -> list[Any]:
    query = IN_ORDER.get((wish.sort, wish.order))
    if query is not None:
        return connection.execute(query, (type_id, wish.limit)).fetchall()
    return list(islice(_by_level(connection, type_id, wish), wish.limit))


def _by_level(connection: sqlite3.Connection, type_id: int, wish: Wish) -> Iterator[Any]:
    step, level = (1, -LARGEST - 1) if wish.order == "ASC" else (-1, LARGEST)
    while -LARGEST - 1 <= level <= LARGEST:
        found = connection.execute(LEVELS[wish.sort, wish.order], (type_id, level)).fetchone()
        if found is None:
            return
        yield from connection.execute(AT_LEVEL[wish.sort], (type_id, found[0], wish.limit)).fetchall()
        level = found[0] + step


def _claim_all(writer: Writer, service: Service, worker: str, rows: list[Any], now: int) -> list[dict[str, Any]]:
    names = {type_id: _name_of(writer.connection, type_id) for type_id in {row[1] for row in rows}}
    values: list[tuple[Any, ...]] = []
    claimed: list[dict[str, Any]] = []
    for task_id, type_id, status, owner, attempts, priority, created_at, params, deferrals in rows:
        taken = None if status == "pending" else f"taken over from {owner}, whose claim was too old"
        sequence = writer.note(task_id, at=now, event="claimed", attempts=attempts + 1, worker=worker, message=taken)
        writer.moved(type_id, status, "claimed")
        values.append((worker, now, now, attempts + 1, sequence, task_id))
        claimed.append(
            {
                "id": task_id,
                "type": names[type_id],
                "task_type_id": type_id,
                "params": decode(params),
                "attempts": attempts + 1,
                "max_attempts": service.max_attempts + deferrals,
                "priority": priority,
                "status": "claimed",
                "created_at": iso(created_at),
                "claimed_at": iso(now),
                "claimed_by": worker,
            }
        )
    writer.connection.executemany(CLAIM, values)
    return claimed


def _name_of(connection: sqlite3.Connection, type_id: int) -> str:
    return str(connection.execute("SELECT name FROM task_types WHERE id = ?", (type_id,)).fetchone()[0])


def _until_one_is_due(connection: sqlite3.Connection, service: Service) -> float:
    """Seconds after which it is worth to look whether a claim has grown too old, or a task may be tried again."""
    least, most = LOOK_AGAIN
    oldest, retry_at = connection.execute(NEXT_DUE).fetchone()
    due = [at for at in (oldest and oldest + service.claim_timeout, retry_at) if at is not None]
    if not due:
        return most
    return max(least, min(most, (min(due) - service.now()) / 1000 + least))


def _is_something_there(connection: sqlite3.Connection, service: Service, wish: Wish) -> bool:
    now = service.now()
    due = connection.execute(DUE, (now - service.claim_timeout, now, 1)).fetchone()
    return due is not None or any(
        connection.execute(IN_ORDER["id", "ASC"], (type_id, 1)).fetchone() for type_id in wish.types
    )
