"""The screen of failed tasks of one kind: retry one of them first, see what becomes of it, then the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from core.models import RowOutcome, Task
from core.snapshot import FailureGroup, Snapshot
from tui.canary import Canary
from tui.command import Command, bindings
from tui.commands import CANARY, GROUP, LIST, RETRY, WHY_PANEL
from tui.key_map import keyed
from tui.look import (
    Piece,
    Tone,
    content,
    count,
    lines,
    unheard,
)
from tui.screens.failure_text import LAYOUTS, heading, how_many
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.screens.why import WhyBeside
from tui.task_deeds import TaskDeeds
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.row_list import RowList
from tui.widgets.why_panel import WhyPanel
from tui.wording import CANNOT_CHANGE, RETRY_ALL, ended, try_one

ABOUT = (
    "Failed tasks that say the same but for numbers, names and addresses. {canary} retries the one under the cursor "
    "and watches it; once it has completed, the others are offered. {retry} retries all. {open} opens a task."
)
LOOK = 0.5
"""Seconds between two looks at the task that is tried, while it is not at its end."""


class FailureGroupScreen(WhyBeside):
    """A group of failures, kept up to date."""

    CSS_PATH = "failure_group.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS = bindings(GROUP)
    command_set = (*LIST, *GROUP, *WHY_PANEL)

    def __init__(
        self,
        live: LiveScreen,
        deeds: TaskDeeds,
        group: FailureGroup,
        open_task: Callable[[int], None],
        *,
        begin: bool = False,
    ) -> None:
        """``begin``: retry the newest at once."""
        super().__init__()
        self.live, self.deeds, self.group, self.open_task = live, deeds, group, open_task
        self.begin = begin
        self.gone = False
        self.left: int | None = None
        self.canary = Canary()
        self.heading = Static(id="heading")
        self.row_list: RowList[Task] = RowList(LAYOUTS, lambda task: task.id, live.now)
        self.watched = Static(id="canary")
        self.why_panel = WhyPanel(deeds.verbs, lambda: live.newest, live.now, open_task)

    @property
    def place(self) -> str:
        """Commands for a group are offered here."""
        return "why" if self.why_panel.has_focus else "group"

    @property
    def asked_about(self) -> int | None:
        """The task under the cursor."""
        return self.row_list.current.id if self.row_list.current is not None else None

    def focus_list(self) -> None:
        """To the tasks."""
        self.set_focus(self.row_list)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """The panel follows the cursor where somebody moves it."""
        self.left = None if event.moved else self.left
        fill_keys(self)
        if event.moved and self.why_panel.is_open and self.asked_about is not None:
            self.why_panel.tell(self.asked_about)

    def compose(self) -> ComposeResult:
        """What they say, what became of the one that was tried, the tasks, keys."""
        yield self.heading
        yield self.watched
        yield self.row_list
        yield self.why_panel
        yield KeyBar()

    def on_mount(self) -> None:
        """Show it, follow it, let ages tick."""
        self._show()
        self.watch(self.live, "snapshot", self.follow, init=False)
        self.set_interval(1.0, self._show)
        self.set_interval(LOOK, self._look)
        if self.begin:
            self.action_canary()

    def follow(self, snapshot: Snapshot) -> None:
        """The group as it is now; when all of it was retried, its last picture stays."""
        key = (self.group.task_type, self.group.kind, self.group.error if not self.group.kind else "")
        same = (
            each
            for each in snapshot.failures
            if (each.task_type, each.kind, each.error if not each.kind else "") == key
        )
        found = next(same, None)
        self.gone = found is None
        if found is not None and found is not self.group:
            self.group = found
        self._show()

    def _show(self) -> None:
        now, group = self.live.now(), self.group
        away = unheard(self.live.newest.server, now)
        many = how_many(group, gone=self.gone, tries=self.canary.is_tried)
        self.heading.update(lines(heading(group, now, self.app.size.width, many, away)))
        self._stay(() if self.gone else group.tasks)
        self.row_list.say(self._none_left())
        self.watched.update(content(self.canary.state(len(self.others), none_left=self.gone)))
        if self.is_current and self.live.frozen_at is None:
            self.why_panel.tick()
        fill_keys(self)

    def _stay(self, tasks: Sequence[Task]) -> None:
        """Show these. One that was retried leaves, and is back when it fails again: so is the cursor, if nobody moved
        it, where the panel tells of that task."""
        about, current = self.why_panel.task_id if self.why_panel.is_open else None, self.row_list.current
        place = next((place for place, task in enumerate(tasks) if task.id == about), None)
        if place is None and current is not None and current.id == about:
            self.left = about
        self.row_list.set_rows(tasks)
        if place is not None and self.left == about:
            self.left = None
            self.row_list.move(place)

    def _none_left(self) -> Piece:
        """Why the list is empty: that one is tried still says nothing of whether it will fail again."""
        if not self.canary.is_tried or self.canary.task is None:
            return (keyed(f"None of them is {ended(self.group)} any more. {{back}} goes back."), Tone.GOOD)
        return (
            keyed(f"#{self.canary.task.id} is being tried: how that ends is told above. {{back}} goes back."),
            Tone.PLAIN,
        )

    @property
    def others(self) -> tuple[int, ...]:
        """Those that are failed still, but for the one that was tried."""
        tried = self.canary.task.id if self.canary.task is not None else None
        return () if self.gone else tuple(each for each in self.group.task_ids if each != tried)

    @property
    def failed(self) -> tuple[int, ...]:
        """Those that are failed now: the one that was tried is one of them when it has failed again, and not while the
        list may be older than its retry."""
        left = self.canary.is_tried or self.canary.has_completed
        return self.others if left or self.gone else self.group.task_ids

    def possible(self, command: Command) -> bool:
        """Whether there is something to do it to."""
        return command.id not in ("open", "retry", "canary") or (self.row_list.current is not None and not self.gone)

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """One of them is tried, which is told; all are retried, wherever the cursor is."""
        if command is CANARY and self.row_list.current is not None:
            return try_one(self.row_list.current.id, brief=brief)
        return RETRY_ALL if command is RETRY else super().title_of(command, brief=brief)

    def panel_changed(self) -> None:
        """The panel has half of the screen: what mends comes last in it, and is to be seen."""
        self.set_class(self.why_panel.is_open, "-why")

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open a task."""
        if isinstance(event.row, Task):
            self.open_task(event.row.id)
        else:
            self.deeds.say("This list is empty: there is nothing to open.")

    def action_canary(self) -> None:
        """Retry the one under the cursor, and watch it."""
        task = self.row_list.current
        if self.canary.is_tried:
            self.deeds.say("One is being tried already; wait for its end.")
        elif task is not None:
            self.deeds.retry_ids([task.id], partial(self._tried, task))

    def _tried(self, task: Task, rows: Sequence[RowOutcome]) -> None:
        """``task``: as it was when it was asked for; by the answer it may have left the group."""
        if any(row.ok for row in rows) and self.is_attached:
            self.canary.begin(task)
            self._show()

    def _look(self) -> None:
        reading = any(worker.group == "canary" and worker.is_running for worker in self.workers)
        if self.canary.is_tried and not reading and self.live.frozen_at is None:
            self._read()

    @work(group="canary")
    async def _read(self) -> None:
        """Read the one that is tried; at its end say what that was, and offer the others."""
        await self.canary.read(self.deeds.verbs)
        self._show()
        if self.canary.has_completed and self.canary.task is not None and self.others:
            self._offer(self.canary.task)

    def _offer(self, task: Task) -> None:
        others = self.others
        if not self.is_current:
            self.deeds.say(f"#{task.id} completed; {count(len(others), 'other task')} of its kind can be retried.")
            return
        call = f"retry {count(len(others), 'task')}"

        async def deed() -> str:
            question = f"#{task.id} completed: retry the other {len(others):,}?"
            risk = "They become pending, each with all its attempts anew; what they did before may be done again."
            if await self.deeds.confirmed(
                question, risk, call, yes=f"retry {count(len(others), 'task')}", no=f"leave them {ended(self.group)}"
            ):
                rows = await self.deeds.working(self.deeds.verbs.retry(others))
                return f"{count(sum(row.ok for row in rows), 'task')} of {len(others):,} retried"
            return ""

        self.deeds.carry_out(deed, asked_for=False)

    def action_retry(self) -> None:
        """Retry all of them that are failed now; asks first."""
        if failed := self.failed:
            caution = CANNOT_CHANGE if self.group.cannot_change else ""
            self.deeds.retry_ids(failed, lambda rows: None, caution)
        else:
            self.deeds.say(f"None of them is {ended(self.group)} any more.")

    def action_copy(self) -> None:
        """Copy the id of the task under the cursor."""
        task = self.row_list.current
        if task is not None:
            self.app.copy_to_clipboard(str(task.id))
            self.deeds.say(f"Copied {task.id}")

    def action_back(self) -> None:
        """Close the panel, else back to the board."""
        if not self.close_why():
            self.dismiss()

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(HelpScreen("Failures of one kind", ABOUT, self.command_set, self.place))
