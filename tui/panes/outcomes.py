"""Pane 4: results, failures, activity and throughput as tabs in one border."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.content import Content

from core.snapshot import Snapshot
from tui.look import STYLES, Tone
from tui.mounting import put_in
from tui.panes.activity import ActivityPane
from tui.panes.base import Pane
from tui.panes.failures import FailuresPane
from tui.panes.results import ResultsPane
from tui.panes.throughput import ThroughputPane
from tui.widgets.bordered import Bordered
from tui.widgets.safe_text import head


class OutcomesPane(Bordered):
    """Four panes, one at a time; the border names them all."""

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(id=id)
        self.results = ResultsPane(now, id="results")
        self.activity = ActivityPane(now, id="activity")
        self.throughput = ThroughputPane(now, id="throughput")
        self.tabs: tuple[Pane, ...] = (
            self.results,
            FailuresPane(now, id="failures"),
            self.activity,
            self.throughput,
        )
        self._active: Pane = self.results
        self._failed = 0

    @property
    def active(self) -> Pane:
        """The tab that is shown."""
        return self._active

    def compose(self) -> ComposeResult:
        """The first tab; another is mounted when it is opened."""
        yield self.active

    def on_resize(self) -> None:
        """The tab tells more or less when it has its new size, too."""
        self.call_after_refresh(lambda: self.tell_subtitle(self.active.subtitle_told))

    def show(self, snapshot: Snapshot) -> None:
        """Only what is seen is drawn."""
        counted = max(snapshot.failures_total, sum(group.count for group in snapshot.failures))
        cancelled = sum(group.count for group in snapshot.failures if group.is_cancelled)
        self._failed = counted - (cancelled if snapshot.cancelled_exact else 0)
        self.active.show(snapshot)
        self.tell_title(self._names())
        self.tell_subtitle(self.active.subtitle_told)

    def open(self, tab_id: str, snapshot: Snapshot) -> None:
        """Show that tab."""
        for tab in self.tabs:
            tab.display = tab.id == tab_id
            self._active = tab if tab.display else self._active
        put_in(self, self.active)
        self.show(snapshot)

    def neighbour(self, step: int) -> str:
        """The id of the tab beside the one that is shown."""
        place = self.tabs.index(self.active)
        return str(self.tabs[(place + step) % len(self.tabs)].id)

    def _names(self) -> Content:
        names: list[Content] = []
        for tab in self.tabs:
            label = tab.heading + (f" {self._failed:,}" if tab.id == "failures" and self._failed else "")
            label += (
                head(f" /{self.results.wanted.text}", 20) if tab is self.results and self.results.wanted.text else ""
            )
            style = f"bold underline {STYLES[Tone.ACCENT]}" if tab is self.active else STYLES[Tone.MUTED]
            names.append(Content.styled(label, style))
        return Content.assemble(("4 ", "bold"), Content.styled(" │ ", STYLES[Tone.MUTED]).join(names))
