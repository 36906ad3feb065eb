"""Asks which task workers shall claim next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from core.models import WorkerStatus
from tui.look import Piece, Tone, lines, pieces
from tui.screens.form import Form
from tui.wording import the_workers
from tui.worker_deeds import WorkerDeeds

STRATEGIES: Final = ("FIFO", "LIFO", "PRIORITY")
"""The names by which workers claim."""

MEANING: Final = {
    "FIFO": "the oldest task first",
    "LIFO": "the newest first; old ones may starve",
    "PRIORITY": "the highest first, where the server can",
}


class StrategyScreen(Form):
    """One key a strategy."""

    BINDINGS = [Binding(name[0].lower(), f"use('{name}')", name) for name in STRATEGIES]
    heading = "Strategy"

    def __init__(self, deeds: WorkerDeeds, workers: Sequence[WorkerStatus], *, everyone: bool) -> None:
        super().__init__()
        self.worker_deeds = deeds
        self.workers_meant = workers
        self.everyone = everyone

    def fields(self) -> ComposeResult:
        """Who, and what each strategy means."""
        who = "all workers of this board" if self.everyone else the_workers([each.id for each in self.workers_meant])
        rows: list[tuple[Piece, ...]] = [pieces(f"Which task shall {who} claim next?"), pieces("")]
        rows += [pieces((name[0].lower(), Tone.ACCENT), f"  {name:<9} {MEANING[name]}") for name in STRATEGIES]
        yield Static(lines(rows))

    def hint(self) -> tuple[Piece, ...]:
        """Escape leaves all as it is."""
        return (("esc", Tone.ACCENT), (" leave all as it is", Tone.MUTED))

    def action_use(self, strategy: str) -> None:
        """Claim by that one."""
        self.dismiss()
        self.worker_deeds.use_strategy(strategy, self.workers_meant)

    def action_send(self) -> None:
        """There is nothing to send but a choice."""
