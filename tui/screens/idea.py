"""The screen of one saved idea: everything that it says, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.widgets import Collapsible, Static

from core.errors import CoreError
from core.saved import IdeaDetail, Save
from core.snapshot import ResultRow
from tui.command import Command, CommandScreen, bindings
from tui.commands import IDEA, SCROLL
from tui.key_map import keyed
from tui.look import Line, Piece, Tone, content, count, duration, hanging, lines, moment, pieces, short_name
from tui.result_deeds import ResultDeeds
from tui.screens.help import HelpScreen
from tui.screens.idea_history import history_lines
from tui.widgets.json_view import json_lines
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.masking import MASK, is_secret, masked, masked_text
from tui.widgets.safe_text import fit, head, safe_lines
from tui.widgets.scrolled import Scrolled
from tui.wording import told

MOST_OF_A_TEXT = 50_000
"""Characters of the content that are looked at; the rest can be copied."""
SHORT = 200
"""Characters of a field that stand beside its name; a longer one has lines of its own."""
NAMES, WIDEST_NAMES = 18, 30
"""Cells of the names of fields, at least and at most."""
EDGE = 6
"""Cells of the screen beside the text: indents and the scroll bar."""


class IdeaScreen(CommandScreen):
    """An idea opened. ``row`` is what the list knew of it."""

    CSS_PATH = "idea.tcss"
    AUTO_FOCUS = "#sections"
    BINDINGS = bindings(IDEA)
    command_set = (*SCROLL, *IDEA)

    def __init__(self, deeds: ResultDeeds, row: ResultRow, open_task: Callable[[int], None]) -> None:
        super().__init__()
        self.deeds = deeds
        self.row = row
        self.open_task = open_task
        self.detail: IdeaDetail | None = None
        self.revealed = False
        self._written = 0
        self.heading = Static(id="heading")
        self.body = Scrolled(id="sections")

    @property
    def place(self) -> str:
        """Commands for ideas are offered here."""
        return "idea"

    def compose(self) -> ComposeResult:
        """Heading, sections, keys."""
        yield self.heading
        yield self.body
        yield KeyBar()

    def on_mount(self) -> None:
        """Read it."""
        title = self.row.title or "(no title)"
        self.heading.update(content((("Result  ", Tone.MUTED), (title, Tone.STRONG), ("  reading…", Tone.MUTED))))
        self._read()

    @work(group="read")
    async def _read(self) -> None:
        try:
            self.detail = await self.deeds.verbs.open_idea(self.row.idea_id)
        except CoreError as error:
            said = [
                pieces((self.row.title, Tone.STRONG)),
                pieces((f"✗ {told(error)}  {keyed('{back}')} goes back", Tone.BAD)),
            ]
            self.heading.update(lines(said))
        else:
            await self._fill(self.detail)

    async def _fill(self, detail: IdeaDetail) -> None:
        """Write the sections; a long content begins closed, below what is short."""
        self._written = self.size.width
        self.heading.update(content((("Result  ", Tone.MUTED), (detail.title or "(no title)", Tone.STRONG))))
        closed = {str(each.title) for each in self.body.query(Collapsible) if each.collapsed}
        begun = bool(self.body.children)
        await self.body.remove_children()
        await self.body.mount_all(
            Collapsible(
                Static(lines(rows), classes="text"),
                title=title,
                collapsed=title in closed if begun else title.startswith("Content"),
            )
            for title, rows in self.sections(detail).items()
        )
        fill_keys(self)

    async def on_resize(self) -> None:
        """What is long goes on elsewhere."""
        if self.detail is not None and self._written != self.size.width:
            await self._fill(self.detail)

    def sections(self, detail: IdeaDetail) -> dict[str, list[Line]]:
        """Headings and lines."""
        told = {"Idea": list(self._fields(detail)), "Where it came from": list(self._origin(detail))}
        if detail.history:
            told["History"] = history_lines(detail.history, reveal=self.revealed)
        if detail.metadata not in (None, "", {}):
            told["Metadata"] = json_lines(detail.metadata, reveal=self.revealed)
        if detail.content:
            text = detail.content[:MOST_OF_A_TEXT]
            shown = safe_lines(text if self.revealed else masked_text(text), of=len(detail.content))
            told[f"Content ({count(len(detail.content), 'character')})"] = [pieces(line) for line in shown]
        return told

    def _fields(self, detail: IdeaDetail) -> Iterator[Line]:
        names, width = max([NAMES, *(cell_len(head(name)) + 2 for name in detail.fields)]), self.size.width - EDGE
        names = min(names, WIDEST_NAMES)
        yield from named("id", detail.idea_id, names, width)
        yield from named("title", detail.title, names, width)
        given = {name: value for name, value in detail.fields.items() if value not in (None, "", [], {})}
        for name, value in given.items():
            if is_secret(name) and not self.revealed:
                yield (label(name, names), (MASK, Tone.WARN))
            elif isinstance(value, str) and len(value) <= SHORT and "\n" not in value:
                yield from named(name, value if self.revealed else masked_text(value), names, width)
            elif isinstance(value, str):
                yield ((name, Tone.MUTED),)
                shown = value if self.revealed else masked_text(value)
                for line in safe_lines(shown[:MOST_OF_A_TEXT], of=len(value)):
                    yield from hanging(pieces("  "), (line, Tone.PLAIN), 2, width)
            elif isinstance(value, dict | list):
                yield ((name, Tone.MUTED),)
                yield from (pieces("  ", *row) for row in json_lines(value, reveal=self.revealed))
            else:
                yield from named(name, str(value), names, width)
        if untold := [name for name in detail.fields if name not in given]:
            yield pieces((f"Not told: {', '.join(untold)}", Tone.MUTED))

    def _origin(self, detail: IdeaDetail) -> Iterator[Line]:
        if not detail.saves:
            yield pieces(("Another program saved it: no task of a TaskManager is known.", Tone.MUTED))
        for place, save in enumerate(detail.saves):
            if place:
                yield pieces("")
            yield from origin(save, self.size.width - EDGE)
            if save.task_id is not None and save.task_id == self.row.task_id and self.row.seconds is not None:
                items = "" if self.row.items is None else f", {count(self.row.items, 'item')}"
                yield from named("Took", duration(self.row.seconds) + items)

    def possible(self, command: Command) -> bool:
        """Whether there is a task to open, an address to copy."""
        if self.detail is None:
            return command.id in ("back", "help", "quit")
        return command.id != "open_origin" or self.detail.task_id is not None

    def action_back(self) -> None:
        """Back to the board."""
        self.dismiss()

    def action_open_origin(self) -> None:
        """Open the newest task that saved it."""
        task_id = self.detail.task_id if self.detail is not None else None
        if task_id is None:
            self.deeds.say("No task of this TaskManager saved it.")
        else:
            self.open_task(task_id)

    def action_copy(self) -> None:
        """Copy its address, else its id."""
        address = self.detail.fields.get("source_url") if self.detail is not None else None
        text = str(address or self.row.source_url or self.row.idea_id)
        self.app.copy_to_clipboard(text)
        self.deeds.say(f"Copied {text}")

    def action_copy_json(self) -> None:
        """Copy all of it; secrets stay masked unless they are shown."""
        if self.detail is not None:
            known = self.detail.whole()
            said = known if self.revealed else masked(known)
            text = json.dumps(said, ensure_ascii=False, indent=2, default=str)
            self.app.copy_to_clipboard(text)
            self.deeds.say(f"Copied {len(text):,} characters of JSON")

    async def action_reveal(self) -> None:
        """Show or hide secrets."""
        self.revealed = not self.revealed
        if self.detail is not None:
            await self._fill(self.detail)

    def action_help(self) -> None:
        """Explain this screen."""
        about = (
            "A saved idea with all its fields. Enter on a heading opens or closes its section; tab goes to the next."
        )
        self.app.push_screen(HelpScreen("Result", about, self.command_set, self.place))


def named(name: str, value: str, names: int = NAMES, width: int = 80) -> list[Line]:
    """A field; a long value goes on below its own start."""
    return hanging((label(name, names),), (head(value), Tone.PLAIN), names, width)


def label(name: str, names: int = NAMES) -> Piece:
    """What stands before a value, in so many cells; never touching it."""
    return (fit(head(name), names - 1) + " ", Tone.MUTED)


def origin(save: Save, width: int) -> Iterator[Line]:
    """Which task saved it, who did that task, and when."""
    task = f"#{save.task_id}" if save.task_id is not None else f"of another TaskManager ({save.server})"
    told = {
        "Task": task,
        "Type": save.task_type,
        "Worker": f"{short_name(save.worker_id)}  {save.worker_id}",
        "Attempt": str(save.attempt),
        "Saved": moment(datetime.fromisoformat(save.at)),
    }
    for name, value in told.items():
        yield from named(name, value, width=width)
