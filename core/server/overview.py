"""The whole at a glance: health, and numbers that cost the same at any length of the queue."""

import sqlite3
from collections import Counter
from typing import Any

from core.server.envelope import Answer
from core.server.fields import STATUSES
from core.server.operator import CANCELLED
from core.server.service import Call, Service
from core.server.times import iso

MINUTES_SHOWN = 60

MOST_PUT_OFF = 2_000
"""Tasks that are put off which are counted: nobody keeps a count of them."""
TYPES = (
    "SELECT id, name, (SELECT max(number) FROM task_type_versions WHERE type_id = task_types.id)"
    " - (SELECT min(number) FROM task_type_versions WHERE type_id = task_types.id) + 1 FROM task_types ORDER BY name"
)
"""With how many versions of each are kept: two steps into an index, whatever their number."""
PUT_OFF = "SELECT type_id FROM tasks INDEXED BY deferred WHERE retry_at > ? LIMIT ?"

EVENTS = ("created", "claimed", "completed", "failed", "retry")


async def health(service: Service, call: Call) -> Answer:
    """GET /health: whether the database answers, and which TaskManager this is."""
    service.database.read(lambda connection: connection.execute("SELECT value FROM sequence").fetchone())
    data = {
        "status": "healthy",
        "timestamp": int(service.clock()),
        "database": "connected",
        "server_id": service.database.server_id,
        "claim_timeout": service.claim_timeout / 1000,
        "max_attempts": service.max_attempts,
    }
    return Answer(data, "TaskManager is healthy")


async def stats(service: Service, call: Call) -> Answer:
    """GET /stats: amounts a type and status, and events a minute (`MINUTES_SHOWN`, the present one last)."""
    now = service.now()
    minute = now // 60_000
    first = minute - MINUTES_SHOWN + 1
    types, counted = service.database.read(lambda connection: (_types(connection, now), _counted(connection, first)))
    series = {event: [0] * MINUTES_SHOWN for event in EVENTS}
    for at, event, amount in counted:
        if event in series and at <= minute:
            series[event][at - first] = amount
    return Answer({"types": types, "per_minute": {"since": iso(first * 60_000), **series}})


def _cancelled(connection: sqlite3.Connection) -> dict[int, int]:
    """By type, how many of its tasks were ever cancelled: who watches what fails tells by it what no worker did."""
    rows = connection.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{CANCELLED}*",)).fetchall()
    return {int(key.removeprefix(CANCELLED)): int(value) for key, value in rows}


def _types(connection: sqlite3.Connection, now: int) -> list[dict[str, Any]]:
    types = {
        type_id: {"id": type_id, "name": name, "versions": versions or 0}
        | dict.fromkeys(STATUSES, 0)
        | {"oldest_pending_at": None}
        for type_id, name, versions in connection.execute(TYPES)
    }
    due, cancelled = _oldest_due(connection, now), _cancelled(connection)
    put_off = Counter(type_id for (type_id,) in connection.execute(PUT_OFF, (now, MOST_PUT_OFF)))
    for type_id, status, amount in connection.execute("SELECT type_id, status, amount FROM counters"):
        types[type_id][status] = amount
        if status == "pending" and amount:
            types[type_id]["oldest_pending_at"] = _oldest_pending(connection, type_id, due)
    for type_id, told in types.items():
        told |= {"put_off": put_off[type_id], "cancelled": cancelled.get(type_id, 0)}
    return list(types.values())


def _oldest_pending(connection: sqlite3.Connection, type_id: int, due: dict[int, int]) -> str | None:
    """When the oldest one was created that may be claimed; None where all wait for their `retry_at`."""
    row = connection.execute(
        "SELECT created_at FROM tasks INDEXED BY claimable_by_id"
        " WHERE type_id = ? AND claimable = 1 AND status = 'pending' ORDER BY id LIMIT 1",
        (type_id,),
    ).fetchone()
    created = [at for at in (row and row[0], due.get(type_id)) if at is not None]
    return iso(min(created)) if created else None


def _oldest_due(connection: sqlite3.Connection, now: int) -> dict[int, int]:
    """By type, when the oldest one was created whose `retry_at` has come while no claim has marked it claimable yet."""
    rows = connection.execute(
        "SELECT type_id, created_at FROM tasks INDEXED BY deferred WHERE retry_at <= ? AND status = 'pending'", (now,)
    )
    oldest: dict[int, int] = {}
    for type_id, created_at in rows:
        oldest[type_id] = min(created_at, oldest.get(type_id, created_at))
    return oldest


def _counted(connection: sqlite3.Connection, first: int) -> list[tuple[int, str, int]]:
    return connection.execute("SELECT minute, event, amount FROM per_minute WHERE minute >= ?", (first,)).fetchall()
