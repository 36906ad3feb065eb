"""Failures of one kind: one is tried first, and what is said of it and of the others is so."""

from __future__ import annotations

from dataclasses import replace

from core.details import TaskDetail
from core.diagnosis import Cause, Diagnosis
from core.models import Task, TaskStatus
from core.snapshot import FailureGroup, QueueView, Snapshot, StuckTask
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.scenes_results import OUTCOMES
from tui.screens.failure_group import FailureGroupScreen
from tui.wording import CANNOT_CHANGE


def failed(number: int, error: str = "quota exceeded", attempts: int = 3) -> Task:
    return replace(scenes.task(number), status=TaskStatus.FAILED, error=error, attempts=attempts)


def board_of(*tasks: Task) -> Snapshot:
    """A board with these as its only group of failures."""
    if not tasks:
        return replace(scenes.BUSY, failures=())
    first = tasks[0]
    ids = tuple(task.id for task in tasks)
    return replace(
        scenes.BUSY, failures=(FailureGroup(str(first.error), first.task_type, len(tasks), ids, tasks=tasks),)
    )


def group(desk: Desk) -> FailureGroupScreen:
    assert isinstance(desk.app.screen, FailureGroupScreen)
    return desk.app.screen


async def test_one_that_has_left_the_group_before_its_retry_is_answered_is_watched_all_the_same(open_board: Opens):
    async with open_board(board_of(failed(25), failed(17))) as desk:
        await desk.press("F", "enter")
        desk.verbs.may_answer.clear()
        desk.verbs.details[25] = TaskDetail(scenes.task(25, attempts=0))
        await desk.press("c")
        await desk.put(board_of(failed(17)))
        desk.verbs.may_answer.set()
        await until(desk, lambda: "#25 tried first: ○ pending, no worker has claimed it yet" in desk.text())


async def test_one_that_is_cancelled_after_its_retry_has_not_failed_again(open_board: Opens):
    async with open_board(board_of(failed(25), failed(17))) as desk:
        desk.verbs.details[25] = TaskDetail(failed(25, "cancelled"))
        await desk.press("F", "enter", "c")
        await until(desk, lambda: "#25 tried first: ⊘ cancelled after its retry" in desk.text())
        assert "failed again" not in desk.text()
        assert not group(desk).canary.is_tried


async def test_all_are_retried_after_a_dry_run_where_the_one_that_was_tried_has_failed_again(open_board: Opens):
    async with open_board(board_of(failed(25), failed(4))) as desk:
        desk.verbs.details[25] = TaskDetail(failed(25))
        await desk.press("F", "enter", "c")
        await until(desk, lambda: "#25 tried first: ✗ failed again" in desk.text())
        await desk.press("r")
        assert "Retry 2 tasks" in desk.text() and "nothing is changed yet" in desk.text()
        assert desk.verbs.called("retry") == [("retry", (25,))], "the one that was tried, and nothing before the yes"
        assert " #25 " in desk.text() and "#4 " in desk.text()


async def test_one_that_is_tried_still_is_not_retried_a_second_time(open_board: Opens):
    async with open_board(board_of(failed(25), failed(17), failed(4))) as desk:
        desk.verbs.details[25] = TaskDetail(scenes.task(25, attempts=0))
        await desk.press("F", "enter", "c")
        await until(desk, lambda: "#25 tried first: ○ pending" in desk.text())
        await desk.press("r")
        assert "Retry 2 tasks" in desk.text()


async def test_cancelled_tasks_are_told_as_cancelled_to_the_end(open_board: Opens):
    async with open_board(board_of(failed(25, "cancelled"), failed(17, "cancelled"))) as desk:
        await desk.press("F", "enter")
        assert "2 cancelled tasks" in desk.text()
        await desk.put(board_of())
        assert "none is cancelled any more" in desk.text()
        assert "None of them is cancelled any more." in desk.text()
        assert "cancelled task " not in desk.text() and "failed" not in desk.text().split("24 h")[0]
        assert "retries all" not in desk.text()
        await desk.press("r")
        assert desk.notes()[-1] == "None of them is cancelled any more."


