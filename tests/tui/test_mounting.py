"""What is not seen at the beginning is not there: each widget that is makes the board later."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from textual.dom import DOMNode
from textual.widgets import Input

from tests.tui.conftest import Opens
from tui.panes.base import Pane
from tui.sheet import Sheet
from tui.widgets.row_list import RowList
from tui.widgets.why_panel import WhyPanel


async def test_a_board_begins_without_what_is_opened_later(open_board: Opens):
    async with open_board() as desk:
        board = desk.board
        assert {pane.id for pane in board.query(Pane)} == {"types", "queue", "workers", "results"}
        assert len(board.query(RowList)) == 4
        assert len(board.query(Input)) == 0
        assert len(board.query(WhyPanel)) == 0


@pytest.mark.parametrize("size", [(180, 50), (120, 36), (104, 32), (80, 24)], ids=str)
async def test_what_is_not_around_the_focus_is_styled_once(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
):
    styled = Counter[DOMNode]()

    class Counting(Sheet):
        def apply(self, node: DOMNode, **options: Any) -> None:
            styled[node] += 1
            super().apply(node, **options)

    monkeypatch.setattr("tui.app.Sheet", Counting)
    async with open_board(size=size) as desk:
        panes = [pane for pane in desk.board.query(Pane) if pane is not desk.board.queue_pane]
        assert {styled[pane] for pane in panes} == {1}
