"""The strategy dialog: every strategy that is registered, by its letter or by the cursor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes, scenes_workers
from tests.tui.conftest import Opens
from tui.screens.strategy import letters


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
