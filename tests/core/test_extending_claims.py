"""Claims are extended by hand: where the server hears of them, by their holder alone, with a reason where not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.config import Config
from core.details import Extension
from core.engine import Engine
from core.models import InHand, NewTask, TaskResult, TaskStatus
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying
from core.workers import BaseWorker, Task, WorkerFactory
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.diagnosis.planted.meddler import Instead, Meddler

SOON = 15.0
"""Seconds after which a test gives up waiting."""
KEY = "test-key"


class Gate(BaseWorker):
    """Says how far it is, and waits for its gate."""

    gate: asyncio.Event

    async def process_task(self, task: Task) -> TaskResult:
        self.report_progress(20, "at the gate")
        await self.gate.wait()
        return TaskResult(True)


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No heartbeat goes out by itself: what is seen was done by hand."""
    monkeypatch.setattr("core.presence.EVERY", 3600.0)
    monkeypatch.setattr("core.presence.LOOK_EVERY", 3600.0)
    monkeypatch.setattr("core.engine.PATIENCE", Retrying(tries=2, seconds=0.2, longest_wait=0.05))


@pytest.fixture
def embedded(tmp_path: Path) -> Config:
    """The TaskManager is in the same process."""
    return Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")


@pytest.fixture
def meddler(tmp_path: Path) -> Iterator[Meddler]:
    """Ours over HTTP, as `serve` has it, with somebody before it."""
    with closing(Database.open(tmp_path / "tasks.db")) as database:
        yield Meddler(create_app(database, api_key=KEY))


@pytest.fixture
def served(tmp_path: Path, meddler: Meddler) -> Iterator[Config]:
    """The settings for that one."""
    with serving(meddler) as origin:
        yield far(tmp_path, f"{origin}/api")


@pytest.fixture
def documented(tmp_path: Path) -> Iterator[Config]:
    """The settings for a server with the documented calls alone."""
    observed = ObservedTaskManager()
    with observed.serving() as url:
        yield far(tmp_path, url, observed.api_key)


def far(folder: Path, url: str, key: object = KEY) -> Config:
    """Another server's settings."""
    return Config.bare(taskmanager_api_url=url, taskmanager_api_key=key, database=folder / "ideas.s3db")


@pytest.fixture
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """An engine on the server of that name, whose gate is open at the end."""
    Gate.gate = asyncio.Event()
    factory = WorkerFactory()
    factory.register("Gate", Gate, param_schema={"type": "object"})
    async with Engine.open(request.getfixturevalue(request.param), factory=factory) as engine:
        try:
            yield engine
        finally:
            Gate.gate.set()


def on(*servers: str) -> pytest.MarkDecorator:
    """The test is for these servers."""
    return pytest.mark.parametrize("engine", servers, indirect=True)


async def until(engine: Engine, holds: object) -> None:
    """Wait for a snapshot that is as wanted."""
    assert await engine.store.until(holds, SOON), engine.store.snapshot  # pyright: ignore[reportArgumentType]


async def create(engine: Engine, n: int = 1) -> int:
    """A task; its id."""
    return (await engine.create_task(NewTask("Gate", {"n": n}))).id


async def begun(engine: Engine) -> int:
    """A task that a worker of ours has in hand, and has told of; its id."""
    task_id = await create(engine)
    await engine.start_workers(["Gate"])
    await until(engine, lambda s: any(hand.progress == 20 for worker in s.workers for hand in worker.in_hand))
    await until(engine, lambda s: any(row.id == task_id and row.progress == 20 for row in s.view.tasks))
    return task_id


def hand_of(engine: Engine) -> InHand:
    """What our worker has in hand."""
    (hand,) = (hand for worker in engine.rooms.pool.statuses() for hand in worker.in_hand)
    return hand


async def claimed_elsewhere(engine: Engine, worker_id: str = "far-away-1") -> int:
    """A task that a worker of that name has claimed through another program; its id."""
    task_id = await create(engine, 2)
    async with AsyncTaskManagerClient(engine.config) as client:
        task = await client.claim_task(worker_id, (await client.get_task_type("Gate")).id, "id")
    assert task is not None
    assert task.id == task_id
    return task_id


def only(rows: list[Extension]) -> Extension:
    """The only one."""
    (row,) = rows
    return row


@on("embedded", "served")
async def test_a_claim_lasts_anew_and_the_worker_and_the_server_know_it(engine: Engine):
    task_id = await begun(engine)
    before = hand_of(engine).deadline
    row = only(await engine.extend_claims([task_id]))
    assert (row.id, row.ok, row.status, row.error) == (task_id, True, "claimed", None)
    assert before is not None
    assert row.until is not None
    assert row.until > before
    assert hand_of(engine).deadline == row.until
    (heard,) = [each for each in await engine.rooms.client.workers() if each.in_hand]
    assert [hand.task_id for hand in heard.in_hand] == [task_id]
    await until(engine, lambda s: any("Claims extended by hand" in entry.text for entry in s.activity))
    Gate.gate.set()
    await until(engine, lambda s: s.counts.completed == 1)
    assert (await engine.open_task(task_id)).task.attempts == 1


