"""Pane 4, fourth tab: finished tasks a second, and what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.widget import Widget

from core.snapshot import Snapshot, Throughput
from tui.panes.base import Pane
from tui.widgets.chart import Chart


class ThroughputPane(Pane):
    """How fast it goes."""

    key = "4"
    heading = "Throughput"
    about = "Tasks that ended in each of the last seconds, and how many are pending."

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

    def tell(self, snapshot: Snapshot) -> None:
        """The number of pending tasks is the one that the queue's title has."""
        super().tell(snapshot)
        self.chart.pend(snapshot.counts)
