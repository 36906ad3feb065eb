"""Every scene of pane 4 looks as it did when someone last looked at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui import scenes, scenes_results
from tests.tui.test_pictures import pressed

Compare = Callable[..., bool]


@pytest.mark.parametrize("size", scenes_results.SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", scenes_results.PRESSED)
def test_a_scene_of_pane_4_looks_right(
    name: str, size: tuple[int, int], snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Path, "cwd", lambda: Path("/home/ann"))
    snapshot, keys = scenes_results.PRESSED[name]

    app, connection = scenes.board(snapshot)
    connection.verbs.ideas["898"] = scenes_results.idea()
    assert snap_compare(app, terminal_size=size, run_before=pressed(*keys))
