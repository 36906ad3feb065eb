"""What is stuck is marked in the queue, counted in the status line, and explained on the other screens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.details import TaskDetail
from core.models import TaskStatus, WorkerState
from core.snapshot import Counts, StuckTask
from tests.tui import scenes, scenes_why
from tests.tui.why_desk import SIZES, TO_GONE, opened, row, seen
from tui.screens.failure_group import FailureGroupScreen
from tui.screens.task import TaskScreen
from tui.screens.worker import WorkerScreen

pytestmark = pytest.mark.usefixtures("asked_once")


async def test_the_task_screen_says_why_in_its_overview_and_tells_all_below():
    async with opened() as desk:
        await desk.press(*TO_GONE, "enter")
        assert "Why ⚠ Its worker has not been heard of" in seen(desk)
        assert "(w tells more)" in seen(desk)
        await desk.press("right_square_bracket")
        assert "(w: 1 more cause)" in seen(desk)
        await desk.press("left_square_bracket")
        await desk.press("w")
        assert "Why? #10429" in desk.text()
        assert "Overview" in desk.text()
        await desk.press("1", "y")
        assert desk.verbs.called("release") == [("release", (10429,), False)]
        await desk.press("escape")
        assert isinstance(desk.app.screen, TaskScreen)
        assert "Why? #10429" not in desk.text()
        await desk.press("escape")
        assert desk.app.screen is desk.board


async def test_the_panel_of_the_task_screen_goes_along_to_the_next_task():
    async with opened() as desk:
        await desk.press(*TO_GONE, "enter", "w", "right_square_bracket")
        assert "Why? #10428" in desk.text()


async def test_a_completed_task_is_not_asked_about():
    async with opened() as desk:
        done = replace(scenes_why.STUCK.view.tasks[0], status=TaskStatus.COMPLETED)
        desk.verbs.details[10431] = TaskDetail(done)
        await desk.press("enter")
        assert desk.verbs.reads == []


async def test_the_screens_of_a_worker_and_of_a_group_of_failures_have_the_panel_too():
    async with opened() as desk:
        await desk.press("3", "enter", "w")
        assert isinstance(desk.app.screen, WorkerScreen)
        assert desk.verbs.reads[-1] == ("why", 10432)
        assert "Why? #10432" in desk.text()
        await desk.press("escape", "escape", "4", "4", "enter")
        assert isinstance(desk.app.screen, FailureGroupScreen)
        await desk.press("w")
        assert "Why? " in desk.text()
        await desk.press("escape", "escape")
        assert desk.app.screen is desk.board


async def test_stuck_rows_are_marked_and_where_there_is_room_with_the_cause():
    async with opened() as desk:
        for size in SIZES:
            await desk.resize(size)
            rows = [line for line in desk.text().splitlines() if "⚠" in line and ("10429" in line or "10428" in line)]
            assert len(rows) == 2, size
            assert "owner gone" in rows[0] or size[0] < 64, size
            assert "no worker" in rows[1] or size[0] < 64, size
            assert "⚠" not in row(desk, "10430 "), size


async def test_the_head_names_the_key_that_tells_why_tasks_are_stuck():
    async with opened() as desk:
        for size in SIZES:
            await desk.resize(size)
            assert "⚠ 3 stuck (W)" in desk.text().splitlines()[0], size


async def test_a_mark_goes_when_the_task_is_stuck_no_more():
    async with opened() as desk:
        assert "⚠" in row(desk, "10428")
        await desk.put(replace(scenes_why.STUCK, stuck={}, stuck_count=0))
        assert "⚠" not in row(desk, "10428")
        assert "stuck" not in desk.text()


async def test_a_queue_in_which_nothing_is_stuck_looks_as_it_did():
    async with opened(scenes.BUSY) as desk:
        before = desk.text()
        await desk.put(scenes_why.STUCK)
        await desk.put(scenes.BUSY)
        assert desk.text() == before


async def test_the_status_line_counts_them_and_says_why_nothing_happens():
    resting = replace(scenes_why.NOTHING.workers[0], state=WorkerState.BACKING_OFF)
    why = "the only worker rests after failures; 2 tasks wait."
    async with opened(replace(scenes_why.NOTHING, workers=(resting,), nothing_happens=why)) as desk:
        for size in SIZES:
            await desk.resize(size)
            line = desk.text().splitlines()[0]
            assert "⚠ 2+ stuck" in line, size
            if size[0] >= 80:
                said = "nothing is happening because" if size[0] >= 120 else "nothing happens:"
                assert f"{said} the only worker rests" in line, size


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_that_all_was_paused_or_stopped_here_is_said_shortly_with_the_key_that_ends_it(size: tuple[int, int]):
    paused = replace(scenes_why.NOTHING, counts=Counts(2, 0, 8410, 6), stuck_count=3, stuck_exact=True)
    ended = tuple(replace(each, state=WorkerState.STOPPED) for each in paused.workers)
    stopped = replace(paused, workers=ended, nothing_happens="")
    none_yet = replace(paused, workers=(), nothing_happens="no worker runs; 2 tasks wait.")
    async with opened(paused, size) as desk:
        no_workers, all_stopped = "■ no workers, s starts", "■ all stopped, s starts"
        for seen, said in ((paused, "‖ all 4 paused, p resumes"), (stopped, all_stopped), (none_yet, no_workers)):
            await desk.put(seen)
            line = desk.text().splitlines()[0]
            assert said in line and "⚠ 3 stuck" in line and "nothing is" not in line, line
            assert "✗ 6 failed" in line or size[0] < 80, line
        far = (replace(paused.workers[0], local=False), *paused.workers[1:])
        await desk.put(replace(paused, workers=far))
        assert "p resumes" not in desk.text().splitlines()[0]


async def test_what_waits_for_workers_that_were_paused_or_stopped_has_their_sign_instead_of_a_warning():
    paused = StuckTask("workers-paused", "All 3 workers of it are paused.", on_purpose=True)
    stopped = StuckTask("workers-ended", "All 3 workers of it have stopped.", on_purpose=True)
    async with opened(replace(scenes_why.STUCK, stuck={10429: paused, 10428: stopped})) as desk:
        assert "‖" in row(desk, "10429") and "■" in row(desk, "10428")
        assert "⚠" not in row(desk, "10429") + row(desk, "10428")
        for size in SIZES:
            await desk.resize(size)
            assert "workers paused" not in desk.text() and "workers ended" not in desk.text(), size


async def test_a_filter_for_stuck_rows_says_of_how_many_and_means_only_loaded_rows():
    async with opened() as desk:
        await desk.press("slash")
        await desk.type("stuck:yes")
        await desk.press("enter")
        ((_, view),) = desk.verbs.called("look")
        assert str(view.filter) == "stuck:yes"
        rows = tuple(each for each in scenes_why.STUCK.view.tasks if each.id in scenes_why.STUCK.stuck)
        found = replace(scenes_why.STUCK.view, view=view, tasks=rows, total=2, searched=1000, searchable=1207)
        await desk.put(replace(scenes_why.STUCK, view=found))
        assert "/stuck:yes  2 found, searched 1,000 of 1,207" in desk.text()
        await desk.press("a", "a")
        assert not desk.board.queue_pane.row_list.all_meant


async def test_the_help_tells_what_makes_a_task_stuck_and_what_the_signs_in_the_queue_mean():
    async with opened() as desk:
        await desk.press("question_mark", "slash")
        await desk.type("stuck")
        for said in ("It does not go on by itself", "no worker claims its type", "w tells why"):
            assert said in seen(desk)
        for _ in "stuck":
            await desk.press("backspace")
        await desk.type("paused (")
        assert "it waits for workers that were paused" in seen(desk)
