"""What is open while the TaskManager goes away says so, and how old it is; it is up to date when that is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.snapshot import Link
from tests.tui import scenes
from tests.tui.conftest import Opens


@pytest.mark.parametrize("size", [(120, 36), (60, 20)], ids=str)
@pytest.mark.parametrize("keys", [("enter",), ("1", "enter")], ids=["task", "type"])
async def test_the_heading_says_that_nothing_is_heard(open_board: Opens, keys: tuple[str, ...], size: tuple[int, int]):
    async with open_board(size=size) as desk:
        await desk.press(*keys)
        assert "offline" not in desk.text()
        heard = scenes.NOW - timedelta(seconds=75)
        away = replace(scenes.BUSY.server, link=Link.OFFLINE, heard_at=heard)
        await desk.put(replace(scenes.BUSY, server=away))
        desk.app.screen.draw()  # type: ignore[attr-defined]  # as each second
        await desk.settle()
        assert "✗ offline, heard 1m15s ago" in desk.text().splitlines()[0]
        await desk.put(scenes.BUSY)
        desk.app.screen.draw()  # type: ignore[attr-defined]
        await desk.settle()
        assert "offline" not in desk.text()
