"""The screen of one task type: its parameters, who claims it, how its queue is; kept up to date."""

from __future__ import annotations

import json
from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Static

from core.details import TypeDetail
from core.errors import CoreError, may_pass
from core.snapshot import Link, Snapshot, TypeRow
from tui.command import Command, CommandScreen, bindings
from tui.commands import SCROLL, TASK_TYPE
from tui.deeds import Deeds
from tui.look import Line, Tone, content, lines, unheard
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.screens.type_text import schema_of, shown_schema, type_sections, versions_kept
from tui.screens.type_versions import older_schemas, version_places, with_later_tasks
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.rereading import Rereading
from tui.widgets.scrolled import Scrolled
from tui.wording import told

ABOUT = (
    "What a task of this type must look like, who does them, how many there are, and what it was before. "
    "{go_versions} goes to its versions: when each was registered, and what it changed. {raw_schema} shows the JSON "
    "Schema itself, and those of the versions before."
)
RECOUNT = 5.0
"""Seconds after which the tasks of its versions are counted anew, while more are created."""


class TaskTypeScreen(CommandScreen):
    """A type opened. ``new_task``, ``narrow`` and ``start`` are what the board does with its name."""

    CSS_PATH = "task_type.tcss"
    AUTO_FOCUS = "#text"
    BINDINGS = bindings(TASK_TYPE)
    command_set = (*SCROLL, *TASK_TYPE)

    def __init__(
        self,
        live: LiveScreen,
        deeds: Deeds,
        row: TypeRow,
        *,
        new_task: Callable[[str], None],
        narrow: Callable[[str], None],
        start: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.live = live
        self.deeds = deeds
        self.row = row
        self.new_task, self.narrow, self.start = new_task, narrow, start
        self.detail: TypeDetail | None = None
        self.trouble = ""
        """Why it could not be read the last time."""
        self._may_pass = False
        self._reading = Rereading(self, self._read)
        self.raw = False
        self.older: tuple[list[Line], ...] = ()
        """The schemas of the versions before the newest."""
        self._counted = row.counts.total
        """Tasks that it had when those of its versions were counted."""
        self._places: list[int] = []
        """The lines on which the section of its versions begins, and each of them."""
        self.heading = Static(id="heading")
        self.said = Static()

    @property
    def place(self) -> str:
        """Commands for types are offered here."""
        return "type"

    def compose(self) -> ComposeResult:
        """Heading, text, keys."""
        yield self.heading
        with Scrolled(id="text"):
            yield self.said
        yield KeyBar()

    def on_mount(self) -> None:
        """Read it, follow it, let its ages tick."""
        self._head()
        self.watch(self.live, "snapshot", self.follow, init=False)
        self.set_interval(1.0, self.tick)
        self.set_interval(RECOUNT, self.recount)
        self.read()

    def follow(self, snapshot: Snapshot) -> None:
        """Draw what is new; read anew when it was registered as another."""
        row = next((each for each in snapshot.types if each.name == self.row.name), self.row)
        another = known_by(row) != known_by(self.row)
        self.row = row
        self.draw()
        if another:
            self.read()

    def read(self) -> None:
        """Read the type."""
        self._reading.ask()

    async def _read(self) -> None:
        try:
            self.detail = await self.deeds.verbs.open_type(self.row.name)
            self._counted = self.row.counts.total
            self.older = older_schemas(self.detail)
            self.trouble = ""
        except CoreError as error:
            self.trouble, self._may_pass = told(error), may_pass(error)
        self.draw()
        fill_keys(self)

    def tick(self) -> None:
        """Ages are older now; what could not be read is read again once the server is back."""
        if self.live.frozen_at is None and self.is_current:
            if self.trouble and self._may_pass and self.live.newest.server.link is Link.LIVE:
                self.read()
            self.draw()

    def recount(self) -> None:
        """Tasks were created or deleted since those of its versions were counted."""
        seen = self.live.frozen_at is None and self.is_current and not self.trouble
        if seen and self.row.counts.exact and self.row.counts.total != self._counted:
            self.read()

    def _head(self) -> None:
        """Its name, and what is the matter."""
        away = unheard(self.live.newest.server, self.live.now())
        trouble = ((f"  ✗ {self.trouble}", Tone.BAD),) if self.trouble and not (away and self.detail) else ()
        self.heading.update(content((("Task type  ", Tone.MUTED), *away, (self.row.name, Tone.STRONG), *trouble)))

    def on_resize(self) -> None:
        """Rows where there is room."""
        self.draw()

    def draw(self) -> None:
        """Write all of it."""
        if self.is_attached:
            self._head()
            width = max(40, self.app.size.width - 4)
            known = (self.row, self._detail_now, self.live.snapshot, self.live.now())
            said = type_sections(*known, width=width, raw=self.raw, older=self.older)
            self._places = version_places(said, self.detail)
            self.said.update(lines(said))

    @property
    def _detail_now(self) -> TypeDetail | None:
        """What was read, with the tasks that were created since: so no more are completed than were created."""
        since = self.row.counts.total - self._counted
        return (
            with_later_tasks(self.detail, since) if self.detail is not None and self.row.counts.exact else self.detail
        )

    def possible(self, command: Command) -> bool:
        """A worker can be started where there is one for the type; one goes to its versions where there are several."""
        if command.id == "go_versions":
            return versions_kept(self.row, self.detail) > 1
        return command.id != "start_for" or self.row.workable

    def action_back(self) -> None:
        """Back to the board."""
        self.dismiss()

    def action_new_of_type(self) -> None:
        """A new task of it."""
        self.new_task(self.row.name)

    def action_narrow(self) -> None:
        """The queue, narrowed to it."""
        self.dismiss()
        self.narrow(self.row.name)

    def action_start_for(self) -> None:
        """Start a worker for it."""
        if self.row.workable:
            self.start(self.row.name)
        else:
            self.deeds.say("No worker for this type is installed here; see PRISMQ_WORKERS.")

    def action_go_versions(self) -> None:
        """To its versions; from there to the top."""
        text = self.query_one("#text", Scrolled)
        there = min(next(iter(self._places), 0), text.max_scroll_y)
        text.scroll_to(y=0 if there and text.scroll_offset.y == there else there, animate=False)

    def action_raw_schema(self) -> None:
        """The schema itself, or a table of it. One who is among the versions stays at that version."""
        text = self.query_one("#text", Scrolled)
        top, old = text.scroll_offset.y, self._places
        self.raw = not self.raw
        self.draw()
        here = sum(place <= top for place in old)
        if not here and (not top or not old or old[0] >= top + text.size.height):
            return
        seen = here - 1 if here else 0
        if seen < len(self._places):
            self.call_after_refresh(text.scroll_to, y=self._places[seen] + top - old[seen], animate=False)

    def action_copy_schema(self) -> None:
        """Copy the schema."""
        shown = shown_schema(self.row, self.detail)
        text = json.dumps(shown, ensure_ascii=False, indent=2)
        self.app.copy_to_clipboard(text)
        hidden = "" if shown == schema_of(self.row, self.detail) else ", secrets masked"
        self.deeds.say(f"Copied {len(text):,} characters of JSON Schema{hidden}")

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(HelpScreen("Task type", ABOUT, self.command_set, "type"))


def known_by(row: TypeRow) -> tuple[object, ...]:
    """What is another when a type was registered as another."""
    return row.version, row.id, row.is_active, row.param_schema
