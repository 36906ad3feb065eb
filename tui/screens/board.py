"""The board: what goes on, and everything that can be done about it.

What opens above it is imported when it opens: the first paint must not wait for it.
"""

from __future__ import annotations

from dataclasses import replace

from textual import work

from core.errors import CoreError
from core.filters import TaskFilter
from core.filters.deciding import only
from core.models import Task, WorkerStatus
from core.snapshot import ActivityEntry, FailureGroup, ResultRow, TypeRow, View
from tui.command import Command, bindings
from tui.commands import BOARD, LIST, MARKABLE, WHY_ON_BOARD, WHY_PANEL
from tui.panes.queue import QueuePane
from tui.panes.workers import Stopped
from tui.screens.task_actions import TaskActions
from tui.screens.why_actions import STUCK
from tui.widgets.masking import masked_text
from tui.widgets.row_list import RowList
from tui.wording import DONE_BY, fits, ids_copied, told


class BoardScreen(TaskActions):
    """The four panes and their commands."""

    AUTO_FOCUS = "#queue RowList"
    BINDINGS = bindings((*BOARD, *WHY_ON_BOARD))
    command_set = (*LIST, *BOARD, *WHY_PANEL, *WHY_ON_BOARD)

    def on_mount(self) -> None:
        """Let ages tick; the base class listens."""
        self._wanted: View | None = None
        self._filtered_from = "queue"
        self.set_interval(1.0, self.tick)
        self.watch_snapshot(self.snapshot)

    # What commands are for

    def possible(self, command: Command) -> bool:
        """Whether the rows that the command would be for are such that it does something."""
        done = DONE_BY.get(command.id)
        if command.id == "canary" or (command.id == "retry" and self.place == "failures"):
            return self.current is not None
        if done is not None:
            is_read_first = self.place == "queue" and self.queue_pane.meant_beyond is not None
            return is_read_first or any(fits(done, task) for task in self.chosen_tasks)
        match command.id:
            case "clear":
                does = bool(self.cleared_next)
            case "sort":
                does = len(self.queue_pane.row_list.rows) > 1
            case "go_stuck":
                does = bool(self.newest.stuck_count) and self.queue_pane.wanted.filter != STUCK
            case "go_failures":
                does = bool(self.newest.counts.failed) and self.place != "failures"
            case "open":
                does = self.current is not None
            case _:
                does = super().possible(command)
        return does

    @property
    def cleared_next(self) -> str:
        """What `clear` would do to the pane in use; empty where that is nothing."""
        place, queue, outcomes = self.place, self.queue_pane, self.outcome_pane
        rows = self.pane.target
        if self.why_panel.is_open:
            return ""
        if place in MARKABLE and isinstance(rows, RowList) and rows.marks:
            return "Clear marks"
        if place == "queue" and queue.wanted.filter:
            return "Filter as before" if queue.back_to else "Clear filter"
        if place == "results" and outcomes.results.wanted.text:
            return "Clear search"
        return "Show all" if place == "activity" and outcomes.activity.narrowed else ""

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """What would be cleared, that is said."""
        cleared = self.cleared_next if command.id == "clear" else ""
        return cleared or super().title_of(command, brief=brief)

    # Opening

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open what the row is about."""
        match event.row:
            case None:
                self._open_nothing()
            case Stopped():
                self.worker_pane.fold(self.snapshot)
            case TypeRow() as row:
                self.open_type(row)
            case Task(id=task_id):
                self.open_task(task_id)
            case WorkerStatus(id=worker_id):
                self.open_worker(worker_id)
            case FailureGroup() | ResultRow():
                self.open_outcome(event.row)
            case ActivityEntry(task_id=int(task_id)):
                self.open_task(task_id)
            case _:
                self.task_deeds.say("No task of this TaskManager belongs to that row.")

    def _open_nothing(self) -> None:
        """Take the filter that was likely meant, where an empty queue offers one."""
        meant = self.queue_pane.likely_meant if self.place == "queue" else None
        if meant is None:
            self.task_deeds.say("This list is empty: there is nothing to open.")
        else:
            self.queue_pane.narrow(TaskFilter.parse(meant))

    def open_task(self, task_id: int) -> None:
        """Everything that is known of a task."""
        from tui.screens.task import TaskScreen

        self.app.push_screen(TaskScreen(self, self.task_deeds, task_id))

    def open_worker(self, worker_id: str) -> None:
        """Everything that is known of a worker."""
        from tui.screens.worker import WorkerScreen

        self.app.push_screen(WorkerScreen(self, self.worker_deeds, worker_id, self.open_task))

    def open_type(self, row: TypeRow) -> None:
        """Everything that is known of a task type."""
        from tui.screens.task_type import TaskTypeScreen

        self.app.push_screen(
            TaskTypeScreen(
                self,
                self.task_deeds,
                row,
                new_task=self.new_task_of,
                narrow=self.narrow_to,
                start=lambda name: self._start_for((name,)),
            )
        )

    def narrow_to(self, name: str) -> None:
        """Show the queue, narrowed to a type."""
        self.queue_pane.narrow(TaskFilter(types=(only(name, [row.name for row in self.newest.types]),)))
        self.action_pane("queue")

    def action_register_types(self) -> None:
        """Register task types from a file."""
        from tui.screens.register_types import RegisterTypesScreen

        self.app.push_screen(RegisterTypesScreen(self.task_deeds))

    # The queue

    def on_queue_pane_wanted(self, event: QueuePane.Wanted) -> None:
        """Ask for that part of the queue; while an answer is awaited, only the newest wish is kept."""
        self.key_bar.fill()
        busy, self._wanted = self._wanted is not None, event.view
        if not busy:
            self.look()

    @work(group="look")
    async def look(self) -> None:
        """Ask until what is wanted is what was asked for."""
        asked: View | None = None
        while self._wanted is not None and self._wanted != asked:
            asked = self._wanted
            try:
                await self.connection.verbs.look(asked)
            except CoreError as error:
                self.queue_pane.wanted = self.newest.view.view
                self.task_deeds.say(told(error), wrong=True)
        self._wanted = None

    def action_filter(self) -> None:
        """Narrow the results or the activity where one is there, else the queue."""
        if self.search_outcomes():
            return
        self._filtered_from = str(self.pane.id)
        self.action_pane("queue")
        self.queue_pane.search()

    def action_sort(self) -> None:
        """Choose in which order the tasks stand."""
        from tui.screens.queue_looks import SortScreen

        self.app.push_screen(SortScreen(self.queue_pane, self.action_strategy, able="filter" in self.newest.server.can))

    def action_columns(self) -> None:
        """Choose which columns are shown."""
        from tui.screens.queue_looks import ColumnsScreen

        self.app.push_screen(ColumnsScreen(self.queue_pane))

    def action_older_filter(self) -> None:
        """The filter that was kept before."""
        self.queue_pane.field.recall(1)

    def action_newer_filter(self) -> None:
        """The filter that was kept after."""
        self.queue_pane.field.recall(-1)

    def action_keep(self) -> None:
        """Keep the filter that is typed."""
        self.field_in_use.keep()

    def action_drop(self) -> None:
        """Clear the filter that is typed, and go back to where it was asked for."""
        field = self.field_in_use
        field.drop()
        if field is self.queue_pane.field:
            self.action_pane(self._filtered_from)

    def action_clear(self) -> None:
        """Clear marks, else the filter, else leave a maximised pane."""
        if self.clear_outcomes():
            return
        marked = next((rows for rows in (self.queue_pane.row_list, self.worker_pane.row_list) if rows.marks), None)
        if marked is not None:
            marked.unmark()
        elif self.queue_pane.wanted.filter:
            self.queue_pane.narrow(self.queue_pane.back_to)
        elif self.maximised:
            self.action_maximise()

    def action_copy(self) -> None:
        """Copy the ids of the marked tasks, the id of what the cursor is on, or the address of a result."""
        rows = self.queue_pane.row_list
        marks = rows.marks
        match self.current:
            case Task() if self.place == "queue" and marks:
                self.app.copy_to_clipboard(" ".join(map(str, sorted(int(str(mark)) for mark in marks))))
                meant = self.newest.view.total if rows.all_meant else len(marks)
                self.task_deeds.say(ids_copied(len(marks), meant))
            case Task(id=task_id) | FailureGroup(task_ids=(task_id, *_)):
                self._copy(str(task_id))
            case ResultRow(source_url=address, idea_id=idea_id):
                self._copy(masked_text(address) or idea_id)
            case _:
                self.task_deeds.say("There is nothing to copy.")

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.task_deeds.say(f"Copied {text}")

    # Anywhere

    def action_reports(self) -> None:
        """Look at the reports that are kept aside."""
        from tui.report_deeds import ReportDeeds
        from tui.screens.reports import ReportsScreen

        deeds = ReportDeeds(self.app, self.connection.verbs, lambda: self.newest)
        self.app.push_screen(ReportsScreen(self, deeds, self.open_task))

    def action_help(self) -> None:
        """Explain the focused pane and all keys."""
        from tui.screens.help import HelpScreen

        heading, about, place = self.explained
        commands = [replace(each, title=self.title_of(each)) for each in self.command_set]
        self.app.push_screen(HelpScreen(heading, about, commands, place))
