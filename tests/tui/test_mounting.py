"""What is not seen at the beginning is not there: each widget that is makes the board later."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.conftest import Opens
from tui.panes.base import Pane
from tui.widgets.row_list import RowList
from tui.widgets.why_panel import WhyPanel


async def test_a_board_begins_without_what_is_opened_later(open_board: Opens):
    async with open_board() as desk:
        board = desk.board
        assert {pane.id for pane in board.query(Pane)} == {"types", "queue", "workers", "results"}
        assert len(board.query(RowList)) == 4
        assert len(board.query(Input)) == 0
        assert len(board.query(WhyPanel)) == 0
