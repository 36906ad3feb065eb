"""What is acted on leaves the list, and the same key does not act on whatever would come to lie under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.diagnosis import Cause, Cure, Diagnosis
from core.filters import TaskFilter
from core.models import Task, TaskStatus, WorkerState
from core.snapshot import QueueView, View
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tests.tui.why_desk import opened, words
from tui.screens.failure_group import FailureGroupScreen
from tui.widgets.row_window import RowWindow, loaded
from tui.wording import GONE

FAILED = TaskFilter(statuses=(TaskStatus.FAILED,))


def failed(number: int) -> Task:
    return replace(scenes.task(number), status=TaskStatus.FAILED, error="quota exceeded")


async def show(desk: Desk, *tasks: Task, wanted: TaskFilter = FAILED) -> None:
    """The queue has these tasks."""
    await desk.put(replace(desk.board.newest, view=QueueView(View(filter=wanted), tasks, len(tasks), at=scenes.NOW)))


async def narrowed(desk: Desk, *tasks: Task) -> None:
    """The queue is narrowed to what has failed, with the cursor on the second task."""
    desk.board.queue_pane.narrow(FAILED)
    await show(desk, *tasks)
    await desk.press("down")


def beyond_its_attempts(number: int) -> Diagnosis:
    cure = Cure("Retry", "Gives it all its attempts anew.", "retry", ([number],))
    return Diagnosis(number, scenes.NOW, (Cause("failed", "It has failed.", cures=(cure,)),), status=TaskStatus.FAILED)


def shown(desk: Desk) -> list[int]:
    return [task.id for task in desk.board.queue_pane.row_list.rows if task is not None]


async def test_a_task_that_fits_no_more_stays_under_the_cursor_and_the_key_pressed_again_does_nothing(
    open_board: Opens,
):
    async with open_board(size=(80, 24)) as desk:
        await narrowed(desk, failed(40), failed(25), failed(17))
        await desk.press("r")
        await show(desk, failed(40), failed(17))
        assert shown(desk) == [40, 25, 17]
        assert "25   no longer fits the filter" in desk.text()
        await desk.press("r")
        assert desk.verbs.called("retry") == [("retry", (25,))]
        assert desk.notes()[-1] == GONE


@pytest.mark.parametrize(("key", "then"), [("down", 17), ("up", 40)])
async def test_it_goes_when_the_cursor_moves_and_the_next_key_is_for_the_row_that_one_sees(
    open_board: Opens, key: str, then: int
):
    async with open_board() as desk:
        await narrowed(desk, failed(40), failed(25), failed(17), failed(9))
        await desk.press("r")
        await show(desk, failed(40), failed(17), failed(9))
        await show(desk, failed(41), failed(40), failed(17), failed(9))
        assert shown(desk) == [41, 40, 25, 17, 9]
        await desk.press(key)
        assert shown(desk) == [41, 40, 17, 9]
        await desk.press("r")
        assert desk.verbs.called("retry")[-1] == ("retry", (then,))


class Walked(RowWindow[Task]):
    """Rows that count how often all of them were looked at."""

    times = 0

    def __iter__(self) -> Iterator[Task | None]:
        self.times += 1
        return super().__iter__()


async def test_letting_it_go_looks_at_no_other_row(open_board: Opens):
    async with open_board() as desk:
        await narrowed(desk, *(failed(number) for number in range(300, 100, -1)))
        await show(desk, *(failed(number) for number in range(300, 100, -1) if number != 299))
        row_list = desk.board.queue_pane.row_list
        begin, here = loaded(row_list.rows)
        row_list.rows = walked = Walked(here, begin, len(row_list.rows))
        row_list.action_down()
        assert (row_list.gone, walked.times) == (None, 0)
        assert (len(row_list.rows), row_list.current) == (199, failed(298))


async def test_the_last_one_of_the_list_stays_too_and_goes_with_a_key_that_moves(open_board: Opens):
    async with open_board() as desk:
        await narrowed(desk, failed(25))
        await desk.press("r")
        await show(desk)
        assert shown(desk) == [25]
        await desk.press("down")
        assert "No task fits /status:failed" in desk.text()


async def test_one_that_fits_again_is_a_row_like_any_other(open_board: Opens):
    async with open_board() as desk:
        await narrowed(desk, failed(40), failed(25), failed(17))
        await show(desk, failed(40), failed(17))
        await show(desk, failed(40), failed(25), failed(17))
        assert "no longer fits" not in desk.text()
        await desk.press("r")
        assert desk.verbs.called("retry") == [("retry", (25,))]


async def test_under_another_filter_nothing_is_kept(open_board: Opens):
    async with open_board() as desk:
        await narrowed(desk, failed(40), failed(25), failed(17))
        await show(desk, failed(40), failed(17))
        await show(desk, failed(40), failed(17), wanted=TaskFilter())
        assert shown(desk) == [40, 17]


async def test_it_is_not_among_those_that_are_marked_together(open_board: Opens):
    async with open_board() as desk:
        await narrowed(desk, failed(40), failed(25), failed(17))
        await show(desk, failed(40), failed(17))
        await desk.press("a")
        assert desk.board.queue_pane.row_list.marks == {40, 17}


@pytest.mark.usefixtures("asked_once")
async def test_the_panel_stays_on_the_task_that_was_cured_and_says_that_it_helped():
    async with opened() as desk:
        for number in (25, 17):
            desk.verbs.diagnoses[number] = beyond_its_attempts(number)
        await narrowed(desk, failed(40), failed(25), failed(17))
        await desk.press("w", "1")
        desk.verbs.diagnoses[25] = Diagnosis(25, scenes.NOW, (), status=TaskStatus.PENDING)
        await show(desk, failed(40), failed(17))
        assert desk.board.why_panel.task_id == 25
        assert "✓ Retried: it waits for a worker." in words(desk)
        await desk.press("1")
        assert desk.verbs.called("retry") == [("retry", (25,))]
        await desk.press("tab", "down")
        assert desk.board.why_panel.task_id == 17


async def test_of_failures_the_kind_that_is_over_stays_and_no_other_is_retried(open_board: Opens):
    groups = tuple(replace(group, task_ids=group.task_ids[:1], count=1) for group in scenes.BUSY.failures)
    assert len(groups) > 1
    async with open_board(replace(scenes.BUSY, failures=groups)) as desk:
        await desk.press("4", "4", "r")
        await desk.put(replace(scenes.BUSY, failures=groups[1:]))
        assert "none left" in desk.text()
        await desk.press("r")
        assert desk.verbs.called("retry") == [("retry", groups[0].task_ids)]
        assert desk.notes()[-1] == GONE


async def test_the_cursor_goes_with_a_worker_that_has_stopped_and_no_other_one_is_stopped(open_board: Opens):
    one, *others = scenes.BUSY.workers
    async with open_board() as desk:
        await desk.press("3", "x")
        await desk.put(replace(scenes.BUSY, workers=(replace(one, state=WorkerState.STOPPED, in_hand=()), *others)))
        assert "■ 1 stopped" in desk.text()
        await desk.press("x")
        assert [call[1] for call in desk.verbs.called("stop_workers")] == [(one.id,)]
        assert "This row stands for 1 stopped worker" in desk.notes()[-1]


async def test_in_a_kind_of_failures_the_panel_stays_on_the_task_that_was_retried(open_board: Opens):
    one, *others = failed(25), failed(17), failed(9)
    group = replace(scenes.BUSY.failures[0], task_ids=(25, 17, 9), count=3, tasks=(one, *others))
    async with open_board(replace(scenes.BUSY, failures=(group,))) as desk:
        await desk.press("F", "enter", "w")
        screen = desk.app.screen
        assert isinstance(screen, FailureGroupScreen)
        assert screen.why_panel.task_id == 25
        await desk.put(replace(scenes.BUSY, failures=(replace(group, task_ids=(17, 9), count=2, tasks=tuple(others)),)))
        assert screen.why_panel.task_id == 25
        assert screen.row_list.current == others[0]
        await desk.put(replace(scenes.BUSY, failures=(group,)))
        assert screen.row_list.current == one, "it has failed again"
        await desk.press("tab", "down", "down")
        assert screen.why_panel.task_id == 9
        await desk.put(replace(scenes.BUSY, failures=(replace(group, tasks=(*others, one)),)))
        assert screen.row_list.current == others[1], "who has moved the cursor finds it there"
