"""What a task type was before: a version for each registration that made it another."""

import sqlite3
from typing import Any

from core.server.envelope import decode
from core.server.equality import canonical
from core.server.times import iso
from core.server.writer import Writer

MOST_VERSIONS = 100
"""Versions that are kept of a type, the newest."""
MOST_CHARACTERS = 4 * 1024 * 1024
"""Characters of their schemas together; the newest is kept however long it is."""


def record(writer: Writer, type_id: int, version: str, schema: str, at: int, *, was_active: bool = True) -> None:
    """Keep what a type becomes now, which takes new tasks from now on; nothing where it was the same already."""
    connection = writer.connection
    newest = connection.execute(
        "SELECT number, version, param_schema, is_active FROM task_type_versions"
        " WHERE type_id = ? ORDER BY number DESC LIMIT 1",
        (type_id,),
    ).fetchone()
    number = 0 if newest is None else int(newest[0])
    if newest is not None and was_active and newest[3] and newest[1] == version and _same(newest[2], schema):
        return
    (used,) = connection.execute("SELECT usage_count FROM task_types WHERE id = ?", (type_id,)).fetchone()
    connection.execute(
        "INSERT INTO task_type_versions VALUES (?, ?, ?, ?, 1, ?, ?)",
        (type_id, number + 1, version, schema, at, used + writer.uses_of(type_id)),
    )
    _forget_the_oldest(connection, type_id)


def versions_of(connection: sqlite3.Connection, type_id: int) -> list[dict[str, Any]]:
    """The versions of a type as they are told, newest first, each with the tasks that were created under it."""
    (used,) = connection.execute("SELECT usage_count FROM task_types WHERE id = ?", (type_id,)).fetchone()
    rows = connection.execute(
        "SELECT number, version, is_active, registered_at, used_before, param_schema FROM task_type_versions"
        " WHERE type_id = ? ORDER BY number DESC",
        (type_id,),
    )
    told: list[dict[str, Any]] = []
    until = used
    for number, version, is_active, registered_at, used_before, schema in rows:
        told.append(
            {
                "number": number,
                "version": version,
                "is_active": bool(is_active),
                "registered_at": iso(registered_at),
                "tasks": None if used_before is None or until is None else until - used_before,
                "param_schema": decode(schema),
            }
        )
        until = used_before
    return told


def _same(old: str, new: str) -> bool:
    """Whether two schemas say the same; the order of their members is no difference."""
    return old == new or canonical(decode(old)) == canonical(decode(new))


def _forget_the_oldest(connection: sqlite3.Connection, type_id: int) -> None:
    sizes = connection.execute(
        "SELECT number, length(param_schema) FROM task_type_versions WHERE type_id = ? ORDER BY number DESC",
        (type_id,),
    ).fetchall()
    total = 0
    for place, (number, size) in enumerate(sizes):
        total += size
        if place and (place >= MOST_VERSIONS or total > MOST_CHARACTERS):
            connection.execute("DELETE FROM task_type_versions WHERE type_id = ? AND number <= ?", (type_id, number))
            return
