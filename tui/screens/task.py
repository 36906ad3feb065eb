"""The screen of one task: everything that is known of it, kept up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.widgets import Static

from core.models import NewTask, RowOutcome, Task
from core.snapshot import Link, Snapshot
from tui.command import Command, bindings
from tui.commands import READING, RETRY, TASK, WHY_PANEL
from tui.key_map import keyed
from tui.look import Piece, Tone, content, status_of, unheard
from tui.screens import task_copies as copies
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.screens.new_task import NewTaskScreen
from tui.screens.task_reading import TaskReading
from tui.screens.task_search import SearchLine
from tui.screens.task_text import Showing, sections
from tui.screens.why import WhyBeside
from tui.task_deeds import TaskDeeds
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.reader import Reader
from tui.widgets.safe_text import cut, head
from tui.widgets.why_panel import WhyPanel
from tui.wording import DONE_BY, fits, retrying


class TaskScreen(WhyBeside):
    """A task opened. It is read again whenever its row on the board becomes another."""

    CSS_PATH = "task.tcss"
    AUTO_FOCUS = "#reader"
    BINDINGS = bindings(TASK)
    command_set = (*READING, *TASK, *WHY_PANEL)

    def __init__(self, live: LiveScreen, deeds: TaskDeeds, task_id: int) -> None:
        super().__init__()
        self.live = live
        self.deeds = deeds
        self.reading = TaskReading(
            self, deeds.verbs, task_id, read=self._show_read, more=self.draw, failed=self._tell_heading
        )
        self.revealed = False
        self.heading = Static(id="heading")
        self.reader = Reader()
        self.search = SearchLine(self.reader)
        self.why_panel = WhyPanel(deeds.verbs, lambda: live.newest, live.now, self._open_other)
        self._seen: object = None
        self._copies = copies.TaskCopies(deeds)

    @property
    def place(self) -> str:
        """Commands for tasks are offered here."""
        return "why" if self.why_panel.has_focus else "task"

    def compose(self) -> ComposeResult:
        """Heading, sections, search, why it is not done, keys."""
        yield self.heading
        yield self.reader
        yield self.search
        yield self.why_panel
        yield KeyBar()

    def on_mount(self) -> None:
        """Read it, follow it, let its ages tick."""
        self._say_reading()
        self._seen = self._trace(self.live.newest)
        self.watch(self.live, "snapshot", self.follow, init=False)
        self.set_interval(1.0, self.tick)
        self.read()

    def on_resize(self) -> None:
        """Lines are as long as there is room for."""
        self.call_after_refresh(self.draw)

    def _say_reading(self) -> None:
        self._head((f"Task #{self.reading.task_id}", Tone.STRONG), ("  reading…", Tone.MUTED))

    @property
    def asked_about(self) -> int:
        """This task."""
        return self.reading.task_id

    def focus_list(self) -> None:
        """To the sections."""
        self.set_focus(self.reader)

    def follow(self, snapshot: Snapshot) -> None:
        """Read anew when something about the task is another."""
        self.why_panel.follow()
        seen = self._trace(snapshot)
        if seen != self._seen:
            self._seen = seen
            self.read()

    def _trace(self, snapshot: Snapshot) -> tuple[object, ...]:
        row = next((task for task in snapshot.view.tasks if task.id == self.reading.task_id), None)
        hands = (hand for worker in snapshot.workers for hand in worker.in_hand if hand.task_id == self.reading.task_id)
        return (row, next(hands, None))

    def read(self) -> None:
        """Read the task."""
        self.reading.ask()

    def _show_read(self) -> None:
        for task in self.opened:
            self.deeds.seen(task)
        self.draw()
        self.search.again()

    def tick(self) -> None:
        """Ages are older now; what could not be read is read again once the server is back."""
        if self.live.frozen_at is None and self.is_current:
            if self.reading.trouble and self.reading.may_pass and self.live.newest.server.link is Link.LIVE:
                self.read()
            self.draw()
            self.why_panel.tick()

    def draw(self) -> None:
        """Bring the sections up to date; what is folded, and where one reads, stays."""
        if self.reading.detail is None or not self.reader.size.width:
            return
        server = self.live.newest.server
        label = "" if server.embedded else server.label
        how = Showing(self._now(), self.reader.room, self.revealed, label, self.reading.why)
        self.reader.put(sections(self.reading.detail, how, self.reading.sizes))
        self._tell_heading()
        fill_keys(self)

    def _tell_heading(self) -> None:
        """Which task it is, its status and type; that what is shown may be old, or why nothing is."""
        detail, fault = self.reading.detail, self.reading.trouble
        named: Piece = (f"Task #{self.reading.task_id}  ", Tone.STRONG)
        trouble: Piece = (f"✗ {fault}  ({keyed('{back}')} goes back)", Tone.BAD)
        if detail is None:
            self._head(named, trouble)
            return
        task, away = detail.task, unheard(self.live.newest.server, self._now())
        status, tone = status_of(task)
        room = self.size.width - 4 - len(named[0]) - len(status) - sum(len(text) for text, _ in away)
        kind = cut(head(task.task_type), max(8, room), keep_end=True)
        again = (("  ", Tone.PLAIN), trouble) if fault and not away else ()
        self._head(named, (f"{status}  ", tone), *away, (kind, Tone.PLAIN), *again)

    def _head(self, *said: Piece) -> None:
        self.heading.update(content(said))

    def _now(self) -> datetime:
        return self.live.now()

    @property
    def opened(self) -> list[Task]:
        """The task; none until it is read."""
        return [self.reading.detail.task] if self.reading.detail is not None else []

    def possible(self, command: Command) -> bool:
        """Whether the status of the task, or what is read of it, is such that the command does something."""
        if command.id == "next_hit":
            return bool(self.search.hits)
        if command.id == "more":
            return bool(len(self.reader.outline) and self.reader.outline.mark_at(self.reader.cursor))
        done = DONE_BY.get(command.id)
        return done is None or any(fits(done, task) for task in self.opened)

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """What was cancelled is brought back."""
        title = super().title_of(command, brief=brief)
        return retrying(self.opened, title) if command is RETRY else title

    # What is done to the task

    def _settled(self, rows: Sequence[RowOutcome]) -> None:
        if self.is_attached:
            self.read()

    def action_retry(self) -> None:
        """Retry this task."""
        self.deeds.retry(self.opened, self._settled)

    def action_release(self) -> None:
        """Release this task."""
        self.deeds.release(self.opened, self._settled)

    def action_cancel(self) -> None:
        """Cancel this task."""
        self.deeds.cancel(self.opened, self._settled)

    def action_delete(self) -> None:
        """Delete this task."""
        self.deeds.delete(self.opened, self._settled)

    def action_clone(self) -> None:
        """Edit a copy of it."""
        for task in self.opened:
            like = NewTask(task.task_type, task.parameters, task.priority)
            self.app.push_screen(
                NewTaskScreen(self.deeds, self.live.newest.types, like=like, open_task=self._open_other)
            )

    def _open_other(self, task_id: int) -> None:
        self.app.push_screen(TaskScreen(self.live, self.deeds, task_id))

    # What leaves the screen

    def action_copy(self) -> None:
        """Choose what to copy."""
        for task in self.opened:
            menu = copies.CopyMenu(task, self.live.newest.server, reveal=self.revealed)
            self.app.push_screen(menu, self._copy)

    def _copy(self, what: str | None) -> None:
        if self.reading.detail is not None and what:
            self._copies.copy(what, self.reading.detail, self.live.newest.server, reveal=self.revealed)

    def action_copy_json(self) -> None:
        """Copy all that is known of it; secrets stay masked unless they are shown."""
        self._copy("json")

    def action_save(self) -> None:
        """Save the section under the cursor to a file."""
        if self.reading.detail is not None and self.reader.section is not None:
            self._copies.save(self.reading.detail.task.id, self.reader.section, reveal=self.revealed)

    def action_reveal(self) -> None:
        """Show or hide secrets."""
        self.revealed = not self.revealed
        self.draw()
        self.search.again()

    def times_changed(self) -> None:
        """All sections have times."""
        self.draw()

    # Where one reads

    def on_reader_moved(self, event: Reader.Moved) -> None:
        """Name what can be done there."""
        fill_keys(self)

    def action_back(self) -> None:
        """Search for nothing any more, or close the panel; else back to the board."""
        if self.search.is_open:
            self.search.close()
        elif not self.close_why():
            self.dismiss()

    def action_find(self) -> None:
        """Search."""
        self.search.open()

    def action_next_hit(self) -> None:
        """To the next place."""
        self._step(1)

    def action_previous_hit(self) -> None:
        """To the place before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if not self.search.step(step):
            self.deeds.say(keyed("There is no place to go to; {find} searches."))

    def action_next_task(self) -> None:
        """The next task of the list."""
        self._neighbour(1)

    def action_previous_task(self) -> None:
        """The task before."""
        self._neighbour(-1)

    def _neighbour(self, step: int) -> None:
        rows = [task.id for task in self.live.snapshot.view.tasks]
        place = rows.index(self.reading.task_id) + step if self.reading.task_id in rows else -2
        if place == -2:
            self.deeds.say("This task is not among the rows of the queue that are shown.")
        elif not 0 <= place < len(rows):
            self.deeds.say("This is the last row of the queue here." if step > 0 else "This is its first row.")
        else:
            self.reading.turn_to(rows[place])
            self.reader.clear()
            if self.why_panel.is_open:
                self.why_panel.tell(self.reading.task_id)
            self._say_reading()
            self._seen = self._trace(self.live.newest)
            self.read()

    def action_help(self) -> None:
        """Explain this screen."""
        about = "Everything that is known of a task, kept up to date. {fold} folds and unfolds what the cursor is on."
        self.app.push_screen(HelpScreen("Task", about, self.command_set, "task"))
