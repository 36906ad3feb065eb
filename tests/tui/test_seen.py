"""What one sees at a glance: keys that do something, sentences that are whole, where the cursor is without colours."""

from __future__ import annotations

import pytest

from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.scenes_results import OUTCOMES
from tui.widgets.chart import axis


def footer(text: str) -> str:
    return text.rstrip().splitlines()[-1]


@pytest.mark.parametrize(
    ("shown", "not_offered"),
    [
        (scenes.EMPTY, ("One task", "Sort", "Pause", "Open")),
        (scenes.OFFLINE, ("One task", "Sort", "New task")),
        (scenes.CONNECTING, ("One task", "Sort", "New task")),
        (scenes.REFUSED, ("One task", "Sort", "New task")),
    ],
    ids=["empty", "offline", "connecting", "key refused"],
)
async def test_the_key_bar_names_nothing_that_would_do_nothing(
    open_board: Opens, shown: Snapshot, not_offered: tuple[str, ...]
):
    async with open_board(shown) as desk:
        keys = footer(desk.text())
        assert "Start" in keys and "Help" in keys and "Quit" in keys
        assert [each for each in not_offered if each in keys] == []


async def test_the_key_bar_names_what_can_be_done_when_there_are_tasks(open_board: Opens):
    async with open_board(scenes.FIRST_TASK) as desk:
        assert "One task" in footer(desk.text()) and "New task" in footer(desk.text())
        await desk.put(scenes.BUSY)
        assert "Sort" in footer(desk.text()) and "New task" in footer(desk.text())


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_what_is_wrong_with_a_filter_is_said_whole(open_board: Opens, size: tuple[int, int]):
    async with open_board(size=size) as desk:
        await desk.press("slash", *"foo:1")
        said = " ".join(line.strip("┃│ ") for line in desk.text().splitlines())
        assert "✗ 'foo' is no term" in said and "quotes." in said


async def test_a_list_of_choices_shows_its_cursor_while_it_has_the_focus_and_only_then(open_board: Opens):
    async with open_board() as desk:
        await desk.press("s")
        assert "›[" not in desk.text()
        await desk.press("tab", "tab")
        assert desk.text().count("›[") == 1
        await desk.press("down")
        assert "›[x] PrismQ.YouTube.Video.Search" in desk.text()


async def test_the_reason_of_a_failure_has_as_much_room_as_the_type(open_board: Opens):
    async with open_board(scenes.FAILING, (140, 36)) as desk:
        assert "HTTP 403 Forbidden" in desk.text() and desk.text().count("HTTP 403") == desk.text().count("✗ failed   ")


async def test_the_figure_behind_a_type_is_named_where_no_column_does(open_board: Opens):
    async with open_board() as desk:
        assert "1 Task types  ● workers for it" in desk.text()
        await desk.press("1", "z")
        assert "Workers" in desk.text() and "workers for it" not in desk.text()


async def test_the_title_of_the_workers_counts_every_state_however_narrow(open_board: Opens):
    async with open_board(scenes.NAMED["worker_states"]) as desk:
        assert "3 Workers ●3 ○2 ◔1 ‖1 ✗1 ?1 ■1 " in desk.text()


async def test_types_are_told_apart_in_a_queue_of_middle_width(open_board: Opens):
    async with open_board(size=(100, 30)) as desk:
        assert "…Channel.Scrape" in desk.text() and "…Video.Scrape" in desk.text()


async def test_the_help_of_the_queue_lists_what_a_filter_can_say_one_a_line(open_board: Opens):
    async with open_board() as desk:
        await desk.press("2", "question_mark", "slash", *"params")
        assert "params.NAME:~text" in desk.text() and "that parameter has the text" in desk.text()
        await desk.press("escape", "escape", "3", "question_mark", "slash", *"params")
        assert "params.NAME" not in desk.text()


async def test_the_hours_of_a_failure_have_a_measure(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "enter")
        assert f"now   at most {max(OUTCOMES.failures[0].hours)} an hour" in desk.text()


def test_the_time_below_a_wide_chart_is_told_between_its_ends_too():
    assert axis(300, 90, 100).split() == ["-5m00s", "-3m20s", "-1m40s", "now"]
    assert axis(300, 40, 50).split() == ["-5m00s", "now"]
    assert len(axis(300, 90, 100)) == 100 and axis(0, 0, 20).strip() == "now"
