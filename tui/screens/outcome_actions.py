"""What the board does in pane 4: look for a text, export, show other levels and ranges, try one of a group."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.snapshot import FailureGroup, ResultRow
from tui.command import Command
from tui.commands import CANARY
from tui.panes.results import ResultsPane
from tui.screens.layout import BoardLayout
from tui.widgets.filter_field import FilterField
from tui.widgets.search_field import SearchField, SearchInput
from tui.wording import try_one

if TYPE_CHECKING:
    from tui.result_deeds import ResultDeeds
    from tui.task_deeds import TaskDeeds


class OutcomeActions(BoardLayout):
    """The commands of pane 4. A part of the board."""

    @cached_property
    def task_deeds(self) -> TaskDeeds:
        """What can be done to tasks."""
        from tui.task_deeds import TaskDeeds

        return TaskDeeds(self.app, self.connection.verbs, lambda: self.newest)

    @cached_property
    def result_deeds(self) -> ResultDeeds:
        """What can be done to results."""
        from tui.result_deeds import ResultDeeds

        return ResultDeeds(self.app, self.connection.verbs, lambda: self.newest)

    def open_outcome(self, row: FailureGroup | ResultRow) -> None:
        """A group of failures with its tasks, or a result."""
        if isinstance(row, FailureGroup):
            self._open_group(row)
        else:
            from tui.screens.idea import IdeaScreen

            self.app.push_screen(IdeaScreen(self.result_deeds, row, self.open_task))

    def _open_group(self, row: FailureGroup, *, begin: bool = False) -> None:
        from tui.screens.failure_group import FailureGroupScreen

        self.app.push_screen(FailureGroupScreen(self, self.task_deeds, row, self.open_task, begin=begin))

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """Of a group of failures the newest is tried, which is told."""
        if command is CANARY and isinstance(self.current, FailureGroup) and self.current.task_ids:
            return try_one(self.current.task_ids[0], brief=brief)
        return super().title_of(command, brief=brief)

    @property
    def field_in_use(self) -> FilterField | SearchField:
        """The field that one types in; the queue's where none is."""
        focused = self.focused
        if isinstance(focused, SearchInput) and isinstance(focused.parent, SearchField):
            return focused.parent
        return self.queue_pane.field

    def search_outcomes(self) -> bool:
        """Ask for a text where the pane in use can look for one; whether it can."""
        outcomes, place = self.outcome_pane, self.place
        if place == "results":
            outcomes.results.search()
        elif place == "activity":
            outcomes.activity.search()
        return place in ("results", "activity")

    def clear_outcomes(self) -> bool:
        """Clear marks, else what the pane in use is narrowed to; whether there was any."""
        results, activity = self.outcome_pane.results, self.outcome_pane.activity
        if self.place == "results" and results.row_list.marks:
            results.row_list.unmark()
        elif self.place == "results" and results.wanted.text:
            results.narrow("")
        elif self.place == "activity" and activity.narrowed:
            activity.widen()
            self._tell()
        else:
            return False
        return True

    def on_results_pane_wanted(self, event: ResultsPane.Wanted) -> None:
        """Ask for that part of the results."""
        self.result_deeds.look(event.view)
        self._tell()

    def action_export(self) -> None:
        """Write results, or activity where that is shown, to a file."""
        from tui.result_deeds import activity_scope, result_scopes
        from tui.screens.export import ExportScreen

        now, results, place = self.now(), self.outcome_pane.results, self.place
        # Results are offered in both tabs, under the same keys: what was learnt in one is right in the other.
        scopes = result_scopes(results.marked, results.wanted.text, now)
        if place == "activity":
            scopes.insert(0, activity_scope(self.outcome_pane.activity.shown, now))
        self.app.push_screen(ExportScreen(self.result_deeds, scopes, Path.cwd()))

    def action_level(self) -> None:
        """Show other levels of activity."""
        self.outcome_pane.activity.next_level()
        self._tell()

    def action_range(self) -> None:
        """Show another range of throughput."""
        self.outcome_pane.throughput.chart.next_range()
        self._tell()

    def action_canary(self) -> None:
        """Retry one task of the group under the cursor, and watch it."""
        if isinstance(self.current, FailureGroup):
            self._open_group(self.current, begin=True)
        else:
            self.task_deeds.say("There is no failure here to try one of.")
