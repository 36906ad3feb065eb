"""One key leads to the failures from anywhere on the board, and esc back to where a filter was asked for."""

from __future__ import annotations

import pytest

from tests.tui import scenes
from tests.tui.conftest import Opens


@pytest.mark.parametrize("keys", [("1",), ("2",), ("3",), ("4",), ("4", "left"), ("w",)], ids=str)
async def test_one_key_leads_to_the_failures_from_every_pane(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(size=(80, 24)) as desk:
        await desk.press(*keys)
        assert "✗ 2 failed (F)" in desk.text()
        await desk.press("F")
        assert desk.board.place == "failures"
        assert "quota exceeded" in desk.text()


async def test_the_way_is_in_the_key_bar_only_where_something_has_failed(open_board: Opens):
    async with open_board(size=(200, 60)) as desk:
        assert "F Failures" in desk.text().splitlines()[-1]
        await desk.put(scenes.EMPTY)
        assert "F Failures" not in desk.text()


@pytest.mark.parametrize(("keys", "place"), [(("4", "left"), "throughput"), (("3",), "workers"), (("1",), "types")])
async def test_esc_in_the_filter_leads_back_to_where_it_was_asked_for(
    open_board: Opens, keys: tuple[str, ...], place: str
):
    async with open_board(size=(80, 24)) as desk:
        await desk.press(*keys)
        assert desk.board.place == place
        await desk.press("slash")
        assert desk.board.place == "filter"
        await desk.press("l", "escape")
        assert desk.board.place == place


async def test_a_filter_that_is_kept_leads_to_the_queue(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("4", "left", "slash", "l", "enter")
        assert desk.board.place == "queue"


async def test_pane_4_keeps_its_name_in_the_strip_whatever_its_tab_is(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        for key in ("4", "F", "2"):
            await desk.press(key)
            assert "4 Results" in desk.text().splitlines()[1], key
            assert "4 Failures" not in desk.text().splitlines()[1], key
