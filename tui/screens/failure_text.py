"""What the screen of failed tasks of one kind says: what they have in common, and the row of each."""

from __future__ import annotations

from datetime import datetime

from core.models import Task, TaskStatus
from core.snapshot import FailureGroup
from tui.look import CANCELLED, STATUS, Line, Piece, Tone, count, moment_in, pieces, short_name, whole_age
from tui.panes.failures import hourly
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.wording import CANNOT_CHANGE, ended


def identity(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its id."""
    return ((f"#{task.id}", Tone.STRONG),)


def error(task: Task, now: datetime) -> tuple[Piece, ...]:
    """What it says."""
    return ((masked_text((task.error or "no reason given")[:500]), Tone.PLAIN),)


def attempts(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Attempts of how many."""
    return ((f"{task.attempts}/{task.max_retries}", Tone.MUTED),)


def owner(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Who had it last."""
    return ((short_name(task.claimed_by or "–"), Tone.MUTED),)


def age(task: Task, now: datetime) -> tuple[Piece, ...]:
    """How long ago it failed."""
    return ((whole_age(task.completed_at, now), Tone.PLAIN),)


ID = Column("Task", identity, width=9, right=True)
ERROR = Column("Error", error)
AGE = Column("Failed", age, width=6, right=True)
LAYOUTS = (
    Layout(((ID, ERROR, AGE),)),
    Layout(
        ((ID, ERROR, Column("Att.", attempts, width=4), Column("Worker", owner, width=12, keep_end=True), AGE),),
        at_least=80,
    ),
)


def how_many(group: FailureGroup, *, gone: bool, tries: bool) -> str:
    """How many are failed; of none that are, whether that is for good: ``tries``, one may fail yet."""
    if gone:
        return f"none is {ended(group)} {'now' if tries else 'any more'}"
    return count(group.count, f"{ended(group)} task")


def heading(group: FailureGroup, now: datetime, width: int, many: str, away: Line) -> list[Line]:
    """What these have in common. ``many``: how many there are; ``away``: that the TaskManager is."""
    first, last = (moment_in(at, width) for at in (group.first_at, group.last_at))
    sign, tone = CANCELLED if group.is_cancelled else STATUS[TaskStatus.FAILED]
    rows = [
        pieces((f"{sign[0]} {masked_text(group.error[:500])}", tone)),
        pieces((f"{group.task_type}   ", Tone.MUTED), (f"{many}   ", Tone.STRONG), *away),
        pieces(
            ("first ", Tone.MUTED), first, ("   last ", Tone.MUTED), last,
            (f"  {whole_age(group.last_at, now)} ago", Tone.MUTED),
        ),
    ]  # fmt: skip
    if group.cannot_change:
        rows.insert(2, pieces((f"⚠ {CANNOT_CHANGE}", Tone.WARN)))
    if group.hours:
        most = f" now   at most {max(group.hours):,} an hour"
        rows.append(pieces(("24 h ", Tone.MUTED), (hourly(group), Tone.WARN), (most, Tone.MUTED)))
    if len(group.tasks) < group.count:
        rows.append(pieces((f"the newest {len(group.tasks):,} are listed", Tone.MUTED)))
    return rows
