"""The attempts at a task, read from its history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.models import HistoryEntry, Task, TaskStatus
from core.snapshot import AttemptRow

ENDINGS = {"completed": "completed", "failed": "failed", "retry": "failed, to be tried again", "released": "released"}
"""What a line of history says about how an attempt ended."""

PERCENT = re.compile(r"(\d{1,3})\s*%")


def attempts_of(task: Task, history: Sequence[HistoryEntry]) -> tuple[AttemptRow, ...]:
    """One row a claim, oldest first. Without a history: the last attempt, as far as the task itself tells."""
    rows: list[AttemptRow] = []
    for entry in history:
        if entry.event == "claimed":
            if rows and not rows[-1].outcome:
                rows[-1] = replace(rows[-1], outcome="taken over", ended_at=entry.at)
            rows.append(AttemptRow(entry.attempts or len(rows) + 1, entry.worker or "", entry.at))
        elif rows:
            rows[-1] = with_entry(rows[-1], entry)
    return tuple(rows) if rows else last_attempt(task)


def with_entry(row: AttemptRow, entry: HistoryEntry) -> AttemptRow:
    """The attempt, after another line of history."""
    if entry.event == "progress":
        found = PERCENT.search(entry.message or "")
        return replace(row, progress=int(found[1]) if found else row.progress)
    outcome = ENDINGS.get(entry.event)
    if outcome is None or row.outcome:
        return row
    return replace(row, ended_at=entry.at, outcome=outcome, message=entry.message or "")


def last_attempt(task: Task) -> tuple[AttemptRow, ...]:
    """What a task without history tells of its last attempt."""
    if not task.attempts:
        return ()
    ended = task.status in (TaskStatus.COMPLETED, TaskStatus.FAILED)
    return (
        AttemptRow(
            task.attempts,
            task.claimed_by or "",
            task.claimed_at,
            task.completed_at if ended else None,
            task.status.value if ended else "",
            task.error or "",
            task.progress or None,
        ),
    )
