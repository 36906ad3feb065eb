"""Why, asked of the engine: what it gathers from real files, a real pool and real servers."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import psutil
import pytest

from core.config import Config
from core.diagnosis import Cause, Certainty, Cure, Diagnosis, Verdict, at_a_glance
from core.engine import Engine
from core.errors import NotFound
from core.models import NewTask, TaskResult, TaskStatus, utcnow
from core.snapshot import Holdup
from core.taskmanager import AsyncTaskManagerClient
from core.workers import BaseWorker, Task, WorkerFactory
from tests.contract.observed import ObservedTaskManager
from tests.engines import until

SCHEMA = {"type": "object", "required": ["n"]}


class Gate(BaseWorker):
    """Waits for its gate; fails when told to."""

    gate: asyncio.Event

    async def process_task(self, task: Task) -> TaskResult:
        self.report_progress(20, "at the gate")
        await self.gate.wait()
        if task.parameters.get("fail"):
            raise RuntimeError("the page is gone")
        return TaskResult(True, data={"n": task.parameters["n"]})


@pytest.fixture
def factory() -> WorkerFactory:
    """Knows `Gate` alone."""
    Gate.gate = asyncio.Event()
    factory = WorkerFactory()
    factory.register("Gate", Gate, param_schema=SCHEMA)
    return factory


@pytest.fixture
async def engine(config: Config, factory: WorkerFactory) -> AsyncIterator[Engine]:
    """An open engine whose gate is open at the end."""
    async with Engine.open(config, factory=factory) as engine:
        try:
            yield engine
        finally:
            Gate.gate.set()


async def create(engine: Engine, n: int = 1, task_type: str = "Gate", **more: object) -> int:
    """A task; its id."""
    return (await engine.create_task(NewTask(task_type, {"n": n, **more}))).id


async def carry_out(engine: Engine, cure: Cure) -> None:
    """Do what a cure says, as a front end does."""
    await getattr(engine, cure.verb)(*cure.args, **cure.options)


def first(diagnosis: Diagnosis) -> Cause:
    """The first cause."""
    return diagnosis.causes[0]


async def test_a_task_that_no_worker_claims_is_explained_marked_and_mended(engine: Engine):
    task_id = await create(engine)
    seen = await until(engine, lambda s: s.stuck and s.nothing_happens)
    assert (seen.stuck[task_id].code, seen.stuck_count, seen.stuck_exact) == ("no-worker", 1, True)
    assert seen.nothing_happens == "no worker runs; 1 task waits."
    told = await engine.why(task_id)
    assert (first(told).code, told.verdict) == ("no-worker", Verdict.STUCK)
    Gate.gate.set()
    await carry_out(engine, first(told).cures[0])
    seen = await until(engine, lambda s: s.counts.completed == 1 and not s.stuck and not s.nothing_happens)
    assert seen.stuck_count == 0
    assert (await engine.why(task_id)).verdict is Verdict.FINE


async def test_a_paused_pool_is_explained_and_resumed(engine: Engine):
    Gate.gate.set()
    await engine.start_workers(count=2)
    await engine.pause()
    task_id = await create(engine)
    told = await engine.why(task_id)
    assert (first(told).code, first(told).certainty) == ("workers-paused", "certain")
    assert {place.strategy: place.before for place in told.estimates.places} == {"FIFO": 0, "LIFO": 0, "PRIORITY": 0}
    await until(engine, lambda s: s.nothing_happens.startswith("all 2 workers are paused"))
    await carry_out(engine, first(told).cures[0])
    await until(engine, lambda s: s.counts.completed == 1)


async def test_a_type_that_no_program_has_a_worker_for(engine: Engine):
    await engine.register_type("Reddit", "1.0.0", SCHEMA)
    task_id = await create(engine, task_type="Reddit")
    await engine.start_workers()
    assert [cause.code for cause in (await engine.why(task_id)).causes] == ["type-unknown-here"]
    whole = await engine.why()
    assert (first(whole).code, whole.verdict) == ("type-unknown-here", Verdict.STUCK)
    assert "Reddit" in first(whole).sentence


async def test_the_claim_of_a_worker_elsewhere_counts_from_its_last_progress(engine: Engine, config: Config):
    task_id = await create(engine)
    async with AsyncTaskManagerClient(config) as client:
        await client.claim_task("far-away-1", (await client.get_task_type("Gate")).id)
        with closing(sqlite3.connect(config.taskmanager_db, timeout=10)) as connection, connection:
            connection.execute("UPDATE tasks SET claimed_at = claimed_at - 400000, heard_at = heard_at - 400000")
        over = await engine.why(task_id)
        assert first(over).code == "claim-over"
        await client.update_progress(task_id, "far-away-1", 20)
    told = await engine.why(task_id)
    assert first(told).code == "owner-unknown"
    assert told.estimates.claim_end is not None
    assert told.estimates.claim_end > told.at + timedelta(seconds=200)


async def test_a_task_in_the_hands_of_a_dead_process_is_released(engine: Engine, config: Config):
    task_id = await create(engine)
    dead = next(pid for pid in range(os.getpid() + 1, 4_000_000) if not psutil.pid_exists(pid))
    async with AsyncTaskManagerClient(config) as client:
        type_id = (await client.get_task_type("Gate")).id
        await client.claim_task(f"prismq-{socket.gethostname()}-{dead}-abcd-1", type_id)
    told = await engine.why(task_id)
    assert (first(told).code, first(told).certainty) == ("owner-gone", "certain")
    assert "take it over in" in first(told).sentence
    seen = await until(engine, lambda s: s.stuck)
    assert (seen.stuck[task_id].code, seen.stuck_count) == ("owner-gone", 1)
    whole = await engine.why()
    assert first(whole).code == "owner-gone" and first(whole).sentence.startswith(f"#{task_id}: ")
    await carry_out(engine, first(told).cures[0])
    assert (await engine.open_task(task_id)).task.status is TaskStatus.PENDING


async def test_a_task_in_hand_and_those_behind_it_are_explained_and_not_stuck(engine: Engine):
    held = await create(engine)
    await engine.start_workers()
    await until(engine, lambda s: any(hand.heard_at for worker in s.workers for hand in worker.in_hand))
    behind = [await create(engine, n) for n in (2, 3)]
    assert first(await engine.why(held)).code == "in-hand"
    told = await engine.why(behind[1])
    assert (first(told).code, told.verdict) == ("workers-busy", Verdict.FINE)
    assert "1 task goes before it (FIFO)" in first(told).sentence
    lifo = next(place for place in told.estimates.places if place.strategy == "LIFO")
    assert (lifo.before, lifo.used_by) == (0, 0)


async def test_under_lifo_it_is_told_which_tasks_go_first(engine: Engine):
    await create(engine)
    await engine.start_workers(strategy="LIFO")
    await until(engine, lambda s: any(worker.in_hand for worker in s.workers))
    old, *newer = [await create(engine, n) for n in (2, 3, 4)]
    told = await engine.why(old)
    assert first(told).code == "overtaken"
    lifo = next(place for place in told.estimates.places if place.used_by)
    assert (lifo.strategy, lifo.before, set(lifo.overtaken_by)) == ("LIFO", 2, set(newer))
    assert first(told).cures[0].verb == "set_strategy"


async def test_a_task_that_fails_with_the_same_error_each_time_is_told_as_such(engine: Engine):
    Gate.gate.set()
    task_id = await create(engine, fail=True)
    await engine.start_workers()
    await until(engine, lambda s: s.counts.failed == 1)
    told = await engine.why(task_id)
    assert [cause.code for cause in told.causes] == ["same-error", "attempts-used-up", "holds-the-key"]
    assert told.verdict is Verdict.FAILED
    assert "the page is gone" in first(told).sentence


async def test_parameters_that_do_not_fit_any_more_are_told(engine: Engine):
    task_id = await create(engine)
    await engine.register_type("Gate", "2.0.0", {"type": "object", "required": ["channel_url"]}, update=True)
    told = await engine.why(task_id)
    assert [each.code for each in told.causes] == ["no-worker", "parameters-do-not-fit"]
    assert "channel_url" in told.causes[1].sentence


async def test_a_snapshot_alone_tells_what_holds_up_the_engine(engine: Engine):
    task_id = await create(engine)
    seen = await until(engine, lambda s: s.view.tasks)
    held = replace(seen, holdup=Holdup("w-01", 7, "mine.py:3 (process_task)"))
    told = at_a_glance(held, seen.view.tasks[0], utcnow())
    assert (told.task_id, first(told).code, told.verdict) == (task_id, "loop-held", Verdict.STUCK)
    assert first(at_a_glance(held, None, utcnow())).code == "loop-held"


async def test_a_task_that_there_is_not_is_an_error(engine: Engine):
    with pytest.raises(NotFound):
        await engine.why(4711)


async def test_a_healthy_system_has_no_cause(engine: Engine):
    Gate.gate.set()
    await engine.start_workers()
    await create(engine)
    await until(engine, lambda s: s.counts.completed == 1)
    told = await engine.why()
    assert (told.causes, told.verdict, told.sentence) == ((), Verdict.FINE, "Nothing is wrong that could be seen.")


async def test_an_engine_that_watches_nothing_explains_as_well(config: Config, factory: WorkerFactory):
    async with Engine.open(config, factory=factory, monitor=False) as engine:
        task_id = await create(engine)
        assert first(await engine.why(task_id)).code == "no-worker"
        assert first(await engine.why()).code == "no-worker"


async def test_a_locked_results_database_is_told(engine: Engine, config: Config):
    import sqlite3

    task_id = await create(engine)
    await engine.start_workers()
    locking = sqlite3.connect(config.database, isolation_level=None)
    locking.execute("BEGIN IMMEDIATE")
    try:
        causes = (await engine.why(task_id)).causes
    finally:
        locking.execute("ROLLBACK")
        locking.close()
    (cause,) = [each for each in causes if each.code.startswith("results-")]
    assert (cause.code, cause.certainty) == ("results-unwritable", Certainty.LIKELY)
    assert "cannot be written" in cause.sentence


async def test_a_server_with_the_documented_calls_alone_is_explained_as_far_as_it_tells(
    config: Config, factory: WorkerFactory
):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        remote = config.replace(taskmanager_api_url=url, taskmanager_api_key=observed.api_key)
        async with Engine.open(remote, factory=factory) as engine:
            task_id = await create(engine)
            told = await engine.why(task_id)
            assert first(told).code == "no-worker"
            assert first(told).certainty != "certain"
            assert any("does not tell which workers" in sentence for sentence in told.unknown)
            assert told.estimates.places


async def test_the_outcome_of_a_task_that_could_not_be_delivered_is_told(config: Config, factory: WorkerFactory):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        remote = config.replace(taskmanager_api_url=url, taskmanager_api_key=observed.api_key)
        async with Engine.open(remote, factory=factory) as engine:
            task_id = await create(engine)
            await engine.start_workers()
            await until(engine, lambda s: any(worker.in_hand for worker in s.workers))
            observed.api_key = "another"
            Gate.gate.set()
            await until(engine, lambda s: s.reports_waiting == 1)
            codes = [cause.code for cause in (await engine.why(task_id)).causes]
            assert codes[0] == "key-refused" and "report-waits" in codes
            observed.api_key = remote.taskmanager_api_key


async def test_a_server_that_is_away_and_one_that_refuses_the_key_are_told(config: Config, factory: WorkerFactory):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        remote = config.replace(taskmanager_api_url=url, taskmanager_api_key=observed.api_key)
        async with Engine.open(remote, factory=factory, monitor=False, patient=True) as engine:
            await until(engine, lambda s: s.server.link == "live")
            task_id = await create(engine)
            observed.api_key = "another"
            told = await engine.why(task_id)
            assert (first(told).code, told.could_tell) == ("key-refused", False)
    async with Engine.open(remote, factory=factory, monitor=False, patient=True) as engine:
        await until(engine, lambda s: s.server.link == "offline")
        told = await engine.why(task_id)
        assert (first(told).code, told.verdict, told.could_tell) == ("server-unreachable", Verdict.UNKNOWN, False)
        told = await engine.why()
        assert (first(told).code, told.verdict, told.could_tell) == ("server-unreachable", Verdict.STUCK, False)
