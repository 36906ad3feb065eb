"""A cancel is no end for good: what was cancelled can be brought back, and each place that speaks of it says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import RowOutcome, TaskStatus
from tests.tui import scenes
from tests.tui.conftest import Opens

CANCELLED = replace(
    scenes.BUSY,
    view=replace(
        scenes.BUSY.view,
        tasks=tuple(
            replace(task, status=TaskStatus.FAILED, error="cancelled") if task.id == 10430 else task
            for task in scenes.BUSY.view.tasks
        ),
    ),
)


async def test_what_was_cancelled_is_told_with_the_key_that_brings_it_back(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("down", "C", "y")
        assert desk.notes() == ["#10430 cancelled; r brings it back"]


async def test_no_way_back_is_told_of_what_was_not_cancelled(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        desk.verbs.outcomes[10430] = RowOutcome(10430, False, TaskStatus.COMPLETED)
        await desk.press("down", "C", "y")
        assert desk.notes() == ["#10430 was not cancelled: it is completed"]


async def test_no_way_back_is_told_where_the_server_has_none(open_board: Opens):
    server = replace(scenes.BUSY.server, can=scenes.BUSY.server.can - {"retry"})
    async with open_board(replace(scenes.BUSY, server=server), (80, 24)) as desk:
        await desk.press("down", "C", "y")
        assert desk.notes() == ["#10430 cancelled"]


@pytest.mark.parametrize("keys", [("down",), ("down", "enter")], ids=["queue", "task"])
async def test_the_key_bar_brings_back_what_was_cancelled_and_retries_what_failed(
    open_board: Opens, keys: tuple[str, ...]
):
    async with open_board(CANCELLED, (80, 24)) as desk:
        for task in CANCELLED.view.tasks[:5]:
            desk.verbs.details[task.id] = replace(scenes.detail(), task=task)
        await desk.press(*keys)
        assert "r Bring back" in desk.text().splitlines()[-1]
        await desk.press("escape", "down", "down", "down", *keys[1:])
        assert "r Retry" in desk.text().splitlines()[-1]


async def test_the_help_has_one_truth_about_a_cancel(open_board: Opens):
    async with open_board() as desk:
        await desk.press("question_mark", "/")
        await desk.type("not finished")
        told = " ".join(" ".join(line.split("│")[-2] for line in desk.text().splitlines() if "│" in line).split())
        assert "End a task that is not finished; Retry makes" in told
        assert "for good" not in told
