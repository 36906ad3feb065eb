"""The screen of one worker: how it is, what it has in hand, what it did last, what happened to it."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from core.details import WorkerDetail, WorkerTask
from core.errors import CoreError
from core.models import InHand, WorkerStatus
from core.snapshot import ActivityEntry, Snapshot
from tui.command import Command, bindings
from tui.commands import LIST, WHY_PANEL, WORKER
from tui.key_map import keyed
from tui.look import Tone, content, count, lines, pieces, unheard
from tui.screens.concurrency import ConcurrencyScreen
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.screens.strategy import StrategyScreen
from tui.screens.why import WhyBeside
from tui.screens.worker_text import LOG_LAYOUTS, TASK_LAYOUTS, TaskRow, facts, nothing, row_id, title
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.rereading import Rereading
from tui.widgets.row_list import RowList
from tui.widgets.why_panel import WhyPanel
from tui.wording import could_be_told, told, whom
from tui.worker_deeds import WorkerDeeds, worker_could

ABOUT = (
    "One worker. Above: its tasks in hand, then the last that it did; {open} opens one. Below or beside: what happened "
    "to it, newest first; tab goes there. What others did to a task after it is told on the screen of the task."
)
WIDE = 110
"""Cells from which tasks and log stand beside each other."""


class WorkerScreen(WhyBeside):
    """A worker opened. What is remembered of it is read again whenever its row on the board becomes another."""

    CSS_PATH = "worker.tcss"
    AUTO_FOCUS = "#tasks"
    BINDINGS = bindings(WORKER)
    command_set = (*LIST, *WORKER, *WHY_PANEL)

    def __init__(self, live: LiveScreen, deeds: WorkerDeeds, worker_id: str, open_task: Callable[[int], None]) -> None:
        super().__init__()
        self.live = live
        self.deeds = deeds
        self.worker_id = worker_id
        self.open_task = open_task
        self.status: WorkerStatus | None = None
        self.detail = WorkerDetail(worker_id)
        self.heading = Static(id="heading")
        self.facts = Static(id="facts")
        self.tasks: RowList[TaskRow] = RowList(TASK_LAYOUTS, row_id, live.now)
        self.tasks.id = "tasks"
        self.log_list: RowList[ActivityEntry] = RowList(LOG_LAYOUTS, lambda line: line.number, live.now, follows=True)
        self.log_list.id = "log"
        self.tasks_title, self.log_title = Static(classes="title"), Static(classes="title")
        self.why_panel = WhyPanel(deeds.verbs, lambda: live.newest, live.now, open_task)
        self._reading = Rereading(self, self._read)

    @property
    def place(self) -> str:
        """Commands for a worker are offered here."""
        return "why" if self.why_panel.has_focus else "worker"

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """Beside the keys for its tasks it is told which are for the worker."""
        meant = [self.status] if self.status else []
        return whom(command.id, super().title_of(command, brief=brief), meant, brief=brief)

    @property
    def asked_about(self) -> int | None:
        """The task under the cursor."""
        task = self.tasks.current
        return task.task_id if task is not None else None

    def focus_list(self) -> None:
        """To its tasks."""
        self.set_focus(self.tasks)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """The panel follows the cursor where somebody moves it; the log follows what is new, or no more."""
        self._tell_log()
        is_meant = event.moved and event.rows is self.tasks
        if is_meant and self.why_panel.is_open and self.asked_about is not None:
            self.why_panel.tell(self.asked_about)

    def compose(self) -> ComposeResult:
        """How it is, its tasks, what happened, the keys."""
        yield self.heading
        yield self.facts
        with Container(id="sides"):
            with Vertical(id="did"):
                yield self.tasks_title
                yield self.tasks
            with Vertical(id="happened"):
                yield self.log_title
                yield self.log_list
        yield self.why_panel
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow it, and let its ages tick."""
        self.watch(self.live, "snapshot", self.follow, init=False)
        self.set_interval(1.0, self.tick)
        self.follow(self.live.newest)

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self.set_class(self.app.size.width >= WIDE, "-wide")

    def follow(self, snapshot: Snapshot) -> None:
        """Draw it; read what is remembered of it anew when it is another than it was."""
        self.why_panel.follow()
        found = next((each for each in snapshot.workers if each.id == self.worker_id), None)
        if found is not self.status or found is None:
            self.status = found
            self.draw()
            self.read()

    def tick(self) -> None:
        """Ages are older now."""
        if self.is_current and self.live.frozen_at is None:
            self._tell_facts()
            self.why_panel.tick()
            self.tasks.refresh()
            self.log_list.refresh()

    def read(self) -> None:
        """Read what is remembered."""
        self._reading.ask()

    async def _read(self) -> None:
        try:
            self.detail = await self.deeds.verbs.open_worker(self.worker_id)
        except CoreError as error:
            self.log_list.say((f"✗ {told(error)}", Tone.BAD))
        else:
            self.draw()

    def draw(self) -> None:
        """Everything."""
        status = self.status
        in_hand = status.in_hand if status is not None else ()
        self.tasks.set_rows([*in_hand, *self.detail.tasks])
        self.tasks.say(*(nothing(status) if status is not None else ()))
        self.log_list.set_rows(self.detail.log)
        self.log_list.say(("Nothing is known here of what happened to it.", Tone.MUTED))
        last = f"   the last {count(len(self.detail.tasks), 'attempt')}" if self.detail.tasks else ""
        self.tasks_title.update(content(pieces((f"Tasks: {len(in_hand)} in hand{last}", Tone.STRONG))))
        self._tell_log()
        self._tell_facts()
        fill_keys(self)

    def _tell_log(self) -> None:
        self.log_title.update(content((("What happened to it  ", Tone.STRONG), *self.log_list.following_told)))

    def _tell_facts(self) -> None:
        away = unheard(self.live.newest.server, self.live.now())
        self.heading.update(content((*title(self.status, self.worker_id), ("  ", Tone.PLAIN), *away)))
        if self.status is None:
            self.facts.update(content(((keyed("It is not known any more. {back} goes back."), Tone.WARN),)))
        else:
            self.facts.update(lines(facts(self.status, self.live.now())))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open the task under the cursor."""
        if isinstance(event.row, InHand | WorkerTask):
            self.open_task(event.row.task_id)
        else:
            self.deeds.say("There is no task here to be opened.")

    @property
    def chosen(self) -> list[WorkerStatus]:
        """The worker, while it is known."""
        return [self.status] if self.status is not None else []

    def possible(self, command: Command) -> bool:
        """Whether the worker is such that the command does something."""
        if command.id in ("step", "restart", "concurrency"):
            return worker_could(command.id, self.chosen)
        if command.id in ("pause", "stop", "stop_now", "strategy"):
            return could_be_told(command.id, self.chosen)
        return command.id != "open" or bool(self.tasks.rows)

    def action_back(self) -> None:
        """Close the panel, else back to the board."""
        if not self.close_why():
            self.dismiss()

    def action_pause(self) -> None:
        """Pause it, or let it go on."""
        self.deeds.pause(self.chosen)

    def action_stop(self) -> None:
        """Stop it; what it has in hand it finishes."""
        self.deeds.stop(self.chosen)

    def action_stop_now(self) -> None:
        """Stop it, and give back what it has in hand."""
        self.deeds.stop(self.chosen, now=True)

    def action_strategy(self) -> None:
        """Choose which task it claims next."""
        if meant := self.deeds.meant(self.chosen):
            self.app.push_screen(StrategyScreen(self.deeds, meant, self.live.now))

    def action_step(self) -> None:
        """Let it do one task."""
        self.deeds.step(self.chosen)

    def action_concurrency(self) -> None:
        """Choose how many tasks it may have in hand."""
        if meant := self.deeds.meant(self.chosen):
            self.app.push_screen(ConcurrencyScreen(self.deeds, meant))

    def action_restart(self) -> None:
        """Start it again."""
        self.deeds.restart(self.chosen)

    def action_copy(self) -> None:
        """Copy its id."""
        self.app.copy_to_clipboard(self.worker_id)
        self.deeds.say(f"Copied {self.worker_id}")

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(HelpScreen("Worker", ABOUT, self.command_set, self.place))
