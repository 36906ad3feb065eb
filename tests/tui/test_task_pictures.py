"""The screen of a task looks as it did when someone last looked at it."""

from __future__ import annotations

import pytest

from tests.tui.scenes_task import SHOWN, board
from tests.tui.test_pictures import Compare, pressed


@pytest.mark.parametrize(("name", "size", "keys"), SHOWN, ids=[name for name, _, _ in SHOWN])
def test_the_screen_of_a_task_looks_right(
    name: str, size: tuple[int, int], keys: tuple[str, ...], snap_compare: Compare
):
    assert snap_compare(board(), terminal_size=size, run_before=pressed("2", "down", "down", "enter", *keys))
