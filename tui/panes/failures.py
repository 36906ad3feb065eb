"""Pane 4, second tab: failed tasks, grouped by their error."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.snapshot import FailureGroup, Snapshot
from tui.look import Piece, Tone, clock, whole_age
from tui.panes.base import ListPane
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList


def many(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """How many tasks failed like this."""
    return ((f"✗ {group.count:,}", Tone.BAD),)


def error(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """What they say."""
    return ((masked_text(group.error[:500]) or "(no reason given)", Tone.PLAIN),)


def kind(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """Their type."""
    return ((group.task_type, Tone.MUTED),)


def last(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """When it last happened."""
    return ((whole_age(group.last_at, now), Tone.PLAIN),)


def first(group: FailureGroup, now: datetime) -> tuple[Piece, ...]:
    """When it first happened."""
    return ((clock(group.first_at), Tone.MUTED),)


MANY = Column("Tasks", many, width=7, right=True)
ERROR = Column("Error", error, share=5)
KIND = Column("Type", kind, share=2, keep_end=True)
LAST = Column("Last", last, width=6, right=True)
LAYOUTS = (
    Layout(((MANY, ERROR, LAST),)),
    Layout(((MANY, ERROR, KIND, LAST),), at_least=62),
    Layout(((MANY, ERROR, KIND, Column("First", first, width=9), LAST),), at_least=100),
)


class FailuresPane(ListPane[FailureGroup]):
    """Failed tasks by what they say."""

    key = "4"
    heading = "Failures"
    about = (
        "Failed tasks, one row an error. Enter opens the newest task of the row: r there retries that one first; "
        "r here retries all of them."
    )

    def make_list(self) -> RowList[FailureGroup]:
        """One line a group."""
        return RowList(LAYOUTS, lambda group: (group.task_type, group.error), self.now)

    def slice(self, snapshot: Snapshot) -> tuple[FailureGroup, ...]:
        """The groups."""
        return snapshot.failures

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """No failure."""
        return (("No task has failed.", Tone.GOOD),)
