"""Whom a strategy is for, and what sorting is for, look as they did when someone last looked at it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes, scenes_workers
from tests.tui.test_pictures import Compare, pressed


@pytest.mark.parametrize("size", [(60, 20), (80, 24)], ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("keys", [("3", "t"), ("3", "t", "a"), ("O",)], ids=["one", "widened", "sort"])
def test_whom_it_is_for_looks_right(keys: tuple[str, ...], size: tuple[int, int], snap_compare: Compare):
    app, connection = scenes.board(replace(scenes.BUSY, workers=scenes_workers.EVERY_STATE))
    connection.verbs.simulation = scenes_workers.simulation()
    assert snap_compare(app, terminal_size=size, run_before=pressed(*keys))
