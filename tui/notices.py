"""What the app says for a while, and the last gate before the terminal: nothing raw leaves by either."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

LONGEST = 600
"""Characters of a sentence that is shown for a while."""


class Gate(LineFilter):
    """Keeps what would act on the terminal out of every line that is drawn, whatever widget forgot to escape it.

    Fields hold what somebody typed or pasted as it is; it stands in the same cells without those characters.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, of the same width."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(gated(text), style, control) for text, style, control in segments]


def gated(text: str) -> str:
    """The text in as many cells, without control, bidi and zero-width characters."""
    return text if text.isprintable() else "".join(map(stand_in, text))


def stand_in(character: str) -> str:
    """The character, or as many marks as it has cells."""
    return character if character.isprintable() else "�" * cell_len(character)


class NoticeApp(App[int]):
    """An app in which the newest sentence replaces the one before."""

    def __init__(self) -> None:
        super().__init__()
        self._filters.append(Gate())  # Textual has no public way to add one

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say a sentence: one safe line without secrets, never read as markup."""
        from tui.widgets.masking import masked_text  # the first paint says nothing yet
        from tui.widgets.safe_text import head, safe

        said = head(masked_text(message), LONGEST)
        super().notify(said, title=safe(title), severity=severity, timeout=timeout, markup=False)

    def on_notify(self) -> None:
        """Another sentence comes."""
        self.clear_notifications()

    def clear_notifications(self) -> None:
        """Forget what was said, and the empty places that it leaves on the screens."""
        super().clear_notifications()
        for screen in self.screen_stack:
            screen.query("ToastHolder").remove()
