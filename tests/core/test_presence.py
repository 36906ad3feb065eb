"""The TaskManager is told of every worker that ends."""

from __future__ import annotations

import asyncio

import pytest

from core.config import Config
from core.engine import Engine
from core.models import TaskResult, WorkerState
from core.taskmanager import AsyncTaskManagerClient
from core.workers import BaseWorker, Task, WorkerFactory
from core.workers.roster import REMEMBERED


class Idle(BaseWorker):
    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True)


@pytest.fixture
def factory() -> WorkerFactory:
    factory = WorkerFactory()
    factory.register("Idle", Idle)
    return factory


async def states(client: AsyncTaskManagerClient) -> list[str]:
    return [each.state for each in await client.workers()]


async def until(client: AsyncTaskManagerClient, expected: list[WorkerState]) -> None:
    """Wait until the TaskManager was told so."""
    async with asyncio.timeout(10):
        while await states(client) != expected:  # noqa: ASYNC110 - what a server knows can only be asked
            await asyncio.sleep(0.02)


async def test_more_workers_than_are_remembered_end_at_once_and_all_are_told_as_stopped(
    config: Config, factory: WorkerFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.presence.LOOK_EVERY", 0.02)
    many = REMEMBERED + 15
    async with AsyncTaskManagerClient(config) as client, Engine.open(config, factory=factory, monitor=False) as engine:
        await engine.start_workers(count=many)
        await until(client, [WorkerState.IDLE] * many)
        await engine.stop_workers()
        await until(client, [WorkerState.STOPPED] * many)
    assert not engine.rooms.pool.gone


async def test_those_that_end_with_the_engine_are_told_too(config: Config, factory: WorkerFactory):
    many = REMEMBERED + 15
    async with Engine.open(config, factory=factory, monitor=False) as engine:
        await engine.start_workers(count=many)
    async with AsyncTaskManagerClient(config) as client:
        assert await states(client) == [WorkerState.STOPPED] * many


async def test_a_worker_that_is_started_again_under_its_id_is_not_told_as_stopped(
    config: Config, factory: WorkerFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.presence.LOOK_EVERY", 0.02)
    async with AsyncTaskManagerClient(config) as client, Engine.open(config, factory=factory, monitor=False) as engine:
        known = await engine.register_type("Idle", "1.0.0", {"type": "object"})

        def idle(**more: int) -> Idle:
            return Idle("same", config, engine.rooms.database, [known.id], poll_interval=0.05, **more)

        await engine.run_worker(idle(max_iterations=1))
        await until(client, [WorkerState.STOPPED])
        running = asyncio.create_task(engine.run_worker(idle()))
        await until(client, [WorkerState.IDLE])
        assert not engine.rooms.pool.gone
        await engine.stop_workers()
        await running
