"""A task that was retried by itself: how it ends is said once, where somebody still looks at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.details import TaskDetail
from core.models import Task, TaskStatus
from core.snapshot import QueueView, Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens, until
from tui.screens.task import TaskScreen

BEFORE = replace(
    scenes.task(4), status=TaskStatus.FAILED, error="quota exceeded", completed_at=scenes.NOW - timedelta(hours=1)
)
WAITS = replace(BEFORE, status=TaskStatus.PENDING, completed_at=None, attempts=0)
AGAIN = replace(BEFORE, error="no such channel", completed_at=scenes.NOW)
DONE = replace(BEFORE, status=TaskStatus.COMPLETED, error=None, completed_at=scenes.NOW)
SAID = "#4 failed again: no such channel"


def queue_of(*tasks: Task) -> Snapshot:
    return replace(scenes.BUSY, view=QueueView(tasks=tasks, total=len(tasks), at=scenes.NOW), stuck={})


async def test_the_queue_says_once_that_the_retried_task_under_the_cursor_failed_again(open_board: Opens):
    async with open_board(queue_of(BEFORE, scenes.task(3))) as desk:
        await desk.press("r")
        assert desk.verbs.called("retry") == [("retry", (4,))]
        for shown in (BEFORE, WAITS):  # a picture from before the retry is no end
            await desk.put(queue_of(shown, scenes.task(3)))
            assert SAID not in desk.notes()
        await desk.put(queue_of(AGAIN, scenes.task(3)))
        assert desk.notes() == [SAID]
        desk.app.clear_notifications()
        await desk.put(queue_of(AGAIN, scenes.task(2)))
        assert desk.notes() == []


async def test_nothing_is_said_of_a_task_that_the_cursor_has_left_nor_when_it_comes_back(open_board: Opens):
    async with open_board(queue_of(BEFORE, scenes.task(3))) as desk:
        await desk.press("r", "down")
        await desk.put(queue_of(AGAIN, scenes.task(3)))
        await desk.press("up")
        await desk.put(queue_of(AGAIN, scenes.task(2)))
        assert SAID not in desk.notes()


async def test_a_task_that_was_not_retried_from_here_ends_without_a_word(open_board: Opens):
    async with open_board(queue_of(WAITS)) as desk:
        await desk.put(queue_of(AGAIN))
        assert desk.notes() == []


async def test_the_open_task_says_how_its_retry_ended(open_board: Opens):
    for end, said in ((AGAIN, SAID), (DONE, "#4 completed.")):
        async with open_board(queue_of(BEFORE)) as desk:
            desk.verbs.details[4] = TaskDetail(BEFORE)
            await desk.press("enter")
            assert isinstance(desk.app.screen, TaskScreen)
            desk.verbs.details[4] = TaskDetail(WAITS)
            await desk.press("r")
            desk.verbs.details[4] = TaskDetail(end)
            await desk.put(queue_of(end))
            await until(desk, lambda said=said: desk.notes() == [said])
            desk.app.clear_notifications()
            await desk.press("escape")
            await desk.put(queue_of(end, scenes.task(2)))
            assert desk.notes() == [], "it was told already"
