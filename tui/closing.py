"""How screens close: each once, and nothing but itself.

Textual's `dismiss` closes whatever is in front. A key that comes twice, or something that ends under a question, would
close a screen that nobody meant, or end the board.
"""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen

TEXTUALS = Screen.dismiss


def dismiss(self: Screen[Any], result: Any = None) -> AwaitComplete:
    """Close this screen with that result; what is closed already stays so. What it asks goes with it."""
    from tui.widgets.confirm import Confirm  # the first paint needs none

    stack = self.app._screen_stack
    if self not in stack:
        return AwaitComplete.nothing()
    while isinstance(above := stack[-1], Confirm) and len(stack) > 1 and stack[-2] is self:
        TEXTUALS(above, False)
    return TEXTUALS(self, result) if stack[-1] is self else leave_from_below(self, result)


def leave_from_below(screen: Screen[Any], result: Any) -> AwaitComplete:
    """Close a screen that others cover; these stay."""
    for callback in screen._result_callbacks[-1:]:
        callback(result)
    screen.app._screen_stack.remove(screen)
    screen._pop_result_callback()

    async def remove() -> None:
        await screen.app._replace_screen(screen)

    return AwaitComplete(remove()).call_next(screen.app)


Screen.dismiss = dismiss  # some of those that close are Textual's own
