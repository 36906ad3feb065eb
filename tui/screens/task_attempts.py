"""The attempts at a task as a timeline: who, when, how long, how far, how it ended, what was otherwise than before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from core.attempts import NOT_RETRIED, differences
from core.details import AttemptRow, TaskDetail
from core.models import HistoryEntry
from tui.look import TIMES, Line, Piece, Tone, bar, clock, duration, moment, pieces
from tui.widgets.long_text import hung
from tui.widgets.masking import masked_text

OUTCOME = {"completed": ("✓", Tone.GOOD), "failed": ("✗", Tone.BAD), NOT_RETRIED: ("✗", Tone.BAD), "": ("●", Tone.BUSY)}
"""Symbols of how an attempt ended; any other word (released, timed out) has a neutral one."""

DIFFERENT = "≠"
"""Stands before what is otherwise than at the attempt before."""

LOOKED_AT = 2_000
"""Characters of an error that are looked at."""


class How(Protocol):
    """How it is told (see `tui.screens.task_text.Showing`)."""

    @property
    def now(self) -> datetime: ...
    @property
    def width(self) -> int: ...
    @property
    def reveal(self) -> bool: ...


def timeline(detail: TaskDetail, how: How) -> Iterator[Line]:
    """Attempt after attempt; where an operator asked for a retry, a line says so, and the numbers begin anew."""
    retries: list[tuple[int, HistoryEntry]] = []
    claims = 0
    for entry in detail.history:
        claims += entry.event == "claimed"
        if is_retry(entry):
            retries.append((claims, entry))
    different = differences(detail.attempts)
    for place in range(len(detail.attempts) + 1):
        for claimed, entry in retries:
            if min(claimed, len(detail.attempts)) == place:
                yield pieces(("↻ ", Tone.ACCENT), "retried by an operator  ", (moment(entry.at), Tone.MUTED))
        if place < len(detail.attempts):
            last = place == len(detail.attempts) - 1
            yield from attempt(detail.attempts[place], different[place], how, " " if last else "│")
    if any(different):
        yield pieces((f"{DIFFERENT} differs from the attempt before", Tone.MUTED))


def is_retry(entry: HistoryEntry) -> bool:
    """Whether an operator gave the task all its attempts anew; the server's own next try leaves them counted."""
    return entry.event == "retry" and entry.attempts == 0


def attempt(row: AttemptRow, different: frozenset[str], how: How, rail: str) -> Iterator[Line]:
    """One step of the timeline: how it went; below it who and when; below that what was said."""
    symbol, tone = OUTCOME.get(row.outcome, ("◦", Tone.WARN))
    seconds = ((row.ended_at or how.now) - row.started_at).total_seconds() if row.started_at else None
    took = "–" if seconds is None else duration(max(0.0, seconds if row.ended_at else int(seconds)))
    line: list[Piece | str] = [(f"{symbol} ", tone), (f"{row.number}  ", Tone.STRONG)]
    line += [
        *marked("outcome", different),
        (row.outcome or "running", tone),
        "  ",
        *marked("duration", different),
        took,
    ]
    if row.progress is not None:
        line += ["  ", *marked("progress", different), (f"{bar(row.progress, 10)} {row.progress}%", Tone.BUSY)]
    yield pieces(*line)
    side: Piece = (f"{rail}    ", Tone.MUTED)
    yield pieces(side, *marked("worker", different), row.worker_id or "–")
    if row.started_at is not None:
        until = f" to {clock(row.ended_at)}" if row.ended_at is not None and not TIMES.as_ages else ""
        yield pieces(side, (f"{moment(row.started_at)}{until}", Tone.MUTED))
    if row.message:
        text = row.message[:LOOKED_AT] if how.reveal else masked_text(row.message[:LOOKED_AT])
        said = " ".join(text.splitlines())
        mark = marked("error", different)
        indent = 5 + (2 if mark else 0)
        for number, each in enumerate(hung((), (said, tone), 0, how.width - indent)):
            yield (side, *(mark if number == 0 else pieces("  ") if mark else ()), *each)


def marked(what: str, different: frozenset[str]) -> tuple[Piece, ...]:
    """The mark before something that is otherwise than before."""
    return ((f"{DIFFERENT} ", Tone.WARN),) if what in different else ()
