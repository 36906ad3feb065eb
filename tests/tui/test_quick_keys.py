"""Keys that come faster than the screen is painted do what they do when they come slowly."""

from __future__ import annotations

import pytest
from textual import events
from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from core.exports import Format
from tests.tui.conftest import Desk, Opens
from tests.tui.forms import begin, with_schema
from tests.tui.scenes_forms import RICH
from tui.screens.export import ExportScreen
from tui.screens.new_task import NewTaskScreen
from tui.screens.task import TaskScreen

KEYS = {"/": "slash", "\t": "tab"}


async def at_once(desk: Desk, keys: str) -> None:
    """All of these keys in one go, as a terminal sends what is pasted or typed ahead."""
    for each in keys:
        desk.app.post_message(events.Key(KEYS.get(each, each), each))
    await desk.settle()
    await desk.settle()


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
@pytest.mark.parametrize(
    ("keys", "place"),
    [("344", "failures"), ("4444", "throughput"), ("42", "queue"), ("3232", "queue"), ("413", "workers")],
)
async def test_a_pane_is_reached_however_quickly(open_board: Opens, size: tuple[int, int], keys: str, place: str):
    async with open_board(size=size) as desk:
        await at_once(desk, keys)
        assert desk.board.place == place


async def test_what_follows_a_slash_at_once_is_typed_and_no_command(open_board: Opens):
    async with open_board() as desk:
        await at_once(desk, "/xXp")
        assert desk.board.queue_pane.field.input.value == "xXp"
        assert desk.app.screen is desk.board
        assert [call for call in desk.verbs.calls if call[0] != "look"] == []


async def test_what_follows_a_slash_at_once_in_a_tab_that_was_not_open_before_is_typed(open_board: Opens):
    async with open_board() as desk:
        await at_once(desk, "444/xXp")
        assert desk.board.outcome_pane.activity.field.input.value == "xXp"
        assert [call for call in desk.verbs.calls if call[0] != "look"] == []


async def test_what_follows_w_at_once_is_for_the_panel(open_board: Opens):
    async with open_board() as desk:
        await at_once(desk, "wG")
        assert desk.board.focused is desk.board.why_panel
        assert desk.board.queue_pane.row_list.cursor == 0


async def test_what_follows_n_at_once_stands_in_the_first_field_of_the_form(open_board: Opens):
    async with open_board() as desk:
        await at_once(desk, "1nabc")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        assert form.params["channel_url"] == "abc"
        assert desk.verbs.calls == []


async def test_what_follows_tab_at_once_stands_in_the_field_that_tab_leads_to(open_board: Opens):
    async with open_board(with_schema(RICH)) as desk:
        form = await begin(desk)
        await at_once(desk, "abc\t7")
        assert (form.params["channel_url"], form.params["max_videos"]) == ("abc", 507)


async def test_a_search_in_a_task_takes_all_that_is_typed(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        await at_once(desk, "/Cn")
        screen = desk.app.screen
        assert isinstance(screen, TaskScreen)
        assert isinstance(screen.focused, Input)
        assert screen.focused.value == "Cn"


async def test_the_letter_that_follows_t_at_once_is_that_of_a_strategy(open_board: Opens):
    async with open_board() as desk:
        await at_once(desk, "tl")
        assert desk.app.screen is desk.board
        assert [call[:2] for call in desk.verbs.calls if call[0] == "set_strategy"] == [("set_strategy", "LIFO")]


async def test_letters_that_follow_the_export_at_once_choose_what_is_exported(open_board: Opens):
    async with open_board() as desk:
        await at_once(desk, "4Eyf")
        screen = desk.app.screen
        assert isinstance(screen, ExportScreen)
        assert (screen.scope.key, screen.format) == ("y", Format.CSV)


async def test_a_page_key_in_the_palette_is_heard_however_quickly(open_board: Opens):
    async with open_board() as desk:
        for each in ("ctrl+p", "down", "pageup"):
            desk.app.post_message(events.Key(each, None))
        await desk.settle()
        await desk.settle()
        assert isinstance(desk.app.screen, CommandPalette)
        await desk.press("pagedown")
        found = desk.app.screen.query_one(CommandList)
        assert found.highlighted
        await desk.press("pageup")
        assert found.highlighted == 0
