"""Pane 4, first tab: the ideas that were saved, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.snapshot import ResultRow, Snapshot
from tui.look import Piece, Tone, duration, short_name
from tui.panes.base import ListPane
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList


def task(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """The task that it comes from."""
    return ((f"#{row.task_id}" if row.task_id is not None else "–", Tone.MUTED),)


def title(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """Its title."""
    return ((masked_text(row.title) or "(no title)", Tone.PLAIN if row.title else Tone.MUTED),)


def source(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """The platform that it was found on."""
    return ((row.source_platform or "–", Tone.MUTED),)


def items(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """Items that its task processed."""
    return (("–" if row.items is None else f"{row.items:,}", Tone.MUTED),)


def took(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """How long its task took."""
    return (("–" if row.seconds is None else duration(row.seconds), Tone.PLAIN),)


def worker(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """Who saved it."""
    return ((short_name(row.worker_id) or "another program", Tone.MUTED),)


TASK = Column("Task", task, width=8, right=True)
TITLE = Column("Title", title, share=3)
SOURCE = Column("Source", source, width=10)
ITEMS = Column("Items", items, width=6, right=True)
TOOK = Column("Took", took, width=6, right=True)
LAYOUTS = (
    Layout(((TASK, TITLE, TOOK),)),
    Layout(((TASK, TITLE, SOURCE, ITEMS, TOOK, Column("Worker", worker, width=15, keep_end=True)),), at_least=70),
)  # fmt: skip


class ResultsPane(ListPane[ResultRow]):
    """What was saved to the IdeaInspiration database."""

    key = "4"
    heading = "Results"
    about = "Ideas in the IdeaInspiration database, newest first. Enter opens the task of one, y copies its address."

    def make_list(self) -> RowList[ResultRow]:
        """One line an idea."""
        return RowList(LAYOUTS, lambda row: row.idea_id, self.now, follows=True)

    def slice(self, snapshot: Snapshot) -> tuple[ResultRow, ...]:
        """The newest rows."""
        return snapshot.results

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Where the cursor is among all that was saved."""
        if self.row_list.rows:
            yield (
                f"{self.row_list.cursor + 1:,} of {max(snapshot.results_total, len(self.row_list.rows)):,}",
                Tone.MUTED,
            )

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Nothing saved."""
        return (
            ("Nothing is saved yet.", Tone.PLAIN),
            ("What workers find appears here; s starts some, n makes a task.", Tone.MUTED),
        )
