"""The field in which the queue is narrowed; an error in it stands below, and the last good filter stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from core.errors import BadSetting
from core.filters import TaskFilter
from core.models import TaskStatus
from tui.look import Piece, Tone, content

LIKELY = 3
"""Characters from which on a word that may become the name of a term is waited for."""

EXAMPLE = "free text  status:failed  type:*Video*"

HINT: tuple[Piece, ...] = (
    ("⏎", Tone.ACCENT),
    (" keeps the filter   ", Tone.MUTED),
    ("esc", Tone.ACCENT),
    (" clears it", Tone.MUTED),
)


class Terms(Suggester):
    """Completes the last word of a filter: names of terms, statuses, types."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.types: tuple[str, ...] = ()

    async def get_suggestion(self, value: str) -> str | None:
        """The line with its last word completed, or nothing."""
        before, word = parted(value)
        found = next(self._completions(word), None)
        return before + found if found else None

    def unfinished(self, value: str) -> bool:
        """Whether the last word is on its way to something that we know: too early to judge it, or to act on it."""
        _, word = parted(value)
        known = word in self._known(word)
        return len(word) >= LIKELY and not known and any(True for _ in self._completions(word))

    def _completions(self, word: str) -> Iterator[str]:
        return (each for each in self._known(word) if word and each != word and each.startswith(word))

    def _known(self, word: str) -> list[str]:
        listed, comma, _ = word.rpartition(",")
        return (
            [f"{listed}{comma}{status}" for status in TaskStatus]
            if comma
            else [
                *(f"status:{status}" for status in TaskStatus),
                *(f"type:{name}" for name in self.types),
            ]
        )


def parted(value: str) -> tuple[str, str]:
    """What stands before the last word, and that word."""
    before, space, word = value.rpartition(" ")
    return before + space, word


class FilterField(Vertical):
    """One line to type a filter in, hidden until it is asked for."""

    DEFAULT_CSS = """
    FilterField { height: auto; display: none; padding: 0 2; }
    FilterField.-open { display: block; }
    FilterField Input { border: none; height: 1; padding: 0; background: $boost; }
    FilterField Static { height: 1; }
    """

    @dataclass
    class Changed(Message):
        """Another filter was typed, and it can be read."""

        filter: TaskFilter

    @dataclass
    class Closed(Message):
        """The field is done with."""

    def __init__(self) -> None:
        super().__init__()
        self.terms = Terms()
        self.input = Input(placeholder=EXAMPLE, suggester=self.terms, select_on_focus=False, compact=True)
        self.fault = Static(content(HINT))

    def compose(self) -> ComposeResult:
        """The line, and what is wrong with it."""
        yield self.input
        yield self.fault

    def open(self, current: TaskFilter) -> None:
        """Ask for a filter, beginning with the present one."""
        self.add_class("-open")
        with self.prevent(Input.Changed):
            self.input.value = str(current)
        self.input.cursor_position = len(self.input.value)
        self.fault.update(content(HINT))
        self.input.focus()

    def close(self) -> None:
        """Hide; the filter stays."""
        self.remove_class("-open")
        self.post_message(self.Closed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Try what is typed so far, unless it is on its way to a word that we know."""
        event.stop()
        if self.terms.unfinished(event.value):
            self.fault.update(content(HINT))
        else:
            self._read(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.keep()

    def keep(self) -> None:
        """Hide the field and keep the filter, unless it cannot be read."""
        if self._read(self.input.value):
            self.close()

    def drop(self) -> None:
        """Hide the field, and show the whole queue."""
        self.post_message(self.Changed(TaskFilter()))
        self.close()

    def _read(self, line: str) -> bool:
        try:
            wanted = TaskFilter.parse(line)
        except BadSetting as error:
            self.fault.update(content(((f"✗ {error}", Tone.BAD),)))
            return False
        self.fault.update(content(HINT))
        self.post_message(self.Changed(wanted))
        return True
