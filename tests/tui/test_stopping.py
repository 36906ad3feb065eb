"""Stopping takes its time: what is in hand is told as it is by now, and so are those that stop and have stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.models import WorkerState, WorkerStatus
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tui.screens.leaving import LeaveScreen

SIZES = [(120, 36), (80, 24), (60, 20)]


def with_workers(workers: Sequence[WorkerStatus]) -> Snapshot:
    return replace(scenes.BUSY, workers=tuple(workers))


def in_state(state: WorkerState, *, hands: bool = True) -> Snapshot:
    """The busy scene with all its workers in that state; without ``hands``: nothing in hand."""
    return with_workers(
        [replace(each, state=state, in_hand=each.in_hand if hands else ()) for each in scenes.workers()]
    )


def first_line(desk: Desk) -> str:
    return desk.text().splitlines()[0]


def key_bar(desk: Desk) -> str:
    return desk.text().splitlines()[-1]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_that_workers_stop_stays_told_until_they_have_stopped_and_that_afterwards(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        await desk.put(in_state(WorkerState.DRAINING))
        assert "4 workers stopping, finish 2 tasks" in first_line(desk)
        assert "first" not in first_line(desk).replace("first line", "")
        await desk.put(in_state(WorkerState.DRAINING, hands=False))
        assert "4 workers stopping" in first_line(desk) and "finish" not in first_line(desk)
        assert desk.notes() == []
        await desk.put(in_state(WorkerState.STOPPED, hands=False))
        assert "■ all stopped, s starts" in first_line(desk)
        assert desk.notes() == ["Stopped 4 workers: nothing is in hand, none claims. s starts some."]


async def test_where_they_stop_one_after_the_other_all_of_them_are_named(open_board: Opens):
    *others, last = in_state(WorkerState.DRAINING).workers
    async with open_board(with_workers([*others, last])) as desk:
        await desk.put(with_workers([*(replace(each, state=WorkerState.STOPPED, in_hand=()) for each in others), last]))
        await desk.put(in_state(WorkerState.STOPPED, hands=False))
        assert desk.notes() == ["Stopped 4 workers: nothing is in hand, none claims. s starts some."]


async def test_of_some_that_stop_the_others_are_told_too(open_board: Opens):
    one, *others = scenes.workers()
    async with open_board(with_workers([replace(one, state=WorkerState.DRAINING), *others])) as desk:
        assert "workers 4 (2 busy, 1 stopping)" in first_line(desk)
        far = [replace(each, local=False) for each in others]
        await desk.put(with_workers([replace(one, state=WorkerState.DRAINING), *far]))
        assert "1 worker stopping" in first_line(desk) and "workers 3 (" in first_line(desk)


async def test_workers_that_crashed_are_not_said_to_have_been_stopped(open_board: Opens):
    async with open_board(in_state(WorkerState.CRASHED, hands=False)) as desk:
        assert "■ no workers, s starts" in first_line(desk)


async def test_while_all_stop_only_to_stop_now_is_offered(open_board: Opens):
    async with open_board() as desk:
        assert "x Stop workers" in key_bar(desk) and "Stop all now" not in key_bar(desk)
        await desk.put(in_state(WorkerState.DRAINING))
        assert "X Stop workers now" in key_bar(desk) and "x Stop workers" not in key_bar(desk)
        await desk.put(in_state(WorkerState.STOPPED, hands=False))
        assert "Stop" not in key_bar(desk)


async def test_that_all_were_stopped_at_once_is_told_once(open_board: Opens):
    async with open_board(in_state(WorkerState.DRAINING)) as desk:
        await desk.press("X", "y")
        said = desk.notes()
        assert said == ["Stopped 4 workers: 2 tasks given back."]
        await desk.put(in_state(WorkerState.STOPPED, hands=False))
        assert desk.notes() == said


async def test_to_quit_tells_how_many_tasks_are_in_hand_by_now(open_board: Opens):
    async with open_board() as desk:
        await desk.press("q")
        assert isinstance(desk.app.screen, LeaveScreen) and "2 tasks in hand. Quit?" in desk.text()
        assert "quit now: they are given back unfinished" in desk.text()
        one = [replace(each, in_hand=each.in_hand[:1] if n == 0 else ()) for n, each in enumerate(scenes.workers())]
        await desk.put(with_workers(one))
        await until(desk, lambda: "1 task in hand. Quit?" in desk.text())
        assert "quit now: it is given back unfinished" in desk.text()
        await desk.put(in_state(WorkerState.IDLE, hands=False))
        await until(desk, lambda: "No task is in hand any more. Quit?" in desk.text())
        assert "given back" not in desk.text()


async def test_to_stop_tells_which_tasks_are_in_hand_by_now(open_board: Opens):
    async with open_board() as desk:
        await desk.press("x")
        assert "2 tasks in hand, finished first: #" in desk.text()
        await desk.put(in_state(WorkerState.IDLE, hands=False))
        await until(desk, lambda: "No task is in hand." in desk.text())


async def test_on_a_small_terminal_the_key_bar_names_what_stops_all_until_a_task_is_chosen(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        assert "x Stop all" in key_bar(desk) and "t Strategy" in key_bar(desk)
        await desk.press("down")
        assert "C Cancel" in key_bar(desk)
        await desk.press("g")
        assert "x Stop all" in key_bar(desk)


@pytest.mark.parametrize("pane", ["2", "3"])
async def test_who_looks_for_stop_in_the_palette_finds_how_to_stop_all_and_how_to_leave(open_board: Opens, pane: str):
    async with open_board() as desk:
        await desk.press(pane, "ctrl+p", *"stop")
        await until(desk, lambda: "Quit (q)" in desk.text())
        assert ("Stop all workers" if pane == "3" else "Stop workers (x)") in desk.text()
        assert "Stop all and leave" in desk.text()
