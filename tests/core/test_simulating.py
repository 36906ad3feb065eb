"""What a simulation rests on is read from the TaskManager and the workers as they are."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import simulating
from core.config import Config
from core.diagnosis.outlook import Simulation
from core.engine import Engine
from core.models import NewTask, Report, TaskResult
from core.taskmanager import TaskManagerClient, next_up
from core.taskmanager.client import AsyncTaskManagerClient
from core.workers import BaseWorker, Task, WorkerFactory
from tests.contract.observed import ObservedTaskManager
from tests.program import Program

SOON = 10.0


@pytest.fixture
def gate() -> asyncio.Event:
    """What gated tasks wait for."""
    return asyncio.Event()


@pytest.fixture
def factory(gate: asyncio.Event) -> WorkerFactory:
    """Knows one type, whose tasks take no time unless they wait for the gate."""

    class Job(BaseWorker):
        async def process_task(self, task: Task) -> TaskResult:
            if task.parameters.get("gate"):
                await gate.wait()
            return TaskResult(True)

    factory = WorkerFactory()
    factory.register("Job", Job)
    return factory


@pytest.fixture
async def engine(tmp_path: Path, factory: WorkerFactory, gate: asyncio.Event) -> AsyncIterator[Engine]:
    """An open engine on files of its own."""
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, factory=factory) as engine:
        yield engine
        gate.set()


async def busy_with_one(engine: Engine, waiting: int) -> list[str]:
    """A worker that has done one task and is busy with the next, while so many wait."""
    await engine.create_task(NewTask("Job", {"n": 0}))
    await engine.create_task(NewTask("Job", {"n": 1, "gate": True}))
    workers = await engine.start_workers()
    assert await engine.store.until(lambda s: s.counts.completed == 1 and s.counts.claimed == 1, SOON)
    for number in range(waiting):
        await engine.create_task(NewTask("Job", {"n": 2 + number}, priority=number % 3))
    return workers


def waiting_of(simulation: Simulation) -> dict[str, int]:
    return {each.strategy: each.waiting for each in simulation.outlooks}


async def test_each_strategy_is_told_for_all_that_wait_and_nothing_is_claimed(engine: Engine):
    workers = await busy_with_one(engine, 7)
    found = await engine.simulate()
    assert waiting_of(found) == {"FIFO": 7, "LIFO": 7, "PRIORITY": 7}
    assert "1 worker with 1 place" in " ".join(found.assumptions)
    fifo, lifo = found.of("FIFO"), found.of("LIFO")
    assert fifo is not None and lifo is not None and fifo.longest <= lifo.longest
    assert (await engine.simulate(["Job"], workers)).of("FIFO") is not None
    assert engine.rooms.pool.in_hand() == 1


async def test_where_nobody_claims_that_is_said_and_more_workers_can_be_imagined(engine: Engine):
    await busy_with_one(engine, 3)
    await engine.pause()
    assert "No worker claims" in (await engine.simulate()).why_not
    imagined = await engine.simulate(extra=2)
    assert waiting_of(imagined)["FIFO"] == 3
    assert "2 workers with 2 places" in " ".join(imagined.assumptions)


async def test_where_very_many_wait_some_are_read_and_all_are_counted(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simulating, "MOST_LOADED", 20)
    monkeypatch.setattr(simulating, "STAND_INS", 7)
    await busy_with_one(engine, 50)
    found = await engine.simulate()
    assert waiting_of(found) == {"FIFO": 50, "LIFO": 50, "PRIORITY": 50}
    assert any("30 more of Job wait than were read" in each for each in found.assumptions)


async def test_where_all_that_is_read_is_put_off_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simulating, "MOST_LOADED", 20)
    monkeypatch.setattr(next_up, "MOST_LOOKED_AT", 20)
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        kind = await client.register_task_type("Job", "1", {"type": "object"})
        for number in range(50):
            await client.create_task("Job", {"n": number})
        tasks = await client.claim_many("w", [kind.id], limit=50, sort_by="id", sort_order="ASC")
        later = datetime(2999, 1, 1, tzinfo=UTC)
        await client.complete_many("w", [Report(each.id, "w", 1, False, None, "no", True, later) for each in tasks])
        load, notes = await simulating.read_load(client, ["Job"], ())
        assert load.waiting == ()
        assert notes == ["All of Job that was read is put off; 30 more were not read, and are left out."]
        monkeypatch.setattr(next_up, "MOST_LOOKED_AT", 2_000)
        assert await simulating.read_load(client, ["Job"], ()) == (load, []), "all was looked at"


async def test_where_priorities_are_ignored_that_strategy_is_as_good_as_the_oldest_first(
    tmp_path: Path, factory: WorkerFactory, gate: asyncio.Event
):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        config = Config.bare(
            taskmanager_api_url=url, taskmanager_api_key=observed.api_key, database=tmp_path / "ideas.s3db"
        )
        async with Engine.open(config, factory=factory) as engine:
            await busy_with_one(engine, 5)
            found = await engine.simulate()
            fifo, ranked = found.of("FIFO"), found.of("PRIORITY")
            assert fifo is not None and ranked is not None
            assert (fifo.waiting, fifo.mean, fifo.longest) == (5, ranked.mean, ranked.longest)
            gate.set()


def test_the_command_line_tells_it_for_workers_that_one_imagines(program: Program):
    config = Config.bare(taskmanager_db=program.folder / "tasks.db")
    with TaskManagerClient(config) as client:
        known = client.register_task_type("Job", "1", {"type": "object"})
        for number in range(4):
            client.create_task("Job", {"n": number})
        done = client.claim_task("w", known.id)
        assert done is not None
        client.complete_task(done.id, "w", True)
    ours = program.with_settings(PRISMQ_TASKMANAGER_DB=str(config.taskmanager_db))
    told = ours("strategies", "--workers", "2", "--json").json
    assert {each["strategy"]: each["waiting"] for each in told["outlooks"]} == {"FIFO": 3, "LIFO": 3, "PRIORITY": 3}
    assert ours("strategies").out.splitlines()[0] == (
        "No worker claims these types now: nothing begins, under any strategy."
    )


def test_the_command_line_tells_other_figures_for_each_strategy_while_workers_run(program: Program):
    config = Config.bare(taskmanager_db=program.folder / "tasks.db")
    with TaskManagerClient(config) as client:
        known = client.register_task_type("Job", "1", {"type": "object"})
        for number in range(5):
            client.create_task("Job", {"n": number}, priority=number)
        done = client.claim_task("elsewhere-1", known.id)
        assert done is not None
        client.complete_task(done.id, "elsewhere-1", True)
        client.heartbeat("elsewhere-1", "elsewhere", 4242, "idle", "LIFO", [])
    with closing(sqlite3.connect(config.taskmanager_db)) as tasks, tasks:
        tasks.execute("UPDATE tasks SET claimed_at = completed_at - 20000 WHERE status = 'completed'")
        tasks.execute("UPDATE tasks SET created_at = created_at - 100000 WHERE id = (SELECT min(id) + 1 FROM tasks)")
    ours = program.with_settings(PRISMQ_TASKMANAGER_DB=str(config.taskmanager_db))
    longest = {each["strategy"]: each["longest"] for each in ours("strategies", "--json").json["outlooks"]}
    assert longest["FIFO"] < longest["LIFO"]
