"""Charts of what ended, what waited and how long it took; words and symbols beside every colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from core.snapshot import Counts
from core.throughput import Series, Span, Throughput, Timing
from tui.look import BLOCKS, duration, number
from tui.widgets.safe_text import cut

AXIS = 8
"""Cells left of the columns."""
HALVED = 8
"""Lines of columns from which on half of the highest rate is told, too."""
TICK_EVERY = 30
"""Cells between two times below the columns, at least."""
LEAST_BARS = 3
"""Lines that the columns of what ended take at least; what does not fit beside them is left out."""

Cell = tuple[str, str]
"""A text and the component class that it is drawn in."""


class Chart(Widget, can_focus=True):
    """Tasks that ended, that were pending, and how long they waited and ran; newest at the right.

    Failed tasks are ``✗`` at the foot of their column, so that they are seen without colours."""

    COMPONENT_CLASSES = {"chart--ended", "chart--failed", "chart--axis", "chart--strong", "chart--pending"}
    DEFAULT_CSS = """
    Chart { height: 1fr; }
    Chart > .chart--ended { color: $primary; }
    Chart > .chart--failed { color: $text-error; }
    Chart > .chart--axis { color: $text-muted; }
    Chart > .chart--strong { text-style: bold; }
    Chart > .chart--pending { color: $text-accent; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.shown = Throughput()
        self.counts = Counts()
        self.oldest = ""
        self.range = 0
        self._lines: list[list[Cell]] = []
        self._drawn: object = None

    def draw(self, throughput: Throughput) -> None:
        """Show these figures."""
        self.shown = throughput
        self.refresh()

    def pend(self, counts: Counts, oldest: str) -> None:
        """So many tasks are pending now, the oldest of them for so long."""
        if counts is not self.counts or oldest != self.oldest:
            self.counts, self.oldest = counts, oldest
            self.refresh()

    def next_range(self) -> None:
        """Show another length of time."""
        self.range += 1
        self.refresh()

    @property
    def series(self) -> Series:
        """The spans that are shown."""
        known = self.shown.series
        return known[self.range % len(known)] if known else by_second(self.shown)

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        width, height = self.size
        state = (self.shown, self.counts, self.oldest, self.range, width, height)
        if state != self._drawn:
            self._drawn = state
            self._lines = list(self._picture(width, height))
        cells = self._lines[y] if y < len(self._lines) else []
        segments = [Segment(text, self.get_component_rich_style(f"chart--{style}")) for text, style in cells]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _picture(self, width: int, height: int) -> Iterator[list[Cell]]:
        room = max(1, width - AXIS - 1)
        series = self.series
        merged, seconds = fitted(series, room)
        below = max(0, min(3, height - 3 - LEAST_BARS))
        yield from self._figures(series, width)
        yield from columns(merged, seconds, max(1, height - 3 - below), room)
        curves: tuple[tuple[str, list[float | None], str], ...] = (
            ("pending", [span.pending for span in merged], f"{max((s.pending or 0 for s in merged), default=0):,}"),
            ("waited", [late(span.waited) for span in merged], longest(span.waited for span in merged)),
            ("ran", [late(span.ran) for span in merged], longest(span.ran for span in merged)),
        )
        for label, values, top in curves[:below]:
            yield [(f"{label:>{AXIS - 1}} ", "axis"), (curve(values, top, room), "pending")]
        yield [(" " * AXIS + axis(len(merged) * seconds, len(merged), room), "axis")]

    def _figures(self, series: Series, width: int) -> Iterator[list[Cell]]:
        spans, total = series.spans, max(1, len(series.spans) * series.seconds)
        done, failed = sum(span.completed for span in spans), sum(span.failed for span in spans)
        step = f", {duration(series.seconds)} a step" if series.seconds > 1 else ""
        rate = f"{(done + failed) / total:.1f}/s: █ {done:,} completed, ✗ {failed:,} failed"
        pending = f"{number(self.counts.pending, exact=self.counts.exact)} pending"
        waits = f"{pending}, oldest {self.oldest}" if self.oldest else pending
        ways = (
            f" {series.name}{step}   {rate}   {waits}",
            f" {series.name}   {rate}   {waits}",
            f" {rate}   {waits}",
            f" {(done + failed) / total:.1f}/s █ {done:,} ✗ {failed:,}   {waits}",
        )
        yield [(cut(next((way for way in ways if cell_len(way) <= width), ways[-1]), width), "strong")]
        told = f" waited {timing(series.waited)}   ran {timing(series.ran)}"
        own = " (this program's workers)"
        yield [(cut(told + own if cell_len(told + own) <= width else told, width), "axis")]


def by_second(shown: Throughput) -> Series:
    """The last seconds, where nothing else is known: a second has no figures before the board ran."""
    many = min(len(shown.completed), len(shown.failed), len(shown.pending))
    told = (each[len(each) - many :] for each in (shown.completed, shown.failed, shown.pending))
    return Series(f"last {many}s", 1, tuple(Span(*each) for each in zip(*told, strict=True)))


def fitted(series: Series, room: int) -> tuple[list[Span], int]:
    """Spans that fit, and the seconds of each: several become one column where there are more of them than cells."""
    spans = series.spans
    many = max(1, -(-len(spans) // room))
    first = len(spans) % many
    return [merged(spans[n : n + many]) for n in range(first, len(spans), many)], series.seconds * many


def merged(spans: Sequence[Span]) -> Span:
    """What happened in all of these; of percentiles the worst is told."""
    if len(spans) == 1:
        return spans[0]
    pending = [span.pending for span in spans if span.pending is not None]
    return Span(
        sum(span.completed for span in spans),
        sum(span.failed for span in spans),
        pending[-1] if pending else None,
        max((span.waited for span in spans if span.waited), key=lambda each: each.p95, default=None),
        max((span.ran for span in spans if span.ran), key=lambda each: each.p95, default=None),
    )


def columns(spans: Sequence[Span], seconds: int, height: int, room: int) -> Iterator[list[Cell]]:
    """What ended in each, as columns; the highest is as high as there is room, and its rate is told beside it."""
    top = max((span.completed + span.failed for span in spans), default=0)
    left = " " * max(0, room - len(spans))
    told = (0, height // 2) if height >= HALVED else (0,)
    for line in range(height):
        floor = (height - 1 - line) * 8
        label = a_second(top / seconds * (height - line) / height) if top and line in told else ""
        label = "0" if line == height - 1 and height > 1 else label
        cells: list[Cell] = [(f"{label:>{AXIS - 1}} ", "axis"), (left, "ended")]
        for span in spans:
            ended = span.completed + span.failed
            full = round(ended * height * 8 / top) if top else 0
            failing = bool(span.failed) and line >= height - max(1, round(span.failed * height / top))
            shown = "✗" if failing else BLOCKS[max(int(bool(ended) and not floor), min(8, full - floor), 0)]
            style = "failed" if failing else "ended"
            if cells[-1][1] == style:
                cells[-1] = (cells[-1][0] + shown, style)
            else:
                cells.append((shown, style))
        yield cells


def a_second(rate: float) -> str:
    """A rate, short."""
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.2g}/s"


def curve(values: Sequence[float | None], top: str, room: int) -> str:
    """One line of blocks, with the highest value told before them where there is room."""
    highest = max((value for value in values if value is not None), default=0)
    blocks = "".join(
        " " if value is None else BLOCKS[max(1, round(value * 8 / highest))] if value else "▁" for value in values
    )
    told = f"max {top} " if highest else "nothing told yet" if not values else ""
    space = room - len(blocks)
    return told.rjust(space) + blocks if len(told) <= space else told + blocks[len(told) - space :]


def late(timing: Timing | None) -> float | None:
    """What 95% stayed below, seconds."""
    return timing.p95 if timing else None


def longest(timings: Iterator[Timing | None]) -> str:
    """The highest of these p95."""
    known = [each.p95 for each in timings if each is not None]
    return f"p95 {short(max(known))}" if known else ""


def timing(told: Timing | None) -> str:
    """Percentiles in words."""
    return f"p50 {short(told.p50)}, p95 {short(told.p95)}" if told else "–"


def short(seconds: float) -> str:
    """A length of time; milliseconds where it is short."""
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else duration(seconds)


def axis(seconds: int, many: int, room: int) -> str:
    """When the first and the last column are, and some between them where there is room."""
    parts = max(1, many // TICK_EVERY)
    ticks = [f"-{duration(seconds * left // parts)} " for left in range(parts, 0, -1)] if seconds else []
    line = ""
    for place, tick in enumerate(ticks):
        line = line.ljust(round(many * place / parts)) + tick
    return (line.ljust(max(0, many - 3)) + "now").rjust(room)[-room:]
