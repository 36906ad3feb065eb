"""Scrolls a list of rows: what of it is in sight, and how the cursor comes into sight."""

from __future__ import annotations

from typing import TypeVar, cast

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget

from tui.widgets.row_canvas import RowCanvas

Row = TypeVar("Row")


class RowScroll(RowCanvas[Row]):
    """Rows that are more than there is room for. It moves no cursor."""

    @property
    def in_sight(self) -> tuple[int, int]:
        """From which place to before which one can be seen."""
        layout = self.layout_now
        return self.above, min(len(self.rows), self.above + (self.size.height - layout.header) // layout.height + 1)

    @property
    def _cursor_in_sight(self) -> bool:
        layout = self.layout_now
        y, begin = self.cursor * layout.height, self.scroll_offset.y
        return begin <= y and y + layout.height <= begin + self.size.height - layout.header

    @property
    def _page(self) -> int:
        layout = self.layout_now
        return max(1, (self.size.height - layout.header) // layout.height - 1)

    def _measure(self) -> None:
        layout = self.layout_now
        size = Size(0, len(self.rows) * layout.height + layout.header)
        if size == self.virtual_size:
            return
        if not self.region:
            self.virtual_size = size
            return
        # Textual would lay out the whole screen for each row that comes; a list keeps its place whatever is in it.
        self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
        self._scroll_update(size)

    def _scroll(self, y: float) -> None:
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def _show_cursor(self) -> None:
        layout = self.layout_now
        y, in_sight = self.cursor * layout.height, self.size.height - layout.header
        if in_sight <= 0:
            return  # it is hidden: to scroll would be to leave the newest row
        if y < self.scroll_offset.y:
            self._scroll(y)
        elif y + layout.height > self.scroll_offset.y + in_sight:
            self._scroll(y + layout.height - in_sight)

    def _paint_row(self, place: int) -> None:
        layout = self.layout_now
        self.refresh_lines(layout.header + place * layout.height, layout.height)
