"""Failed tasks, grouped by what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.models import Task
from core.snapshot import FailureGroup

KEPT_IDS = 200
"""Ids kept of one group."""

VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|https?://\S+|\b(?=\w*\d)\w{6,}\b|\d+")
"""What differs between errors of one kind: quoted names, addresses, ids, numbers."""


def kind_of(error: str) -> str:
    """The error with its varying parts replaced, so that errors of one kind are equal."""
    first_line = error.strip().splitlines()[0] if error.strip() else "no error text"
    return VARYING.sub("…", first_line)[:300]


def group(tasks: Iterable[Task]) -> tuple[FailureGroup, ...]:
    """Groups of failed tasks by type and kind of error, largest first; tasks are given newest first."""
    found: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        found.setdefault((task.task_type, kind_of(task.error or "")), []).append(task)
    groups = [one_group(task_type, members) for (task_type, _), members in found.items()]
    return tuple(sorted(groups, key=lambda each: -each.count))


def one_group(task_type: str, members: list[Task]) -> FailureGroup:
    """The group of these tasks, told by the error of its newest one."""
    times = [task.completed_at for task in members if task.completed_at is not None]
    return FailureGroup(
        error=(members[0].error or "no error text").strip(),
        task_type=task_type,
        count=len(members),
        task_ids=tuple(task.id for task in members[:KEPT_IDS]),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
    )
