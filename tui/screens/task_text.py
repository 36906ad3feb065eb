"""What the screen of a task says, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.models import HistoryEntry, TaskStatus
from core.snapshot import AttemptRow, TaskDetail
from tui.look import STATUS, TIMES, Piece, Tone, bar, count, duration, moment, pieces, whole_age
from tui.screens.task_log import log_rows, log_title
from tui.widgets.json_view import json_rows
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import safe_lines

Line = tuple[Piece, ...]

OUTCOME = {"completed": ("✓", Tone.GOOD), "failed": ("✗", Tone.BAD), "": ("●", Tone.BUSY)}
"""Symbols of how an attempt ended; any other word (released, timed out) has a neutral one."""

MOST_OF_AN_ERROR = 50_000
"""Characters of an error that are looked at; the rest can be copied."""

MOST_OF_A_LINE = 2_000
"""Characters of any other text that are looked at."""


def overview(detail: TaskDetail, now: datetime) -> Iterator[Line]:
    """What it is, where it is in its life, and whose it is; and what else there is to note."""
    task = detail.task
    symbol, tone = STATUS[task.status]
    head: list[Piece | str] = [(symbol, tone)]
    if task.status is TaskStatus.CLAIMED:
        head += [(f"  {bar(task.progress, 20)}", Tone.BUSY), f" {task.progress}%"]
    yield pieces(*head)
    yield field("Type", task.task_type)
    yield field("Priority", str(task.priority))
    anew = " since it was retried" if any(is_retry(entry) for entry in detail.history) else ""
    yield field("Attempts", f"{task.attempts} of {task.max_retries}{anew}")
    yield field("Worker", task.claimed_by or "–")
    yield times("Created", task.created_at, now)
    if task.claimed_at is not None:
        yield times("Claimed", task.claimed_at, now)
    if detail.deadline is not None:
        yield claim(detail.deadline, detail.claim_timeout, now)
    if task.completed_at is not None:
        yield times("Ended", task.completed_at, now)
    yield from (pieces((f"⚠ {masked_text(note)}", Tone.WARN)) for note in detail.notes)


def field(label: str, value: str, tone: Tone = Tone.PLAIN) -> Line:
    """A name and what it is."""
    return ((f"{label:<10}", Tone.MUTED), (value, tone))


def times(label: str, at: datetime | None, now: datetime) -> Line:
    """A moment and how long ago it was."""
    return (
        (f"{label:<10}", Tone.MUTED),
        (moment(at), Tone.PLAIN),
        (f"  {whole_age(at, now)} ago" if at and not TIMES.as_ages else "", Tone.MUTED),
    )


def claim(deadline: datetime, seconds: float, now: datetime) -> Line:
    """How much is left of the time of its claim, in which nobody else is given the task."""
    if deadline <= now:
        late = whole_age(deadline, now)
        return field("Claim", f"past its time since {late}: another worker may be given the task", Tone.WARN)
    left = (deadline - now).total_seconds()
    tone = Tone.WARN if left < seconds / 4 else Tone.PLAIN
    return field("Claim", f"{whole_age(now, deadline)} left of {duration(seconds)}", tone)


def ages(detail: TaskDetail, now: datetime) -> dict[str, list[Line]]:
    """The sections that tell how long ago something was."""
    told = {"Overview": list(overview(detail, now))}
    if detail.attempts:
        told[f"Attempts ({len(detail.attempts)} in all)"] = list(timeline(detail, now))
    return told


def timeline(detail: TaskDetail, now: datetime) -> Iterator[Line]:
    """Attempt after attempt; where an operator asked for a retry, a line says so, and the numbers begin anew."""
    retries: list[tuple[int, HistoryEntry]] = []
    claims = 0
    for entry in detail.history:
        claims += entry.event == "claimed"
        if is_retry(entry):
            retries.append((claims, entry))
    for place in range(len(detail.attempts) + 1):
        for claimed, entry in retries:
            if min(claimed, len(detail.attempts)) == place:
                yield pieces(("↻ ", Tone.ACCENT), "retried by an operator  ", (moment(entry.at), Tone.MUTED))
        if place < len(detail.attempts):
            yield from attempt(detail.attempts[place], now)


def is_retry(entry: HistoryEntry) -> bool:
    """Whether an operator gave the task all its attempts anew; the server's own next try leaves them counted."""
    return entry.event == "retry" and entry.attempts == 0


def sections(detail: TaskDetail, now: datetime, *, reveal: bool) -> dict[str, list[Line]]:
    """Headings and lines of everything that is there to tell, in the order in which it is asked for."""
    task = detail.task
    timed = ages(detail, now)
    told = {"Overview": timed.pop("Overview"), "Parameters": json_rows(dict(task.parameters), reveal=reveal)}
    if task.error:
        text = task.error[:MOST_OF_AN_ERROR]
        shown = safe_lines(text if reveal else masked_text(text), of=len(task.error))
        told["Error" if task.status is TaskStatus.FAILED else "Last error"] = [((line, Tone.BAD),) for line in shown]
    if task.result is not None:
        told["Result"] = json_rows(task.result, reveal=reveal)
    told |= timed
    if detail.logs:
        told[log_title(detail.logs)] = log_rows(detail.logs, reveal=reveal)
    if detail.ideas or detail.saved is not None:
        told[f"Saved ({count(len(detail.ideas), 'idea')})"] = list(saved(detail, reveal))
    if detail.report:
        told["Report"] = [pieces(masked_text(detail.report[:MOST_OF_A_LINE]))]
    if detail.history:
        told[f"History ({len(detail.history)})"] = [happened(entry) for entry in detail.history]
    return told


def happened(entry: HistoryEntry) -> Line:
    """A line of its history."""
    said = (masked_text((entry.message or "")[:MOST_OF_A_LINE]), Tone.MUTED)
    return pieces((f"{moment(entry.at)}  ", Tone.MUTED), f"{entry.event:<10} ", f"{entry.worker or ''}  ", said)


def attempt(row: AttemptRow, now: datetime) -> Iterator[Line]:
    """One step of the timeline: who, how long, how it ended; below it what was said."""
    symbol, tone = OUTCOME.get(row.outcome, ("◦", Tone.WARN))
    seconds = ((row.ended_at or now) - row.started_at).total_seconds() if row.started_at else None
    took = "–" if seconds is None else duration(seconds)
    reached = f"  {bar(row.progress, 10)} {row.progress}%" if row.progress is not None else ""
    yield pieces(
        (f"{symbol} ", tone),
        (f"{row.number}  ", Tone.STRONG),
        f"{row.worker_id}  ",
        (f"{moment(row.started_at)}  ", Tone.MUTED),
        f"{took}  ",
        (row.outcome or "running", tone),
        (reached, Tone.BUSY),
    )
    if row.message:
        yield pieces("   ", (masked_text(row.message[:MOST_OF_A_LINE]), Tone.MUTED))


def saved(detail: TaskDetail, reveal: bool) -> Iterator[Line]:
    """The ideas that came of it."""
    for idea in detail.ideas[:100]:
        where = idea.source_url or idea.source_platform
        yield pieces((f"{idea.idea_id:>6}  ", Tone.MUTED), f"{idea.title or '(no title)'}  ", (where, Tone.MUTED))
    if len(detail.ideas) > 100:
        yield ((f"… {len(detail.ideas) - 100:,} more", Tone.WARN),)
    if detail.saved is not None:
        yield from json_rows(detail.saved, reveal=reveal)
