"""The tasks that are claimed next: what a list holds that no claim takes yet, and, for servers that cannot sort lists,
the order, done on our side over the newest tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.answers import TaskPage
from core.models import Task
from core.taskmanager import wire
from core.taskmanager.line import Line, get, understood

MOST_LOADED = 1_000
"""Newest pending tasks of a type that are looked at."""


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


def without_put_off(page: TaskPage, now: datetime) -> TaskPage:
    """The page without tasks that no claim takes yet."""
    free = tuple(each for each in page.tasks if each.retry_at is None or each.retry_at <= now)
    left_out = len(page.tasks) - len(free)
    return replace(page, tasks=free, total=None if page.total is None else page.total - left_out)
