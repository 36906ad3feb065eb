"""The first line of the board says where videos come from, on every terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import WorkerStatus
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


def claiming(*strategies: str) -> tuple[WorkerStatus, ...]:
    """The workers of the scene, each with one of these strategies."""
    workers = scenes.workers()
    return tuple(replace(each, strategy=strategies[n % len(strategies)]) for n, each in enumerate(workers))


@pytest.mark.parametrize(
    ("strategies", "words", "name"),
    [
        (("FIFO",), "oldest first per type", "FIFO"),
        (("LIFO",), "newest first per type", "LIFO"),
        (("PRIORITY",), "PRIORITY", "PRIORITY"),
        (("FRESHEST",), "FRESHEST", "FRESHEST"),
        (("FIFO", "LIFO"), "mixed order", "mixed"),
    ],
    ids=lambda told: "-".join(told) if isinstance(told, tuple) else None,
)
async def test_what_the_workers_claim_first_is_told_in_words_where_these_push_nothing_out(
    open_board: Opens, strategies: tuple[str, ...], words: str, name: str
):
    seen = replace(scenes.BUSY, workers=claiming(*strategies))
    async with open_board(seen, (80, 24)) as desk:
        assert f"workers 4 (2 busy): {words} (t)" in desk.text().splitlines()[0]
        await desk.put(replace(seen, stuck_count=123, reports_waiting=9))
        line = desk.text().splitlines()[0]
        assert f"workers 4 (2 busy): {name} (t)" in line and "123 stuck" in line


async def test_an_order_within_each_type_is_said_only_where_a_worker_has_several(open_board: Opens):
    one = tuple(replace(each, types=each.types[:1]) for each in claiming("LIFO"))
    async with open_board(replace(scenes.BUSY, workers=one)) as desk:
        assert "workers 4 (2 busy): newest first (t)" in desk.text().splitlines()[0]


async def test_workers_of_other_boards_are_no_part_of_what_ours_claim_first(open_board: Opens):
    ours, *others = claiming("LIFO", "FIFO", "FIFO", "FIFO")
    theirs = tuple(replace(each, local=False) for each in others)
    async with open_board(replace(scenes.BUSY, workers=(ours, *theirs))) as desk:
        assert ": newest first per type (t)" in desk.text().splitlines()[0]
        await desk.put(replace(scenes.BUSY, workers=theirs))
        assert "workers 3 (1 busy)   " in desk.text().splitlines()[0]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_a_key_in_the_line_stands_apart_from_the_words_also_without_colour(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(replace(scenes.BUSY, stuck_count=3), size) as desk:
        (spans,) = [
            [(segment.text, segment.style) for segment in strip if "(W)" in segment.text]
            for strip in desk.board.status_line.render_lines(desk.board.status_line.size.region)
        ]
        assert "⚠ 3 stuck (W)" in desk.text().splitlines()[0]
        assert [style.bold for _, style in spans if style] == [True]


async def test_the_keys_that_end_what_is_held_still_look_like_keys(open_board: Opens):
    async with open_board() as desk:
        await desk.press("f")
        strip = desk.board.status_line.render_lines(desk.board.status_line.size.region)[0]
        assert [segment.text for segment in strip if segment.style and segment.style.bold and segment.text == "f"]
