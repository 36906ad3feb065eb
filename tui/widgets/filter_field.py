"""The field in which the queue is narrowed; an error in it stands below, and the last good filter stays."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from core.errors import BadSetting
from core.filters import TaskFilter
from core.models import TaskStatus
from tui.look import Tone, content


class Terms(Suggester):
    """Completes the last word of a filter: names of terms, statuses, types."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.types: tuple[str, ...] = ()

    async def get_suggestion(self, value: str) -> str | None:
        """The line with its last word completed, or nothing."""
        before, space, word = value.rpartition(" ")
        known = [*(f"status:{status}" for status in TaskStatus), *(f"type:{name}" for name in self.types)]
        found = next((each for each in known if word and each != word and each.startswith(word)), None)
        return before + space + found if found else None


class FilterField(Vertical):
    """One line to type a filter in, hidden until it is asked for."""

    DEFAULT_CSS = """
    FilterField { height: auto; display: none; padding: 0 2; }
    FilterField.-open { display: block; }
    FilterField Input { border: none; height: 1; padding: 0; background: $boost; }
    FilterField Static { height: auto; display: none; }
    FilterField.-wrong Static { display: block; }
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
        self.input = Input(placeholder="free text  status:failed  type:*Video*", suggester=self.terms, compact=True)
        self.fault = Static()

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
        self.input.focus()

    def close(self) -> None:
        """Hide; the filter stays."""
        self.remove_class("-open", "-wrong")
        self.post_message(self.Closed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Try what is typed so far."""
        event.stop()
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
            self.add_class("-wrong")
            return False
        self.remove_class("-wrong")
        self.post_message(self.Changed(wanted))
        return True
