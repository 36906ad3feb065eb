"""What is shown before a strategy is chosen looks as it did when someone last looked at it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes, scenes_workers
from tests.tui.test_pictures import Compare, pressed


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)], ids=lambda size: "x".join(map(str, size)))
def test_how_long_those_that_wait_would_wait_looks_right(size: tuple[int, int], snap_compare: Compare):
    app, connection = scenes.board(replace(scenes.BUSY, workers=scenes_workers.EVERY_STATE))
    connection.verbs.simulation = scenes_workers.simulation()
    assert snap_compare(app, terminal_size=size, run_before=pressed("t"))
