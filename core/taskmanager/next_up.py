"""The tasks that are claimed next: those of a list that a claim takes already, and, for servers that cannot sort lists,
the order, done on our side over the newest tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.answers import TaskPage
from core.models import Task, utcnow
from core.taskmanager import wire
from core.taskmanager.line import Line, get, understood

MOST_LOADED = 1_000
"""Newest pending tasks of a type that are looked at."""
MOST_LOOKED_AT = 2_000
"""Pending tasks that are looked at for those that are not put off, where a server sorts its lists."""
PAGE = 1_000
"""Tasks of a list that are read at once, at most."""


def in_claim_order(tasks: Sequence[Task], sort_by: str, sort_order: str) -> list[Task]:
    """Tasks as a claim would take them: ties go to the older one."""
    step = -1 if sort_order == "DESC" else 1
    return sorted(tasks, key=lambda each: (step * (each.priority if sort_by == "priority" else each.id), each.id))


async def sorted_by_us(line: Line, type_name: str, sort_by: str, sort_order: str, limit: int) -> TaskPage:
    """The first of the newest `MOST_LOADED`; ``searched`` says how many were looked at where there may be more."""
    query: dict[str, str | int | None] = {"status": "pending", "type": type_name, "limit": MOST_LOADED}
    said = await line.ask(get("tasks", "/tasks", query))
    page = understood("tasks", lambda: wire.page(said.data, MOST_LOADED, 0))
    found = [task for task in page.tasks if task.task_type == type_name]
    # A server may give fewer rows than were asked for: only its own total, or very few rows, say that these are all.
    is_all = len(page.tasks) >= page.total if page.total is not None else len(page.tasks) < min(page.limit, 50)
    return TaskPage(
        tuple(in_claim_order(found, sort_by, sort_order)[:limit]),
        total=len(found) if is_all else page.total,
        limit=limit,
        searched=None if is_all else len(found),
    )


async def not_put_off(line: Line, query: Mapping[str, str | int | None], limit: int) -> TaskPage:
    """The first of a sorted list that a claim takes already, at most ``limit``: read on past those that are put off.

    ``total`` counts what is put off and was not looked at, if any is; where some was found to be, and there are more
    tasks than were looked at, it is None, and ``searchable`` how many there are at most. ``searched`` says how many
    were looked at, where others may come before the end of these.
    """
    now, free = utcnow(), list[Task]()
    looked, after, asked = 0, None, limit
    while True:
        said = await line.ask(get("tasks", "/tasks", {**query, "limit": asked, "after_id": after}))
        page = understood("tasks", lambda said=said, asked=asked: wire.page(said.data, asked, 0))
        free += [each for each in page.tasks if each.retry_at is None or each.retry_at <= now]
        looked += len(page.tasks)
        is_all = not page.tasks or (looked >= page.total if page.total is not None else len(page.tasks) < asked)
        if is_all or len(free) >= limit or looked >= MOST_LOOKED_AT:
            break
        after, asked = page.tasks[-1].id, min(PAGE, MOST_LOOKED_AT - looked)
    left_out = looked - len(free)
    most = None if page.total is None else page.total - left_out
    return TaskPage(
        tuple(free[:limit]),
        total=len(free) if is_all and limit else None if left_out else most,
        limit=limit,
        searched=None if is_all or len(free) >= limit else looked,
        searchable=most,
    )
