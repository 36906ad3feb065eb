"""Draws the rows of a list that are in sight, and only those."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.look import Piece, Tone
from tui.widgets.row_layout import Layout, fit_pieces, wrapped
from tui.widgets.safe_text import cut, head

Row = TypeVar("Row")

GUTTER = 2
"""Cells before a row: its mark and the cursor, for eyes and terminals without colour."""

KEPT = 1_000
"""Drawn lines that are kept for the next picture."""


class Paper(NamedTuple):
    """What the lines of one picture are drawn with; it takes longer to know than most lines take to draw."""

    layout: Layout[Any]
    width: int
    top: int
    """The line that the list is scrolled to."""
    base: Style
    now: datetime
    second: int


class Drawn(NamedTuple):
    """A line of a row as it was drawn: at which second, with what in its columns."""

    row: object
    second: int
    cells: list[Sequence[Piece]]
    strip: Strip


class RowCanvas(ScrollView, Generic[Row]):
    """Rows in columns below their titles, with marks and a cursor."""

    COMPONENT_CLASSES = {f"row-list--{tone}" for tone in Tone} | {"row-list--header", "row-list--cursor"}
    DEFAULT_CSS = """
    RowCanvas { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
    RowCanvas > .row-list--header { color: $text-muted; }
    RowCanvas > .row-list--cursor { background: $cursor-blurred; }
    RowCanvas:focus > .row-list--cursor { background: $cursor; text-style: bold; }
    RowCanvas > .row-list--strong { text-style: bold; }
    RowCanvas > .row-list--muted { color: $text-muted; }
    RowCanvas > .row-list--good { color: $text-success; }
    RowCanvas > .row-list--warn { color: $text-warning; }
    RowCanvas > .row-list--bad { color: $text-error; }
    RowCanvas > .row-list--busy { color: $text-primary; }
    RowCanvas > .row-list--accent { color: $text-accent; }
    RowCanvas > .row-list--key { color: $text-accent; text-style: bold; }
    """

    def __init__(
        self,
        layouts: Sequence[Layout[Row]],
        row_id: Callable[[Row], Hashable],
        now: Callable[[], datetime],
        gone_told: Callable[[Row], str] | None = None,
    ) -> None:
        super().__init__()
        self.layouts = layouts
        self.row_id = row_id
        self.now = now
        self.rows: Sequence[Row | None] = ()
        """None stands where a row is not loaded."""
        self.gone_told = gone_told
        self.gone: Row | None = None
        """The row under the cursor where it is kept though it is in the list no more."""
        self.marks: set[Hashable] = set()
        self.all_meant = False
        """Whether every row is marked, those too that are not loaded."""
        self.cursor = 0
        self.empty: tuple[Piece, ...] = ()
        self._wrapped: tuple[tuple[Piece, ...], int, list[Piece]] | None = None
        self._drawn: dict[tuple[Hashable, ...], Drawn] = {}
        self._shown: dict[int, Strip] = {}
        """What was drawn last in each line in sight."""
        self._paper: Paper | None = None
        self._styles: dict[tuple[Tone, bool], Style] = {}
        """Of the pieces of a row, as far as they were needed; True: on the cursor."""
        self._styled: object = None

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

    def repaint(self) -> None:
        """Paint the lines that are not as they were painted; most of them are."""
        if not self.region:
            self._set_dirty()  # `refresh` would make Textual look for its place, to find that it is out of sight
            return
        self._paper = None
        others = [y for y in range(self.size.height) if self._line(y) != self._shown.get(y)]
        if others:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in others))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a picture."""
        self._paper = None
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        strip = self._shown[y] = self._line(y)
        return strip

    def _line(self, y: int) -> Strip:
        paper = self._paper or self._take_paper()
        layout, width, base = paper.layout, paper.width, paper.base
        if not self.rows:
            return self._empty_line(y, width, base)
        if layout.header and y == 0:
            style = self.get_component_rich_style("row-list--header")
            return Strip([Segment(layout.header_text(width - GUTTER, GUTTER), style)], width)
        place, line = divmod(paper.top + y - layout.header, layout.height)
        if place >= len(self.rows):
            return Strip.blank(width, base)
        return self._row_line(place, line, paper)

    def _take_paper(self) -> Paper:
        if self._styled is not self._component_styles:  # it may be that no other style of the list has changed
            self._styled = self._component_styles
            self._forget()
        now, top, base = self.now(), round(self.scroll_offset.y), self._style(Tone.PLAIN, at_cursor=False)
        self._paper = paper = Paper(self.layout_now, self.width, top, base, now, int(now.timestamp()))
        return paper

    def notify_style_update(self) -> None:
        """Other colours: nothing drawn so far is right."""
        super().notify_style_update()
        self._forget()

    def _forget(self) -> None:
        self._drawn.clear()
        self._styles.clear()

    def _row_line(self, place: int, line: int, paper: Paper) -> Strip:
        """A line of a row. While the row is the same object it is asked once a second, drawn if it tells more."""
        row, at_cursor = self.rows[place], place == self.cursor
        if row is None:
            return self._plain_line("…", line, paper, at_cursor=at_cursor)  # it is on its way
        if row is self.gone and self.gone_told is not None:
            return self._plain_line(head(self.gone_told(row)), line, paper, at_cursor=at_cursor)
        row_id = self.row_id(row)
        marked = self.all_meant or row_id in self.marks
        key = (row_id, line, at_cursor, at_cursor and self.has_focus, marked, paper.width)
        known = self._drawn.get(key)
        if known is not None and known.row is row and known.second == paper.second:
            return known.strip
        cells = [column.cell(row, paper.now) for column in paper.layout.lines[line]]
        if known is not None and known.cells == cells:
            strip = known.strip
        else:
            strip = self._draw(cells, line, paper, at_cursor=at_cursor, marked=marked)
        if len(self._drawn) > KEPT:
            self._drawn.clear()
        self._drawn[key] = Drawn(row, paper.second, cells, strip)
        return strip

    def _draw(
        self, cells: Sequence[Sequence[Piece]], line: int, paper: Paper, *, at_cursor: bool, marked: bool
    ) -> Strip:
        base, width = self._style(Tone.PLAIN, at_cursor=at_cursor), paper.width
        gutter = ("✓" if marked else " ") + ("›" if at_cursor and self.has_focus else " ")
        segments = [Segment(gutter if line == 0 else " " * GUTTER, self._style(Tone.ACCENT, at_cursor=at_cursor))]
        columns = paper.layout.measured(line, width - GUTTER)
        for said, (column, room, gap) in zip(cells, columns, strict=True):
            segments += [
                Segment(text, self._style(tone, at_cursor=at_cursor)) for text, tone in fit_pieces(column, said, room)
            ]
            segments.append(Segment(" " * gap, base))
        return Strip(segments).adjust_cell_length(width, base)

    def _plain_line(self, said: str, line: int, paper: Paper, *, at_cursor: bool) -> Strip:
        """In place of a row that is not there."""
        text = (" ›" if at_cursor and self.has_focus else "  ") + cut(said, paper.width - GUTTER) if line == 0 else ""
        style, base = (self._style(tone, at_cursor=at_cursor) for tone in (Tone.MUTED, Tone.PLAIN))
        return Strip([Segment(text, style)]).adjust_cell_length(paper.width, base)

    def _empty_line(self, y: int, width: int, base: Style) -> Strip:
        if self._wrapped is None or self._wrapped[:2] != (self.empty, width):
            self._wrapped = (self.empty, width, wrapped(self.empty, max(1, width - 2 * GUTTER)))
        said = self._wrapped[2]
        if not 0 < y <= len(said):
            return Strip.blank(width, base)
        text, tone = said[y - 1]
        style = self._style(tone, at_cursor=False)
        return Strip([Segment(" " * GUTTER + text, style)]).adjust_cell_length(width, base)

    def _style(self, tone: Tone, *, at_cursor: bool) -> Style:
        """The style of a piece of a row."""
        known = self._styles.get((tone, at_cursor))
        if known is None:
            base = self.get_component_rich_style("row-list--cursor") if at_cursor else self.rich_style
            known = self._styles[tone, at_cursor] = base if tone is Tone.PLAIN else base + self._tone(tone)
        return known

    def _tone(self, tone: Tone) -> Style:
        style = self.get_component_rich_style(f"row-list--{tone}")
        return Style(color=style.color, bold=style.bold)
