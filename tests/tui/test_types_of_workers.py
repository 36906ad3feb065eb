"""Workers that look alike claim different types: the list tells which where one has not all, and what a stop awaits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import WorkerState
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens

ONE, TWO, THREE, FOUR = scenes.workers()
VIDEO = scenes.BUSY.types[2].name
ALL = tuple(replace(row, workable=True) for row in scenes.BUSY.types)
MIXED = replace(
    scenes.BUSY,
    types=ALL,
    workers=(
        replace(ONE, types=(scenes.SEARCH,)),
        TWO,
        replace(THREE, types=tuple(row.name for row in ALL)),
        replace(FOUR, types=()),
    ),
)


def rows(desk: Desk) -> list[str]:
    """The lines of the list that begin with a worker."""
    return [line for line in desk.text().splitlines() if "5a3b-" in line[:12]]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (200, 60)])
async def test_the_list_tells_the_types_of_workers_that_have_not_all(open_board: Opens, size: tuple[int, int]):
    async with open_board(MIXED, size) as desk:
        await desk.press("3", "z")
        one, two, three, four = rows(desk)
        assert "…Video.Search" in one and "2 of 3 types" in two
        assert " of 3 types" not in three + four
        assert all(name in line for name, line in zip(("3b-1 ", "3b-2 ", "3b-3 ", "3b-4 "), rows(desk), strict=True))


@pytest.mark.parametrize("snapshot", [scenes.BUSY, scenes.EMPTY], ids=["alike", "none"])
async def test_where_all_workers_are_alike_no_column_tells_it(open_board: Opens, snapshot: Snapshot):
    async with open_board(snapshot, (80, 24)) as desk:
        await desk.press("3")
        assert "Types " not in desk.text().replace("Task types ", "") and " types  " not in desk.text()[240:]


async def test_the_border_tells_the_types_under_the_cursor_beside_the_whole_id(open_board: Opens):
    async with open_board(MIXED, (80, 24)) as desk:
        await desk.press("3")
        assert "…Video.Search  w-ann-4242-5a3b-1  1 of 4" in desk.text()
        await desk.press("down")
        assert "2 of 3 types  w-ann-4242-5a3b-2  2 of 4" in desk.text()
        await desk.press("down")
        assert "━ w-ann-4242-5a3b-3  3 of 4" in desk.text()
        await desk.resize((120, 36))
        await desk.press("up", "up")
        assert "…Search  w-ann-4242-5a3b-1  1 of 4" in desk.text(), "the id stays whole where there is little room"
        assert "5a3b-1  …Search " in desk.text() and "5a3b-2  2 of 3 " in desk.text()


async def test_the_column_comes_and_goes_with_the_worker_that_is_another(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("3")
        assert "…Video.Search" not in "".join(rows(desk))
        await desk.put(replace(scenes.BUSY, workers=(replace(ONE, types=(scenes.SEARCH,)), TWO, THREE, FOUR)))
        assert "…Video.Search" in rows(desk)[0]
        await desk.put(replace(scenes.BUSY, workers=(ONE, TWO, THREE, FOUR)))
        assert "…Video.Search" not in "".join(rows(desk))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_a_worker_that_drains_says_what_it_finishes(open_board: Opens, size: tuple[int, int]):
    draining = replace(scenes.BUSY, workers=(replace(ONE, state=WorkerState.DRAINING), TWO, THREE, FOUR))
    async with open_board(draining, size) as desk:
        await desk.press("3")
        line = next(line for line in desk.text().splitlines() if "↓ draining" in line)
        assert "finishes #10432 12% 3s" in line
