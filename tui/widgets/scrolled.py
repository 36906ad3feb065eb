"""A text that scrolls, with the keys that move in a list."""

from __future__ import annotations

from textual.containers import VerticalScroll

from tui.command import bindings
from tui.commands import SCROLL


class Scrolled(VerticalScroll, can_focus=True):
    """What is longer than there is room for. Keys that the user chose for lists are its keys too."""

    BINDINGS = bindings(SCROLL)

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def action_down(self) -> None:
        """A line down."""
        self.scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        """A line up."""
        self.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        """A page down."""
        self.scroll_relative(y=self._page, animate=False)

    def action_page_up(self) -> None:
        """A page up."""
        self.scroll_relative(y=-self._page, animate=False)

    def action_first(self) -> None:
        """To the top."""
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """To the end."""
        self.scroll_end(animate=False)
