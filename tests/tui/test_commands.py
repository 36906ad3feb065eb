"""Every command does what it says, by its key and from the palette."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.details import TaskDetail
from core.errors import Invalid
from core.models import TaskStatus, WorkerState
from tests.tui import scenes
from tests.tui.conftest import Opens
from tui.commands import BOARD, LIST, READING, TASK
from tui.screens.help import HelpScreen
from tui.screens.new_task import NewTaskScreen
from tui.screens.start_workers import StartWorkersScreen
from tui.screens.task import TaskScreen

OURS = tuple(worker.id for worker in scenes.workers())
WORKING = OURS[:3]
"""Those that are not paused yet."""


async def test_p_pauses_all_workers_and_again_lets_them_go_on(open_board: Opens):
    async with open_board() as desk:
        await desk.press("p")
        assert desk.verbs.calls == [("pause", WORKING)]
        assert desk.notes() == ["Paused 3 workers: they finish #10432, #10431."]
        paused = tuple(replace(worker, state=WorkerState.PAUSED) for worker in scenes.workers())
        await desk.put(replace(scenes.BUSY, workers=paused))
        await desk.press("p")
        assert desk.verbs.calls[-1] == ("resume", OURS)


async def test_in_the_workers_pane_p_and_x_are_for_the_worker_under_the_cursor(open_board: Opens):
    async with open_board() as desk:
        await desk.press("3", "down", "p", "x")
        assert desk.verbs.calls == [("pause", (OURS[1],)), ("stop_workers", (OURS[1],), False)]


async def test_stopping_several_workers_asks_and_no_is_the_default(open_board: Opens):
    async with open_board() as desk:
        await desk.press("x")
        assert "Stop 4 workers?" in desk.text()
        await desk.press("enter")
        assert desk.verbs.calls == []
        await desk.press("x", "y")
        assert desk.verbs.calls == [("stop_workers", OURS, False)]


async def test_stopping_now_says_how_much_is_given_back(open_board: Opens):
    async with open_board() as desk:
        await desk.press("X")
        assert "2 tasks in hand: given back unfinished" in desk.text()
        await desk.press("X")
        assert desk.verbs.calls == []
        await desk.press("y")
        assert desk.verbs.calls == [("stop_workers", OURS, True)]


@pytest.mark.parametrize(("key", "count"), [("plus", 5), ("minus", 3)])
async def test_plus_and_minus_scale(open_board: Opens, key: str, count: int):
    async with open_board() as desk:
        await desk.press(key)
        assert desk.verbs.calls == [("scale", count)]


async def test_t_chooses_a_strategy(open_board: Opens):
    async with open_board() as desk:
        await desk.press("t", "l")
        assert desk.verbs.calls == [("set_strategy", "LIFO", OURS)]


async def test_s_starts_workers_for_the_workable_types(open_board: Opens):
    async with open_board() as desk:
        await desk.press("s")
        assert isinstance(desk.app.screen, StartWorkersScreen)
        await desk.press("3", "enter")
        assert desk.verbs.calls == [("start_workers", (scenes.CHANNEL, scenes.SEARCH), 3, "FIFO", 1)]
        assert "Started 3 workers." in desk.notes()


async def test_n_creates_a_task_of_the_focused_type(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1", "n")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        assert '"max_videos": 50' in form.parameters.text
        form.parameters.text = '{"channel_url": "https://example.org/@x", "max_videos": 3}'
        await desk.press("ctrl+s")
        ((_, new),) = desk.verbs.calls
        assert (new.task_type, dict(new.parameters)) == (
            scenes.CHANNEL,
            {"channel_url": "https://example.org/@x", "max_videos": 3},
        )
        assert "Task #77 created." in desk.notes()


async def test_a_duplicate_is_named(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.duplicate_of = 9
        await desk.press("n", "ctrl+s")
        assert "Nothing new: it is the same as task #9, which is pending." in desk.text()


async def test_a_refusal_stays_in_the_form_with_all_that_was_typed(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.refusal = Invalid("The server wants a channel_url.")
        await desk.press("n")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        form.parameters.text = '{"typed": "by hand"}'
        await desk.press("ctrl+s")
        assert desk.app.screen is form
        assert "The server wants a channel_url." in desk.text()
        assert "by hand" in form.parameters.text


async def test_json_that_cannot_be_read_is_told_at_once_and_not_sent(open_board: Opens):
    async with open_board() as desk:
        await desk.press("n")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        form.parameters.text = '{\n  "a": \n}'
        await desk.settle()
        assert "line 3, column 1" in desk.text()
        await desk.press("ctrl+s")
        assert desk.verbs.calls == []


async def test_r_retries_the_task_under_the_cursor(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "down", "down", "down", "r")
        assert desk.verbs.calls == [("retry", (10427,))]
        assert desk.notes() == ["#10427 retried"]


async def test_releasing_warns_when_the_owner_is_alive(open_board: Opens):
    async with open_board() as desk:
        await desk.press("l")
        assert "Release #10431 (PrismQ.YouTube.Video.Search)?" in desk.text()
        assert "5a3b-2 is alive" in desk.text()
        await desk.press("y")
        assert desk.verbs.calls == [("release", (10431,), False)]


async def test_releasing_from_a_worker_that_is_not_ours_is_by_force(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "down", "l", "y")
        assert desk.verbs.calls == [("release", (10429,), True)]


async def test_cancelling_asks(open_board: Opens):
    async with open_board() as desk:
        await desk.press("C", "C")
        assert desk.verbs.calls == []
        await desk.press("y")
        assert desk.verbs.calls == [("cancel", (10431,))]


async def test_e_edits_a_copy(open_board: Opens):
    async with open_board() as desk:
        await desk.press("e")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        assert form.chosen == scenes.SEARCH
        assert "@lofi" in form.parameters.text


async def test_y_copies_the_id(open_board: Opens):
    async with open_board() as desk:
        await desk.press("y")
        assert desk.app.clipboard == "10431"


async def test_enter_opens_a_type_and_slash_narrows_the_queue_to_it(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1", "enter", "slash")
        ((_, view),) = desk.verbs.called("look")
        assert view.filter.types == (scenes.CHANNEL,)
        assert desk.board.place == "queue"


async def test_the_task_screen_is_read_anew_when_its_row_changes(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        assert desk.verbs.calls == [("open_task", 10431)]
        done = replace(scenes.BUSY.view.tasks[0], status=TaskStatus.COMPLETED, progress=100)
        desk.verbs.details[10431] = TaskDetail(done)
        view = replace(scenes.BUSY.view, tasks=(done, *scenes.BUSY.view.tasks[1:]))
        await desk.put(replace(scenes.BUSY, view=view))
        assert desk.verbs.calls == [("open_task", 10431)] * 2
        assert "✓ completed" in desk.text()
        await desk.press("escape")
        assert desk.app.screen is desk.board


async def test_secrets_are_masked_on_the_task_screen_until_asked_for(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        assert "s3cret" not in desk.text()
        await desk.press("Y")
        assert "s3cret" not in desk.app.clipboard
        await desk.press("ctrl+p")
        await desk.type("Show secrets")
        await desk.press("enter")
        assert "s3cret" in desk.text()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_number_leads_to_a_pane(open_board: Opens, size: tuple[int, int]):
    async with open_board(size=size) as desk:
        for key, place in (("2", "queue"), ("1", "types"), ("4", "results"), ("3", "workers"), ("2", "queue")):
            await desk.press(key)
            assert desk.board.place == place


async def test_tab_goes_round_the_panes(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        places = []
        for _ in range(4):
            await desk.press("tab")
            places.append(desk.board.place)
        assert places == ["workers", "results", "types", "queue"]


async def test_z_gives_the_screen_to_one_pane(open_board: Opens):
    async with open_board() as desk:
        await desk.press("z")
        assert desk.board.queue_pane.size.width > 100
        await desk.press("z")
        assert desk.board.queue_pane.size.width < 100


async def test_f_holds_the_picture_still(open_board: Opens):
    async with open_board() as desk:
        await desk.press("f")
        await desk.put(scenes.EMPTY)
        assert "10431" in desk.text()
        assert "live" not in desk.text().splitlines()[0]
        assert "‖ frozen at 12:00:00, 0s ago; f goes on" in desk.text().splitlines()[0]
        await desk.press("f")
        assert "The queue is empty." in desk.text()


async def test_help_names_every_key_of_the_board(open_board: Opens):
    async with open_board() as desk:
        await desk.press("question_mark")
        screen = desk.app.screen
        assert isinstance(screen, HelpScreen)
        told = {text.strip() for row in screen.rows(72) for text, _ in row}
        assert {desk.board.title_of(command) for command in (*LIST, *BOARD)} <= told


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=str)
async def test_no_line_of_the_help_is_wider_than_the_help_and_no_title_touches_its_text(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        await desk.press("question_mark")
        screen = desk.app.screen
        assert isinstance(screen, HelpScreen)
        width = size[0] - 8
        rows = ["".join(text for text, _ in row) for row in screen.rows(width)]
        assert [row for row in rows[1:] if len(row.rstrip()) > width] == []
        place = rows.index(next(row for row in rows if "Why is nothing happening" in row))
        assert rows[place].strip() == "W     Why is nothing happening"
        assert rows[place + 1].startswith(" " * 26 + "What keeps")


async def test_the_palette_gives_the_commands_of_the_board(open_board: Opens):
    async with open_board() as desk:
        await desk.press("ctrl+p")
        await desk.type("Pause")
        await desk.press("enter")
        assert desk.verbs.calls == [("pause", WORKING)]


async def test_every_command_of_the_board_is_in_the_palette_but_those_that_only_move(open_board: Opens):
    async with open_board() as desk:
        offered = {command.title for command in desk.app.get_system_commands(desk.board)}
        wanted = {
            f"{desk.board.title_of(each)} ({each.key})" if each.key else each.title
            for each in BOARD
            if not each.movement and (not each.panes or "queue" in each.panes)
        }
        assert wanted <= offered


def test_every_command_can_be_carried_out():
    from tui.app import BoardApp
    from tui.screens.board import BoardScreen
    from tui.widgets.reader import Reader
    from tui.widgets.row_list import RowList

    for commands, place in ((LIST, RowList), (BOARD, BoardScreen), (TASK, TaskScreen), (READING, Reader)):
        for command in commands:
            assert hasattr(place, command.method) or hasattr(BoardApp, command.method), command.id


async def test_an_error_of_a_verb_is_said_and_nothing_breaks(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.refusal = Invalid("No \x1b[31mway.")
        await desk.press("p")
        assert desk.notes() == ["No \\x1b[31mway."]


async def test_a_click_on_the_key_bar_gives_the_command(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1")
        bar = desk.text().splitlines()[-1]
        await desk.pilot.click(offset=(bar.index("Pause"), 35))
        await desk.settle()
        assert desk.verbs.calls == [("pause", WORKING)]
