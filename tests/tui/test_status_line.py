"""The first line of the board says where videos come from, on every terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes
from tests.tui.conftest import Opens

SIZES = [(120, 36), (80, 24), (60, 20)]
QUOTA = "youtube_api, 9,432 of 10,000 units left today"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_is_left_of_a_quota_is_told(open_board: Opens, size: tuple[int, int]):
    seen = replace(scenes.EMPTY, server=scenes.server(source=QUOTA))
    async with open_board(seen, size) as desk:
        assert "youtube_api 9,432 left" in desk.text().splitlines()[0]
        await desk.put(replace(seen, server=scenes.server(source=f"{QUOTA}, but no searches")))
        line = desk.text().splitlines()[0]
        assert "youtube_api 9,432 left" in line
        assert ("no searches" in line) == (size[0] >= 80)


async def test_a_wide_terminal_tells_it_in_full(open_board: Opens):
    async with open_board(replace(scenes.EMPTY, server=scenes.server(source=QUOTA)), (180, 50)) as desk:
        assert f"source {QUOTA}" in desk.text().splitlines()[0]


@pytest.mark.parametrize("size", SIZES[:2], ids=str)
async def test_a_source_that_never_runs_out_is_named(open_board: Opens, size: tuple[int, int]):
    async with open_board(replace(scenes.EMPTY, server=scenes.server(source="yt_dlp")), size) as desk:
        assert "source yt_dlp" in desk.text().splitlines()[0]
