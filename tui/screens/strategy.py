"""Asks which task workers shall claim next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from core.models import WorkerStatus
from tui.deeds import WorkerDeeds
from tui.look import Piece, Tone, lines, pieces
from tui.screens.form import Form

STRATEGIES: Final = ("FIFO", "LIFO", "PRIORITY")
"""The names by which workers claim."""

MEANING: Final = {
    "FIFO": "the oldest task first",
    "LIFO": "the newest task first; old ones may starve",
    "PRIORITY": "the highest priority first, where the server honours it",
}


class StrategyScreen(Form):
    """One key a strategy."""

    BINDINGS = [Binding(name[0].lower(), f"use('{name}')", name) for name in STRATEGIES]
    heading = "Strategy"

    def __init__(self, deeds: WorkerDeeds, chosen: Sequence[WorkerStatus] | None) -> None:
        super().__init__()
        self.deeds = deeds
        self.chosen = chosen

    def fields(self) -> ComposeResult:
        """Who, and what each strategy means."""
        who = "all workers of this board" if self.chosen is None else ", ".join(each.id for each in self.chosen[:3])
        rows: list[tuple[Piece, ...]] = [pieces(f"Which task shall {who} claim next?"), pieces("")]
        rows += [pieces((name[0].lower(), Tone.ACCENT), f"  {name:<9} {MEANING[name]}") for name in STRATEGIES]
        yield Static(lines(rows))

    def hint(self) -> tuple[Piece, ...]:
        """Escape leaves all as it is."""
        return (("esc", Tone.ACCENT), (" leave all as it is", Tone.MUTED))

    def action_use(self, strategy: str) -> None:
        """Claim by that one."""
        self.dismiss()
        self.deeds.use_strategy(strategy, self.chosen)

    def action_send(self) -> None:
        """There is nothing to send but a choice."""
