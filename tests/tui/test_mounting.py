"""What is not seen at the beginning is not there: each widget that is makes the board later."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Input

from tests.tui.conftest import Opens
from tui.mounting import put_in
from tui.panes.activity import ActivityPane
from tui.panes.base import Pane
from tui.panes.throughput import ThroughputPane
from tui.sheet import Sheet
from tui.widgets.filter_field import FilterField
from tui.widgets.row_list import RowList
from tui.widgets.search_field import SearchField
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


async def test_what_is_mounted_late_holds_exactly_what_it_is_composed_of(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    put = list[Widget]()

    def noted(parent: Widget, widget: Widget, *, before: Widget | None = None) -> None:
        put.append(widget)
        put_in(parent, widget, before=before)

    for user in ("panes.queue", "panes.results", "panes.activity", "panes.outcomes", "screens.why_actions"):
        monkeypatch.setattr(f"tui.{user}.put_in", noted)
    async with open_board() as desk:
        await desk.press("slash", "escape", "4", "slash", "escape")
        await desk.press("4", "4", "slash", "escape", "4")
        await desk.press("2", "w")
        assert {type(widget) for widget in put} >= {FilterField, SearchField, WhyPanel, ActivityPane, ThroughputPane}
        for widget in put:
            assert [child for child in widget.children if child not in put] == list(widget.compose()), widget
            assert len(widget.children) > 0


@pytest.mark.parametrize("keys", [("4", "slash"), ("4", "4", "4", "slash")])
async def test_a_field_to_search_tells_its_keys_once(open_board: Opens, keys: tuple[str, ...]):
    async with open_board() as desk:
        await desk.press(*keys)
        assert desk.text().count("clears it") == 1
