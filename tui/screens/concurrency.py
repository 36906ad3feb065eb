"""Asks how many tasks workers may have in hand."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input, Static

from core.models import WorkerStatus
from tui.look import count, lines, pieces
from tui.screens.form import Form, labelled, whole_number
from tui.wording import the_workers
from tui.worker_deeds import WorkerDeeds


class ConcurrencyScreen(Form):
    """One number."""

    AUTO_FOCUS = "#concurrency"
    heading = "Tasks at once"
    doing = "set"

    def __init__(self, deeds: WorkerDeeds, workers: Sequence[WorkerStatus]) -> None:
        super().__init__()
        self.deeds = self.worker_deeds = deeds
        self.meant = workers
        self.number = Input(str(workers[0].concurrency), id="concurrency", type="integer", compact=True)

    def fields(self) -> ComposeResult:
        """Who, what they have in hand now, the number."""
        hands = sum(len(each.in_hand) for each in self.meant)
        now = sorted({each.concurrency for each in self.meant})
        said = f"{the_workers([each.id for each in self.meant])}: at most {' or '.join(map(str, now))} now, each; "
        yield Static(lines([pieces(f"{said}{count(hands, 'task')} in hand. With fewer, these are finished first.")]))
        yield labelled("Tasks at once, each", self.number)

    def action_send(self) -> None:
        """Set it."""
        try:
            many = whole_number(self.number.value, "Tasks at once", 1, 1000)
        except ValueError as fault:
            self.refuse(str(fault))
            return
        self.dismiss()
        self.worker_deeds.set_concurrency(many, self.meant)
