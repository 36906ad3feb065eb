"""The strategy dialog: every strategy that is registered, by its letter or by the cursor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.content import Content

from core.models import WorkerState
from tests.tui import scenes, scenes_workers
from tests.tui.conftest import Desk, Opens
from tui.screens.strategy import StrategyScreen, letters


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), "FIFO"),
        (("down", "enter"), "LIFO"),
        (("j", "j", "enter"), "PRIORITY"),
        (("up", "enter"), "PRIORITY"),
    ],
    ids=lambda keys: "-".join(keys) if isinstance(keys, tuple) else keys,
)
async def test_arrows_and_enter_choose_as_letters_do(open_board: Opens, keys: tuple[str, ...], chosen: str):
    async with open_board() as desk:
        await desk.press("t", *keys)
        assert [call[1] for call in desk.verbs.called("set_strategy")] == [chosen]
        assert desk.app.screen is desk.board


async def test_the_cursor_begins_on_what_all_of_them_use_now(open_board: Opens):
    workers = tuple(replace(each, strategy="PRIORITY") for each in scenes.workers())
    async with open_board(replace(scenes.BUSY, workers=workers)) as desk:
        await desk.press("t")
        (line,) = [line for line in desk.text().splitlines() if "› " in line and "PRIORITY" in line]
        assert "now" in line


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 24)], ids=str)
async def test_a_strategy_that_someone_registered_is_offered_and_told_in_its_own_words(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        desk.verbs.known_strategies["FRESHEST_FIRST"] = "The task whose parameters changed last."
        await desk.press("t")
        assert "r  FRESHEST_FIRST" in desk.text()
        assert "parameters changed last." in " ".join(desk.text().replace("│", " ").split())
        assert ("preview", "FRESHEST_FIRST", (scenes.CHANNEL, scenes.SEARCH)) in desk.verbs.reads
        await desk.press("up", "enter")
        assert [call[1] for call in desk.verbs.called("set_strategy")] == ["FRESHEST_FIRST"]


async def test_workers_can_be_started_with_it_too(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.known_strategies["FRESHEST"] = "The task whose parameters changed last."
        await desk.press("s", "tab", "tab", "tab", "enter", "end", "enter", "ctrl+s")
        (call,) = desk.verbs.called("start_workers")
        assert call[3] == "FRESHEST"


def test_each_strategy_gets_a_letter_of_its_own_that_moves_nothing():
    assert letters(["FIFO", "LIFO", "FAIR", "JAK", "FI"]) == {"FIFO": "f", "LIFO": "l", "FAIR": "i"}


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_that_types_take_turns_is_said_above_the_choices_and_after_one_where_a_worker_has_several(
    open_board: Opens, size: tuple[int, int]
):
    several, one = scenes.workers()[0], replace(scenes.workers()[1], types=(scenes.SEARCH,))
    assert len(several.types) > 1
    async with open_board(replace(scenes.BUSY, workers=(several, one)), size) as desk:
        desk.verbs.simulation = scenes_workers.simulation()
        desk.verbs.previews = {}  # which would say so too
        await desk.press("3", "t")
        text = " ".join(desk.text().replace("│", " ").split())
        said = "Types take turns; the order holds within each type."
        assert text.index(said) < text.index("FIFO oldest first of each type, in turn")
        assert "LIFO newest first of each type, in turn" in text
        assert "14 starve: not begun in 20 min" in text and "esc leave" in text
        await desk.press("l")
        assert ": LIFO (newest first) from the next claim on, within each type; types take turns." in desk.notes()[-1]
        await desk.press("down", "t")
        text = " ".join(desk.text().replace("│", " ").split())
        assert "Types take turns" not in text and "LIFO newest first; old ones may starve" in text
        await desk.press("l")
        assert ": LIFO (newest first) from the next claim on. " in desk.notes()[-1]


@pytest.mark.parametrize(("starved", "said"), [(0, "Passes over #9000"), (14, "Starves #9000")])
async def test_a_task_starves_only_where_it_would_wait_for_long(open_board: Opens, starved: int, said: str):
    async with open_board(replace(scenes.BUSY, workers=scenes.workers())) as desk:
        desk.verbs.previews = scenes_workers.previews()
        simulated = scenes_workers.simulation()
        outlooks = tuple(replace(each, starved=starved) for each in simulated.outlooks)
        desk.verbs.simulation = replace(simulated, outlooks=outlooks)
        await desk.press("t")
        told = " ".join(desk.text().replace("│", " ").split())
        assert f"{said} (waits 2m10s) while newer ones come." in told
        assert ("0 starve" in told) == ("Nothing starves" in told) == (starved == 0)
        assert ("14 starve" in told) == ("Starves" in told) == (starved == 14)


async def test_workers_that_come_while_it_is_open_are_in_the_title_and_are_told_too(open_board: Opens):
    one, *others = scenes.workers()
    async with open_board(replace(scenes.BUSY, workers=(one, *others[:-1]))) as desk:
        await desk.press("t")
        assert "Strategy of all 3 workers" in desk.text()
        await desk.put(scenes.BUSY)
        looked_again(desk)
        await desk.settle()
        assert "Strategy of all 4 workers" in desk.text()
        await desk.press("l")
        assert desk.verbs.called("set_strategy") == [
            ("set_strategy", "LIFO", tuple(each.id for each in (one, *others)))
        ]


async def test_of_the_chosen_ones_only_those_that_are_still_there_are_told(open_board: Opens):
    one, two, *others = scenes.workers()
    async with open_board() as desk:
        await desk.press("3", "space", "space", "t")
        assert "Strategy of 2 of 4 workers" in desk.text()
        await desk.put(replace(scenes.BUSY, workers=(replace(one, state=WorkerState.STOPPED), two, *others)))
        await desk.press("l")
        assert desk.verbs.called("set_strategy") == [("set_strategy", "LIFO", (two.id,))]


async def test_with_no_worker_left_it_says_so_and_sends_nothing(open_board: Opens):
    ended = tuple(replace(each, state=WorkerState.STOPPED, in_hand=()) for each in scenes.workers())
    async with open_board() as desk:
        await desk.press("t")
        await desk.put(replace(scenes.BUSY, workers=ended))
        await desk.press("l")
        assert "No worker of this board is left; s starts some, esc leaves." in desk.text()
        looked_again(desk)
        await desk.settle()
        assert "No worker of this board is left;" in dialog(desk) and "LIFO" not in dialog(desk)
        await desk.press("enter", "escape")
        assert desk.app.screen is desk.board and desk.verbs.called("set_strategy") == []


async def test_where_all_that_were_chosen_have_ended_the_others_can_be_meant(open_board: Opens):
    one, *others = scenes.workers()
    async with open_board() as desk:
        await desk.press("3", "t")
        await desk.put(replace(scenes.BUSY, workers=(replace(one, state=WorkerState.STOPPED), *others)))
        looked_again(desk)
        await desk.settle()
        assert "Nobody is left of those that were chosen; a is for all 3, esc leaves." in dialog(desk)
        await desk.press("a", "l")
        assert desk.verbs.called("set_strategy") == [("set_strategy", "LIFO", tuple(each.id for each in others))]


async def test_it_says_that_no_order_over_all_types_is_on_offer_and_that_waits_are_estimated(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.simulation = scenes_workers.simulation()
        await desk.press("t")
        said = dialog(desk)
        assert "One order over all types is not on offer: a type with many tasks would starve the others." in said
        assert "est. mean wait 40 s" in said
        assert "Workers that are started later claim first what is chosen at their start." in said


def looked_again(desk: Desk) -> None:
    """The dialog has looked, as it does now and then."""
    assert isinstance(desk.app.screen, StrategyScreen)
    desk.app.screen.look()


def dialog(desk: Desk) -> str:
    """All that the dialog says."""
    assert isinstance(desk.app.screen, StrategyScreen)
    told = desk.app.screen.told.content
    assert isinstance(told, Content)
    return " ".join(told.plain.split())
