"""Reading the results database: ideas with where they came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from core.snapshot import ResultRow

Read = Callable[[str, Sequence[object]], list[Any]]

SHOWN = """
SELECT i.id, i.title, coalesce(i.source_platform, ''), coalesce(i.source_url, ''), coalesce(i.created_at, ''),
       p.task_id, coalesce(p.task_type, ''), coalesce(p.worker_id, ''), p.attempt, r.seconds, r.items
FROM {ideas}
LEFT JOIN prismq_idea p ON p.number = {provenance}
LEFT JOIN prismq_result r ON r.server = p.server AND r.task_id = p.task_id
"""
NEWEST_PROVENANCE = "(SELECT max(q.number) FROM prismq_idea q WHERE q.idea_id = i.id)"


def ideas(read: Read, server: str, text: str, limit: int, offset: int) -> list[ResultRow]:
    """Ideas, newest row first, that have ``text`` somewhere. Provenance of other servers is told without task."""
    where, values = "", []
    if text:
        where = (
            "WHERE i.title LIKE ? ESCAPE '\\' OR i.description LIKE ? ESCAPE '\\' "
            "OR i.source_platform LIKE ? ESCAPE '\\' OR i.source_url LIKE ? ESCAPE '\\'"
        )
        values = [f"%{escaped(text)}%"] * 4
    chosen = f"(SELECT rowid AS row, * FROM IdeaInspiration i {where} ORDER BY rowid DESC LIMIT ? OFFSET ?) i"
    sql = SHOWN.format(ideas=chosen, provenance=NEWEST_PROVENANCE) + "ORDER BY i.row DESC"
    return [shown(row) for row in read(sql, (*values, limit, offset))]


def of_task(read: Read, server: str, task_id: int) -> list[ResultRow]:
    """The ideas saved for a task, oldest first."""
    sql = (
        SHOWN.format(ideas="prismq_idea k JOIN IdeaInspiration i ON i.id = k.idea_id", provenance="k.number")
        + "JOIN prismq_server s ON s.id = k.server WHERE s.name = ? AND k.task_id = ? ORDER BY k.number"
    )
    return [shown(row) for row in read(sql, (server, task_id))]


def result_of(read: Read, server: str, task_id: int) -> dict[str, Any] | None:
    """What is kept of a task's newest attempt, by name."""
    names = ("worker_id", "attempt", "success", "items", "seconds", "data", "metrics", "error", "finished_at")
    columns = ", ".join(names)
    sql = f"SELECT {columns} FROM prismq_result JOIN prismq_server s ON s.id = server WHERE s.name = ? AND task_id = ?"
    rows = read(sql, (server, task_id))
    if not rows:
        return None
    kept: dict[str, Any] = dict(zip(names, rows[0], strict=True))
    kept["success"] = bool(kept["success"])
    for name in ("data", "metrics"):
        kept[name] = None if kept[name] is None else json.loads(kept[name])
    return kept


def shown(row: Sequence[Any]) -> ResultRow:
    """A row as it is shown."""
    idea_id, title, *rest = row
    return ResultRow(str(idea_id), str(title or ""), *rest)


def escaped(text: str) -> str:
    """A text whose % and _ mean themselves in LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
