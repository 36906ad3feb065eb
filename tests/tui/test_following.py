"""Lists follow what is new: through dialogs, until a key means a row; and they say which key follows again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.board_settings import BoardSettings
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tests.tui.scenes_results import OUTCOMES
from tests.tui.test_settings import desk_with
from tui.look import Tone

TABS = {"results": ("4",), "activity": ("4", "4", "4")}


def newer(snapshot: Snapshot) -> Snapshot:
    """The same with one row more on top of every list."""
    task, result, line = snapshot.view.tasks[0], snapshot.results[0], snapshot.activity[-1]
    tasks = (replace(task, id=task.id + 1), *snapshot.view.tasks)
    results = (replace(result, idea_id=str(int(result.idea_id) + 1)), *snapshot.results)
    activity = (*snapshot.activity, replace(line, number=line.number + 1))
    return replace(snapshot, view=replace(snapshot.view, tasks=tasks), results=results, activity=activity)


async def comes(desk: Desk) -> None:
    """Something new comes."""
    shown = desk.connection.snapshot
    assert isinstance(shown, Snapshot)
    await desk.put(newer(shown))


async def test_the_queue_follows_the_newest_through_any_dialog_that_is_not_about_a_row(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        rows = desk.board.queue_pane.row_list
        for dialog in ("question_mark", "n", "s", "t", "x", "q", "O", "v", "o"):
            await desk.press(dialog)
            assert desk.app.screen is not desk.board, dialog
            held = rows.current
            await comes(desk)
            assert rows.current is not None and held is not None
            assert rows.current.id == held.id, dialog
            await desk.press("escape")
            assert desk.app.screen is desk.board, dialog
            assert rows.current.id == held.id + 1, dialog
            assert "↥ following the newest" in desk.text(), dialog
            await comes(desk)
            assert rows.current.id == held.id + 2, dialog


@pytest.mark.parametrize("keys", TABS.values(), ids=TABS)
async def test_lists_that_are_hidden_while_a_dialog_closes_follow_the_newest(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(OUTCOMES, size=(80, 24)) as desk:
        await desk.press(*keys, "2", "n")
        await comes(desk)
        await desk.press("escape", "4")
        assert "↥ following the newest" in desk.text()
        await comes(desk)
        rows = desk.board.pane.target
        assert (rows.cursor, rows.scroll_offset.y) == (0, 0)  # type: ignore[attr-defined]  # a list
        assert "↥ following the newest" in desk.text()


async def test_to_ask_why_nothing_happens_is_about_no_row(open_board: Opens):
    async with open_board(OUTCOMES, size=(80, 24)) as desk:
        await desk.press("4", "W", "escape")
        await comes(desk)
        assert desk.board.outcome_pane.results.row_list.cursor == 0


@pytest.mark.parametrize("keys", TABS.values(), ids=TABS)
async def test_results_and_activity_follow_through_a_dialog_too(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(OUTCOMES) as desk:
        await desk.press(*keys, "E")
        await comes(desk)
        await desk.press("escape")
        rows = desk.board.pane.target
        assert rows.cursor == 0  # type: ignore[attr-defined]  # a list
        assert desk.text().count("↥ following the newest") == 2


@pytest.mark.parametrize("keys", TABS.values(), ids=TABS)
@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_each_list_that_does_not_follow_says_which_key_follows(
    open_board: Opens, keys: tuple[str, ...], size: tuple[int, int]
):
    async with open_board(OUTCOMES, size) as desk:
        for way in ((), keys):
            await desk.press(*way, "down")
            assert "‖ 1 newer, g follows" in desk.text()
            await desk.press("up")
            assert "‖ stays here, g follows" in desk.text()
            await comes(desk)
            assert "‖ 1 newer, g follows" in desk.text()
            await desk.press("g")
            assert "g follows" not in desk.text() and "↥ following the newest" in desk.text()


async def test_the_log_of_a_worker_says_whether_it_follows(open_board: Opens):
    async with open_board() as desk:
        await desk.press("3", "enter", "tab")
        assert "↥ following the newest" in desk.text()
        await desk.press("down")
        assert "‖ 1 newer, g follows" in desk.text()


async def test_a_row_that_was_opened_stays_under_the_cursor(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        await comes(desk)
        await desk.press("escape", "y")
        assert desk.app.clipboard == "10431"


async def test_keys_that_the_user_chose_follow_and_mean_the_row_as_the_usual_ones_do():
    async with desk_with(BoardSettings(keys={"first": "T", "freeze": "b", "copy": "f"})) as desk:
        rows = desk.board.queue_pane.row_list
        await desk.press("b", "b")
        assert rows.following
        await desk.press("f")
        assert "‖ stays here, T follows" in desk.text()
        await desk.press("T")
        assert rows.following
        assert scenes.BUSY.view.tasks[0].id == int(desk.app.clipboard)


async def test_a_list_does_not_say_that_it_follows_while_a_dialog_holds_it_on_a_row(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "question_mark")
        await comes(desk)
        results = desk.board.outcome_pane.results
        assert results.row_list.cursor == 1
        assert results.row_list.following_told == ()
        await desk.press("escape")
        assert results.row_list.following_told == (("↥ following the newest  ", Tone.ACCENT),)
