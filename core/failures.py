"""Failed tasks, grouped by what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from core.models import Task
from core.snapshot import FailureGroup

KEPT_TASKS = 200
"""Tasks kept of one group; of the others only the ids."""
HOURS = 24
"""Hours for which is told how many failed in each."""
LONGEST_KIND = 300
LOOKED_AT = 2_000
"""Characters of an error that are looked at."""

QUOTED = r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|`[^`]*`|“[^”]*”|‘[^’]*’"
ADDRESS = r"\b[a-z][a-z0-9+.-]*://\S+|\b[\w.+-]+@[\w-]+\.[\w.-]+"
HEXADECIMAL = r"\b0x[0-9a-f]+\b|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
CODE = r"(?:(?<=\bhttp )|(?<=\bstatus )|(?<=\bcode )|(?<=\bhttp/1\.1 ))[1-5]\d\d\b"
VARYING = re.compile(
    rf"(?P<kept>{CODE})|{ADDRESS}|{QUOTED}|{HEXADECIMAL}|@\w[\w.-]*|#\d+|\b(?=\w*\d)\w{{6,}}\b|\d+(?:[.,:]\d+)*",
    re.IGNORECASE,
)
"""What differs between errors of one kind: quoted texts, addresses, ids, numbers; not the code of an HTTP answer."""

BY_HAND: Final = " (by an operator)"
"""Behind the kind of what was cancelled: the error of a worker may be the same word."""


def kind_of(error: str) -> str:
    """The error with its varying parts replaced, so that errors of one kind are equal."""
    first_line = next((line for line in error[:LOOKED_AT].splitlines() if line.strip()), "no error text")
    told = VARYING.sub(lambda found: found["kept"] or "…", first_line.strip())
    return " ".join(told.split())[:LONGEST_KIND]


def group(tasks: Iterable[Task], now: datetime | None = None) -> tuple[FailureGroup, ...]:
    """Groups of failed tasks by type and kind of error, largest first; tasks are given newest first.

    ``now`` is what the last hours are counted from; without it none are.
    """
    found: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        kind = kind_of(task.error or "") + BY_HAND * task.is_cancelled
        found.setdefault((task.task_type, kind), []).append(task)
    groups = [one_group(task_type, kind, members, now) for (task_type, kind), members in found.items()]
    return tuple(sorted(groups, key=lambda each: -each.count))


def one_group(task_type: str, kind: str, members: list[Task], now: datetime | None) -> FailureGroup:
    """The group of these tasks, told by the error of its newest one."""
    times = [task.completed_at for task in members if task.completed_at is not None]
    return FailureGroup(
        error=(members[0].error or "no error text").strip(),
        task_type=task_type,
        count=len(members),
        task_ids=tuple(task.id for task in members),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        kind=kind,
        hours=by_hour(times, now) if now is not None else (),
        tasks=tuple(members[:KEPT_TASKS]),
    )


def by_hour(times: Iterable[datetime], now: datetime) -> tuple[int, ...]:
    """How many of these are in each of the last `HOURS` hours, oldest first."""
    counts = [0] * HOURS
    for at in times:
        hours_ago = max(0, int((now - at).total_seconds() // 3600))
        if hours_ago < HOURS:
            counts[HOURS - 1 - hours_ago] += 1
    return tuple(counts)
