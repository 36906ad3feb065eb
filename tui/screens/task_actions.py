"""What the board does to the tasks of the queue, and to the groups of those that failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from core.actions import Action
from core.filters.deciding import WHOLE
from core.models import NewTask, RowOutcome, Task
from core.snapshot import FailureGroup, Snapshot, TypeRow
from tui.command import Command
from tui.commands import CANCEL, RELEASE, RETRY
from tui.screens.worker_actions import WorkerActions
from tui.widgets.row_list import RowList
from tui.wording import CANNOT_CHANGE, GONE, retrying

if TYPE_CHECKING:
    from tui.deeds import Settled


ROW = "under the cursor"
NOBODYS = 7
"""The rank in the key bar of what ends a task that nobody has chosen: as what stops workers has there."""


class TaskActions(WorkerActions):
    """The commands for tasks. A part of the board."""

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Say how the task ended that was retried last, where the cursor is on it still."""
        super().watch_snapshot(snapshot)
        if not self.is_current or "task_deeds" not in vars(self):  # made by the first deed: until then none is retried
            return
        was, current = self.task_deeds.retried.task, self.queue_pane.row_list.current
        row = next((task for task in snapshot.view.tasks if was is not None and task.id == was.id), None)
        if row is not None:
            self.task_deeds.seen(row, say=current is not None and current.id == row.id)

    @property
    def chosen_tasks(self) -> list[Task]:
        """The marked tasks, else the one under the cursor."""
        return self.queue_pane.row_list.chosen

    def rank_of(self, command: Command) -> int:
        """What ends a task steps back behind what stops workers while the cursor follows the newest: nobody has chosen
        that task."""
        rank = super().rank_of(command)
        follows = self.place == "queue" and self.queue_pane.row_list.following
        return max(rank, NOBODYS) if follows and command in (CANCEL, RELEASE) else rank

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """What was cancelled is brought back; where not all that is meant is at hand, nobody knows."""
        title = super().title_of(command, brief=brief)
        is_known = command is RETRY and self.place == "queue" and self.queue_pane.meant_beyond is None
        return retrying(self.chosen_tasks, title) if is_known else title

    def settled(self, rows: Sequence[RowOutcome]) -> None:
        """What was done is unmarked; what was skipped stays marked."""
        if len(rows) > 1:
            self.queue_pane.row_list.marks.update(row.id for row in rows if not row.ok)
        self.queue_pane.row_list.unmark([row.id for row in rows if row.ok])

    def _do_to_tasks(self, action: Action, few: Callable[[Sequence[Task], Settled], None]) -> None:
        """Do it to the tasks that are meant; where not all of them are at hand, they are read for a dry run first."""
        meant = self.queue_pane.meant_beyond
        if meant is not None:
            from core.bulk import Order

            self.task_deeds.bulk(Order(action), meant, self.settled)
        elif not self.chosen_tasks and self.queue_pane.row_list.gone is not None:
            self.task_deeds.say(GONE)
        else:
            few(self.chosen_tasks, self.settled)

    def action_retry(self) -> None:
        """Retry the chosen tasks, or the group under the cursor."""
        rows = self.pane.target
        if self.place == "failures" and isinstance(rows, RowList) and rows.gone is not None:
            self.task_deeds.say(GONE)
        elif self.place == "failures" and isinstance(self.current, FailureGroup):
            caution = CANNOT_CHANGE if self.current.cannot_change else ""
            self.task_deeds.retry_ids(self.current.task_ids, self.settled, caution)
        elif self.place == "failures":
            self.task_deeds.retry([], self.settled)
        else:
            self._do_to_tasks(Action.RETRY, self.task_deeds.retry)

    def action_release(self) -> None:
        """Release the chosen tasks."""
        self._do_to_tasks(Action.RELEASE, self.task_deeds.release)

    def action_cancel(self) -> None:
        """Cancel the chosen tasks."""
        self._do_to_tasks(Action.CANCEL, self.task_deeds.cancel)

    def action_delete(self) -> None:
        """Delete the chosen tasks."""
        self._do_to_tasks(Action.DELETE, self.task_deeds.delete)

    def action_clone(self) -> None:
        """A new task like the one under the cursor; copies of several."""
        if len(self.chosen_tasks) > 1 or self.queue_pane.meant_beyond is not None:
            self._do_to_tasks(Action.CLONE, self.task_deeds.clone)
        elif task := next(iter(self.chosen_tasks), None):
            self.task_deeds.carry_out(partial(self._clone, task.id))
        else:
            self.task_deeds.say("There is no task here to be cloned.")

    async def _clone(self, task_id: int) -> str:
        detail = await self.task_deeds.working(self.connection.verbs.open_task(task_id))
        self.clone(detail.task)
        return ""

    def clone(self, task: Task) -> None:
        """Edit a copy of a task."""
        from tui.screens.new_task import NewTaskScreen

        like = NewTask(task.task_type, task.parameters, task.priority)
        self.app.push_screen(NewTaskScreen(self.task_deeds, self.newest.types, like=like, open_task=self.open_task))

    def action_new_task(self) -> None:
        """Create a task, of the type under the cursor, or that to which the queue is narrowed, where one is."""
        narrowed = self.queue_pane.wanted.filter.types if self.pane is self.queue_pane else ()
        match self._told_about or self.current:
            case TypeRow(name=name) | Task(task_type=name) | FailureGroup(task_type=name):
                wanted, of = name, ROW
            case _:
                wanted, of = narrowed[0].removeprefix(WHOLE) if len(narrowed) == 1 else None, "in the filter"
        if self._told_about is not None:
            of = f"of task #{self._told_about.id}"
        known = any(row.name == wanted for row in self.newest.types)
        self.new_task_of(wanted if known else None, of if known else "")

    @property
    def _told_about(self) -> Task | None:
        """The task of which the panel tells why it is not done, while the panel has the focus."""
        if self.place != "why":
            return None
        return next((task for task in self.newest.view.tasks if task.id == self.why_panel.task_id), None)

    def new_task_of(self, name: str | None, of: str = "") -> None:
        """Create a task of that type; ``of``: where it comes from."""
        from tui.screens.new_task import NewTaskScreen

        screen = NewTaskScreen(self.task_deeds, self.newest.types, focused=name, of=of, open_task=self.open_task)
        self.app.push_screen(screen)
