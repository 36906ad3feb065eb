"""Asks which workers to start, and starts them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Select, Static
from textual.widgets.selection_list import Selection

from core.snapshot import TypeRow
from tui.look import Tone, content, count, number
from tui.screens.form import Form, labelled, whole_number
from tui.screens.strategy import MEANING, STRATEGIES
from tui.widgets.choices import Choices
from tui.worker_deeds import WorkerDeeds


class StartWorkersScreen(Form):
    """How many, for which types, by which strategy, how much at once."""

    AUTO_FOCUS = "#count"
    heading = "Start workers"
    doing = "start"

    def __init__(self, deeds: WorkerDeeds, types: Sequence[TypeRow]) -> None:
        super().__init__()
        self.deeds = deeds
        self.workable = [row for row in types if row.workable]
        self.number = Input("1", id="count", type="integer", compact=True)
        self.concurrency = Input("1", id="concurrency", type="integer", compact=True)
        self.kinds = Choices(*(Selection(self._prompt(row), row.name, True) for row in self.workable))
        self.strategy: Select[str] = Select(
            [(f"{name}: {MEANING[name]}", name) for name in STRATEGIES], value="FIFO", allow_blank=False, compact=True
        )

    def fields(self) -> ComposeResult:
        """Numbers, types, strategy."""
        with Horizontal(classes="row"):
            yield labelled("Workers", self.number)
            yield labelled("Tasks at once, each", self.concurrency)
        yield Static(content((("Task types (space chooses)", Tone.MUTED),)), classes="label")
        if self.workable:
            yield self.kinds
        else:
            yield Static(content((("No worker for any type is installed here; see PRISMQ_WORKERS.", Tone.WARN),)))
        yield labelled("Claims first", self.strategy)

    def action_send(self) -> None:
        """Start them."""
        try:
            many = whole_number(self.number.value, "The number of workers", 1, 1000)
            at_once = whole_number(self.concurrency.value, "Tasks at once", 1, 1000)
        except ValueError as fault:
            self.refuse(str(fault))
            return
        chosen = [row.name for row in self.workable if row.name in self.kinds.selected]
        if not chosen:
            self.refuse("Choose at least one type." if self.workable else "There is no type to start workers for.")
            return
        strategy = str(self.strategy.value)
        self.send(partial(self._start, chosen, many, strategy, at_once))

    async def _start(self, types: list[str], many: int, strategy: str, at_once: int) -> str:
        started = await self.deeds.verbs.start_workers(types, count=many, strategy=strategy, concurrency=at_once)
        return f"Started {count(len(started), 'worker')}."

    @staticmethod
    def _prompt(row: TypeRow) -> Content:
        waiting = f"  {number(row.counts.pending, exact=row.counts.exact)} pending"
        return content(((row.name, Tone.PLAIN), (waiting, Tone.MUTED)))
