"""The panel on the board that tells why a task is not done: below the list in use, or beside it."""

from __future__ import annotations

from core.filters import Stuck, TaskFilter
from core.models import Task, WorkerStatus
from core.snapshot import ActivityEntry, FailureGroup, ResultRow
from tui.command import Command
from tui.key_map import keyed
from tui.mounting import put_in
from tui.panes.outcomes import OutcomesPane
from tui.screens.outcome_actions import OutcomeActions
from tui.screens.why import ABOUT, WhyBeside
from tui.widgets.row_list import RowList
from tui.widgets.row_window import loaded

STUCK = TaskFilter(terms=(Stuck(),))
"""What the queue is narrowed to where one wants to see what is stuck."""
NONE_LOADED = "No row that is loaded is stuck; {go_stuck} looks for them in the whole queue."


class WhyActions(WhyBeside, OutcomeActions):
    """A part of the board. The panel follows the cursor, unless it tells about the whole system."""

    follows_cursor = True
    among_stuck = False
    """Whether the next row is the next one that is stuck: it was asked what is, in all."""

    def on_mount(self) -> None:
        """Follow what happens, too."""
        self.watch(self, "snapshot", self.follow_why, init=False)
        self.set_interval(1.0, self._tick_why)

    def follow_why(self) -> None:
        """Something is another."""
        if self.frozen_at is None:
            self.why_panel.follow()

    def _tick_why(self) -> None:
        if self.frozen_at is None and self.is_current:
            self.why_panel.tick()

    @property
    def asked_about(self) -> int | None:
        """The task that the row under the cursor is, or has to do with."""
        match self.current:
            case Task(id=task_id):
                return task_id
            case FailureGroup(task_ids=(task_id, *_)):
                return task_id
            case WorkerStatus(in_hand=(hand, *_)):
                return hand.task_id
            case ActivityEntry(task_id=task_id) | ResultRow(task_id=task_id):
                return task_id
            case _:
                return None

    def action_why(self) -> None:
        """Why is this task not done? Without one: why does nothing happen?"""
        self.follows_cursor, self.among_stuck = self.asked_about is not None, self.asked_about is None
        target = self.pane.target
        if isinstance(target, RowList):
            target.pin()
        super().action_why()
        self.why_panel.of_kind = isinstance(self.current, FailureGroup)
        self.why_panel.draw()

    def open_why(self, task_id: int | None) -> None:
        """Beside the panes, or below them."""
        put_in(self.desk, self.why_panel)
        super().open_why(task_id)

    def action_why_nothing(self) -> None:
        """Why does nothing happen?"""
        self.follows_cursor, self.among_stuck = False, True
        self.open_why(None)

    def action_go_stuck(self) -> None:
        """Narrow the queue to what is stuck; what it was narrowed to before comes back after that."""
        self.close_why()
        self.queue_pane.narrow(STUCK, back_to=self.queue_pane.wanted.filter)
        self.action_pane("queue")

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """Where one goes along what is stuck, that is said."""
        among = {"why_next": "Next stuck", "why_previous": "Stuck before"} if self.among_stuck else {}
        return among.get(command.id) or super().title_of(command, brief=brief)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Another row, another task. Where a row only went away, one wants to know what became of its task; where the
        cursor of another list follows the newest, nobody meant anything by it."""
        if not event.moved or event.rows is not self.pane.target:
            return
        task_id = self.asked_about
        if self.why_panel.is_open and self.follows_cursor and task_id is not None and task_id != self.why_panel.task_id:
            self.why_panel.tell(task_id, of_kind=isinstance(self.current, FailureGroup))

    def action_why_next(self) -> None:
        """The row below."""
        self._move(1)

    def action_why_previous(self) -> None:
        """The row above."""
        self._move(-1)

    def _move(self, step: int) -> None:
        if self.among_stuck:
            self._to_stuck(step)
            return
        target = self.pane.target
        if isinstance(target, RowList):
            self.follows_cursor = True
            target.move(target.cursor + step)

    def _to_stuck(self, step: int) -> None:
        """The next row of the queue that is stuck, and not on purpose; behind the last one the first."""
        rows, marks = self.queue_pane.row_list, self.snapshot.stuck
        begin, tasks = loaded(rows.rows)
        places = [
            place
            for place, task in enumerate(tasks, begin)
            if (stuck := marks.get(task.id)) is not None and not stuck.on_purpose
        ]
        if not places:
            self.task_deeds.say(keyed(NONE_LOADED))
            return
        if self.pane is not self.queue_pane:
            self.action_pane("queue")
        here = rows.cursor + (0 if self.why_panel.task_id is not None else -step)
        ahead = [place for place in places if (place - here) * step > 0]
        place = min(ahead or places) if step > 0 else max(ahead or places)
        self.follows_cursor = True
        rows.move(place)
        self.set_focus(self.why_panel)
        self.why_panel.tell(tasks[place - begin].id)

    # Where it stands

    def lay_out(self) -> None:
        """The list that it is about stays in sight; what else is in its column makes room."""
        super().lay_out()
        squeezes = self.why_panel.is_open and not self.has_class("-large")
        above = isinstance(self.in_use, OutcomesPane)
        self.set_class(self.why_panel.is_open, "-why")
        self.set_class(squeezes and not above, "-without-outcomes")
        self.set_class(squeezes and above, "-without-queue")

    def panel_changed(self) -> None:
        """More or less room."""
        self.lay_out()
        self.key_bar.fill()

    def focus_list(self) -> None:
        """To the pane in use."""
        self.set_focus(self.pane.target)

    def clear_outcomes(self) -> bool:
        """The panel closes before anything else is cleared."""
        return self.close_why() or super().clear_outcomes()

    @property
    def explained(self) -> tuple[str, str, str]:
        """Heading, text and place of the help for where one is."""
        if self.why_panel.has_focus:
            return "Why?", ABOUT, "why"
        return self.pane.heading, self.pane.about, self.pane.id or ""
