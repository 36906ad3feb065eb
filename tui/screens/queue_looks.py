"""How the queue is shown: in which order, and which columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static
from textual.widgets.selection_list import Selection

from core.snapshot import ALL_ROWS_SORTED, Sort
from tui.key_map import keyed
from tui.look import Piece, Tone, content, lines, pieces
from tui.panes.queue import QueuePane
from tui.panes.queue_columns import CHOOSABLE
from tui.panes.queue_title import SORTED
from tui.screens.form import Form
from tui.widgets.choices import Choices

KEYS: Final = {
    Sort.NEWEST: "n",
    Sort.OLDEST: "o",
    Sort.PRIORITY: "p",
    Sort.AGE: "a",
    Sort.ATTEMPTS: "r",
    Sort.TYPE: "y",
}
"""One key an order; that of the strategy is none of them."""


class SortScreen(Form):
    """Asks in which order the tasks shall stand."""

    BINDINGS = [
        *(Binding(key, f"use('{order}')", SORTED[order]) for order, key in KEYS.items()),
        Binding("t", "strategy", "Strategy", id="strategy"),
    ]
    heading = "Sort the rows that are shown"

    def __init__(self, pane: QueuePane, choose_strategy: Callable[[], None], *, able: bool) -> None:
        """``able``: the server sorts all rows, as far as it knows the order."""
        super().__init__()
        self.queue_pane = pane
        self.choose_strategy = choose_strategy
        self.able = able

    def fields(self) -> ComposeResult:
        """The orders; of some only the rows that are loaded can be put in order."""
        rows: list[tuple[Piece, ...]] = []
        for order, key in KEYS.items():
            sorts_all = order is Sort.NEWEST or (self.able and order in ALL_ROWS_SORTED)
            now = (" ✓", Tone.ACCENT) if order is self.queue_pane.wanted.sort else ("", Tone.PLAIN)
            note = ("" if sorts_all else "  (loaded rows only)", Tone.MUTED)
            rows.append(pieces((key, Tone.ACCENT), f"  {SORTED[order]}", now, note))
        rows.append(pieces(""))
        rows.append(pieces(("Workers claim in an order of their own, whatever is shown first here:", Tone.PLAIN)))
        rows.append(pieces((keyed("{strategy}"), Tone.ACCENT), "  which task workers claim first"))
        yield Static(lines(rows))

    def action_strategy(self) -> None:
        """It is the workers that were meant."""
        self.dismiss()
        self.choose_strategy()

    def hint(self) -> tuple[Piece, ...]:
        """Escape leaves all as it is."""
        return (("esc", Tone.ACCENT), (" leave all as it is", Tone.MUTED))

    def action_use(self, order: str) -> None:
        """Sort by that one."""
        self.dismiss()
        self.queue_pane.sort(Sort(order))

    def action_send(self) -> None:
        """There is nothing to send but a choice."""


class ColumnsScreen(Form):
    """Asks which columns shall be shown where they fit."""

    AUTO_FOCUS = "Choices"
    heading = "Columns"
    doing = "show these"

    def __init__(self, pane: QueuePane) -> None:
        super().__init__()
        self.queue_pane = pane
        self.choices = Choices(*(Selection(title, title, title not in pane.left_out) for title in CHOOSABLE))

    def fields(self) -> ComposeResult:
        """All columns but the id, which is always there."""
        yield Static(content((("Space chooses; narrow screens show fewer.", Tone.MUTED),)), classes="label")
        yield self.choices

    def action_send(self) -> None:
        """Show those."""
        self.queue_pane.leave_out(frozenset(CHOOSABLE) - set(self.choices.selected))
        self.dismiss()
