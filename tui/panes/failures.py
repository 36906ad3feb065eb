"""Pane 4, second tab: failed tasks, grouped by their error."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.models import TaskStatus
from core.snapshot import FailureGroup, Snapshot
from tui.key_map import keyed
from tui.look import CANCELLED, STATUS, Piece, Tone, short_moment, sparkline, whole_age
from tui.panes.base import ListPane
from tui.type_names import TYPES
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList


def many(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """How many tasks failed like this."""
    sign, tone = CANCELLED if group.is_cancelled else STATUS[TaskStatus.FAILED]
    return ((f"{sign[0]} {group.count:,}", tone),)


def error(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """What they say."""
    return ((masked_text(group.error[:500]) or "(no reason given)", Tone.PLAIN),)


def kind(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """Their type."""
    return ((group.task_type, Tone.MUTED),)


def last(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """When it last happened."""
    return ((whole_age(group.last_at, now), Tone.PLAIN),)


def over(group: FailureGroup) -> str:
    """In place of a kind of which none is left."""
    return f"none left  {masked_text(group.error[:500]) or '(no reason given)'}"


def first(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """When it first happened."""
    return ((short_moment(group.first_at), Tone.MUTED),)


def hours(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """How many failed in each of the last 24 hours, oldest first; an hour without one is a dot."""
    return ((hourly(group), Tone.WARN),)


def hourly(group: FailureGroup) -> str:
    """The hours as blocks."""
    blocks = sparkline(group.hours, len(group.hours))
    return "".join(block if count else "·" for block, count in zip(blocks, group.hours, strict=True))


MANY = Column("Tasks", many, width=7, right=True)
ERROR = Column("Error", error, share=5)
KIND = Column("Type", kind, share=2, keep_end=True, names=TYPES.said)
LAST = Column("Last", last, width=6, right=True)
HOURS_COLUMN = Column("Last 24 hours", hours, width=24)
FIRST = Column("First", first, width=11)
LAYOUTS = (
    Layout(((MANY, ERROR, LAST),)),
    Layout(((MANY, ERROR, KIND, LAST),), at_least=62),
    Layout(((MANY, ERROR, KIND, HOURS_COLUMN, LAST),), at_least=84),
    Layout(((MANY, ERROR, KIND, HOURS_COLUMN, FIRST, LAST),), at_least=110),
)


class FailuresPane(ListPane[FailureGroup]):
    """Failed tasks by what they say."""

    key = "4"
    heading = "Failures"
    about = (
        "Failed tasks, one row a kind of error: what differs in numbers, names and addresses only is one kind. {open} "
        "opens the row with its tasks. {canary} retries one of them and watches it, and then offers the others; "
        "{retry} retries all."
    )

    def make_list(self) -> RowList[FailureGroup]:
        """One line a group."""
        return RowList(LAYOUTS, lambda group: (group.task_type, group.kind or group.error), self.now, gone_told=over)

    def slice(self, snapshot: Snapshot) -> tuple[FailureGroup, ...]:
        """The groups."""
        return snapshot.failures

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """How many of the failed tasks were looked at, where not all were."""
        if snapshot.failures_counted < snapshot.failures_total:
            yield (f"newest {snapshot.failures_counted:,} of {snapshot.failures_total:,}  ", Tone.WARN)
        yield from super().subtitle(snapshot)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """No failure."""
        return (
            ("No task has failed.", Tone.GOOD),
            (keyed("One that fails for good appears here; {go_queue} shows the queue."), Tone.MUTED),
        )
