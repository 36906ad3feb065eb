"""One word for one thing: what a worker makes of a task is an attempt, in every list that tells of them."""

from __future__ import annotations

import re

import pytest

from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.scenes_results import OUTCOMES


@pytest.mark.parametrize(
    ("keys", "shown", "size"),
    [
        (("2",), scenes.BUSY, (80, 24)),
        (("4", "4", "enter"), OUTCOMES, (120, 36)),
        (("3", "enter"), scenes.BUSY, (80, 24)),
        (("o",), scenes.BUSY, (120, 36)),
    ],
    ids=["queue", "failures", "worker", "reports"],
)
async def test_a_list_of_attempts_calls_them_so(
    open_board: Opens, keys: tuple[str, ...], shown: Snapshot, size: tuple[int, int]
):
    async with open_board(shown, size) as desk:
        await desk.press(*keys)
        assert " Att. " in desk.text()
        assert re.search(r"\btry \d", desk.text()) is None
