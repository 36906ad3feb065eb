"""How screens close: each once, and nothing but itself.

Textual's `dismiss` closes whatever is in front: a key that comes twice would close what is below, or end the board.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class ClosesOnce(Screen[ScreenResultType]):
    """A screen that, while another one covers it, closes as soon as that one is gone; its own question goes at once.

    It is named behind another base class: Textual takes styles from the first one.
    """

    is_question: ClassVar[bool] = False
    """Whether it only asks something about the screen below it."""
    _answer: tuple[ScreenResultType | None] | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with that result; what is closed already stays so."""
        stack = self.app.screen_stack
        if self not in stack:
            return AwaitComplete.nothing()
        if stack[-1] is self:
            return super().dismiss(result)
        self._answer = self._answer or (result,)
        above = stack[-1]
        if stack[-2] is self and isinstance(above, ClosesOnce) and above.is_question:
            above.dismiss(False)
        return AwaitComplete.nothing()

    @on(events.ScreenResume)
    def _close_at_last(self) -> None:
        if self._answer is not None:
            self.dismiss(*self._answer)
