"""The screen of one task: everything that is known of it, kept up to date."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Collapsible, Static

from core.errors import CoreError
from core.models import Json, NewTask, RowOutcome, Task
from core.snapshot import Snapshot, TaskDetail
from tui.commands import TASK, Command, CommandScreen, bindings
from tui.look import STATUS, Tone, content, lines, pieces
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.screens.new_task import NewTaskScreen
from tui.screens.task_text import Line, ages, sections
from tui.task_deeds import TaskDeeds
from tui.widgets.key_bar import KeyBar
from tui.widgets.masking import masked
from tui.wording import FITTING, told

CLOSED = ("Report", "History")
"""Sections that begin closed."""


class TaskScreen(CommandScreen):
    """A task opened. It is read again whenever its row on the board becomes another."""

    CSS_PATH = "task.tcss"
    AUTO_FOCUS = "#sections"
    BINDINGS = [
        *bindings(TASK),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]
    command_set = TASK

    def __init__(self, live: LiveScreen, deeds: TaskDeeds, task_id: int) -> None:
        super().__init__()
        self.live = live
        self.deeds = deeds
        self.task_id = task_id
        self.detail: TaskDetail | None = None
        self.revealed = False
        self.heading = Static(id="heading")
        self.body = VerticalScroll(id="sections")
        self._seen: object = None
        self._stale = False

    @property
    def place(self) -> str:
        """Commands for tasks are offered here."""
        return "task"

    def compose(self) -> ComposeResult:
        """Heading, sections, keys."""
        yield self.heading
        yield self.body
        yield KeyBar()

    def on_mount(self) -> None:
        """Read it, follow it, let its ages tick."""
        self.heading.update(content(((f"Task #{self.task_id}", Tone.STRONG), ("  reading…", Tone.MUTED))))
        self._seen = self._trace(self.live.newest)
        self.watch(self.live, "snapshot", self.follow, init=False)
        self.set_interval(1.0, self.draw)
        self.read()

    def follow(self, snapshot: Snapshot) -> None:
        """Read anew when something about the task is another."""
        seen = self._trace(snapshot)
        if seen != self._seen:
            self._seen = seen
            self.read()

    def _trace(self, snapshot: Snapshot) -> tuple[object, ...]:
        row = next((task for task in snapshot.view.tasks if task.id == self.task_id), None)
        hands = (hand for worker in snapshot.workers for hand in worker.in_hand if hand.task_id == self.task_id)
        return (row, next(hands, None))

    def read(self) -> None:
        """Read the task; while it is being read, one more reading is enough."""
        self._stale = True
        if not any(worker.group == "read" and worker.is_running for worker in self.workers):
            self._read()

    @work(group="read")
    async def _read(self) -> None:
        while self._stale:
            self._stale = False
            try:
                self.detail = await self.deeds.verbs.open_task(self.task_id)
            except CoreError as error:
                self.heading.update(
                    lines([pieces((f"Task #{self.task_id}", Tone.STRONG)), pieces((f"✗ {told(error)}", Tone.BAD))])
                )
            else:
                await self._fill(self.detail)

    async def _fill(self, detail: TaskDetail) -> None:
        """Bring the sections up to date; what the user opened or closed stays so."""
        told = sections(detail, self._now(), reveal=self.revealed)
        wanted = [title.partition(" (")[0] for title in told]
        present = [each.id for each in self.body.query(Collapsible)]
        if present != [slug(name) for name in wanted]:
            closed = {each.id for each in self.body.query(Collapsible) if each.collapsed}
            await self.body.remove_children()
            await self.body.mount_all(
                Collapsible(
                    Static(classes="text"),
                    title=name,
                    id=slug(name),
                    collapsed=slug(name) in closed or (not present and name in CLOSED),
                )
                for name in wanted
            )
        self._write(told)

    def draw(self) -> None:
        """Ages are older now; nothing else is written anew."""
        if self.detail is not None and self.live.frozen_at is None and self.is_current:
            self._write(ages(self.detail, self._now()))

    def _write(self, told: dict[str, list[Line]]) -> None:
        for title, rows in told.items():
            for each in self.body.query(f"#{slug(title.partition(' (')[0])}").results(Collapsible):
                each.title = title
                each.query_one(".text", Static).update(lines(rows))
        if self.detail is not None:
            task = self.detail.task
            self.heading.update(
                content(((f"Task #{task.id}  ", Tone.STRONG), (f"{task.task_type}  ", Tone.PLAIN), STATUS[task.status]))
            )
            self.query_one(KeyBar).fill()

    def _now(self) -> datetime:
        return self.live.now()

    def action_back(self) -> None:
        """Back to the board."""
        self.dismiss()

    def _settled(self, rows: Sequence[RowOutcome]) -> None:
        if self.is_attached:
            self.read()

    @property
    def opened(self) -> list[Task]:
        """The task; none until it is read."""
        return [self.detail.task] if self.detail is not None else []

    def possible(self, command: Command) -> bool:
        """Whether the status of the task is such that the command does something."""
        done = {"retry": "retried", "release": "released", "cancel": "cancelled"}.get(command.id)
        return done is None or any(task.status in FITTING[done] for task in self.opened)

    def action_retry(self) -> None:
        """Retry this task."""
        self.deeds.retry(self.opened, self._settled)

    def action_release(self) -> None:
        """Release this task."""
        self.deeds.release(self.opened, self._settled)

    def action_cancel(self) -> None:
        """Cancel this task."""
        self.deeds.cancel(self.opened, self._settled)

    def action_clone(self) -> None:
        """Edit a copy of it."""
        for task in self.opened:
            like = NewTask(task.task_type, task.parameters, task.priority)
            self.app.push_screen(NewTaskScreen(self.deeds, self.live.newest.types, like=like))

    def action_copy(self) -> None:
        """Copy its id."""
        self.app.copy_to_clipboard(str(self.task_id))
        self.deeds.say(f"Copied {self.task_id}")

    def action_copy_json(self) -> None:
        """Copy all that is known of it; secrets stay masked unless they are shown."""
        if self.detail is not None:
            known = plain(self.detail)
            text = json.dumps(known if self.revealed else masked(known), ensure_ascii=False, indent=2, default=str)
            self.app.copy_to_clipboard(text)
            self.deeds.say(f"Copied {len(text):,} characters of JSON")

    async def action_reveal(self) -> None:
        """Show or hide secrets."""
        self.revealed = not self.revealed
        if self.detail is not None:
            await self._fill(self.detail)

    def times_changed(self) -> None:
        """All sections have times."""
        if self.detail is not None:
            self._write(sections(self.detail, self._now(), reveal=self.revealed))

    def action_scroll(self, step: int) -> None:
        """A line down or up."""
        self.body.scroll_relative(y=step, animate=False)

    def action_help(self) -> None:
        """Explain this screen."""
        about = "Everything that is known of a task, kept up to date. Enter on a heading opens or closes its section."
        self.app.push_screen(HelpScreen("Task", about, TASK, "task"))


def slug(title: str) -> str:
    """A heading as an id."""
    return f"section-{title.lower().replace(' ', '-')}"


def plain(value: object) -> Json:
    """Records as JSON can say them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value
