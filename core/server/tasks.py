"""Tasks: creating one, reading one, reading what happened to it."""

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any, cast

from core.server.envelope import Answer, encode
from core.server.equality import canonical
from core.server.fields import LARGEST, id_in_path, required, text, whole
from core.server.refusal import Refused
from core.server.rows import DETAILED, JOINED, detailed
from core.server.schema_check import refuse_bad_params
from core.server.service import Call, Service
from core.server.task_types import KnownType, find_type
from core.server.times import iso
from core.server.writer import Writer

NOT_FOUND = "Task not found"

HISTORY_SHOWN = 1000
"""Lines of a task's history that one answer holds, the newest ones."""


@dataclass(frozen=True, slots=True)
class _NewTask:
    kind: KnownType
    params: str
    priority: int
    dedupe_key: str
    now: int


async def create(service: Service, call: Call) -> Answer:
    """POST /tasks: a new task, or the one that has the same type and equal params."""
    name = text(call.body, "type")
    params = call.body.get("params")
    if params is None:
        required(call.body, "params")
    if not isinstance(params, dict):
        raise Refused(400, "params must be a JSON object")
    priority = whole(call.body, "priority", default=0, low=-LARGEST)
    kind = service.database.read(lambda connection: find_type(connection, name))
    if not kind.is_active:
        raise Refused(400, "Task type is not active")
    given = cast(dict[str, Any], params)
    refuse_bad_params(kind.param_schema, given)
    new = _NewTask(kind, encode(given), priority, dedupe_key(name, given), service.now())
    task_id, status, is_new = await service.database.write(lambda writer: _store(writer, new))
    data = {"id": task_id, "type": kind.name, "status": status}
    if is_new:
        data |= {"priority": priority, "dedupe_key": new.dedupe_key}
        return Answer(data, "Task created successfully", 201)
    data |= {"deduplicated": True, "duplicate": True, "dedupe_key": new.dedupe_key}
    return Answer(data, "Task already exists (deduplicated)")


async def read_task(service: Service, call: Call) -> Answer:
    """GET /tasks/{id}."""
    task_id = id_in_path(call.path["id"], NOT_FOUND)

    def query(connection: sqlite3.Connection) -> Any:
        return connection.execute(f"SELECT {DETAILED} FROM {JOINED} WHERE t.id = ?", (task_id,)).fetchone()

    row = service.database.read(query)
    if row is None:
        raise Refused(404, NOT_FOUND)
    return detailed(row)


async def read_history(service: Service, call: Call) -> Answer:
    """GET /tasks/{id}/history: the newest `HISTORY_SHOWN` lines, oldest first."""
    task_id = id_in_path(call.path["id"], NOT_FOUND)

    def query(connection: sqlite3.Connection) -> list[Any]:
        return connection.execute(
            "SELECT at, event, worker, attempts, message FROM history WHERE task_id = ? ORDER BY seq DESC LIMIT ?",
            (task_id, HISTORY_SHOWN),
        ).fetchall()

    rows = service.database.read(query)
    if not rows:
        raise Refused(404, NOT_FOUND)
    items = [
        {"at": iso(at), "event": event, "worker": worker, "attempts": attempts, "message": message}
        for at, event, worker, attempts, message in reversed(rows)
    ]
    return Answer({"items": items})


def dedupe_key(type_name: str, params: dict[str, Any]) -> str:
    """SHA-256 in hex of type and params; the order of keys and 1 or 1.0 make no difference."""
    return hashlib.sha256(canonical([type_name, params]).encode()).hexdigest()


def _store(writer: Writer, new: _NewTask) -> tuple[int, str, bool]:
    connection = writer.connection
    known = connection.execute("SELECT id, status FROM tasks WHERE dedupe_key = ?", (new.dedupe_key,)).fetchone()
    if known is not None:
        return known[0], known[1], False
    # Never before the newest task, even when the clock was set back: order of creation is order of ids.
    newest = connection.execute("SELECT created_at FROM tasks WHERE id = (SELECT max(id) FROM tasks)").fetchone()
    created_at = new.now if newest is None else max(new.now, newest[0])
    added = connection.execute(
        "INSERT INTO tasks (type_id, status, claimable, seq, priority, created_at, dedupe_key, params)"
        " VALUES (?, 'pending', 1, ?, ?, ?, ?, ?)",
        (new.kind.id, writer.sequence + 1, new.priority, created_at, new.dedupe_key, new.params),
    )
    task_id = int(added.lastrowid or 0)
    writer.note(task_id, at=new.now, event="created", attempts=0)
    writer.moved(new.kind.id, None, "pending")
    writer.used(new.kind.id, new.now)
    return task_id, "pending", True
