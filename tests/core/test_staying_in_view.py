"""A task stays in view in another order and under another filter, on any TaskManager that can tell where it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.config import Config
from core.filters import TaskFilter
from core.models import utcnow
from core.snapshot import QueueView, Sort, View
from core.taskmanager.client import AsyncTaskManagerClient
from core.viewing import read_view
from tests.contract.observed import ObservedTaskManager, Row
from tests.tui.test_long_queue import fill

MANY = 60


async def seen(client: AsyncTaskManagerClient, view: View, *, able: bool) -> QueueView:
    return await read_view(client, view, utcnow(), able=able)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST, Sort.PRIORITY, Sort.ATTEMPTS])
@pytest.mark.parametrize("line", ["", "status:pending", "type:Even"])
async def test_a_page_around_a_task_has_it_in_its_middle(tmp_path: Path, sort: Sort, line: str):
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        for name in ("Even", "Odd"):
            await client.register_task_type(name, "1", {"type": "object"})
        for n in range(1, MANY + 1):
            await client.create_task("Odd" if n % 2 else "Even", {"n": n}, n * 7 % 5)
        whole = await seen(client, View(TaskFilter.parse(line), rows=200, sort=sort), able=True)
        ids = [task.id for task in whole.tasks]
        for wanted in (2, 30, MANY):
            part = await seen(client, View(TaskFilter.parse(line), rows=10, sort=sort, around=wanted), able=True)
            assert [task.id for task in part.tasks] == ids[part.offset : part.offset + 10]
            assert part.offset == max(0, ids.index(wanted) - 5)
            assert part.total == len(ids)


async def test_a_task_that_the_filter_leaves_out_leaves_the_page_where_it_was(tmp_path: Path):
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        await client.register_task_type("Echo", "1", {"type": "object"})
        for n in range(20):
            await client.create_task("Echo", {"n": n})
        for wanted in (7, 999):
            failed = TaskFilter.parse("status:failed" if wanted == 7 else "")
            part = await seen(client, View(failed, rows=5, around=wanted), able=True)
            assert part.offset == 0


@pytest.mark.parametrize("sort", [Sort.AGE, Sort.TYPE])
@pytest.mark.parametrize("wanted", [5, 1500, 2020])
async def test_where_only_the_newest_are_put_in_order_they_are_whatever_task_is_wanted(
    tmp_path: Path, sort: Sort, wanted: int
):
    await asyncio.to_thread(fill, tmp_path / "tasks.db", 2020)
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        part = await seen(client, View(sort=sort, around=wanted), able=True)
        assert {task.id for task in part.tasks} == set(range(1021, 2021))
        assert (part.offset, part.total, part.sorted_here) == (0, 2020, True)
        assert part.tasks == (await seen(client, View(sort=sort), able=True)).tasks


@pytest.mark.parametrize("missing", [0, 150], ids=["every id", "ids that are missing"])
async def test_with_only_the_documented_calls_it_is_found_by_its_id(missing: int):
    observed = ObservedTaskManager()
    for n in range(1, 2001):
        if not 1000 < n <= 1000 + missing:
            observed.tasks[n] = Row(n, "Echo", {}, "2026-01-01 00:00:00")
    observed.types["Echo"] = {"id": 1, "name": "Echo", "param_schema": {}, "version": "1"}
    with observed.serving() as url:
        async with AsyncTaskManagerClient(url=url, api_key=observed.api_key) as client:
            part = await seen(client, View(around=321), able=False)
            assert 321 in [task.id for task in part.tasks]
            top = await seen(client, View(rows=1), able=False)
            at = await seen(client, View(rows=1, offset=part.offset), able=False)
            assert (top.tasks[0].id, at.tasks[0].id) == (2000, part.tasks[0].id)
            nowhere = await seen(client, View(around=5000), able=False)
            assert (nowhere.offset, nowhere.tasks[0].id) == (0, 2000)


@pytest.mark.parametrize("line", ["", "type:Echo", "ćao", "stuck:no"])
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.PRIORITY, Sort.TYPE])
async def test_its_rows_tell_what_they_are_about(tmp_path: Path, sort: Sort, line: str):
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        await client.register_task_type("Echo", "1", {"type": "object"})
        for n in range(1, 4):
            await client.create_task("Echo", {"message": "ćao", "n": n})
        for deep in (1, 2):
            view = View(TaskFilter.parse(line), rows=2, sort=sort, depth=deep)
            found = (await seen(client, view, able=True)).tasks
            assert found
            assert [task.brief for task in found] == [{"message": "ćao", "n": task.id} for task in found]
