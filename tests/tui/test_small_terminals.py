"""What fits where there is little room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes
from tests.tui.conftest import Opens
from tui.screens.too_small import TooSmallScreen


async def test_where_the_board_does_not_fit_nothing_is_shown_and_only_quitting_works(open_board: Opens):
    async with open_board(scenes.EMPTY, (50, 15)) as desk:
        assert isinstance(desk.app.screen, TooSmallScreen)
        assert [line.strip() for line in desk.text().splitlines() if line.strip()] == [
            "50x15 is too small: the board needs 60x20 or more.",
            "q quit",
        ]
        await desk.press("p", "n", "C", "ctrl+p", "x")
        assert isinstance(desk.app.screen, TooSmallScreen)
        assert desk.verbs.calls == []
        await desk.pilot.resize_terminal(80, 24)
        await desk.settle()
        assert desk.app.screen is desk.board
        assert "2 Queue" in desk.text()
        await desk.pilot.resize_terminal(50, 15)
        await desk.settle()
        await desk.press("q")
        assert desk.connection.closed == [False]


@pytest.mark.parametrize(
    ("size", "keys", "wanted"),
    [
        (
            (80, 24),
            ("G",),
            ("x Stop all", "n New", "w Why", "/ Filter", "? Help", "q Quit", "^p All"),
        ),
        ((80, 24), (), ("⏎ Open", "x Stop all", "t Strategy", "n New", "w Why", "/ Filter", "? Help", "^p All")),
        ((80, 24), ("down",), ("⏎ Open", "C Cancel", "t Strategy", "n New", "w Why", "/ Filter", "? Help", "^p All")),
        ((60, 20), ("down",) * 4, ("⏎ Open", "r Retry", "w Why", "? Help", "q Quit", "^p All")),
        ((60, 20), (), ("⏎ Open", "w Why", "/ Filter", "n New", "? Help", "q Quit", "^p All")),
        ((60, 20), ("F",), ("⏎ Open", "r Retry all", "c Try #10427", "? Help", "q Quit", "^p All")),
        (
            (80, 24),
            ("3",),
            ("⏎ Open", "s Start", "p Pause", "x Stop 5a3b-1", "t Strategy", "? Help", "q Quit", "^p All"),
        ),
        ((60, 20), ("3",), ("s Start", "p Pause", "x Stop 5a3b-1", "? Help", "q Quit", "^p All")),
    ],
)
async def test_the_key_bar_keeps_what_matters_where_one_is(
    open_board: Opens, size: tuple[int, int], keys: tuple[str, ...], wanted: tuple[str, ...]
):
    async with open_board(size=size) as desk:
        await desk.press(*keys)
        bar = desk.text().splitlines()[-1]
        assert [each for each in wanted if each not in bar] == []


async def test_the_key_bar_offers_only_what_can_be_done_to_the_row(open_board: Opens):
    async with open_board(size=(140, 40)) as desk:
        bars = [desk.text().splitlines()[-1]]
        for _ in range(5):
            await desk.press("down")
            bars.append(desk.text().splitlines()[-1])
        offered = [[key for key in ("Retry", "Release", "Cancel") if key in bar] for bar in bars]
        assert offered == [["Release", "Cancel"], ["Cancel"], ["Release", "Cancel"], ["Cancel"], ["Retry"], []]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (140, 40)])
async def test_the_key_that_ends_the_task_under_the_cursor_comes_before_the_one_that_stops_workers(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        await desk.press("home", "down", "up")  # chosen by hand
        for _ in ("claimed", "pending"):
            bar = desk.text().splitlines()[-1]
            assert "C Cancel" in bar and "t Strategy" in bar
            assert "x Stop" not in bar.partition("C Cancel")[0]
            assert "x Stop workers" in bar or size == (80, 24)
            await desk.press("down")


@pytest.mark.parametrize("keys", [("1",), ("2",), ("3",), ("4",), ("4", "4", "4", "4")], ids="".join)
async def test_the_narrowest_key_bar_keeps_the_two_keys_that_lead_to_everything(
    open_board: Opens, keys: tuple[str, ...]
):
    async with open_board(size=(60, 20)) as desk:
        await desk.press(*keys)
        bar = desk.text().splitlines()[-1].rstrip()
        assert bar.endswith("? Help  q Quit  ^p All")


async def test_keys_for_workers_tell_for_which_they_are(open_board: Opens):
    async with open_board(size=(140, 40)) as desk:

        def bar() -> str:
            return desk.text().splitlines()[-1]

        await desk.press("down")
        assert "p Pause all" in bar() and "x Stop workers" in bar()
        await desk.press("3")
        assert "p Pause  " in bar() and "x Stop 5a3b-1  " in bar()
        await desk.press("down")
        assert "x Stop 5a3b-2  " in bar()
        offered = {command.title for command in desk.app.get_system_commands(desk.board)}
        assert {"Stop 5a3b-2 (x)", "Stop 5a3b-2 now (X)", "Pause (p)"} <= offered
        await desk.press("up", "space", "space")
        assert "x Stop 2 workers  " in bar()
        await desk.press("escape", "1")
        assert "x Stop workers" in bar()
        await desk.press("question_mark", "/")
        await desk.type("tasks in hand finish")
        assert "x     Stop workers" in desk.text() and "p     Pause all" in desk.text()


@pytest.mark.parametrize("key", ["s", "n"])
async def test_the_keys_of_a_form_stay_in_sight_whatever_a_type_is_called(open_board: Opens, key: str):
    named = replace(scenes.BUSY.types[0], name="A.Very.Long.Name." * 14, workable=key == "n")
    async with open_board(replace(scenes.BUSY, types=(named, *scenes.BUSY.types[1:])), (60, 20)) as desk:
        await desk.press("1", key)
        assert "esc leave" in desk.text()
