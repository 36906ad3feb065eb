"""Pane 2: the tasks as they are, newest first unless sorted otherwise, narrowed by a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from textual.message import Message

from core.filters import TaskFilter
from core.models import Task
from core.snapshot import QueueView, Snapshot, Sort, StuckTask, View
from tui.key_map import keyed
from tui.look import Piece, Tone, whole_age
from tui.mounting import put_in
from tui.panes.base import EDGE, LEAST, ListPane
from tui.panes.queue_columns import laid_out, layouts
from tui.panes.queue_title import FILTER, cells, titled
from tui.type_names import TYPES
from tui.widgets.filter_field import AS_TYPED, NUMBER, FilterField, addressed
from tui.widgets.filter_terms import can_be_read
from tui.widgets.masking import masked_text
from tui.widgets.row_list import RowList
from tui.widgets.row_window import RowWindow
from tui.widgets.safe_text import cut, head

NARROWEST_ID = 4
"""Cells of the column of ids, at least."""

WINDOW = 600
"""Rows that are at hand where someone has scrolled to."""

WHOLE = TaskFilter()
"""Leaves nothing out."""

AHEAD = 100
"""Rows beyond those in sight that are fetched before they are needed."""


class QueuePane(ListPane[Task]):
    """The tasks as they are; what changes is visible at once, and never moves the cursor."""

    key = "2"
    heading = "Queue"
    about = (
        "The tasks; Age is the time in the present status. {mark} marks, {mark_all} marks all loaded rows, then all "
        "that match; {retry}, {release}, {cancel}, {delete}, {clone} are for all marked rows. {sort} sorts what is "
        "shown, {columns} chooses columns; {strategy} is for what workers claim first. {filter} filters; what can be "
        "typed there stands below."
    )

    @dataclass
    class Wanted(Message):
        """Another part of the queue is to be shown."""

        view: View

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.field = FilterField()
        self.wanted = View()
        self.back_to = WHOLE
        """What the queue is narrowed to once the present filter is cleared."""
        self.left_out: frozenset[str] = frozenset()
        """Titles of the columns that the user does not want."""
        self._id_width = NARROWEST_ID
        self._known_end = 0
        self._kept: int | None = None
        """The task that the cursor is to be on in whatever part of the queue has it; None: on the newest one."""
        self._sought: int | None = None
        """The same while the rows of another filter or order are awaited."""
        self._was_found = True
        self._keeps = False
        """Whether the row under the cursor is kept where it does not fit the filter any more."""
        self._stuck: Mapping[int, StuckTask] = {}
        self._laid_out: tuple[int, frozenset[str], Mapping[int, StuckTask]] = (0, frozenset(), {})

    def make_list(self) -> RowList[Task]:
        """One line a task."""
        return RowList(
            layouts(NARROWEST_ID),
            lambda task: task.id,
            self.now,
            markable=True,
            follows=True,
            means_all=True,
            gone_told=self._gone,
        )

    def _gone(self, task: Task) -> str:
        """In place of a task that only keeps its place."""
        return f"{task.id:>{self._id_width}}   no longer fits the filter  {TYPES.short(task.task_type)}"

    def slice(self, snapshot: Snapshot) -> QueueView:
        """The rows that the view shows."""
        return snapshot.view

    @property
    def meant(self) -> tuple[int, ...] | TaskFilter:
        """What an action is for: the filter when all that match are meant, else the ids of the marked tasks, those too
        that are not loaded, else of the one under the cursor."""
        rows = self.row_list
        if rows.all_meant and isinstance(self._part, QueueView):
            return self._part.view.filter
        marked = tuple(int(str(mark)) for mark in rows.marks)
        return tuple(sorted(marked, reverse=True)) or ((rows.current.id,) if rows.current is not None else ())

    @property
    def meant_beyond(self) -> tuple[int, ...] | TaskFilter | None:
        """The same where not all of it is at hand, so that it must be read before anything is done; else None."""
        rows = self.row_list
        is_beyond = rows.all_meant or (bool(rows.marks) and not rows.marks <= {task.id for task in rows.loaded})
        return self.meant if is_beyond else None

    def show(self, snapshot: Snapshot) -> None:
        """Another filter or order means other rows: all that match are not meant any more."""
        old, new = self._part, snapshot.view.view
        is_other = isinstance(old, QueueView) and (old.view.filter, old.view.sort) != (new.filter, new.sort)
        before = self.row_list.current
        self._keeps = bool(new.filter) and not is_other
        if is_other:
            self._sought = new.around
            self._known_end = 0
            self.row_list.all_meant = False
            self.row_list.means_all = not new.filter.asks_stuck
        if snapshot.stuck != self._stuck:
            self._stuck = snapshot.stuck
            self._lay_out()
        super().show(snapshot)
        is_gone = before is not None and before.id not in {task.id for task in snapshot.view.tasks}
        if is_other and is_gone and not (new.around and self._was_found):
            self.row_list.action_first()

    def draw(self, part: QueueView) -> None:
        """Show the rows; the column of ids is as wide as the widest of them, and never gets narrower."""
        widest = max((task.id for task in part.tasks), default=0)
        self._id_width = max(self._id_width, len(str(widest)))
        self._lay_out()
        end = part.offset + len(part.tasks)
        ends = self._is_list(part) or part.total is not None or len(part.tasks) < part.view.rows
        self._known_end = end if ends else max(self._known_end, end)
        length = part.total if part.total is not None and not self._is_list(part) else self._known_end
        self.row_list.set_rows(RowWindow(part.tasks, part.offset, length), other=not self._keeps)
        if self._sought is not None:
            self._find(self._sought, part)
        self.fetch()

    def _find(self, task_id: int, part: QueueView) -> None:
        """Put the cursor on that task, if it is among the rows that came, and ask for those around it from now on, by
        their place: it may go elsewhere, and the cursor with it."""
        self._sought = None
        place = next((place for place, task in enumerate(part.tasks, part.offset) if task.id == task_id), None)
        self._was_found = place is not None
        if place is not None:
            self.row_list.move(place)
        if part.view != self.wanted:
            return
        if self._is_list(part):
            self.want(replace(part.view, around=None))
        else:
            first = part.offset if place is None else max(0, place - WINDOW // 2)
            self.want(replace(part.view, offset=first, rows=part.view.rows if place is None else WINDOW, around=None))

    @staticmethod
    def _is_list(part: QueueView) -> bool:
        """Whether its rows are all that it has, and not a window that can be moved."""
        return part.searched is not None or part.sorted_here

    def title(self, snapshot: Snapshot) -> Iterable[Piece]:
        """The filter that is at work with what was found, the order, and counts of the whole queue."""
        room = self.size.width - len(f"{self.key} {self.heading}") - EDGE
        said = titled(snapshot, room)
        if (over := cells(said) - room) <= 0:
            return said
        # The filter is the only part of which a beginning tells enough.
        return [
            (cut(head(text), max(LEAST, cells([(text, tone)]) - over)) if FILTER in text else text, tone)
            for text, tone in said
        ]

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Marks, newer rows above, and where the cursor is among how many."""
        view, rows = snapshot.view, self.row_list
        if rows.all_meant:
            amount = "" if view.total is None else f" {view.total:,}"
            yield (f"✓ all{amount} that match  " if view.view.filter else f"✓ all{amount} tasks  ", Tone.ACCENT)
        elif rows.marks:
            here = sum(row.id in rows.marks for row in rows.loaded)
            away = f" ({len(rows.marks) - here:,} not in this list)" if here < len(rows.marks) else ""
            yield (f"✓ {len(rows.marks):,} marked{away}  ", Tone.ACCENT)
        if is_oldest_first(view):
            is_cut = view.total is None and not view.more
            yield (f"the oldest {len(view.tasks):,}  " if is_cut else "oldest first  ", Tone.MUTED)
        elif view.view.sort is Sort.NEWEST:
            yield from rows.following_told
        elif rows.above:
            yield (f"↑ {rows.above:,} above  ", Tone.MUTED)
        yield from self._claim_left(snapshot)
        if rows.rows:
            total = f"{view.total:,}" if view.total is not None else f"{len(rows.rows):,}+"
            onward = keyed(" ({last} searches on)") if view.more else ""
            yield (f"{rows.cursor + 1:,} of {total}{onward}", Tone.MUTED)

    def _claim_left(self, snapshot: Snapshot) -> Iterable[Piece]:
        """How long the task under the cursor stays with its worker, as far as that is known."""
        task, now = self.row_list.current, self.now()
        end = snapshot.claim_end(task) if task is not None else None
        if end is not None:
            late = end <= now
            said = f"claim over for {whole_age(end, now)}  " if late else f"claim {whole_age(now, end)} left  "
            yield (said, Tone.WARN if late else Tone.MUTED)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Not read yet; no task, or none that fits."""
        view = snapshot.view
        if view.at is None:
            return (("Reading the queue…", Tone.MUTED),)
        if not view.view.filter:
            return (
                ("The queue is empty.", Tone.PLAIN),
                (keyed("Press {new_task} for a task, {start} to start workers."), Tone.MUTED),
            )
        among = f" among the {view.searched:,} that were searched" if view.more else ""
        said = [(f"No task fits /{masked_text(str(view.view.filter))}{among}", Tone.PLAIN)]
        if view.view.filter.only_id is not None:
            said.append((NUMBER, Tone.PLAIN))
        if view.view.filter.addressed:
            as_typed = "filter" in snapshot.server.can and "address" not in snapshot.server.can
            said.append((AS_TYPED if as_typed else addressed(view.view.filter), Tone.PLAIN))
        if self.likely_meant is not None:
            said.append((f"Is {self.likely_meant} meant? {keyed('{open}')} takes it.", Tone.ACCENT))
        if view.more:
            said.append((keyed("{last} searches on."), Tone.PLAIN))
        if view.view.filter.needs_whole_tasks and "filter" not in snapshot.server.can:
            said.append(("The lists of this TaskManager may tell neither parameters nor errors.", Tone.WARN))
        return (*said, (keyed("{clear} clears the filter, {filter} changes it."), Tone.MUTED))

    @property
    def likely_meant(self) -> str | None:
        """The filter that is likely meant where the present one fits no task; None: that it is."""
        if self.row_list.rows:
            return None
        meant = self.field.terms.meant(str(self.wanted.filter))
        return meant if meant is not None and can_be_read(meant) else None

    def search(self) -> None:
        """Ask for a filter, above the list."""
        put_in(self, self.field, before=self.row_list)
        self.field.open(self.wanted.filter)

    def narrow(self, chosen: TaskFilter, *, back_to: TaskFilter = WHOLE) -> None:
        """Show the tasks that fit. ``back_to``: the filter that comes back once this one is cleared."""
        if chosen != self.wanted.filter:
            self.back_to = back_to
            self.want(View(filter=chosen, sort=self.wanted.sort, around=self._keep()))

    def sort(self, order: Sort) -> None:
        """Show the tasks in that order."""
        if order is not self.wanted.sort:
            self.want(View(filter=self.wanted.filter, sort=order, around=self._keep()))

    def _keep(self) -> int | None:
        """The task that the cursor stays on in other rows: the one that it is on, or was before rows came without it.
        None where someone follows what is new."""
        rows = self.row_list
        if not rows.following:
            self._kept = rows.current.id if rows.current is not None else self._kept
        elif self._was_found:
            self._kept = None
        return self._kept

    def leave_out(self, titles: frozenset[str]) -> None:
        """Show all columns but these, where they fit."""
        self.left_out = titles
        self._lay_out()

    def _lay_out(self) -> None:
        known = (self._id_width, self.left_out, self._stuck)
        if self._stuck and known != self._laid_out:
            self.row_list.lay_out(laid_out(*known))
        elif not self._stuck:
            self.row_list.lay_out(layouts(self._id_width, self.left_out))
        self._laid_out = known

    def fetch(self) -> None:
        """Have the rows at hand that are in sight, and some around them."""
        part, view = self._part, self.wanted
        if not isinstance(part, QueueView) or (part.view.filter, part.view.sort) != (view.filter, view.sort):
            return
        first, last = self.row_list.in_sight
        if self._is_list(part):
            is_full = len(part.tasks) >= view.rows * view.depth
            if part.view == view and part.more and is_full and last + AHEAD > len(part.tasks):
                self.want(replace(view, depth=view.depth + 1))
            return
        end = last + AHEAD if part.total is None else min(part.total, last + AHEAD)
        if max(0, first - AHEAD) < view.offset or end > view.offset + view.rows:
            self.want(replace(view, offset=max(0, (first + last - WINDOW) // 2), rows=WINDOW))

    def want(self, view: View) -> None:
        """Ask for a part of the queue."""
        if (view.filter, view.sort) != (self.wanted.filter, self.wanted.sort):
            self.row_list.all_meant = False
        self.wanted = view
        self.post_message(self.Wanted(view))

    def on_row_list_in_sight(self, event: RowList.InSight) -> None:
        """Someone scrolled."""
        event.stop()
        self.fetch()

    def on_row_list_at_end(self, event: RowList.AtEnd) -> None:
        """Someone wants to see more than was found so far."""
        event.stop()
        part = self._part
        # While it is asked anew without the task that was to be in view, what is at hand is the same.
        if isinstance(part, QueueView) and part.more and part.view == replace(self.wanted, around=part.view.around):
            self.want(replace(self.wanted, depth=self.wanted.depth + 1))

    def on_filter_field_changed(self, event: FilterField.Changed) -> None:
        """Another filter that can be read."""
        event.stop()
        self.narrow(event.filter)

    def on_filter_field_closed(self, event: FilterField.Closed) -> None:
        """Back to the rows, unless another pane has the focus by now."""
        event.stop()
        if self.screen.focused in (None, self.field.input):
            self.screen.set_focus(self.row_list)


def is_oldest_first(view: QueueView) -> bool:
    """Whether rows that nobody has sorted stand from the oldest on, as those do that are stuck."""
    return view.view.sort is Sort.NEWEST and len(view.tasks) > 1 and view.tasks[0].id < view.tasks[-1].id
