"""A column chart of the last seconds, drawn line by line."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from core.snapshot import Counts, Throughput
from tui.look import BLOCKS, number, sparkline

AXIS = 8
"""Cells left of the columns."""


class Chart(Widget, can_focus=True):
    """Ended tasks in each of the last seconds, newest at the right; below it, how many were pending."""

    COMPONENT_CLASSES = {"chart--ended", "chart--axis", "chart--strong", "chart--pending"}
    DEFAULT_CSS = """
    Chart { height: 1fr; }
    Chart > .chart--ended { color: $primary; }
    Chart > .chart--axis { color: $text-muted; }
    Chart > .chart--strong { text-style: bold; }
    Chart > .chart--pending { color: $text-accent; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.shown = Throughput()
        self.counts = Counts()

    def draw(self, throughput: Throughput) -> None:
        """Show these figures."""
        self.shown = throughput
        self.refresh()

    def pend(self, counts: Counts) -> None:
        """So many tasks are pending now."""
        if counts is not self.counts:
            self.counts = counts
            self.refresh()

    @property
    def seconds(self) -> int:
        """For how long there has been something to count: a second has no figures before the board ran."""
        return min(len(self.shown.pending), len(self.shown.completed))

    def render_line(self, y: int) -> Strip:
        """Figures, then the columns, then what was pending, then the axis."""
        width, height = self.size
        if y == 0:
            return self._line("chart--strong", self._figures(), width)
        if y == height - 2:
            waits = sparkline(self.shown.pending, max(0, width - AXIS - 1))
            return self._labelled("pending", "chart--pending", waits.rjust(width - AXIS - 1), width)
        if y == height - 1:
            return self._line("chart--axis", self._axis(width - AXIS - 1), width)
        return self._bars(y - 1, max(1, height - 3), width)

    def _figures(self) -> str:
        shown, seconds = self.shown, self.seconds
        return (
            f" {shown.per_second(min(10, max(1, seconds))):.1f} tasks/s in the last {min(10, seconds)}s   "
            f"{sum(shown.completed):,} done, {sum(shown.failed):,} failed in {seconds}s   "
            f"{number(self.counts.pending, exact=self.counts.exact)} pending"
        )

    def _bars(self, line: int, lines: int, width: int) -> Strip:
        room = max(0, width - AXIS - 1)
        ended = (
            [sum(pair) for pair in zip(self.shown.completed, self.shown.failed, strict=False)][-room:] if room else []
        )
        top = max(ended, default=0)
        floor = (lines - 1 - line) * 8
        cells = [max(0, min(8, round(value * lines * 8 / top) - floor)) if top else 0 for value in ended]
        label = f"{top}/s" if line == 0 and top else ""
        return self._labelled(label, "chart--ended", "".join(BLOCKS[cell] for cell in cells).rjust(room), width)

    def _axis(self, room: int) -> str:
        seconds = min(room, self.seconds)
        return " " * AXIS + (f"-{seconds}s".ljust(max(0, seconds - 3)) + "now").rjust(room)

    def _labelled(self, label: str, style: str, text: str, width: int) -> Strip:
        axis = self.get_component_rich_style("chart--axis")
        return Strip(
            [Segment(f"{label:>{AXIS - 1}} ", axis), Segment(text, self.get_component_rich_style(style))]
        ).adjust_cell_length(width, self.rich_style)

    def _line(self, style: str, text: str, width: int) -> Strip:
        return Strip([Segment(text, self.get_component_rich_style(style))]).adjust_cell_length(width, self.rich_style)
