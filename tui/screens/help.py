"""Explains the focused pane, every key and every symbol; a word narrows it to what is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.closing import ClosesOnce
from tui.command import Command, key_of
from tui.key_map import keyed
from tui.look import Piece, Tone, hanging, lines, pieces
from tui.screens.filter_help import FILTER_TERMS, TERM
from tui.screens.legend import legend
from tui.widgets.scrolled import Scrolled

INDENT = 26
"""Cells that the key and the title of a command take."""

WIDEST = 46
"""Cells of the help of a command; longer lines are harder to read."""


class HelpScreen(ModalScreen[None], ClosesOnce[None]):
    """What this place is, what can be done here, and what everywhere."""

    CSS_PATH = "forms.tcss"
    AUTO_FOCUS = "Scrolled"
    BINDINGS = [
        Binding("slash", "search", "Search"),
        Binding("escape,question_mark,f1,q,enter", "leave", "Close"),
    ]

    def __init__(self, heading: str, about: str, commands: Sequence[Command], place: str) -> None:
        super().__init__(classes="form")
        self.heading, self.about = heading, keyed(about)
        self.commands = commands
        self.place = place
        self.told = Static()
        self.word = Input(placeholder="a word of what you look for", compact=True)
        self.word.display = False
        self._width = 0

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with Vertical(id="frame") as frame:
            frame.border_title = f"Help: {self.heading}"
            frame.border_subtitle = "/ searches, esc closes, ↓ ↑ scroll"
            yield self.word
            with Scrolled():
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

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what has the word in it."""
        event.stop()
        self.told.update(lines(self.rows(self._width)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on reading; the word stays."""
        event.stop()
        self.query_one(Scrolled).focus()

    def action_search(self) -> None:
        """Look for a word."""
        self.word.display = True
        self.word.focus()

    def fits(self, *told: str) -> bool:
        """Whether one of these has the word that is looked for."""
        word = self.word.value.strip().lower()
        return any(word in each.lower() for each in told)

    def rows(self, width: int) -> Iterator[tuple[Piece, ...]]:
        """What is told: the pane, its commands, all others, the symbols."""
        found = [*self._commands(width), *self._symbols(width)]
        if self.fits(self.about):
            yield pieces(self.about)
        elif not found:
            yield pieces(f"Nothing here has {self.word.value.strip()!r} in it; esc shows all.")
        yield from found

    def _filter(self, width: int) -> Iterator[tuple[Piece, ...]]:
        """What can be typed behind the key of the filter of the queue."""
        group = [(term, found) for term, found in FILTER_TERMS if self.fits(term, found, "Filter of the queue")]
        if not group or self.place != "queue":
            return
        yield pieces("")
        yield (("Filter of the queue", Tone.STRONG),)
        for term, found in group:
            yield from hanging(((f"  {term:<{TERM}}", Tone.ACCENT),), (found, Tone.MUTED), TERM + 2, width)

    def _symbols(self, width: int) -> Iterator[tuple[Piece, ...]]:
        group = [(piece, told) for piece, told in legend() if self.fits(piece[0], told, "Symbols")]
        if group:
            yield pieces("")
            yield (("Symbols", Tone.STRONG),)
        for (symbol, tone), told in group:
            yield from hanging(((f"  {symbol:<6}", tone),), (told, Tone.MUTED), 8, width)

    def _commands(self, width: int) -> Iterator[tuple[Piece, ...]]:
        near = [each for each in self.commands if self.place in each.near]
        here = [each for each in self.commands if self.place in each.panes] + near
        everywhere = [each for each in self.commands if not each.panes and not each.movement and each not in near]
        moving = [each for each in self.commands if not each.panes and each.movement]
        elsewhere = [each for each in self.commands if each.panes and self.place not in each.panes]
        for title, group in (
            ("Here", here),
            ("Everywhere", everywhere),
            ("Moving", moving),
            ("Other panes", elsewhere),
        ):
            shown = [each for each in group if self.fits(title, each.title, each.help, key_of(self.app, each))]
            if shown:
                yield pieces("")
                yield ((title, Tone.STRONG),)
            for command in shown:
                told = command.help + (" Asks first." if command.destructive else "")
                named = pieces((f"  {key_of(self.app, command) or '^p':<6}", Tone.ACCENT), f"{command.title:<17} ")
                if len(command.title) > INDENT - 9:  # the text would begin further right than it goes on
                    yield named
                    named = pieces(" " * INDENT)
                yield from hanging(named, (told, Tone.MUTED), INDENT, width)
            if title == "Here":
                yield from self._filter(width)

    def action_leave(self) -> None:
        """Show all again, where a word is looked for; else back."""
        if self.word.display:
            self.word.display = False
            self.word.value = ""
            self.query_one(Scrolled).focus()
        else:
            self.dismiss()
