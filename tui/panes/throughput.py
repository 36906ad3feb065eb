"""Pane 4, fourth tab: finished tasks a second, and what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from textual.app import ComposeResult
from textual.widget import Widget

from core.snapshot import Snapshot
from core.throughput import Throughput
from tui.key_map import keyed
from tui.look import Piece, Tone, whole_age
from tui.panes.base import Pane
from tui.widgets.chart import Chart


class ThroughputPane(Pane):
    """How fast it goes."""

    key = "4"
    heading = "Throughput"
    about = (
        "Tasks that ended, that were pending, and how long they waited (creation to claim) and ran (claim to end): "
        "half of them stayed below p50, 95% below p95. {range} switches between 5 minutes, 1 hour and all since this "
        "board was opened. ✗ at the foot of a column are failed tasks."
    )

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.chart = Chart()

    @property
    def target(self) -> Widget:
        """The chart."""
        return self.chart

    def compose(self) -> ComposeResult:
        """Only the chart."""
        yield self.chart

    def slice(self, snapshot: Snapshot) -> Throughput:
        """The figures."""
        return snapshot.throughput

    def draw(self, part: Throughput) -> None:
        """Show them."""
        self.chart.draw(part)

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Which time is shown, and which key shows another."""
        names = [series.name for series in snapshot.throughput.series]
        for name in names:
            shown = name == self.chart.series.name
            yield (f"[{name}] " if shown else f"{name} ", Tone.ACCENT if shown else Tone.MUTED)
        if names:
            yield (keyed(" {range} switches"), Tone.MUTED)

    def tell(self, snapshot: Snapshot) -> None:
        """The number of pending tasks is the one that the queue's title has."""
        super().tell(snapshot)
        oldest = snapshot.oldest_pending_at
        self.chart.pend(snapshot.counts, whole_age(oldest, self.now()) if oldest is not None else "")
