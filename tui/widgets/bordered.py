"""A box whose border says something that changes often."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region

NOTHING = Content("")


class Bordered(Vertical):
    """What the border says is painted by itself.

    Textual's ``border_title`` paints all that is in the box with it, and a key that moves a cursor changes a border.
    Two texts that differ in style alone are equal to ``==``, and yet to be painted.
    """

    title_told: Content = NOTHING
    subtitle_told: Content = NOTHING

    def tell_title(self, text: Content) -> None:
        """Say this in the upper border."""
        if not text.is_same(self.title_told) or self._border_title is None:
            self.title_told = self._border_title = text
            self._paint(-1)

    def tell_subtitle(self, text: Content) -> None:
        """Say this in the lower border."""
        if not text.is_same(self.subtitle_told) or self._border_subtitle is None:
            self.subtitle_told = self._border_subtitle = text
            self._paint(self.content_size.height)

    def _paint(self, line: int) -> None:
        """Paint a line of the border; lines count from the first one inside."""
        if not self.is_attached:
            return
        if not self.region:
            self._set_dirty()  # out of sight: nothing is to be painted now
        else:
            self.refresh(Region(-1, line, self.outer_size.width, 1))