@on("served")
@pytest.mark.parametrize("status", [429, 500, 403])
async def test_where_heartbeats_do_not_get_through_the_claim_is_extended_by_telling_progress_again(
    engine: Engine, meddler: Meddler, status: int
):
    task_id = await begun(engine)
    before = hand_of(engine)
    meddler.instead.append(Instead("/heartbeat$", status, headers={"retry-after": "60"}))
    row = only(await engine.extend_claims([task_id]))
    assert (row.ok, row.error) == (True, None)
    assert before.deadline is not None
    assert row.until is not None
    assert row.until > before.deadline
    assert (hand_of(engine).progress, hand_of(engine).message) == (20, "at the gate")


@on("served")
async def test_while_nothing_gets_through_it_is_said_why_and_nothing_is_promised(engine: Engine, meddler: Meddler):
    task_id = await begun(engine)
    before = hand_of(engine).deadline
    meddler.instead += [Instead("/heartbeat$", 500), Instead("/progress$", 500)]
    row = only(await engine.extend_claims([task_id]))
    assert (row.ok, row.code, row.until) == (False, 503, None)
    assert row.error
    assert hand_of(engine).deadline == before


@on("documented")
async def test_a_server_that_cannot_extend_says_so_and_what_can_be_done_instead(engine: Engine):
    task_id = await begun(engine)
    before = hand_of(engine).deadline
    row = only(await engine.extend_claims([task_id]))
    assert (row.ok, row.code) == (False, 501)
    assert "cannot extend a claim" in (row.error or "")
    assert "raise the claim time-out" in (row.error or "")
    assert hand_of(engine).deadline == before


@on("embedded", "documented")
async def test_only_its_holder_can_extend_a_claim(engine: Engine):
    task_id = await claimed_elsewhere(engine)
    row = only(await engine.extend_claims([task_id]))
    assert (row.ok, row.code) == (False, 403)
    assert "far-away-1 holds it" in (row.error or "")
    assert "time out" in (row.error or "")


@on("embedded")
async def test_a_claim_of_our_worker_that_it_knows_nothing_of_is_not_kept_alive(engine: Engine):
    (worker,) = await engine.start_workers(["Gate"])
    await engine.pause()
    task_id = await claimed_elsewhere(engine, worker)
    row = only(await engine.extend_claims([task_id]))
    assert (row.ok, row.code) == (False, 409)
    assert "does not have it in hand" in (row.error or "")


@on("embedded", "served")
async def test_a_claim_that_was_lost_meanwhile_is_said_to_be_lost_and_the_work_is_stopped(engine: Engine):
    task_id = await begun(engine)
    await engine.pause()
    await engine.release([task_id], force=True)
    row = only(await engine.extend_claims([task_id]))
    assert (row.ok, row.code) == (False, 409)
    assert "lost" in (row.error or "")
    await until(engine, lambda s: not any(worker.in_hand for worker in s.workers))


@on("served")
async def test_a_claim_that_was_lost_is_noticed_by_progress_too(engine: Engine, meddler: Meddler):
    task_id = await begun(engine)
    await engine.pause()
    await engine.release([task_id], force=True)
    meddler.instead.append(Instead("/heartbeat$", 500))
    assert only(await engine.extend_claims([task_id])).code == 409
    await until(engine, lambda s: not any(worker.in_hand for worker in s.workers))


@on("embedded")
async def test_each_of_many_has_its_own_outcome_in_the_order_given(engine: Engine):
    held = await begun(engine)
    await engine.pause()
    waiting = await create(engine, 3)
    rows = await engine.extend_claims([999, waiting, held, held])
    assert [(row.id, row.ok, row.code, row.status) for row in rows] == [
        (999, False, 404, None),
        (waiting, False, 400, TaskStatus.PENDING),
        (held, True, 200, TaskStatus.CLAIMED),
    ]


@on("embedded")
async def test_a_claim_past_its_end_that_nobody_took_over_is_kept_after_all(engine: Engine):
    task_id = await begun(engine)
    with closing(sqlite3.connect(engine.config.taskmanager_db, timeout=10)) as connection, connection:
        connection.execute("UPDATE tasks SET heard_at = heard_at - 600000, claimed_at = claimed_at - 600000")
    assert only(await engine.extend_claims([task_id])).ok
    async with AsyncTaskManagerClient(engine.config) as client:
        assert await client.claim_task("far-away-1", (await client.get_task_type("Gate")).id) is None


@on("served")
async def test_what_was_extended_is_told_though_another_cannot_be_read(engine: Engine, meddler: Meddler):
    held = await begun(engine)
    await engine.pause()
    other = await create(engine, 3)
    meddler.instead.append(Instead(f"/tasks/{other}$", 500))
    rows = await engine.extend_claims([other, held])
    assert [(row.id, row.ok, row.code) for row in rows] == [(other, False, 503), (held, True, 200)]
    assert rows[0].error
    await until(engine, lambda s: any("Claims extended by hand" in entry.text for entry in s.activity))
