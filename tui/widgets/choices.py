"""A list from which several can be chosen; what is chosen, and where the cursor is, is plain without colours too."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import SelectionList


class Choices(SelectionList[str]):
    """One line a choice, each behind ``[x]`` or ``[ ]``; the one under the cursor behind ``›`` too."""

    def render_line(self, y: int) -> Strip:
        """The line with its box in the place of Textual's button, which differs in colour only."""
        strip = super().render_line(y)
        place = round(self.scroll_offset.y) + y
        if place >= self.option_count:
            return strip
        _, _, _, *rest = strip
        here = "›" if self.has_focus and place == self.highlighted else " "
        box = "[x]" if self.get_option_at_index(place).value in self.selected else "[ ]"
        clickable = (rest[0].style or self.rich_style) + Style(meta={"option": place})
        return Strip([Segment(here + box, clickable), *rest]).crop(0, strip.cell_length)
