"""The workers take the newest first: whichever way someone looks for that, the screen leads there, for all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.test_jobs import SMALL, Stranger
from tui.screens.strategy import StrategyScreen

ALL = tuple(worker.id for worker in scenes.workers())
SAME = replace(scenes.BUSY, workers=tuple(replace(each, strategy="FIFO") for each in scenes.workers()))


def strategies(desk: Desk) -> list[tuple[object, object]]:
    """What was told to whom."""
    return [(call[1], call[2]) for call in desk.verbs.called("set_strategy")]


# The ways of someone who has only the screen


async def test_from_a_worker_one_goes_on_to_all_of_them(open_board: Opens):
    async with open_board(SAME, SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("3 Workers")
        await stranger.press("3")
        stranger.reads("t Strategy")
        await stranger.press("t")
        stranger.reads("Strategy of 1 of 4 workers", "claim next?   a for all 4 workers")
        await stranger.press("a")
        stranger.reads("Strategy of all 4 workers", "l  LIFO      newest first")
        await stranger.press("l")
        assert strategies(desk) == [("LIFO", ALL)]
        assert desk.notes()[-1].startswith("All 4 workers: LIFO (newest first) from the next claim on")
        assert desk.notes()[-1].endswith("t a f goes back to FIFO.")
        assert stranger.keys == 4


async def test_who_would_sort_is_told_that_this_is_for_what_is_shown_and_goes_on_from_there(open_board: Opens):
    async with open_board(SAME, SMALL) as desk:
        stranger = Stranger(desk)
        await stranger.press("O")
        stranger.reads("Sort the rows that are shown", "Workers claim in an order of their own")
        stranger.reads("t  which task workers claim first")
        await stranger.press("t")
        stranger.reads("Strategy of all 4 workers")
        await stranger.press("l")
        assert strategies(desk) == [("LIFO", ALL)]
        assert desk.board.queue_pane.wanted.sort == "newest"
        assert stranger.keys == 3


async def test_the_palette_finds_it_by_the_word(open_board: Opens):
    async with open_board(SAME, SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("^p All")
        await stranger.press("ctrl+p", *"newest")
        await until(desk, lambda: "Strategy (t)" in desk.text())
        stranger.reads("the newest first (LIFO)")
        await stranger.press("enter")
        await until(desk, lambda: isinstance(desk.app.screen, StrategyScreen))
        await stranger.press("l")
        assert strategies(desk) == [("LIFO", ALL)]
        stranger.reads()


async def test_the_help_finds_it_by_the_word(open_board: Opens):
    async with open_board(SAME, SMALL) as desk:
        stranger = Stranger(desk)
        await stranger.press("question_mark")
        stranger.reads("/ searches")
        await stranger.press("slash")
        await stranger.paste("newest")
        stranger.reads("t     Strategy", "What workers claim first", "the newest first (LIFO)")
        await stranger.press("escape", "escape", "t", "l")
        assert strategies(desk) == [("LIFO", ALL)]
        stranger.reads()


# Whom it is for


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_the_dialog_goes_from_one_worker_to_all_and_back(open_board: Opens, size: tuple[int, int]):
    async with open_board(SAME, size) as desk:
        await desk.press("3", "t")
        assert "Strategy of 1 of 4 workers" in desk.text() and "a for all 4 workers" in desk.text()
        assert desk.verbs.reads[-1][2] == ALL[:1]
        await desk.press("a")
        back = "a for 5a3b-1 only" if size[0] >= 80 else "a for 1 only"
        assert "Strategy of all 4 workers" in desk.text() and back in desk.text()
        assert desk.verbs.reads[-1][2] == ()
        await desk.press("a")
        assert "What shall 5a3b-1 claim next?" in desk.text() and "esc leave" in desk.text()
        await desk.press("l")
        assert strategies(desk) == [("LIFO", ALL[:1])]
        assert desk.notes()[-1].startswith("5a3b-1: LIFO") and desk.notes()[-1].endswith("t f goes back to FIFO.")


@pytest.mark.parametrize("keys", [("2", "t"), ("3", "a", "t")], ids=["elsewhere", "all-marked"])
async def test_where_all_are_meant_already_there_is_nothing_to_switch(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(SAME) as desk:
        await desk.press(*keys)
        assert "Strategy of all 4 workers" in desk.text()
        assert "a for" not in desk.text()
        await desk.press("a", "l")
        assert strategies(desk) == [("LIFO", ALL)]
        assert desk.notes()[-1].endswith("t f goes back to FIFO.")


async def test_marked_workers_are_told_as_so_many_of_all(open_board: Opens):
    async with open_board(SAME) as desk:
        await desk.press("3", "space", "space", "t")
        assert "Strategy of 2 of 4 workers" in desk.text()
        await desk.press("a")
        assert "a for 2 workers only" in desk.text()
        await desk.press("a", "l")
        assert strategies(desk) == [("LIFO", ALL[:2])]
        assert desk.notes()[-1].startswith("2 workers: LIFO")


async def test_from_the_screen_of_a_worker_all_can_be_meant_too(open_board: Opens):
    async with open_board(SAME, SMALL) as desk:
        await desk.press("3", "enter", "t", "a", "l")
        assert strategies(desk) == [("LIFO", ALL)]


async def test_one_worker_alone_is_called_by_its_name(open_board: Opens):
    async with open_board(replace(SAME, workers=SAME.workers[:1]), SMALL) as desk:
        await desk.press("t")
        assert "Strategy of all 1 worker" not in desk.text()
        assert "What shall 5a3b-1 claim next?" in desk.text()
        await desk.press("l")
        assert desk.notes()[-1].startswith("5a3b-1: LIFO")


async def test_who_had_which_strategy_is_told_where_no_key_goes_back_to_all_of_that(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        await desk.press("t", "p")
        assert desk.notes()[-1].endswith(" Before: 3 FIFO, 1 LIFO.")
        await desk.put(SAME)
        await desk.press("t", "f")
        assert desk.notes()[-1].endswith("types take turns.")
