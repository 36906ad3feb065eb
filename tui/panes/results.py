"""Pane 4, first tab: the ideas that were saved, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from textual.message import Message

from core.snapshot import SEARCHED, ResultRow, ResultsView, Snapshot
from tui.key_map import keyed
from tui.look import Piece, Tone, duration, number, short_name
from tui.mounting import put_in
from tui.panes.base import ListPane
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList
from tui.widgets.search_field import SearchField

MOST_ROWS = 20_000
"""Rows that the list grows to; beyond that a search finds more than scrolling does."""


def task(row: ResultRow, now: datetime) -> tuple[Piece, ...]:
    """The task that found it last."""
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
    return ((short_name(row.worker_id) or "elsewhere", Tone.MUTED),)


TASK = Column("Last task", task, width=9, right=True)
TITLE = Column("Idea", title, share=3)
SOURCE = Column("Source", source, width=10)
ITEMS = Column("Items", items, width=6, right=True)
TOOK = Column("Took", took, width=6, right=True, gap=2)
LAYOUTS = (
    Layout(((TASK, TITLE, TOOK),)),
    Layout(((TASK, TITLE, SOURCE, ITEMS, TOOK, Column("Worker", worker, width=9, keep_end=True)),), at_least=70),
)  # fmt: skip


class ResultsPane(ListPane[ResultRow]):
    """What was saved to the IdeaInspiration database."""

    key = "4"
    heading = "Results"
    about = (
        "Ideas in the IdeaInspiration database, newest first. One that is found again stays one row, with the task "
        f"that found it last. {{filter}} looks for a text in {SEARCHED}. {{open}} "
        f"opens one, {{copy}} copies its address, {{mark}} marks, {{export}} writes to a file: marked ones, those that "
        "fit, or those of a day."
    )

    @dataclass
    class Wanted(Message):
        """Another part of the results is to be shown."""

        view: ResultsView

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.field = SearchField(f"in {SEARCHED}")
        self.wanted = ResultsView()

    def make_list(self) -> RowList[ResultRow]:
        """One line an idea."""
        return RowList(LAYOUTS, lambda row: row.idea_id, self.now, markable=True, follows=True)

    def slice(self, snapshot: Snapshot) -> tuple[ResultRow, ...]:
        """The rows that the view shows."""
        return snapshot.results

    @property
    def marked(self) -> tuple[str, ...]:
        """Ids of the marked ideas, also of those that are not in the list now."""
        return tuple(sorted(str(each) for each in self.row_list.marks))

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """What is searched for, marks, and where the cursor is among all that fit."""
        if snapshot.results_trouble:
            yield (f"✗ {snapshot.results_trouble}  ", Tone.BAD)
        if self.wanted.text:
            yield (f"/{self.wanted.text}", Tone.ACCENT)
            yield (f" in {SEARCHED}  ", Tone.MUTED)
        if self.wanted.text != snapshot.results_view.text:
            yield ("searching…  ", Tone.WARN)
        if self.row_list.marks:
            yield (f"✓ {len(self.row_list.marks):,} marked  ", Tone.ACCENT)
        yield from self.row_list.following_told
        if self.row_list.rows:
            total = max(snapshot.results_total, len(self.row_list.rows))
            yield (f"{self.row_list.cursor + 1:,} of {number(total, exact=snapshot.results_exact)}", Tone.MUTED)

    def tell(self, snapshot: Snapshot) -> None:
        """What stands in the list when it is empty is not about the TaskManager where ideas are looked for."""
        super().tell(snapshot)
        if self.wanted.text:
            self.row_list.say(*self.empty(snapshot))

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Nothing saved, or nothing that fits."""
        if self.wanted.text:
            return (
                (f"No result has “{self.wanted.text}” in {SEARCHED}.", Tone.PLAIN),
                (keyed("{clear} clears the search, {filter} changes it."), Tone.MUTED),
            )
        return (
            ("Nothing is saved yet.", Tone.PLAIN),
            (keyed("What workers find appears here; {start} starts some, {new_task} makes a task."), Tone.MUTED),
        )

    def search(self) -> None:
        """Ask for a text."""
        put_in(self, self.field, before=self.row_list)
        self.field.open(self.wanted.text)

    def narrow(self, text: str) -> None:
        """Show the ideas that have the text."""
        if text != self.wanted.text:
            self.want(ResultsView(text))

    def want(self, view: ResultsView) -> None:
        """Ask for a part of the results."""
        self.wanted = view
        self.post_message(self.Wanted(view))

    def on_row_list_in_sight(self, event: RowList.InSight) -> None:
        """Other rows are in sight: show more before the last one is reached."""
        event.stop()
        rows = self.row_list
        left = rows.virtual_size.height - rows.scroll_offset.y - rows.size.height
        if left < 2 * rows.size.height:
            self._grow()

    def on_row_list_at_end(self, event: RowList.AtEnd) -> None:
        """Someone wants to go on."""
        event.stop()
        self._grow()

    def _grow(self) -> None:
        rows = len(self.row_list.rows)
        if self.wanted.rows <= rows < MOST_ROWS:
            self.want(ResultsView(self.wanted.text, min(self.wanted.rows * 2, MOST_ROWS)))

    def on_search_field_changed(self, event: SearchField.Changed) -> None:
        """Another text."""
        event.stop()
        self.narrow(event.text)

    def on_search_field_closed(self, event: SearchField.Closed) -> None:
        """Back to the rows, unless another pane has the focus by now."""
        event.stop()
        if self.screen.focused in (None, self.field.input):
            self.screen.set_focus(self.row_list)
