"""The screen of a task looks as it did when someone last looked at it."""

from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot

from tests.tui.scenes_task import SHOWN, board
from tests.tui.test_pictures import Compare, pressed, still
from tui.command import CommandScreen
from tui.screens.task_search import SearchLine
from tui.widgets.key_bar import fill_keys


@pytest.mark.parametrize(("name", "size", "keys"), SHOWN, ids=[name for name, _, _ in SHOWN])
def test_the_screen_of_a_task_looks_right(
    name: str, size: tuple[int, int], keys: tuple[str, ...], snap_compare: Compare
):
    async def run(pilot: Pilot[int]) -> None:
        await pressed("2", "down", "down", "enter", *keys)(pilot)
        async with asyncio.timeout(20):
            while not all(line.is_over for line in pilot.app.screen.query(SearchLine)):
                await pilot.pause()
        if isinstance(pilot.app.screen, CommandScreen):
            fill_keys(pilot.app.screen)  # it is named anew a few messages after the cursor has moved
        await still(pilot)

    assert snap_compare(board(), terminal_size=size, run_before=run)
