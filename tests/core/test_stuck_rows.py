"""The queue narrowed to what is stuck: only rows that are at hand are looked at, and it is said how many these were."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.answers import TaskPage
from core.config import Config
from core.engine import Engine
from core.filters import TaskFilter
from core.models import NewTask, Task, TaskStatus
from core.snapshot import QueueView, Sort, View
from core.viewing import SEARCHED_HERE, read_view
from core.workers import WorkerFactory
from core.workers.catalog.echo import Echo
from tests.contract.observed import ObservedTaskManager

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATUSES = tuple(TaskStatus)
SOON = 15.0
"""Seconds after which a test gives up waiting."""


class Listing:
    """A queue of many tasks, listed as a TaskManager lists them, by its filter or without one."""

    def __init__(self, many: int, *, able: bool) -> None:
        self.rows = [Task(number, "Echo", status=STATUSES[number % 4]) for number in range(many, 0, -1)]
        self.able = able
        self.asked: list[TaskFilter | None] = []

    async def list_tasks(
        self,
        status: str | None = None,
        type: str | None = None,
        limit: int = 50,
        offset: int = 0,
        *,
        filter: TaskFilter | None = None,
        after_id: int | None = None,
        sort: tuple[str, str] | None = None,
        brief: bool = False,
    ) -> TaskPage:
        assert self.able or (filter is None and after_id is None)
        self.asked.append(filter)
        if filter is not None:
            filter.to_json()
        fitting = [each for each in self.rows if status is None or each.status == status]
        fitting = [each for each in fitting if filter is None or filter.matches(each, NOW)]
        total = len(fitting) if self.able else None
        if sort == ("id", "ASC"):
            fitting.reverse()
        left = [each for each in fitting if after_id is None or (each.id < after_id) is (sort is None)]
        return TaskPage(tuple(left[offset : offset + limit]), total, limit, offset)


async def every_hundredth(rows: Sequence[Task]) -> Collection[int]:
    return {row.id for row in rows if row.id % 100 < 4 and row.status in (TaskStatus.PENDING, TaskStatus.CLAIMED)}


async def seen(listing: Listing, line: str, **more: int | Sort) -> QueueView:
    view = View(filter=TaskFilter.parse(line), **more)  # type: ignore[arg-type]  # fields by name
    return await read_view(listing, view, NOW, able=listing.able, stuck=every_hundredth)  # type: ignore[arg-type]


@pytest.mark.parametrize("able", [True, False], ids=["with filters", "documented calls"])
@pytest.mark.parametrize("line", ["stuck:yes", "-stuck:no", "stuck:yes status:pending", "stuck:no status:claimed"])
async def test_rows_of_a_short_queue_are_all_looked_at(able: bool, line: str):
    listing = Listing(900, able=able)
    found = await seen(listing, line)
    stuck = await every_hundredth(listing.rows)
    wanted = [each.id for each in listing.rows if TaskFilter.parse(line).matches(each, NOW, stuck)]
    wanted.sort(reverse=not able or "stuck:yes" not in line or line.startswith("-"))
    assert [each.id for each in found.tasks] == wanted
    assert wanted
    assert (found.total, found.more) == (len(wanted), False)
    assert all(each is None or not each.asks_stuck for each in listing.asked)


@pytest.mark.parametrize("able", [True, False], ids=["with filters", "documented calls"])
async def test_of_a_long_queue_a_part_is_looked_at_and_more_when_asked(able: bool):
    listing = Listing(5000, able=able)
    first = await seen(listing, "stuck:yes")
    assert (first.searched, first.total, first.more) == (SEARCHED_HERE, None, True)
    assert first.searchable == (2500 if able else None)
    deeper = await seen(listing, "stuck:yes", depth=2)
    assert deeper.searched == 2 * SEARCHED_HERE
    assert {each.id for each in first.tasks} < {each.id for each in deeper.tasks}


async def test_where_the_server_can_sort_the_oldest_are_looked_at_first_for_these_do_not_go_on():
    listing = Listing(5000, able=True)
    found = [each.id for each in (await seen(listing, "stuck:yes")).tasks]
    assert min(found) < 100 < max(found) < 2100
    assert found == sorted(found)
    assert max(each.id for each in (await seen(listing, "-stuck:yes")).tasks) > 4900


async def test_what_is_found_by_searching_on_stands_below_what_was_there():
    listing = Listing(5000, able=True)
    first, deeper = [await seen(listing, "stuck:yes", depth=depth) for depth in (1, 2)]
    assert deeper.tasks[: len(first.tasks)] == first.tasks
    assert len(deeper.tasks) > len(first.tasks)


async def test_what_has_ended_is_not_stuck_and_so_not_even_read():
    listing = Listing(5000, able=True)
    await seen(listing, "stuck:yes")
    assert listing.asked == [TaskFilter(statuses=(TaskStatus.PENDING, TaskStatus.CLAIMED))]


async def test_they_stand_in_the_order_that_is_asked_for():
    found = await seen(Listing(900, able=True), "stuck:yes", sort=Sort.OLDEST)
    ids = [each.id for each in found.tasks]
    assert ids == sorted(ids)
    assert found.sorted_here


async def narrowed(config: Config, created: Callable[[], None] = lambda: None) -> None:
    """A task that nobody works on is there as long as that is so. ``created`` is called once there is one."""
    factory = WorkerFactory()
    factory.register("Echo", Echo, param_schema={"type": "object"})
    async with Engine.open(config, factory=factory) as engine:
        task_id = (await engine.create_task(NewTask("Echo", {"message": "x"}))).id
        created()
        await shown(engine, "stuck:yes", [task_id])
        assert engine.store.snapshot.view.searched == 1
        await shown(engine, "stuck:no", [])
        await engine.start_workers()
        await shown(engine, "stuck:no", [task_id])
        await shown(engine, "stuck:yes", [])


async def shown(engine: Engine, line: str, ids: list[int]) -> None:
    """Wait until the queue, narrowed to that, has these rows."""
    wanted = View(filter=TaskFilter.parse(line))
    await engine.look(wanted)
    seen = lambda s: s.view.view == wanted and [each.id for each in s.view.tasks] == ids  # noqa: E731
    assert await engine.store.until(seen, SOON), engine.store.snapshot.view


async def test_the_engine_narrows_to_them_on_the_embedded_taskmanager(tmp_path: Path):
    await narrowed(Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db"))


async def test_the_engine_narrows_to_them_on_a_server_with_the_documented_calls(tmp_path: Path):
    """Nobody knows who works elsewhere, so that a task must have waited for long."""
    ago = [3600.0]
    observed = ObservedTaskManager(clock=lambda: time.time() - ago[0])
    with observed.serving() as url:
        config = Config.bare(database=tmp_path / "ideas.s3db")
        await narrowed(
            config.replace(taskmanager_api_url=url, taskmanager_api_key=observed.api_key),
            lambda: ago.__setitem__(0, 0.0),
        )
