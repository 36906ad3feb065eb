"""The way in and the way out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from core.errors import DatabaseUnusable, NotAuthenticated
from core.snapshot import Link
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.fakes import FakeConnection
from tui.app import BoardApp
from tui.look import short_name
from tui.screens.leaving import LeaveScreen


async def test_q_leaves_at_once_when_nothing_is_in_hand(open_board: Opens):
    async with open_board(scenes.EMPTY) as desk:
        await desk.press("q")
        assert desk.connection.closed == [False]
        assert desk.app.return_code == 0


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_leaving_asks_when_tasks_are_in_hand_and_staying_is_the_default(open_board: Opens, key: str):
    async with open_board() as desk:
        await desk.press(key)
        assert isinstance(desk.app.screen, LeaveScreen)
        assert "2 tasks in hand. Quit?" in desk.text()
        await desk.press("enter")
        assert desk.app.screen is desk.board
        assert desk.connection.closed == []


async def test_finishing_says_what_it_waits_for(open_board: Opens):
    async with open_board() as desk:
        desk.connection.may_close.clear()
        desk.connection.waiting = 2
        await desk.press("q", "f")
        assert "finishing 2 tasks…" in desk.text()
        await desk.put(replace(scenes.BUSY, workers=(), reports_waiting=2))
        assert "delivering 2 reports…" in desk.text()
        desk.connection.may_close.set()
        await desk.settle()
        assert desk.connection.closed == [False]
        assert desk.app.return_value == 2
        assert desk.board.farewell.startswith("All workers of this board have stopped: 2 tasks in hand were finished.")
        assert desk.board.farewell.endswith("2 reports wait to be delivered at the next start.")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_finishing_names_each_task_with_its_progress_and_its_worker(open_board: Opens, size: tuple[int, int]):
    async with open_board(size=size) as desk:
        desk.connection.may_close.clear()
        await desk.press("q", "f")
        worker = next(each for each in scenes.workers() if each.in_hand)
        hand = worker.in_hand[0]
        for progress in (64, 65):
            hands = tuple(replace(hand, task_id=number, progress=progress) for number in range(16, 25))
            await desk.put(replace(scenes.BUSY, workers=(replace(worker, in_hand=hands),)))
            shown = desk.text()
            assert f"│  #16  {progress}%  {short_name(worker.id)}" in shown, "in a frame above the board"
            assert f"#21  {progress}%" in shown and f"#22  {progress}%" not in shown and "and 3 more" in shown
        await desk.put(replace(scenes.BUSY, workers=(replace(worker, in_hand=()),)))
        assert "#16  65%" not in desk.text()
        desk.connection.may_close.set()
        await desk.settle()


async def test_stopping_now_gives_back_what_is_in_hand(open_board: Opens):
    async with open_board() as desk:
        await desk.press("q", "X")
        assert desk.connection.closed == [True]
        assert desk.board.farewell == "All workers of this board have stopped: 2 tasks were given back."


async def test_of_what_was_in_hand_it_is_told_what_was_finished_and_what_was_given_back(open_board: Opens):
    async with open_board() as desk:
        desk.connection.may_close.clear()
        await desk.press("q", "f")
        busy = [worker for worker in scenes.workers() if worker.in_hand]
        await desk.put(replace(scenes.BUSY, workers=(busy[0], replace(busy[1], in_hand=()))))
        await desk.press("X")
        desk.connection.may_close.set()
        await desk.settle()
        said = "All workers of this board have stopped: 1 task in hand was finished, 1 task was given back."
        assert desk.board.farewell == said


async def test_what_an_absent_taskmanager_did_not_hear_is_not_said_to_be_given_back(open_board: Opens):
    async with open_board(replace(scenes.BUSY, server=replace(scenes.BUSY.server, link=Link.OFFLINE))) as desk:
        await desk.press("q", "X")
        assert desk.board.farewell == "All workers of this board have stopped: 2 tasks were stopped unfinished."


async def test_one_who_waits_for_the_end_can_still_stop_now(open_board: Opens):
    async with open_board() as desk:
        desk.connection.may_close.clear()
        await desk.press("q", "f", "X")
        assert desk.connection.closed == [False, True]
        desk.connection.may_close.set()
        await desk.settle()
        assert desk.app.return_code == 0


async def test_a_closing_that_goes_wrong_is_told_once_even_when_it_was_hurried(open_board: Opens):
    async with open_board() as desk:
        desk.connection.may_close.clear()
        desk.connection.fault = DatabaseUnusable("The disk is full.")
        await desk.press("q", "f", "X")
        desk.connection.may_close.set()
        await desk.settle()
        assert desk.connection.closed == [False, True]
        assert desk.app.return_code == 2


async def test_an_engine_that_cannot_open_says_why_and_leaves_with_its_code():
    connection = FakeConnection(NotAuthenticated("The TaskManager refuses the \x1b[31mkey."))
    app = BoardApp(connection, now=lambda: scenes.NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 5
    assert connection.closed == []


async def test_the_engine_starts_after_the_first_paint():
    connection = FakeConnection(scenes.EMPTY)
    app = BoardApp(connection, now=lambda: scenes.NOW)
    assert not connection.started
    async with app.run_test() as pilot:
        await pilot.pause()
        assert connection.started


async def test_a_key_that_is_quicker_than_the_first_paint_keeps_nothing_from_starting():
    connection = FakeConnection(scenes.EMPTY)
    app = BoardApp(connection, now=lambda: scenes.NOW)
    async with app.run_test() as pilot:
        app.board.action_help()
        await pilot.pause()
        await pilot.pause()
        assert connection.started


def test_the_board_is_there_before_the_http_stack():
    heavy = "('httpx', 'starlette', 'uvicorn', 'sqlite3', 'sqlite_utils', 'jsonschema', 'core.engine')"
    code = f"import sys, tui.screens.board; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_board_is_there_before_what_opens_above_it():
    later = {"bulk", "export", "failure_group", "help", "idea", "new_task", "reports", "task", "worker"}
    names = [f"tui.screens.{each}" for each in sorted(later)]
    code = f"import sys, tui.screens.board; print([name for name in {names} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
