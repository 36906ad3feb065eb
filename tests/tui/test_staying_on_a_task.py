"""The cursor stays on its task in another order and under another filter, wherever in the queue the task is then."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import Config
from core.snapshot import QueueView, Sort, View
from tests.contract.observed import ObservedTaskManager, Row
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tests.tui.test_long_queue import board, fill

MANY = 5_000


def asked(desk: Desk) -> View:
    """The part of the queue that was asked for last."""
    _, view = desk.verbs.called("look")[-1]
    assert isinstance(view, View)
    return view


def current(desk: Desk) -> int:
    """The task under the cursor."""
    task = desk.board.queue_pane.row_list.current
    return task.id if task is not None else 0


async def answer(desk: Desk, view: View, *numbers: int, offset: int = 0, sorted_here: bool = False) -> None:
    """The TaskManager answers with these tasks of 900."""
    rows = tuple(scenes.task(number) for number in numbers)
    await desk.put(replace(scenes.BUSY, view=QueueView(view, rows, 900, offset=offset, sorted_here=sorted_here)))


async def test_it_is_found_wherever_it_is_and_the_rows_around_it_are_asked_for(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "down", "O", "o")
        assert asked(desk) == View(sort=Sort.OLDEST, around=10429)
        await answer(desk, asked(desk), *range(10330, 10529), offset=400)
        assert (current(desk), desk.board.queue_pane.row_list.cursor) == (10429, 499)
        assert "10429" in desk.text()
        assert asked(desk) == View(sort=Sort.OLDEST, offset=199, rows=600)


@pytest.mark.parametrize(("key", "order"), [("a", Sort.AGE), ("y", Sort.TYPE)])
async def test_among_rows_that_were_put_in_order_it_is_found_and_nothing_else_is_kept(
    open_board: Opens, key: str, order: Sort
):
    async with open_board() as desk:
        await desk.press("down", "down", "O", key)
        assert asked(desk) == View(sort=order, around=10429)
        await answer(desk, asked(desk), *range(10400, 10436), sorted_here=True)
        assert (current(desk), desk.board.queue_pane.row_list.cursor) == (10429, 29)
        assert asked(desk) == View(sort=order)
        await answer(desk, asked(desk), *range(10399, 10436), sorted_here=True)
        assert (current(desk), desk.board.queue_pane.row_list.cursor) == (10429, 30)


async def test_after_a_filter_that_left_it_out_the_cursor_is_on_it_again(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "down", "slash")
        await desk.type("status:failed")
        await desk.press("enter")
        await answer(desk, asked(desk), 10425, 10424)
        assert desk.board.queue_pane.row_list.cursor == 0
        await desk.press("escape")
        assert asked(desk) == View(around=10429)
        await answer(desk, asked(desk), *range(10435, 10400, -1))
        assert current(desk) == 10429


async def test_whoever_follows_the_newest_goes_on_to(open_board: Opens):
    async with open_board() as desk:
        await desk.press("O", "o")
        assert asked(desk) == View(sort=Sort.OLDEST)
        await answer(desk, asked(desk), 1, 2, 3)
        await desk.press("down", "g", "O", "n")
        assert asked(desk) == View()


async def test_on_a_real_queue_it_stays_in_every_order_and_after_a_filter(tmp_path: Path):
    await asyncio.to_thread(fill, tmp_path / "tasks.db", MANY)
    async with board(Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")) as sight:
        await sight.filter("type:Other")
        await sight.until(lambda: sight.newest.view.total == MANY // 1000)
        while sight.current != 2000:
            await sight.press("j")
        for keys, order in ((("escape",), Sort.NEWEST), (("O", "o"), Sort.OLDEST), (("O", "p"), Sort.PRIORITY)):
            await sight.press(*keys)
            await sight.until(
                lambda order=order: sight.newest.view.view.sort is order and not sight.newest.view.view.filter
            )
            await sight.until(lambda: sight.current == 2000)
        assert sight.pane.row_list.cursor == 1999  # all that are older are before it, whatever their priority


@pytest.mark.parametrize(("key", "order"), [("a", Sort.AGE), ("y", Sort.TYPE)])
async def test_a_task_that_is_too_old_to_be_put_in_order_leaves_the_newest_in_view(
    tmp_path: Path, key: str, order: Sort
):
    await asyncio.to_thread(fill, tmp_path / "tasks.db", 3_020)
    async with board(Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")) as sight:
        await sight.press("G")
        await sight.until(lambda: sight.current == 1)
        await sight.press("O", key)
        await sight.until(lambda: sight.newest.view.view == View(sort=order) == sight.pane.wanted)
        assert {task.id for task in sight.newest.view.tasks} == set(range(2021, 3021))
        assert (sight.newest.view.offset, sight.pane.row_list.cursor) == (0, 0)


async def test_with_only_the_documented_calls_it_stays_after_a_filter_too(tmp_path: Path):
    observed = ObservedTaskManager()
    for n in range(1, 3001):
        kind = "example.other" if n % 500 == 0 else "example.echo"
        observed.tasks[n] = Row(n, kind, {}, "2026-01-01 00:00:00")
    observed.types["example.echo"] = {"id": 1, "name": "example.echo", "param_schema": {}, "version": "1"}
    with observed.serving() as url:
        known = {"taskmanager_api_url": url, "taskmanager_api_key": observed.api_key}
        async with board(Config.bare(database=tmp_path / "ideas.s3db", **known)) as sight:
            await sight.filter("type:example.other")
            await sight.until(lambda: len(sight.newest.view.tasks) == 6)
            while sight.current != 1000:
                await sight.press("j")
            await sight.press("escape")
            await sight.until(lambda: not sight.newest.view.view.filter and sight.current == 1000)
            assert sight.pane.row_list.cursor == 2000
