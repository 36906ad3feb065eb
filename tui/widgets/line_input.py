"""A field of one line that joins none: what several lines become is decided where it is, and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Input, TextArea

NEW_LINE = "ctrl+j"
"""What a line feed is where a terminal sends what is pasted as if it were typed."""


class Lines(TextArea):
    """Several lines, also where a line feed is typed."""

    def on_key(self, event: events.Key) -> None:
        """A line feed, too; what Textual does with a key comes after this."""
        if event.key == NEW_LINE and not self.read_only:
            event.stop()
            event.prevent_default()
            self.replace("\n", *self.selection, maintain_selection_offset=False)


class LineInput(Input):
    """One line. Where ``several`` is set, it makes an editor of several lines of it, and answers that."""

    several: Callable[[str], TextArea] | None = None
    _heir: TextArea | None = None

    @dataclass
    class Cut(Message):
        """Of several lines that were pasted only the first is taken."""

        lines: int

    class Joined(Message):
        """A new line was typed, and not taken."""

    def on_paste(self, event: events.Paste) -> None:
        """The first line, or an editor for all."""
        lines = [line for line in event.text.splitlines() if line.strip()]
        event.stop()
        event.prevent_default()
        if self._heir is not None:
            self._heir.post_message(events.Paste(event.text))
        elif len(lines) > 1 and self.several is not None:
            self._become("\n".join(event.text.splitlines()))
        elif lines:
            self.replace(lines[0], *self.selection)
            if len(lines) > 1:
                self.post_message(self.Cut(len(lines)))

    def on_key(self, event: events.Key) -> None:
        """Whatever is typed before the editor has the focus is for that; a line feed asks for it."""
        if self._heir is not None:
            event.stop()
            event.prevent_default()
            self._heir.post_message(events.Key("enter" if event.key == NEW_LINE else event.key, event.character))
        elif event.key == NEW_LINE:
            event.stop()
            event.prevent_default()
            if self.several is not None:
                self._become("\n")
            else:
                self.post_message(self.Joined())

    def _become(self, text: str) -> None:
        begin, end = sorted(self.selection)
        if self.several is not None:
            self._heir = self.several(self.value[:begin] + text + self.value[end:])
