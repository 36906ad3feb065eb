"""Chooses a task type among many: words narrow the list."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from core.snapshot import TypeRow
from tui.closing import ClosesOnce
from tui.look import Piece, Tone, content, number
from tui.panes.task_types import NOBODY


class ChooseTypeScreen(ModalScreen[str | None], ClosesOnce[str | None]):
    """Type a part of the name, enter takes the first or the one under the cursor; the answer is None on escape."""

    CSS_PATH = "forms.tcss"
    AUTO_FOCUS = "#search"
    BINDINGS = [
        Binding("escape", "leave", "Leave"),
        Binding("down", "step(1)", "Down", priority=True),
        Binding("up", "step(-1)", "Up", priority=True),
    ]

    def __init__(self, types: Sequence[TypeRow], chosen: str | None) -> None:
        super().__init__(classes="form")
        self.types = sorted(types, key=lambda row: row.name)
        self.chosen = chosen
        self.search = Input(placeholder="part of the name", id="search", compact=True)
        self.names = OptionList(id="names")
        self.fitting: list[TypeRow] = []

    def compose(self) -> ComposeResult:
        """The words, the list, the keys."""
        with Vertical(id="frame") as frame:
            frame.border_title = "Task type"
            yield self.search
            yield self.names
            yield Static(
                content((("⏎", Tone.ACCENT), (" choose   ", Tone.MUTED), ("esc", Tone.ACCENT), (" leave", Tone.MUTED))),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Begin with all."""
        self.names.can_focus = False
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Only those that have every word in their name."""
        self._narrow(event.value)

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        self.fitting = [row for row in self.types if all(word in row.name.casefold() for word in words)]
        self.names.clear_options()
        self.names.add_options(Option(self._prompt(row), row.name) for row in self.fitting)
        names = [row.name for row in self.fitting]
        if names:
            self.names.highlighted = names.index(self.chosen) if self.chosen in names else 0
        else:
            said = "No type has that in its name." if self.types else "No task type is known."
            self.names.add_option(Option(content(((said, Tone.WARN),)), disabled=True))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the one under the cursor."""
        event.stop()
        if self.fitting and self.names.highlighted is not None:
            self.dismiss(self.fitting[self.names.highlighted].name)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """The mouse takes one, if only as the list was when it was clicked; that there is none is no choice."""
        if event.option.id is not None:
            self.dismiss(event.option.id)

    def action_step(self, step: int) -> None:
        """Another one."""
        if step > 0:
            self.names.action_cursor_down()
        else:
            self.names.action_cursor_up()

    def action_leave(self) -> None:
        """None is chosen."""
        self.dismiss(None)

    @staticmethod
    def _prompt(row: TypeRow) -> Content:
        waiting = f"  {number(row.counts.pending, exact=row.counts.exact)} pending"
        off = ("  off", Tone.WARN) if not row.is_active else ("", Tone.PLAIN)
        nobody: tuple[Piece, ...] = (("  ", Tone.PLAIN), NOBODY) if row.is_for_nobody else ()
        return content(((row.name, Tone.PLAIN), *nobody, (f"  {row.version}", Tone.MUTED), (waiting, Tone.MUTED), off))
