"""The attempts at a task, read from its history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.details import AttemptRow
from core.failures import kind_of
from core.models import HistoryEntry, Task, TaskStatus

ENDINGS = {
    "completed": "completed",
    "failed": "failed",
    "retry": "failed, to be tried again",
    "deferred": "put off",
    "released": "released",
}
"""What a line of history says about how an attempt ended."""

RUNNING = frozenset({"claimed", "progress"})
"""What a history tells of a task while a worker has it."""

NOT_RETRIED = "failed, and not retried"
"""How an attempt ended whose worker said that no other can do better."""
SAYS_SO = "not retried: "
"""How the line of history begins then; the error follows."""

MUCH = 2.0
"""How many times longer or shorter an attempt is than the one before, where its length is called another."""

LOOKED_AT = 2_000
"""Characters of an error by which it is compared with another."""

UNTIL = re.compile(r"not before (\d{4}-\d\d-\d\dT[\d:.]+Z)(?=:|$)")
"""How the line of history begins of a task that was put off."""
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


def last_word(history: Sequence[HistoryEntry]) -> str:
    """How the task came to the state in which it is, as of an attempt, or the event itself where it ends none; empty
    where no history tells."""
    told = next((entry for entry in reversed(history) if entry.event not in RUNNING), None)
    if told is None:
        return ""
    return with_entry(AttemptRow(0, "", None), told).outcome or told.event


def put_off_until(entry: HistoryEntry) -> datetime | None:
    """Until when a line of history says that the task is put off; None where it says no such thing."""
    found = UNTIL.match(entry.message or "") if entry.event == "deferred" else None
    try:
        return None if found is None else datetime.fromisoformat(found[1])
    except ValueError:
        return None  # a server elsewhere may put it in other words


def with_entry(row: AttemptRow, entry: HistoryEntry) -> AttemptRow:
    """The attempt, after another line of history."""
    if entry.event == "progress":
        found = PERCENT.search(entry.message or "")
        return replace(row, progress=int(found[1]) if found else row.progress)
    outcome = ENDINGS.get(entry.event)
    if outcome is None or row.outcome:
        return row
    message = entry.message or ""
    if entry.event == "failed" and message.startswith(SAYS_SO):
        outcome, message = NOT_RETRIED, message.removeprefix(SAYS_SO)
    return replace(row, ended_at=entry.at, outcome=outcome, message=message)


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


def differences(rows: Sequence[AttemptRow]) -> tuple[frozenset[str], ...]:
    """For each attempt, what is otherwise than at the one before: ``worker``, ``outcome``, ``error``, ``duration``,
    ``progress``. Nothing for the first; an attempt that still runs has no error, outcome or duration to compare."""
    return tuple(frozenset[str]() if place == 0 else difference(rows[place - 1], row) for place, row in enumerate(rows))


def difference(before: AttemptRow, row: AttemptRow) -> frozenset[str]:
    """What is otherwise in an attempt than in the one before it."""
    other = {"worker"} if before.worker_id != row.worker_id else set[str]()
    if before.outcome and row.outcome:
        other |= {"outcome"} if before.outcome != row.outcome else set()
        other |= {"error"} if kind_of(before.message[:LOOKED_AT]) != kind_of(row.message[:LOOKED_AT]) else set()
        other |= {"progress"} if before.progress != row.progress else set()
        lengths = seconds_of(before), seconds_of(row)
        if None not in lengths and differ_much(*lengths):
            other.add("duration")
    return frozenset(other)


def seconds_of(row: AttemptRow) -> float | None:
    """How long an attempt took; None while it runs, or where that is not known."""
    if row.started_at is None or row.ended_at is None:
        return None
    return max(0.0, (row.ended_at - row.started_at).total_seconds())


def differ_much(first: float | None, second: float | None) -> bool:
    """Whether one is `MUCH` times the other, by a second at least."""
    short, long = sorted((first or 0.0, second or 0.0))
    return long - short >= 1.0 and long >= MUCH * short
