"""The palette finds every command: what works somewhere else is listed with where, and choosing it leads there."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandList
from textual.widgets import Input

from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.scenes_results import OUTCOMES
from tui import commands
from tui.command import Command
from tui.screens.elsewhere import elsewhere
from tui.screens.export import ExportScreen
from tui.screens.new_task import NewTaskScreen
from tui.screens.reports import ReportsScreen
from tui.screens.task import TaskScreen


def listed(desk: Desk) -> list[str]:
    """What the palette offers."""
    found = desk.app.screen.query_one(CommandList)
    return [str(found.get_option_at_index(place).prompt).splitlines()[0] for place in range(found.option_count)]


async def look_for(desk: Desk, text: str, wanted: str) -> None:
    """Type it into the palette, and take the first that it offers, which is the one that is wanted."""
    await desk.press("ctrl+p")
    desk.app.screen.query_one(Input).value = text
    await until(desk, lambda: bool(listed(desk)) and listed(desk)[0].startswith(wanted))
    await desk.press("enter")


async def test_export_is_found_in_the_queue_and_opens_where_it_works(
    open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    async with open_board(OUTCOMES, (80, 24)) as desk:
        await look_for(desk, "export", "Export (in 4 Results)")
        await until(desk, lambda: isinstance(desk.app.screen, ExportScreen))
        assert desk.board.pane.id == "results"


async def test_what_is_about_a_row_leads_there_and_says_what_to_choose(open_board: Opens):
    async with open_board(OUTCOMES, (80, 24)) as desk:
        for text, title, place, said in (
            ("start again", "Start again (in 3 Workers)", "workers", "Choose a worker, then r does “Start again”."),
            ("one first", "Try one first (in 4 Failures)", "failures", "Choose a kind of failure, then c does"),
            ("cancel", "Cancel (in 2 Queue)", "queue", "Choose a task, then C does “Cancel”."),
            ("show secrets", "Show secrets (in a task)", "queue", "Open a task (⏎), then ^p finds “Show secrets”."),
        ):
            await look_for(desk, text, title)
            await until(desk, lambda said=said: any(note.startswith(said) for note in desk.notes()))
            assert desk.board.place == place
            assert desk.verbs.calls == []


async def test_commands_of_the_board_are_found_on_a_task_and_given_on_the_board(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.details[10431] = scenes.detail()
        await desk.press("enter")
        assert isinstance(desk.app.screen, TaskScreen)
        await look_for(desk, "new task", "New task (on the board)")
        await until(desk, lambda: isinstance(desk.app.screen, NewTaskScreen))
        assert not any(isinstance(screen, TaskScreen) for screen in desk.app.screen_stack)


async def test_what_is_for_reports_opens_them(open_board: Opens):
    async with open_board() as desk:
        await look_for(desk, "send again", "Send again (in the reports aside)")
        await until(desk, lambda: isinstance(desk.app.screen, ReportsScreen))


async def test_what_can_be_given_here_stands_before_what_is_given_elsewhere_which_is_listed_only_where_it_is_sought(
    open_board: Opens,
):
    async with open_board() as desk:
        await desk.press("ctrl+p")
        await until(desk, lambda: len(listed(desk)) > 20)
        assert not any("(in " in title for title in listed(desk))
        desk.app.screen.query_one(Input).value = "filter"
        await until(desk, lambda: any("(in " in title for title in listed(desk)))
        titles = listed(desk)
        first = next(place for place, title in enumerate(titles) if "(in " in title)
        assert titles[0].startswith("Filter") and first > 0


async def test_what_is_typed_into_a_form_is_not_lost_by_a_command_of_another_place(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("n")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        form.parameters.text = '{"q": "typed"}'
        await desk.app.push_screen(TaskScreen(desk.board, desk.board.task_deeds, 10431))
        await look_for(desk, "strategy", "Strategy (on the board)")
        await until(desk, lambda: any("leave the form below first" in note for note in desk.notes()))
        assert form in desk.app.screen_stack


async def test_a_command_that_is_for_one_worker_says_so_from_elsewhere(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.details[10431] = scenes.detail()
        await desk.press("3")
        await desk.app.push_screen(TaskScreen(desk.board, desk.board.task_deeds, 10431))
        await desk.press("ctrl+p")
        desk.app.screen.query_one(Input).value = "stop on the board"
        await until(desk, lambda: "Stop 5a3b-1 (on the board)" in listed(desk))


@pytest.mark.parametrize("word", ["activity", "throughput", "register types"])
async def test_what_is_about_no_row_is_done_at_once(open_board: Opens, word: str):
    async with open_board(OUTCOMES) as desk:
        desk.verbs.details[10431] = scenes.detail()
        await desk.press("enter")
        title = f"{'Show ' * (' ' not in word)}{word}"
        await look_for(desk, title, f"{title.capitalize()} (on the board)")
        await until(desk, lambda: desk.board.pane.id == word or type(desk.app.screen).__name__ == "RegisterTypesScreen")
        assert not any("Choose" in note for note in desk.notes())


@pytest.mark.parametrize("place", ["types", "queue", "workers", "results", "failures", "activity", "throughput"])
async def test_there_is_no_command_that_is_not_found_from_every_pane(open_board: Opens, place: str):
    async with open_board(OUTCOMES) as desk:
        board = desk.board
        board.action_pane(place)
        await desk.settle()
        found = {each.title for each in (*desk.app.get_system_commands(board), *elsewhere(board, board))}
        sets = [each for each in vars(commands).values() if isinstance(each, tuple)]
        every = {each for group in sets for each in group if isinstance(each, Command) and not each.movement}
        titles = {title.partition(" (")[0] for title in found}
        missing = {each.id for each in every if board.title_of(each) not in titles and each.title not in titles}
        assert missing == set()