async def test_where_one_that_was_cancelled_completes_the_others_may_stay_cancelled(open_board: Opens):
    async with open_board(board_of(failed(25, "cancelled"), failed(17, "cancelled"))) as desk:
        desk.verbs.details[25] = TaskDetail(scenes.task(25, TaskStatus.COMPLETED))
        await desk.press("F", "enter", "c")
        await until(desk, lambda: "#25 completed: retry the other 1?" in desk.text())
        assert "leave them cancelled" in desk.text()


async def test_the_key_that_tries_one_says_which(open_board: Opens):
    async with open_board(board_of(failed(25), failed(17))) as desk:
        await desk.press("F")
        assert "c Try #25" in desk.text()
        await desk.press("enter")
        assert "c Try #25" in desk.text()
        await desk.press("down")
        assert "c Try #17" in desk.text()


async def test_what_workers_said_of_trying_again_at_once_is_told_before_all_are_retried(open_board: Opens):
    async with open_board(board_of(failed(25, attempts=1), failed(17, attempts=1))) as desk:
        await desk.press("F", "r")
        assert "⚠ Trying again at once does not help, say the workers that tried." in desk.text()
        assert desk.verbs.called("bulk") == []
        await desk.press("escape", "enter")
        assert CANNOT_CHANGE in desk.text()
        await desk.press("r")
        assert CANNOT_CHANGE in desk.text()


async def test_nothing_like_it_is_said_where_attempts_were_used_up_or_somebody_cancelled_them(open_board: Opens):
    for tasks in ((failed(25, attempts=1), failed(17)), (failed(25, "cancelled", attempts=1),)):
        async with open_board(board_of(*tasks)) as desk:
            await desk.press("F", "enter")
            assert CANNOT_CHANGE not in desk.text()


async def test_why_of_a_group_says_that_it_tells_of_the_newest_of_them(open_board: Opens):
    async with open_board(OUTCOMES, (80, 24)) as desk:
        told = Diagnosis(10427, scenes.NOW, (Cause("failed", "It has failed."),), status=TaskStatus.FAILED)
        desk.verbs.diagnoses[10427] = told
        await desk.press("F", "w")
        assert "Why? #10427, the newest of 42  ✗ failed" in desk.text()
        await desk.press("escape", "enter", "w")
        assert "the newest of" not in desk.text(), "there it is about the row under the cursor"


async def test_a_panel_about_one_of_a_kind_stays_with_it_while_the_queue_follows_the_newest(open_board: Opens):
    both, newer = board_of(failed(25), failed(4)), scenes.task(90)
    async with open_board(both, (80, 24)) as desk:
        await desk.press("F", "w")
        queue = QueueView(tasks=(newer, *both.view.tasks), total=both.view.total, at=scenes.NOW)
        await desk.put(replace(board_of(failed(4)), view=queue))  # it was retried, and another task is new
        assert "Why? #25" in desk.text() and "Why? #4" not in desk.text()


async def test_what_has_ended_is_not_marked_as_stuck_any_more_and_a_missing_worker_is_called_that(open_board: Opens):
    stuck = {number: StuckTask("type-unknown-here", "No worker here.") for number in (25, 17)}
    tasks = (failed(25, "cancelled"), scenes.task(17))
    shown = replace(scenes.BUSY, view=QueueView(tasks=tasks, total=2, at=scenes.NOW), stuck=stuck)
    async with open_board(shown, (80, 24)) as desk:
        gone, waits = (next(line for line in desk.text().splitlines() if f" {each} " in line) for each in (25, 17))
        assert "⊘ cancelled" in gone and "⚠" not in gone
        assert "⚠" in waits and "no worker here" in waits and "unknown" not in waits
