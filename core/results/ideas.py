"""Saving an idea: never twice for a task, and never twice for a source."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from core.models import Task, utcnow
from core.results import sources
from core.results.idea import Cell, columns_of, content_key, source_of
from core.results.merging import READ, merged
from core.results.schema import IDEA_TABLE

REMEMBER = """
INSERT INTO prismq_idea (server, task_id, item_key, idea_id, task_type, worker_id, attempt, saved_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (server, task_id, item_key) DO UPDATE SET
    idea_id = excluded.idea_id, worker_id = excluded.worker_id, attempt = excluded.attempt, saved_at = excluded.saved_at
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the table IdeaInspiration has: its columns, those that must not be null, whether ids are numbers, and
    whether it can be searched by source without being read as a whole."""

    known: Mapping[str, bool]
    numbered: bool
    by_source: bool

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Columns:
        """Read them. Raises sqlite3.DatabaseError when there is no id or title."""
        rows = connection.execute(f"PRAGMA table_info({IDEA_TABLE})").fetchall()
        known = {name: bool(not_null) and default is None for _, name, _, not_null, default, _ in rows}
        kinds = {name: str(kind).upper() for _, name, kind, _, _, _ in rows}
        if "id" not in known or "title" not in known:
            raise sqlite3.DatabaseError(f"its table {IDEA_TABLE} has no id or no title")
        return cls(known, "INT" in kinds["id"], sources.is_indexed(connection))


def save(
    connection: sqlite3.Connection,
    columns: Columns,
    server: int,
    task: Task,
    worker_id: str,
    idea: Mapping[str, Any],
    key: str | None,
    position: int | None,
) -> str:
    """Insert or update an idea inside a transaction; answers its id. Raises `core.results.idea.BadIdea`."""
    cells = columns_of(idea, columns.known)
    source = source_of(idea)
    item_key = key or item_key_of(connection, server, task, cells, source, position)
    known_id = of_source(connection, columns, source) or of_key(connection, server, task, item_key)
    now = utcnow().isoformat(timespec="milliseconds")
    if known_id is not None and source is not None:
        cells = over_stored(connection, columns, known_id, cells, now)
    if known_id is None or not update(connection, columns, known_id, cells, now):
        known_id = insert(connection, columns, known_id or idea.get("id"), cells, now)
    connection.execute(REMEMBER, (server, task.id, item_key, known_id, task.task_type, worker_id, task.attempts, now))
    return str(known_id)


def item_key_of(
    connection: sqlite3.Connection,
    server: int,
    task: Task,
    cells: Mapping[str, Cell],
    source: tuple[str, str] | None,
    position: int | None,
) -> str:
    """The key that an idea has within its task."""
    if source is not None:
        return ":".join(source)
    by_content = content_key(cells)
    if position is None or of_key(connection, server, task, by_content) is not None:
        return by_content
    return f"item:{position}"


def of_key(connection: sqlite3.Connection, server: int, task: Task, key: str) -> str | int | None:
    """The id of the idea that this task saved under this key."""
    sql = "SELECT idea_id FROM prismq_idea WHERE server = ? AND task_id = ? AND item_key = ?"
    row = connection.execute(sql, (server, task.id, key)).fetchone()
    return None if row is None else row[0]


def of_source(connection: sqlite3.Connection, columns: Columns, source: tuple[str, str] | None) -> str | int | None:
    """The id of the idea from this source, whoever saved it."""
    if source is None or not columns.known.keys() >= {"source_platform", "source_id"}:
        return None
    if columns.by_source:
        found = sources.in_table(connection, source)
    else:
        found = sources.by_our_table(connection, columns.known, source)
    return None if found is None else found[1]


def over_stored(
    connection: sqlite3.Connection, columns: Columns, idea_id: str | int, cells: dict[str, Cell], now: str
) -> dict[str, Cell]:
    """What to write over the row of an idea that is from a source; the cells as they are when that row is gone."""
    names = [name for name in READ if name in columns.known]
    row = connection.execute(f"SELECT {', '.join(names)} FROM {IDEA_TABLE} WHERE id = ?", (idea_id,)).fetchone()
    if row is None:
        return cells
    return merged(cells, dict(zip(names, row, strict=True)), now, has_metadata="metadata" in names)


def update(
    connection: sqlite3.Connection, columns: Columns, idea_id: str | int, cells: Mapping[str, Cell], now: str
) -> bool:
    """Write what the idea says over its row; False when that row is gone."""
    said = dict(cells) | ({"updated_at": now} if "updated_at" in columns.known else {})
    said.pop("created_at", None)
    assignments = ", ".join(f"{name} = ?" for name in said)
    sql = f"UPDATE {IDEA_TABLE} SET {assignments} WHERE id = ?"
    return connection.execute(sql, (*said.values(), idea_id)).rowcount > 0


def insert(
    connection: sqlite3.Connection, columns: Columns, wanted: object, cells: Mapping[str, Cell], now: str
) -> str | int:
    """Write a new row; answers its id."""
    row: dict[str, Cell] = {name: "" for name, needed in columns.known.items() if needed and name != "id"}
    row |= {name: now for name in ("created_at", "updated_at") if name in columns.known}
    row |= {name: value for name, value in cells.items() if value is not None or name not in row}
    if not columns.numbered:
        row["id"] = free_id(connection, wanted)
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    cursor = connection.execute(f"INSERT INTO {IDEA_TABLE} ({names}) VALUES ({marks})", tuple(row.values()))
    return cursor.lastrowid or 0 if columns.numbered else str(row["id"])


def free_id(connection: sqlite3.Connection, wanted: object) -> str:
    """The wanted id, if it is a text that nobody has; else a new UUID."""
    if isinstance(wanted, str) and wanted.strip():
        sql = f"SELECT 1 FROM {IDEA_TABLE} WHERE id = ?"
        if connection.execute(sql, (wanted,)).fetchone() is None:
            return wanted
    return str(uuid4())
