"""The first line of the board says where videos come from, on every terminal."""

from __future__ import annotations

from dataclasses import replace

from tests.tui import scenes
from tests.tui.conftest import Opens

SIZES = [(120, 36), (80, 24), (60, 20)]
QUOTA = "youtube_api, 9,432 of 10,000 units left today"


async def test_what_is_left_of_a_quota_is_told(open_board: Opens):
    seen = replace(scenes.EMPTY, server=scenes.server(source=QUOTA))
    async with open_board(seen) as desk:
        for size in SIZES:
            await desk.resize(size)
            assert "youtube_api 9,432 left" in desk.text().splitlines()[0], size
            await desk.put(replace(seen, server=scenes.server(source=f"{QUOTA}, but no searches")))
            line = desk.text().splitlines()[0]
            assert "youtube_api 9,432 left" in line, size
            assert ("no searches" in line) == (size[0] >= 80), size
            await desk.put(seen)


async def test_a_wide_terminal_tells_it_in_full(open_board: Opens):
    async with open_board(replace(scenes.EMPTY, server=scenes.server(source=QUOTA)), (180, 50)) as desk:
        assert f"source {QUOTA}" in desk.text().splitlines()[0]


async def test_a_source_that_never_runs_out_is_named(open_board: Opens):
    async with open_board(replace(scenes.EMPTY, server=scenes.server(source="yt_dlp"))) as desk:
        for size in SIZES[:2]:
            await desk.resize(size)
            assert "source yt_dlp" in desk.text().splitlines()[0], size


async def test_a_frozen_picture_grows_old(open_board: Opens):
    async with open_board() as desk:
        await desk.press("f")
        desk.board.status_line.clock = lambda: scenes.ago(-75)
        desk.board.tick()
        await desk.settle()
        assert f"‖ frozen at {scenes.NOW:%H:%M:%S}, 1m15s ago; f goes on" in desk.text().splitlines()[0]
