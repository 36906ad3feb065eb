"""Filters and keyset paging for servers that have neither: done on our side, over the newest tasks."""

from __future__ import annotations

from collections.abc import Mapping

from core.answers import TaskPage
from core.filters import TaskFilter
from core.filters.deciding import WHOLE
from core.models import Task
from core.taskmanager import wire
from core.taskmanager.line import Line, get, understood

MOST_SEARCHED = 2_000
"""Newest tasks that are looked at; a page of that many is one call, so nothing is skipped between pages."""


async def search(
    line: Line, query: Mapping[str, str | int | None], wanted: TaskFilter, after_id: int | None
) -> TaskPage:
    """The rows of ``query`` that fit, among the newest `MOST_SEARCHED`; ``searched`` says how many were looked at."""
    asked = dict(query) | narrowed(query, wanted) | {"limit": MOST_SEARCHED, "offset": None}
    said = await line.ask(get("tasks", "/tasks", asked))
    found = understood("tasks", lambda: wire.page(said.data, MOST_SEARCHED, 0)).tasks
    # Rows of the same second come in any order from the real service; ids are exact.
    newest_first = sorted(found, key=lambda task: task.id, reverse=True)
    fitting = [task for task in newest_first if fits(task, wanted, after_id)]
    limit, offset = int(query.get("limit") or 0), int(query.get("offset") or 0)
    whole = len(found) < MOST_SEARCHED and after_id is None
    return TaskPage(
        tuple(fitting[offset : offset + limit]),
        total=len(fitting) if whole else None,
        limit=limit,
        offset=offset,
        searched=len(found),
    )


def narrowed(query: Mapping[str, str | int | None], wanted: TaskFilter) -> dict[str, str]:
    """What the server can narrow down by itself: one status, and what is like one type."""
    said: dict[str, str] = {}
    if len(wanted.statuses) == 1 and query.get("status") is None:
        said["status"] = str(wanted.statuses[0])
    if len(wanted.types) == 1 and query.get("type") is None:
        said["type"] = around(wanted.types[0])
    return said


def around(value: str) -> str:
    """A pattern that no type lacks which the value of a filter means; which of them it does mean is decided here."""
    if value.startswith(WHOLE):
        return value.removeprefix(WHOLE)
    return f"%{value.strip('*').replace('*', '%')}%"


def fits(task: Task, wanted: TaskFilter, after_id: int | None) -> bool:
    """Whether a row is wanted."""
    return (after_id is None or task.id < after_id) and wanted.matches(task)
