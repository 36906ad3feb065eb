"""An action is for exactly what the queue says is meant: all that match, or every marked row, at hand or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.bulk import Action, Order
from core.details import TaskDetail
from core.filters import TaskFilter
from core.models import Task, TaskStatus
from core.snapshot import View
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens

FAILED = TaskFilter(statuses=(TaskStatus.FAILED,))


async def narrowed(desk: Desk) -> None:
    """The queue shows one failed task; the server has more of them."""
    desk.board.queue_pane.narrow(FAILED)
    shown = scenes.looking_at(scenes.BUSY, View(filter=FAILED)).view
    rows = tuple(task for task in shown.tasks if task.status is TaskStatus.FAILED)
    await desk.put(replace(scenes.BUSY, view=replace(shown, tasks=rows, total=700)))
    for n in range(1, 4):
        desk.verbs.details[n] = TaskDetail(Task(n, "Many", status=TaskStatus.FAILED))


@pytest.mark.parametrize("key", ["r", "D", "e"])
async def test_all_that_match_are_acted_on_where_all_are_meant(open_board: Opens, key: str):
    async with open_board() as desk:
        await narrowed(desk)
        await desk.press("a", "a")
        assert "✓ all 700 that match" in desk.text()
        await desk.press(key)
        assert desk.verbs.called("plan_bulk")[-1][2] == FAILED
        assert "all that match status:failed" in desk.text()


async def test_all_tasks_are_meant_where_there_is_no_filter(open_board: Opens):
    async with open_board() as desk:
        await desk.press("a", "a")
        assert f"✓ all {scenes.BUSY.view.total:,} tasks" in desk.text()
        await desk.press("C")
        assert desk.verbs.called("plan_bulk")[-1][2] == TaskFilter()
        assert "Cancel all tasks" in desk.text()


async def test_marked_tasks_that_are_not_in_the_list_are_acted_on_and_not_the_one_under_the_cursor(open_board: Opens):
    async with open_board() as desk:
        await desk.press("space", "space")
        await narrowed(desk)
        assert "✓ 2 marked (2 not in this list)" in desk.text()
        assert "r Retry" in desk.text()
        await desk.press("C")
        assert desk.verbs.called("plan_bulk")[-1][1:] == (Order(Action.CANCEL), (10431, 10430))
        await desk.press("y")
        assert desk.verbs.called("bulk") == [("bulk", Action.CANCEL, (10431, 10430))]
        assert desk.verbs.called("cancel") == []


async def test_the_ids_of_all_marked_tasks_are_copied(open_board: Opens):
    async with open_board() as desk:
        await desk.press("y")
        assert desk.app.clipboard == "10431"
        await desk.press("space", "space", "y")
        assert desk.app.clipboard == "10430 10431"
        assert desk.notes()[-1] == "Copied 2 ids"


async def test_of_all_that_match_only_the_ids_of_the_loaded_rows_are_copied_which_is_said(open_board: Opens):
    async with open_board() as desk:
        await narrowed(desk)
        await desk.press("a", "a", "y")
        assert desk.app.clipboard == "10427"
        assert desk.notes()[-1] == "Copied 1 id: of the loaded rows only, not of all 700"


async def test_where_all_that_match_are_loaded_the_ids_of_all_are_copied(open_board: Opens):
    async with open_board() as desk:
        view = scenes.BUSY.view
        await desk.put(replace(scenes.BUSY, view=replace(view, total=len(view.tasks))))
        await desk.press("a", "a", "y")
        assert desk.notes()[-1] == f"Copied {len(view.tasks)} ids"
