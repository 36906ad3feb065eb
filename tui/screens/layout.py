"""How the board is laid out: four panes, or one at a time where that is all that fits; which pane is in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.command import CommandPalette
from textual.containers import Container, Horizontal, Vertical

from core.snapshot import Snapshot, TypeRow
from core.verbs import Connection
from tui.panes.base import Pane
from tui.panes.outcomes import OutcomesPane
from tui.panes.queue import QueuePane
from tui.panes.task_types import TaskTypesPane
from tui.panes.workers import WorkersPane
from tui.screens.frame import fit
from tui.screens.live import LiveScreen
from tui.type_names import TYPES
from tui.widgets.key_bar import KeyBar
from tui.widgets.pane_tabs import PaneTabs
from tui.widgets.row_list import RowList
from tui.widgets.search_field import SearchInput
from tui.widgets.status_line import StatusLine
from tui.widgets.why_panel import WhyPanel


class BoardLayout(LiveScreen):
    """The panes, their sizes, and the way from one to another."""

    def __init__(self, connection: Connection, now: Callable[[], datetime], *, demo: bool = False) -> None:
        super().__init__(connection, now)
        self.add_class("board")
        self.status_line = StatusLine(self.now, now, demo=demo)
        self.strip = PaneTabs()
        self.key_bar = KeyBar()
        self.type_pane = TaskTypesPane(self.now, id="types")
        self.queue_pane = QueuePane(self.now, id="queue")
        self.worker_pane = WorkersPane(self.now, id="workers")
        self.outcome_pane = OutcomesPane(self.now, id="outcomes")
        self.desk = Container(id="desk")
        self.why_panel = WhyPanel(connection.verbs, lambda: self.newest, self.now, self.open_task)
        self.parts: tuple[TaskTypesPane | QueuePane | WorkersPane | OutcomesPane, ...] = (
            self.type_pane,
            self.queue_pane,
            self.worker_pane,
            self.outcome_pane,
        )
        self.in_use: TaskTypesPane | QueuePane | WorkersPane | OutcomesPane = self.queue_pane
        self.in_use.add_class("-current")  # before it is there: whatever is in it would be styled again
        self.maximised = False
        self._types_known: tuple[TypeRow, ...] | None = None

    def compose(self) -> ComposeResult:
        """Status, panes, keys."""
        fit(self, self.app.size, begun=False)
        yield self.status_line
        yield self.strip
        with self.desk, Horizontal(id="panes"):
            with Vertical(id="left", classes="column"):
                yield self.type_pane
                yield self.worker_pane
            with Vertical(id="right", classes="column -current"):
                yield self.queue_pane
                yield self.outcome_pane
        yield self.key_bar

    def open_task(self, task_id: int) -> None:
        """Everything that is known of a task."""
        raise NotImplementedError

    @property
    def pane(self) -> Pane:
        """The pane in use; of pane 4 the tab that is shown."""
        return self.outcome_pane.active if isinstance(self.in_use, OutcomesPane) else self.in_use

    @property
    def current(self) -> object:
        """The row under the cursor of the pane in use."""
        target = self.pane.target
        return target.current if isinstance(target, RowList) else None

    @property
    def place(self) -> str:
        """The pane that has the focus; empty while one types."""
        focused = self.focused
        if focused is self.why_panel:
            return "why"
        if focused is self.queue_pane.field.input or isinstance(focused, SearchInput):
            return "filter"
        return str(self.pane.id) if focused is not None and focused is self.pane.target else ""

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Hand the snapshot to whoever draws it."""
        self.status_line.show(snapshot, self.frozen_at)
        self.queue_pane.field.terms.learn(snapshot)
        if snapshot.types is not self._types_known:
            self._types_known = snapshot.types
            if TYPES.learn(row.name for row in snapshot.types):
                self._draw_anew()
        self._tell()

    def tick(self) -> None:
        """A second went by: ages in sight are older."""
        if self.frozen_at is None and self.is_current:
            self.watch_snapshot(self.snapshot)
            panes = (self.type_pane, self.queue_pane, self.worker_pane, self.outcome_pane.active)
            panes[0].tick()
            for quarter, pane in enumerate(panes[1:], 1):  # one by one: a key waits for one to be painted at most
                self.set_timer(quarter / len(panes), pane.tick)
        elif self.is_current:
            self.status_line.tick()  # tells for how long nothing has moved

    def times_changed(self) -> None:
        """Every row may have a time."""
        self.status_line.tick()
        self._draw_anew()

    def _draw_anew(self) -> None:
        for row_list in self.query(RowList):
            row_list.notify_style_update()  # what is drawn is kept for a second otherwise
            row_list.refresh()

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """The lower border tells where the cursor is."""
        self._tell()

    def on_row_list_marked(self, event: RowList.Marked) -> None:
        """And how many rows are marked."""
        self._tell()

    def _tell(self) -> None:
        for part in self.parts:
            part.show(self.snapshot)
        self.key_bar.fill()

    def on_screen_suspend(self) -> None:
        """While something covers the board, cursors stay with the rows that it may be about; a command of the palette
        comes when that has closed."""
        chooses = any(isinstance(screen, CommandPalette) for screen in self.app.screen_stack)
        for row_list in self.query(RowList):
            if chooses:
                row_list.pin()
            row_list.hold()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Follow the newest again."""
        if self.stack_updates == 0:
            event.refresh_styles = False  # it has just been styled
        for row_list in self.query(RowList):
            row_list.release()

    def on_descendant_focus(self) -> None:
        """The part with the focus is the one in use."""
        for part in self.parts:
            if part.has_focus_within and part is not self.in_use:
                self.in_use = part
                self.lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the size."""
        fit(self, event.size)
        self.lay_out()

    def lay_out(self) -> None:
        """Show all parts, or only the one in use."""
        self.set_class(self.maximised or self.has_class("-small"), "-single")
        for part in self.parts:
            part.set_class(part is self.in_use, "-current")
        for column in self.query(".column"):
            column.set_class(column is self.in_use.parent, "-current")
        # Pane 4 is always called by its first tab: a name that changed would look like another pane.
        fronts = [(part, part.results if isinstance(part, OutcomesPane) else part) for part in self.parts]
        self.strip.show([(str(part.id), pane.key, pane.heading) for part, pane in fronts], str(self.in_use.id))

    # The way from one to another

    def action_pane(self, pane_id: str) -> None:
        """Go to that pane, or to that tab of pane 4."""
        part = next((each for each in self.parts if each.id == pane_id), self.outcome_pane)
        if pane_id in {tab.id for tab in self.outcome_pane.tabs}:
            self.outcome_pane.open(pane_id, self.snapshot)
        self.in_use = part
        self.lay_out()
        self.set_focus(self.pane.target)  # at once: the next key may be here before anything is painted
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """What was hidden until now may have lost the focus again while the panes changed places."""
        if not self.in_use.has_focus_within:
            self.set_focus(self.pane.target)

    def action_outcomes(self) -> None:
        """Go to pane 4; from there to its next tab."""
        if isinstance(self.in_use, OutcomesPane):
            self.action_next_tab()
        else:
            self.action_pane("outcomes")

    def action_next_tab(self) -> None:
        """The next tab of pane 4."""
        self.action_pane(self.outcome_pane.neighbour(1))

    def action_previous_tab(self) -> None:
        """The tab before."""
        self.action_pane(self.outcome_pane.neighbour(-1))

    def action_next_pane(self) -> None:
        """The next pane."""
        self._step(1)

    def action_previous_pane(self) -> None:
        """The pane before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        place = (self.parts.index(self.in_use) + step) % len(self.parts)
        self.action_pane(str(self.parts[place].id))

    def action_maximise(self) -> None:
        """Give the screen to the pane in use, or take it back."""
        self.maximised = not self.maximised
        self.lay_out()
