"""A task that waits for a time, on the board: said in its row, and ended by the key that retries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.models import TaskStatus
from tests.tui import scenes
from tests.tui.conftest import Opens

FIRST, *OTHERS = scenes.BUSY.view.tasks
PUT_OFF = replace(
    FIRST,
    status=TaskStatus.PENDING,
    attempts=1,
    claimed_by=None,
    error="The daily quota is used up.",
    retry_at=scenes.NOW + timedelta(hours=7, minutes=5),
)
WAITING = replace(scenes.BUSY, view=replace(scenes.BUSY.view, tasks=(PUT_OFF, *OTHERS)))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_its_row_says_that_it_is_put_off_and_for_how_long(open_board: Opens, size: tuple[int, int]):
    async with open_board(WAITING, size=size) as desk:
        assert "○ put off" in desk.text()
        if size[0] >= 80:
            assert "in 7h05m" in desk.text()


async def test_until_when_it_is_put_off_has_no_age_where_times_are_told_as_ages(open_board: Opens):
    async with open_board(WAITING) as desk:
        await desk.press("u", "u", "2", "home", "enter")
        (line,) = [each for each in desk.text().splitlines() if "Not before" in each]
        assert " in " in line and " ago" not in line


async def test_the_key_that_retries_ends_its_wait(open_board: Opens):
    async with open_board(WAITING) as desk:
        await desk.press("2", "home", "r")
        assert desk.verbs.called("retry") == [("retry", (PUT_OFF.id,))]
