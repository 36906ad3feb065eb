"""Draws the rows of a list that are in sight, and only those."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.look import Piece, Tone
from tui.widgets.row_layout import Layout, fit_pieces, wrapped

Row = TypeVar("Row")

GUTTER = 2
"""Cells before a row: its mark and the cursor, for eyes and terminals without colour."""

KEPT = 1_000
"""Drawn lines that are kept for the next picture."""


class RowCanvas(ScrollView, Generic[Row]):
    """Rows in columns below their titles, with marks and a cursor."""

    COMPONENT_CLASSES = {f"row-list--{tone}" for tone in Tone} | {"row-list--header", "row-list--cursor"}
    DEFAULT_CSS = """
    RowCanvas { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
    RowCanvas > .row-list--header { color: $text-muted; }
    RowCanvas > .row-list--cursor { background: $surface-lighten-1; }
    RowCanvas:focus > .row-list--cursor { background: $primary 28%; text-style: bold; }
    RowCanvas > .row-list--strong { text-style: bold; }
    RowCanvas > .row-list--muted { color: $text-muted; }
    RowCanvas > .row-list--good { color: $text-success; }
    RowCanvas > .row-list--warn { color: $text-warning; }
    RowCanvas > .row-list--bad { color: $text-error; }
    RowCanvas > .row-list--busy { color: $text-primary; }
    RowCanvas > .row-list--accent { color: $text-accent; }
    """

    def __init__(
        self, layouts: Sequence[Layout[Row]], row_id: Callable[[Row], Hashable], now: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self.layouts = layouts
        self.row_id = row_id
        self.now = now
        self.rows: Sequence[Row | None] = ()
        """None stands where a row is not loaded."""
        self.marks: set[Hashable] = set()
        self.all_meant = False
        """Whether every row is marked, those too that are not loaded."""
        self.cursor = 0
        self.empty: tuple[Piece, ...] = ()
        self._second: datetime | None = None
        self._drawn: dict[tuple[Hashable, ...], tuple[Row, Strip]] = {}

    @property
    def above(self) -> int:
        """Rows above those in sight."""
        return round(self.scroll_offset.y) // self.layout_now.height

    @property
    def width(self) -> int:
        """Cells of a line; the scroll bar takes the rest."""
        return self.scrollable_content_region.width

    @property
    def layout_now(self) -> Layout[Row]:
        """The layout for the present width."""
        width = self.width
        return next((each for each in reversed(self.layouts) if each.at_least <= width), self.layouts[0])

    def lay_out(self, layouts: Sequence[Layout[Row]]) -> None:
        """Draw in these columns from now on."""
        if layouts is not self.layouts:
            self.layouts = layouts
            self._drawn.clear()
            self.refresh()

    def say(self, *text: Piece) -> None:
        """What stands in an empty list."""
        if text != self.empty:
            self.empty = text
            if not self.rows:
                self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        layout, width = self.layout_now, self.width
        base = self.rich_style
        if not self.rows:
            return self._empty_line(y, width, base)
        if layout.header and y == 0:
            style = self.get_component_rich_style("row-list--header")
            return Strip([Segment(layout.header_text(width - GUTTER, GUTTER), style)], width)
        place, line = divmod(round(self.scroll_offset.y) + y - layout.header, layout.height)
        if place >= len(self.rows):
            return Strip.blank(width, base)
        return self._row_line(place, line, width)

    def notify_style_update(self) -> None:
        """Other colours: nothing drawn so far is right."""
        super().notify_style_update()
        self._drawn.clear()

    def _row_line(self, place: int, line: int, width: int) -> Strip:
        """A line of a row; drawn once a second at most while the row is the same object."""
        row, at_cursor, now = self.rows[place], place == self.cursor, self.now()
        if row is None:
            return self._unloaded_line(line, width, at_cursor=at_cursor)
        row_id = self.row_id(row)
        second = now.replace(microsecond=0)
        if second != self._second or len(self._drawn) > KEPT:
            self._second = second
            self._drawn.clear()
        marked = self.all_meant or row_id in self.marks
        key = (row_id, line, at_cursor, at_cursor and self.has_focus, marked, width)
        known = self._drawn.get(key)
        if known is not None and known[0] is row:
            return known[1]
        strip = self._draw(row, line, width, now, at_cursor=at_cursor, marked=marked)
        self._drawn[key] = (row, strip)
        return strip

    def _draw(self, row: Row, line: int, width: int, now: datetime, *, at_cursor: bool, marked: bool) -> Strip:
        base = self.get_component_rich_style("row-list--cursor") if at_cursor else self.rich_style
        gutter = ("✓" if marked else " ") + ("›" if at_cursor and self.has_focus else " ")
        segments = [Segment(gutter if line == 0 else " " * GUTTER, base + self._tone(Tone.ACCENT))]
        for column, cells, gap in self.layout_now.measured(line, width - GUTTER):
            segments += [
                Segment(text, base if tone is Tone.PLAIN else base + self._tone(tone))
                for text, tone in fit_pieces(column, column.cell(row, now), cells)
            ]
            segments.append(Segment(" " * gap, base))
        return Strip(segments).adjust_cell_length(width, base)

    def _unloaded_line(self, line: int, width: int, *, at_cursor: bool) -> Strip:
        """In place of a row that is on its way."""
        base = self.get_component_rich_style("row-list--cursor") if at_cursor else self.rich_style
        text = (" ›" if at_cursor and self.has_focus else "  ") + "…" if line == 0 else ""
        return Strip([Segment(text, base + self._tone(Tone.MUTED))]).adjust_cell_length(width, base)

    def _empty_line(self, y: int, width: int, base: Style) -> Strip:
        said = wrapped(self.empty, max(1, width - 2 * GUTTER))
        if not 0 < y <= len(said):
            return Strip.blank(width, base)
        text, tone = said[y - 1]
        return Strip([Segment(" " * GUTTER + text, base + self._tone(tone))]).adjust_cell_length(width, base)

    def _tone(self, tone: Tone) -> Style:
        style = self.get_component_rich_style(f"row-list--{tone}")
        return Style(color=style.color, bold=style.bold)
