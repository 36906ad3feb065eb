"""A line to type a text in that a list is narrowed to, hidden until it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from tui.key_map import keyed
from tui.look import Piece, Tone, content

PAUSE = 0.15
"""Seconds without a key after which what is typed is looked for."""


def hint() -> tuple[Piece, ...]:
    """What can be done with what is typed."""
    return (
        (keyed("{keep}"), Tone.ACCENT),
        (" keeps it   ", Tone.MUTED),
        (keyed("{drop}"), Tone.ACCENT),
        (" clears it", Tone.MUTED),
    )


class SearchInput(Input):
    """The line itself; `tui.screens.layout` knows by its class that one types."""


class SearchField(Vertical):
    """Tells what is typed, after a short rest. ``hint`` says what is searched."""

    DEFAULT_CSS = """
    SearchField { height: auto; display: none; padding: 0 2; }
    SearchField.-open { display: block; }
    SearchField Input { border: none; height: 1; padding: 0; background: $boost; }
    SearchField Static { height: auto; }
    """

    @dataclass
    class Changed(Message):
        """Another text was typed."""

        text: str

    @dataclass
    class Closed(Message):
        """The field is done with."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.input = SearchInput(placeholder=hint, select_on_focus=False, compact=True)
        self.keys = Static()
        self._told = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The line, and its keys."""
        yield self.input
        yield self.keys

    def open(self, text: str) -> None:
        """Ask for a text, beginning with the present one."""
        self._told = text
        self.add_class("-open")
        self.keys.update(content(hint()))
        with self.prevent(Input.Changed):
            self.input.value = text
        self.input.cursor_position = len(text)
        self.screen.set_focus(self.input)  # at once: what is typed next is no command

    def on_input_changed(self, event: Input.Changed) -> None:
        """Wait for a rest."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._tell)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        event.stop()
        self.keep()

    def keep(self) -> None:
        """Hide; the text stays."""
        self._tell()
        self.remove_class("-open")
        self.post_message(self.Closed())

    def drop(self) -> None:
        """Hide, and look for nothing."""
        self.input.value = ""
        self.keep()

    def _tell(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        text = self.input.value.strip()
        if text != self._told:
            self._told = text
            self.post_message(self.Changed(text))
