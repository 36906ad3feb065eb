"""Stuck tasks, and the panel that tells why, look as they did when someone last looked at them."""

from __future__ import annotations

import pytest

from core.snapshot import Snapshot
from tests.tui import scenes_why
from tests.tui.test_pictures import Compare, pressed

LOOKED_AT = [(name, snapshot, keys, size) for name, snapshot, keys in scenes_why.SHOWN for size in scenes_why.SIZES]


@pytest.mark.parametrize(
    ("name", "scene", "keys", "size"), LOOKED_AT, ids=[f"{name}-{w}x{h}" for name, _, _, (w, h) in LOOKED_AT]
)
def test_why_looks_right(
    name: str, scene: Snapshot, keys: tuple[str, ...], size: tuple[int, int], snap_compare: Compare
):
    assert picture(scene, keys, size, snap_compare)


@pytest.mark.parametrize("name", scenes_why.COLOURLESS)
def test_why_looks_right_without_colour(name: str, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    snapshot, keys = next((snapshot, keys) for each, snapshot, keys in scenes_why.SHOWN if each == name)
    assert picture(snapshot, keys, (120, 36), snap_compare)


def picture(snapshot: Snapshot, keys: tuple[str, ...], size: tuple[int, int], snap_compare: Compare) -> bool:
    return snap_compare(scenes_why.board(snapshot)[0], terminal_size=size, run_before=pressed(*keys))
