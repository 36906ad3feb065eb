"""Reading the results database: ideas with where they came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from typing import Any

from core.results.schema import IDEA_TABLE
from core.saved import IdeaQuery
from core.snapshot import ResultRow

Read = Callable[[str, Sequence[object]], list[Any]]

SHOWN = ("title", "source_platform", "source_url", "created_at")
SEARCHED = ("title", "description", "source_platform", "source_url")
NEWEST_PROVENANCE = "(SELECT max(q.number) FROM prismq_idea q WHERE q.idea_id = i.id)"
SAVES = "SELECT 1 FROM prismq_idea q WHERE q.idea_id = i.id"
OF_OTHERS = f"(NOT EXISTS ({SAVES}) AND julianday(i.created_at) >= ? AND julianday(i.created_at) < ?)"
"""Ideas that other programs saved: when is known by their own column only."""
UNIX_EPOCH = 2440587.5
"""The Julian day number of 1970-01-01."""
RESULT = ("worker_id", "attempt", "success", "items", "seconds", "data", "metrics", "error", "finished_at")


def ideas(
    read: Read, columns: Container[str], server: str, query: IdeaQuery, limit: int, offset: int
) -> list[ResultRow]:
    """Ideas that fit, newest row first. A task of another server is not told."""
    where, values = fitting(columns, query)
    chosen = f"(SELECT rowid AS row, * FROM {IDEA_TABLE} i WHERE {where} ORDER BY rowid DESC LIMIT ? OFFSET ?) i"
    sql = f"{shown(columns, chosen, NEWEST_PROVENANCE)} ORDER BY i.row DESC"
    return [as_row(row) for row in read(sql, (server, *values, limit, offset))]


def count(read: Read, columns: Container[str], query: IdeaQuery, most: int) -> int:
    """How many ideas fit; counting stops at ``most`` (-1: never)."""
    where, values = fitting(columns, query)
    return read(f"SELECT count(*) FROM (SELECT 1 FROM {IDEA_TABLE} i WHERE {where} LIMIT ?)", (*values, most))[0][0]


def fitting(columns: Container[str], query: IdeaQuery) -> tuple[str, list[object]]:
    """The condition on ``i`` that a query makes, and the values in it."""
    conditions: list[str] = []
    values: list[object] = []
    if query.text:
        like = [f"i.{name} LIKE ? ESCAPE '\\'" for name in SEARCHED if name in columns]
        like.append(f"EXISTS ({SAVES} AND q.task_type LIKE ? ESCAPE '\\')")
        conditions.append(f"({' OR '.join(like)})")
        values += [f"%{escaped(query.text)}%"] * len(like)
    if query.since is not None or query.until is not None:
        begin, end = julian(query.since, -1e9), julian(query.until, 1e9)
        saved = f"EXISTS ({SAVES} AND julianday(q.saved_at) >= ? AND julianday(q.saved_at) < ?)"
        conditions.append(f"({saved} OR {OF_OTHERS})" if "created_at" in columns else saved)
        values += [begin, end] * (2 if "created_at" in columns else 1)
    if query.ids:
        conditions.append("i.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(query.ids))
    return " AND ".join(conditions) or "1", values


def julian(at: datetime | None, unless: float) -> float:
    """A moment as SQLite's julianday() tells it."""
    return unless if at is None else at.timestamp() / 86400 + UNIX_EPOCH


def of_task(read: Read, columns: Container[str], server: str, task_id: int) -> list[ResultRow]:
    """The ideas saved for a task, oldest first."""
    chosen = f"prismq_idea k JOIN {IDEA_TABLE} i ON i.id = k.idea_id"
    sql = f"{shown(columns, chosen, 'k.number')} WHERE p.server = here.id AND p.task_id = ? ORDER BY p.number"
    return [as_row(row) for row in read(sql, (server, task_id))]


def result_of(read: Read, server: str, task_id: int) -> dict[str, Any] | None:
    """What is kept of a task's newest attempt, by name."""
    columns = ", ".join(RESULT)
    sql = f"SELECT {columns} FROM prismq_result JOIN prismq_server s ON s.id = server WHERE s.name = ? AND task_id = ?"
    rows = read(sql, (server, task_id))
    if not rows:
        return None
    kept: dict[str, Any] = dict(zip(RESULT, rows[0], strict=True))
    kept["success"] = bool(kept["success"])
    for name in ("data", "metrics"):
        kept[name] = None if kept[name] is None else json.loads(kept[name])
    return kept


def shown(columns: Container[str], chosen: str, provenance: str) -> str:
    """A query for what a `ResultRow` shows, as far as the table has it; its first value is the server's name."""
    cells = [f"coalesce(i.{name}, '')" if name in columns else "''" for name in SHOWN]
    return f"""
SELECT i.id, {", ".join(cells)}, CASE WHEN p.server = here.id THEN p.task_id END,
       coalesce(p.task_type, ''), coalesce(p.worker_id, ''), p.attempt, r.seconds, r.items
FROM (SELECT max(id) AS id FROM prismq_server WHERE name = ?) here
JOIN {chosen}
LEFT JOIN prismq_idea p ON p.number = {provenance}
LEFT JOIN prismq_result r ON r.server = p.server AND r.task_id = p.task_id"""


def as_row(row: Sequence[Any]) -> ResultRow:
    """A row as it is shown."""
    idea_id, title, *rest = row
    return ResultRow(str(idea_id), str(title), *rest)


def escaped(text: str) -> str:
    """A text whose % and _ mean themselves in LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
