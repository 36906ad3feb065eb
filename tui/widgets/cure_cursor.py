"""Where one is in the panel that tells why: the cursor goes from cure to cure as far as they are in sight."""

from __future__ import annotations

from textual.containers import VerticalScroll

from tui.widgets.why_keys import WhyKeys
from tui.widgets.why_text import Told


class CureCursor(VerticalScroll):
    """What the panel scrolls: a text with cures in it, one of which is chosen."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.keys = WhyKeys()
        self.chosen = 0
        self.shown = Told((), ())

    def draw(self) -> None:
        """Write it anew."""
        raise NotImplementedError

    def action_down(self) -> None:
        """To the next cure where it is in sight, else a line down."""
        self._step(1)

    def action_up(self) -> None:
        """To the cure before where it is in sight, else a line up."""
        self._step(-1)

    def _step(self, step: int) -> None:
        place = self.chosen + step
        if 0 <= place < len(self.shown.cures) and self.in_sight(place):
            self.chosen = place
            self.keys.moved()
            self.draw()
            return
        self.scroll_relative(y=step, animate=False)

    def in_sight(self, place: int, *, whole: bool = True) -> bool:
        """Whether that cure is seen, or at least its name."""
        _, _, begun, end = self.shown.cures[place]
        top = round(self.scroll_offset.y)
        return top <= begun and (end if whole else begun + 1) <= top + self.size.height

    def action_page_down(self) -> None:
        """A page down."""
        self.scroll_relative(y=max(1, self.size.height - 1), animate=False)

    def action_page_up(self) -> None:
        """A page up."""
        self.scroll_relative(y=-max(1, self.size.height - 1), animate=False)

    def action_first(self) -> None:
        """To the top."""
        self.chosen = 0
        self.draw()
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """To the end."""
        self.chosen = max(0, len(self.shown.cures) - 1)
        self.draw()
        self.scroll_end(animate=False)
