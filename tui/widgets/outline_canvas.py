"""Draws the rows of an outline that are in sight, and only those."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.key_map import keyed
from tui.look import Piece, Tone
from tui.widgets.folds import Shown
from tui.widgets.outline import Outline, Section
from tui.widgets.safe_text import CUT, cut, head, safe
from tui.widgets.sought import folded

MARGIN = 4
"""Cells before a row that is not set in: the cursor, a space, and whether it is folded."""

STEP = 2
"""Cells by which a row that is in another is set in."""


class OutlineCanvas(ScrollView):
    """Headings and the rows below them, with a cursor, and with what was searched for marked."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {f"reader--{tone}" for tone in Tone} | {"reader--cursor", "reader--hit", "reader--heading"}
    DEFAULT_CSS = """
    OutlineCanvas { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
    OutlineCanvas > .reader--cursor { background: $cursor-blurred; }
    OutlineCanvas:focus > .reader--cursor { background: $cursor; }
    OutlineCanvas > .reader--hit { background: $found; text-style: underline; }
    OutlineCanvas > .reader--heading { color: $text-primary; text-style: bold; }
    OutlineCanvas > .reader--strong { text-style: bold; }
    OutlineCanvas > .reader--muted { color: $text-muted; }
    OutlineCanvas > .reader--good { color: $text-success; }
    OutlineCanvas > .reader--warn { color: $text-warning; }
    OutlineCanvas > .reader--bad { color: $text-error; }
    OutlineCanvas > .reader--busy { color: $text-primary; }
    OutlineCanvas > .reader--accent { color: $text-accent; }
    OutlineCanvas > .reader--key { color: $text-accent; text-style: bold; }
    """

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.outline = Outline()
        self.cursor = 0
        self.needle = ""

    @property
    def room(self) -> int:
        """Cells that a row has which is not set in; the same with and without a scroll bar."""
        return max(20, self.size.width - self.styles.scrollbar_size_vertical - MARGIN)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        line, width = round(self.scroll_offset.y) + y, self.scrollable_content_region.width
        if line >= len(self.outline):
            return Strip.blank(width, self.rich_style)
        at_cursor = line == self.cursor
        base = self.get_component_rich_style("reader--cursor") if at_cursor else self.rich_style
        gutter = "›" if at_cursor else " "
        section, shown = self.outline.at(line)
        if shown is None and not self.outline.is_heading(line):
            segments = [Segment(gutter, base)]
        elif shown is None:
            mark = "▾ " if self.outline.is_open(section) else "▸ "
            title = cut(head(section.title), width - 3)
            heading = base + self._style("heading")
            segments = [Segment(gutter, base), Segment(mark, heading), *self._lit(title, heading)]
        else:
            segments = [Segment(gutter, base), *self._row(section, shown, width - 1, base)]
        return Strip(segments).adjust_cell_length(width, base)

    def _row(self, section: Section, shown: Shown, width: int, base: Style) -> list[Segment]:
        row = shown.row
        mark = "  " if row.branch is None else "▾ " if shown.open else "▸ "
        margin = " " * (1 + STEP * row.depth) + mark
        pieces: list[Piece] = list(row.said)
        if shown.more is not None:
            pieces = [(f"{CUT} {self._left(section, shown)}more, press {keyed('{more}')}", Tone.WARN)]
        elif row.branch is not None and not shown.open:
            pieces = list(row.folded or row.said)
        segments, left = [Segment(margin, base)], width - len(margin)
        for text, tone in pieces:
            whole = safe(text[: 2 * width]) + (CUT if len(text) > 2 * width else "")
            said = cut(whole, max(0, left))
            style = base if tone is Tone.PLAIN else base + self._style(tone)
            segments += self._lit(said, style)
            left -= Segment(said).cell_length
        if row.note and (row.branch is None or shown.open) and left > len(row.note) + 1:
            segments.append(Segment(f" {safe(row.note)}", base + self._style(Tone.MUTED)))
        return segments

    def _left(self, section: Section, mark: Shown) -> str:
        left = (self.outline.left(section) if mark.level == 1 else 0) or mark.row.size
        return f"{amount(left)} " if left else ""

    def _lit(self, text: str, style: Style) -> list[Segment]:
        """A text with what was searched for marked in it."""
        low, segments, start = folded(text), list[Segment](), 0
        if not self.needle or len(low) != len(text):
            return [Segment(text, style)]
        while (found := low.find(self.needle, start)) >= 0:
            end = found + len(self.needle)
            segments += [Segment(text[start:found], style), Segment(text[found:end], style + self._style("hit"))]
            start = end
        return [*segments, Segment(text[start:], style)]

    def _style(self, name: str) -> Style:
        style = self.get_component_rich_style(f"reader--{name}")
        background = style.bgcolor if name == "hit" else None
        return Style(color=style.color, bgcolor=background, bold=style.bold, underline=style.underline)


def amount(characters: int) -> str:
    """``4.9 MB``, ``12 kB``, ``80 characters``."""
    if characters >= 1_000_000:
        return f"{characters / 1_000_000:.1f} MB"
    return f"{characters / 1000:.0f} kB" if characters >= 10_000 else f"{characters:,} characters"
