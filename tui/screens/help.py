"""Explains the focused pane, and every key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.commands import Command
from tui.look import Piece, Tone, hanging, lines, pieces

INDENT = 26
"""Cells that the key and the title of a command take."""

WIDEST = 46
"""Cells of the help of a command; longer lines are harder to read."""


class HelpScreen(ModalScreen[None]):
    """What this place is, what can be done here, and what everywhere."""

    CSS_PATH = "forms.tcss"
    BINDINGS = [
        Binding("escape,question_mark,q,enter", "leave", "Close"),
        Binding("j", "scroll(1)", "Down"),
        Binding("k", "scroll(-1)", "Up"),
    ]

    def __init__(self, heading: str, about: str, commands: Sequence[Command], place: str) -> None:
        super().__init__(classes="form")
        self.heading, self.about = heading, about
        self.commands = commands
        self.place = place
        self.told = Static()
        self._width = 0

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with Vertical(id="frame") as frame:
            frame.border_title = f"Help: {self.heading}"
            frame.border_subtitle = "esc closes, ↓ ↑ scroll"
            with VerticalScroll():
                yield self.told

    def on_mount(self) -> None:
        """Write it."""
        self.write()

    def on_resize(self) -> None:
        """Write it anew where there is more or less room."""
        self.write()

    def write(self) -> None:
        """Lines as long as there is room for."""
        frame = 2 + 4 + 2  # border, padding, scroll bar
        width = min(INDENT + WIDEST, self.app.size.width - frame)
        if width != self._width:
            self._width = width
            self.told.update(lines(self.rows(width)))

    def rows(self, width: int) -> Iterator[tuple[Piece, ...]]:
        yield pieces(self.about)
        here = [each for each in self.commands if self.place in each.panes]
        everywhere = [each for each in self.commands if not each.panes and not each.movement]
        moving = [each for each in self.commands if not each.panes and each.movement]
        elsewhere = [each for each in self.commands if each.panes and self.place not in each.panes]
        for title, group in (
            ("Here", here),
            ("Everywhere", everywhere),
            ("Moving", moving),
            ("Other panes", elsewhere),
        ):
            if group:
                yield pieces("")
                yield ((title, Tone.STRONG),)
                for command in group:
                    told = command.help + (" Asks first." if command.destructive else "")
                    named = pieces((f"  {command.key or '^p':<6}", Tone.ACCENT), f"{command.title:<17} ")
                    yield from hanging(named, (told, Tone.MUTED), INDENT, width)

    def action_scroll(self, step: int) -> None:
        """A line down or up."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss()
