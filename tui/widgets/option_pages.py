"""Page keys in Textual's own lists (palette, selects, choices), also those that come before a list is painted.

Textual counts the lines of such a list when it paints it, and a page key that is quicker fails, which would end the
board with all that its workers have in hand.
"""

from __future__ import annotations

from textual.widgets import OptionList

TEXTUALS = OptionList._move_page


def move_page(self: OptionList, direction: int) -> None:
    """A page up (-1) or down (1); once the list is painted, where that is still to come."""
    if not turn(self, direction):
        self.call_after_refresh(turn, self, direction)


def turn(options: OptionList, direction: int) -> bool:
    """A page up or down where it is known what a page is; False where that is not."""
    options._update_lines()
    if (options.highlighted or 0) not in options._index_to_line:
        return False
    TEXTUALS(options, -1 if direction < 0 else 1)
    return True


OptionList._move_page = move_page  # its subclasses are made by other widgets of Textual's
