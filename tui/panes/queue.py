"""Pane 2: the tasks as they are, newest first, narrowed by a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from textual.app import ComposeResult
from textual.message import Message

from core.filters import TaskFilter
from core.models import Task, TaskStatus
from core.snapshot import QueueView, Snapshot, View
from tui.look import STATUS, Piece, Tone, bar, number, pieces, short_name, whole_age
from tui.panes.base import ListPane
from tui.widgets.filter_field import FilterField
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList

NARROWEST_ID = 4
"""Cells of the column of ids, at least."""

MOST_ROWS = 20_000
"""Rows that the list grows to; beyond that a filter finds more than scrolling does."""


def since(task: Task) -> datetime | None:
    """Since when the task is as it is."""
    match task.status:
        case TaskStatus.PENDING:
            return task.created_at
        case TaskStatus.CLAIMED:
            return task.claimed_at or task.created_at
        case TaskStatus.COMPLETED | TaskStatus.FAILED:
            return task.completed_at or task.created_at


def identity(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its id."""
    return ((str(task.id), Tone.PLAIN),)


def kind(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its type."""
    return ((task.task_type, Tone.PLAIN),)


def status(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Symbol and word of its status."""
    return (STATUS[task.status],)


def priority(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its priority; the usual one is quiet."""
    return ((str(task.priority), Tone.PLAIN if task.priority else Tone.MUTED),)


def tries(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Attempts of how many."""
    return ((f"{task.attempts}/{task.max_retries}", Tone.WARN if task.attempts > 1 else Tone.MUTED),)


def age(task: Task, now: datetime) -> tuple[Piece, ...]:
    """How long it has been in its status."""
    return ((whole_age(since(task), now), Tone.PLAIN),)


def owner(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Who has it, or had it last."""
    return ((short_name(task.claimed_by or "–"), Tone.PLAIN if task.status is TaskStatus.CLAIMED else Tone.MUTED),)


def progress(task: Task, now: datetime) -> tuple[Piece, ...]:
    """How far it is; of a failed one, why."""
    match task.status:
        case TaskStatus.CLAIMED:
            return pieces((bar(task.progress), Tone.BUSY), f" {task.progress}%")
        case TaskStatus.FAILED:
            return ((masked_text((task.error or "no reason given")[:500]), Tone.BAD),)
        case TaskStatus.PENDING if task.error:
            return (("again: " + masked_text(task.error[:500]), Tone.WARN),)
        case TaskStatus.PENDING | TaskStatus.COMPLETED:
            return (("", Tone.PLAIN),)


TYPE = Column("Type", kind, share=3, keep_end=True)
STATUS_COLUMN = Column("Status", status, width=11)
PRIORITY = Column("Prio", priority, width=4, right=True)
TRIES = Column("Try", tries, width=4, right=True)
AGE = Column("Age", age, width=6, right=True)
WORKER = Column("Worker", owner, width=8, keep_end=True)
WIDE_WORKER = Column("Worker", owner, width=12, keep_end=True)
PROGRESS = Column("Progress", progress, share=3)
SHORT_PROGRESS = Column("Progress", progress, width=11)


@lru_cache(maxsize=32)
def layouts(id_width: int) -> tuple[Layout[Task], ...]:
    """The columns, with ids of that many cells."""
    named = Column("ID", identity, width=id_width, right=True)
    return (
        Layout(((named, TYPE, STATUS_COLUMN, AGE),)),
        Layout(((named, TYPE, STATUS_COLUMN, TRIES, AGE, Column("Progress", progress, share=2)),), at_least=58),
        Layout(((named, TYPE, STATUS_COLUMN, PRIORITY, TRIES, AGE, WORKER, SHORT_PROGRESS),), at_least=76),
        Layout(((named, TYPE, STATUS_COLUMN, PRIORITY, TRIES, AGE, WIDE_WORKER, PROGRESS),), at_least=110),
    )


class QueuePane(ListPane[Task]):
    """The tasks as they are; what changes is visible at once, and never moves the cursor."""

    key = "2"
    heading = "Queue"
    about = (
        "The tasks, newest first; Age is the time in the present status. Space marks, and r, l, C, D, e are for all "
        "marked rows. The filter takes free text, status:failed,pending and type:*Video*."
    )

    @dataclass
    class Wanted(Message):
        """Another part of the queue is to be shown."""

        view: View

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.field = FilterField()
        self.wanted = View()
        self._id_width = NARROWEST_ID

    def make_list(self) -> RowList[Task]:
        """One line a task."""
        return RowList(layouts(NARROWEST_ID), lambda task: task.id, self.now, markable=True, follows=True)

    def compose(self) -> ComposeResult:
        """The filter's field above the list."""
        yield self.field
        yield self.row_list

    def slice(self, snapshot: Snapshot) -> QueueView:
        """The rows that the view shows."""
        return snapshot.view

    def draw(self, part: QueueView) -> None:
        """Show the rows; the column of ids is as wide as the widest of them, and never gets narrower."""
        widest = max((task.id for task in part.tasks), default=0)
        self._id_width = max(self._id_width, len(str(widest)))
        self.row_list.lay_out(layouts(self._id_width))
        self.row_list.set_rows(part.tasks)

    def title(self, snapshot: Snapshot) -> Iterable[Piece]:
        """The filter that is at work, and counts of the whole queue."""
        if snapshot.view.view.filter:
            yield (f"  /{snapshot.view.view.filter}", Tone.ACCENT)
        counts = snapshot.counts
        for label in ("pending", "claimed", "completed", "failed"):
            value = getattr(counts, label)
            tone = Tone.BAD if label == "failed" and value else Tone.PLAIN
            yield (f"  {label} ", Tone.MUTED)
            yield (number(value, exact=counts.exact), tone)

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Marks, newer rows above, and where the cursor is among how many."""
        view, rows = snapshot.view, self.row_list
        if rows.marks:
            here = sum(row.id in rows.marks for row in rows.rows)
            away = f" ({len(rows.marks) - here:,} not in this list)" if here < len(rows.marks) else ""
            yield (f"✓ {here:,} marked{away}  ", Tone.ACCENT)
        if rows.above:
            yield (f"↑ {rows.above:,} above  ", Tone.MUTED)
        if rows.rows and rows.following:
            yield ("↥ following the newest  ", Tone.ACCENT)
        if rows.rows:
            total = f"{view.total:,}" if view.total is not None else f"{len(rows.rows):,}+"
            searched = f" (searched {view.searched:,})" if view.searched is not None else ""
            yield (f"{rows.cursor + 1:,} of {total}{searched}", Tone.MUTED)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """No task, or none that fits."""
        if snapshot.view.view.filter:
            return (
                (f"No task fits /{snapshot.view.view.filter}", Tone.PLAIN),
                ("Esc clears the filter, / changes it.", Tone.MUTED),
            )
        return (
            ("The queue is empty.", Tone.PLAIN),
            ("Press n for a task, s to start workers.", Tone.MUTED),
        )

    def narrow(self, chosen: TaskFilter) -> None:
        """Show the tasks that fit."""
        if chosen != self.wanted.filter:
            self.want(View(filter=chosen))

    def grow(self) -> None:
        """Show more rows than now, when there are more."""
        view: QueueView | None = self._part if isinstance(self._part, QueueView) else None
        if view is None or len(view.tasks) < self.wanted.rows or len(view.tasks) >= MOST_ROWS:
            return
        if view.total is None or view.total > len(view.tasks):
            self.want(View(filter=self.wanted.filter, rows=min(self.wanted.rows * 2, MOST_ROWS)))

    def want(self, view: View) -> None:
        """Ask for a part of the queue."""
        self.wanted = view
        self.post_message(self.Wanted(view))

    def on_row_list_near_end(self, event: RowList.NearEnd) -> None:
        """The end comes into sight."""
        event.stop()
        self.grow()

    def on_filter_field_changed(self, event: FilterField.Changed) -> None:
        """Another filter that can be read."""
        event.stop()
        self.narrow(event.filter)

    def on_filter_field_closed(self, event: FilterField.Closed) -> None:
        """Back to the rows."""
        event.stop()
        self.row_list.focus()
