"""Task types: registering them, reading them."""

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from core.server.envelope import Answer, decode, encode
from core.server.fields import required, text
from core.server.refusal import Refused
from core.server.schema_check import refuse_bad_schema
from core.server.schema_parts import with_empty_objects
from core.server.service import Call, Service
from core.server.times import iso
from core.server.type_versions import record, versions_of
from core.server.writer import Writer

NOT_FOUND = "Task type not found"


@dataclass(frozen=True, slots=True)
class KnownType:
    """A registered type, as much as creating a task needs."""

    id: int
    name: str
    param_schema: str
    is_active: bool


async def register(service: Service, call: Call) -> Answer:
    """POST /task-types/register: make a type, or replace version and schema of a known one."""
    required(call.body, "name")
    required(call.body, "version")
    name, version = text(call.body, "name"), text(call.body, "version")
    if not name.isprintable():
        raise Refused(400, "name must not hold control characters")
    schema = with_empty_objects(required(call.body, "param_schema"))
    refuse_bad_schema(schema)
    written = encode(schema)
    now = service.now()

    def store(writer: Writer) -> tuple[int, bool]:
        return _store(writer, name, version, written, now)

    type_id, is_new = await service.database.write(store)
    data = {"id": type_id, "name": name, "version": version, "created" if is_new else "updated": True}
    if is_new:
        return Answer(data, "Task type registered successfully", 201)
    return Answer(data, "Task type updated successfully")


async def read_type(service: Service, call: Call) -> Answer:
    """GET /task-types/{name}."""

    def query(connection: sqlite3.Connection) -> Any:
        return connection.execute(
            "SELECT id, name, version, is_active, created_at, updated_at, param_schema FROM task_types WHERE name = ?",
            (call.path["name"],),
        ).fetchone()

    row = service.database.read(query)
    if row is None:
        raise Refused(404, NOT_FOUND)
    return Answer(_shown(row) | {"param_schema": decode(row[6])})


async def read_type_named_register(service: Service, call: Call) -> Answer:
    """GET /task-types/register: that path is also the name of a type."""
    return await read_type(service, replace(call, path={"name": "register"}))


async def read_versions(service: Service, call: Call) -> Answer:
    """GET /task-types/{name}/versions: what it became at each registration that made it another, newest first."""

    def query(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        return versions_of(connection, find_type(connection, call.path["name"]).id)

    versions = await service.database.read_aside(query)  # a hundred long schemas are much to decode
    return Answer({"versions": versions, "count": len(versions)})


async def list_types(service: Service, call: Call) -> Answer:
    """GET /task-types, by name; with `active_only=true` those that take new tasks."""
    only_active = call.query.get("active_only", "").strip().lower() in ("true", "1", "yes")

    def query(connection: sqlite3.Connection) -> list[Any]:
        return connection.execute(
            "SELECT id, name, version, is_active, created_at, updated_at, usage_count, last_used_at"
            " FROM task_types WHERE is_active >= ? ORDER BY name",
            (int(only_active),),
        ).fetchall()

    rows = service.database.read(query)
    types = [_shown(row) | {"usage_count": row[6], "last_used_at": iso(row[7])} for row in rows]
    return Answer({"task_types": types, "count": len(types)})


def find_type(connection: sqlite3.Connection, name: str) -> KnownType:
    """The type of this name; refused with 404 when there is none."""
    row = connection.execute(
        "SELECT id, name, param_schema, is_active FROM task_types WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        raise Refused(404, NOT_FOUND)
    return KnownType(row[0], row[1], row[2], bool(row[3]))


def type_ids_like(connection: sqlite3.Connection, pattern: str) -> list[int]:
    """Ids of the types with this name; a text with `%` is a LIKE pattern."""
    if "%" in pattern:
        rows = connection.execute("SELECT id FROM task_types WHERE name LIKE ? ORDER BY id", (pattern,))
    else:
        rows = connection.execute("SELECT id FROM task_types WHERE name = ?", (pattern,))
    return [row[0] for row in rows]


def _store(writer: Writer, name: str, version: str, schema: str, now: int) -> tuple[int, bool]:
    connection = writer.connection
    row = connection.execute("SELECT id, is_active FROM task_types WHERE name = ?", (name,)).fetchone()
    if row is None:
        added = connection.execute(
            "INSERT INTO task_types (name, version, param_schema, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            (name, version, schema, now, now),
        )
        type_id = int(added.lastrowid or 0)
        record(writer, type_id, version, schema, now)
        return type_id, True
    record(writer, row[0], version, schema, now, was_active=bool(row[1]))
    connection.execute(
        "UPDATE task_types SET version = ?, param_schema = ?, is_active = 1, updated_at = ? WHERE id = ?",
        (version, schema, now, row[0]),
    )
    return row[0], False


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row[0],
        "name": row[1],
        "version": row[2],
        "is_active": bool(row[3]),
        "created_at": iso(row[4]),
        "updated_at": iso(row[5]),
    }
