"""Actions on many tasks, on a real embedded TaskManager and on one that has only the calls of the real service."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bulk import Action, BulkRow, Fate, Order, Plan, Way, carried_out
from core.config import Config
from core.engine import Engine
from core.filters import TaskFilter
from core.models import NewTask, TaskStatus
from core.workers import WorkerFactory
from tests.contract.observed import ObservedTaskManager

MANY = 3000
GONE = f"w-{socket.gethostname()}-999999999-dead-1"
"""A worker of this host whose process cannot be there."""


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    """On an embedded TaskManager."""
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, factory=WorkerFactory(), monitor=False) as engine:
        await engine.register_type("Open", "1", {"type": "object"})
        yield engine


@pytest.fixture
async def observed(tmp_path: Path) -> AsyncIterator[tuple[Engine, ObservedTaskManager]]:
    """On a TaskManager that behaves as the real service."""
    real = ObservedTaskManager()
    with real.serving() as url:
        config = Config.bare(taskmanager_api_url=url, taskmanager_api_key="test-key", database=tmp_path / "ideas.s3db")
        async with Engine.open(config, factory=WorkerFactory(), monitor=False) as engine:
            await engine.register_type("Open", "1", {"type": "object"})
            yield engine, real


async def create(engine: Engine, number: int) -> list[int]:
    return [(await engine.create_task(NewTask("Open", {"n": n}))).id for n in range(number)]


async def done(engine: Engine, plan: Plan) -> list[BulkRow]:
    return [row async for rows in carried_out(engine, plan) for row in rows]


async def counts(engine: Engine) -> dict[str, int]:
    (of_type,) = await engine.rooms.client.stats()
    return {status.value: getattr(of_type, status.value) for status in TaskStatus if getattr(of_type, status.value)}


async def test_three_thousand_tasks_are_cancelled_retried_and_deleted_by_a_filter_or_by_ids(engine: Engine):
    ids = await create(engine, MANY)
    waiting = TaskFilter(types=("Op*",), statuses=(TaskStatus.PENDING,))
    cancel = await engine.plan_bulk(Order(Action.CANCEL), waiting)
    assert (cancel.way, len(cancel.act), cancel.partial) == (Way.DIRECT, MANY, "")
    assert await counts(engine) == {"pending": MANY}, "a plan changes nothing"
    assert {row.fate for row in await done(engine, cancel)} == {Fate.DONE}
    assert await counts(engine) == {"failed": MANY}
    retry = await engine.plan_bulk(Order(Action.RETRY), tuple(ids[: MANY // 2]))
    assert retry.act == tuple(ids[: MANY // 2])
    await done(engine, retry)
    assert await counts(engine) == {"pending": MANY // 2, "failed": MANY // 2}
    again = await engine.plan_bulk(Order(Action.RETRY), tuple(ids))
    assert again.skipped == (("it is pending; retry needs it failed", MANY // 2),)
    delete = await engine.plan_bulk(Order(Action.DELETE), tuple(ids))
    assert len(await done(engine, delete)) == MANY
    assert await counts(engine) == {}


async def test_what_changed_after_the_plan_fails_in_its_row_and_all_else_is_done(engine: Engine):
    first, second = await create(engine, 2)
    plan = await engine.plan_bulk(Order(Action.DELETE), (first, second, 77))
    assert [(row.id, row.fate) for row in plan.rows] == [
        (first, Fate.PLANNED),
        (second, Fate.PLANNED),
        (77, Fate.SKIPPED),
    ]
    kind = await engine.rooms.client.get_task_type("Open")
    assert await engine.rooms.client.claim_task("w", kind.id, "id")
    assert [(row.id, row.fate) for row in await done(engine, plan)] == [(first, Fate.FAILED), (second, Fate.DONE)]


async def test_a_claim_is_released_when_its_owner_is_gone_and_kept_when_it_is_alive(engine: Engine):
    first, second = await create(engine, 2)
    client = engine.rooms.client
    kind = await client.get_task_type("Open")
    for worker in (GONE, "far"):
        await client.claim_task(worker, kind.id, "id")
    await client.heartbeat("far", "another-host", 7, "busy", "FIFO", [second])
    plan = await engine.plan_bulk(Order(Action.RELEASE), (first, second))
    assert plan.act == (first,)
    assert plan.skipped == (("far is alive and works on it", 1),)
    await done(engine, plan)
    assert await counts(engine) == {"pending": 1, "claimed": 1}


async def test_copies_are_made_and_told_by_their_ids(engine: Engine):
    (task_id,) = await create(engine, 1)
    plan = await engine.plan_bulk(Order(Action.CLONE, copies=3), (task_id,))
    (row,) = await done(engine, plan)
    assert (row.fate, len(row.made)) == (Fate.DONE, 3)
    (again,) = await done(engine, plan)
    assert again.made == row.made, "a chunk that is done twice makes nothing twice"
    same = await engine.plan_bulk(Order(Action.CLONE, same=True), (task_id,))
    (refused,) = await done(engine, same)
    assert (refused.fate, refused.made) == (Fate.FAILED, ())
    assert f"a duplicate of #{task_id}, which is pending" in refused.said


async def fail(engine: Engine, worker: str, times: int) -> int:
    """Claim the next task and report failures until ``times``; answers its id."""
    client = engine.rooms.client
    kind = await client.get_task_type("Open")
    task_id = 0
    for _ in range(times):
        task = await client.claim_task(worker, kind.id, "id")
        assert task is not None
        task_id = task.id
        await client.complete_task(task_id, worker, False, None, "boom")
    return task_id


async def test_where_nothing_can_be_retried_failed_tasks_are_created_anew(
    observed: tuple[Engine, ObservedTaskManager],
):
    engine, real = observed
    ids = await create(engine, 3)
    failed = await fail(engine, "w", 3)
    plan = await engine.plan_bulk(Order(Action.RETRY), TaskFilter(types=("Open",)))
    assert (plan.way, plan.act) == (Way.AS_NEW, (failed,))
    assert "cannot retry tasks" in plan.reason
    assert len(real.tasks) == len(ids)
    (row,) = await done(engine, plan)
    assert row.fate is Fate.DONE
    new = real.tasks[row.made[0]]
    assert (new.status, new.params["n"]) == ("pending", 0)
    assert real.tasks[failed].status == "failed"


async def test_where_nothing_can_be_released_the_claim_of_a_dead_worker_is_ended_by_a_failure(
    observed: tuple[Engine, ObservedTaskManager],
):
    engine, real = observed
    ids = tuple(await create(engine, 3))
    client = engine.rooms.client
    kind = await client.get_task_type("Open")
    alive = f"w-{socket.gethostname()}-{os.getpid()}-beef-1"
    for worker in (GONE, "somebody", alive):
        await client.claim_task(worker, kind.id, "id")
    plan = await engine.plan_bulk(Order(Action.RELEASE, force=True), ids)
    assert (plan.way, len(plan.act)) == (Way.AS_FAILED, 1)
    assert {why for why, _ in plan.skipped} == {
        "nobody here knows whether somebody is alive",
        f"nobody here knows whether {alive} is alive",
    }
    (row,) = await done(engine, plan)
    told = real.tasks[row.id]
    assert (told.status, told.error_message, told.attempts) == ("pending", "released by hand", 1)
    assert real.reports == [(row.id, 1, GONE)]


@pytest.mark.parametrize("action", [Action.CANCEL, Action.DELETE])
async def test_what_cannot_be_done_at_all_is_said_with_the_reason_and_nothing_is_tried(
    observed: tuple[Engine, ObservedTaskManager], action: Action
):
    engine, real = observed
    ids = tuple(await create(engine, 2))
    plan = await engine.plan_bulk(Order(action), ids)
    assert (plan.way, plan.act, plan.calls) == (Way.NONE, (), ())
    assert f"cannot {action} tasks" in plan.reason
    assert await done(engine, plan) == []
    assert [row.status for row in real.tasks.values()] == ["pending", "pending"]
