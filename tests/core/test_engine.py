"""The engine: everything together, on real files."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta

import pytest

from core.config import Config
from core.endings import left_to_others, put_off
from core.engine import Engine
from core.errors import BadSetting, UnknownTaskType, Unreachable
from core.filters import TaskFilter
from core.models import NewTask, TaskResult, TaskStatus, WorkerState, utcnow
from core.snapshot import Link, View
from core.workers import BaseWorker, Task, WorkerFactory
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.engines import until


class Gate(BaseWorker):
    """Notes the order of its tasks; waits for its gate; fails when told to."""

    order: list[int]
    gate: asyncio.Event

    async def process_task(self, task: Task) -> TaskResult:
        self.order.append(task.parameters["n"])
        await self.gate.wait()
        if task.parameters.get("fail"):
            raise RuntimeError("the page is gone")
        return TaskResult(True, data={"title": f"idea {task.parameters['n']}"}, items_processed=1)


@pytest.fixture
def factory() -> WorkerFactory:
    """Knows `Gate` alone."""
    Gate.order, Gate.gate = [], asyncio.Event()
    factory = WorkerFactory()
    factory.register("Gate", Gate, param_schema={"type": "object", "required": ["n"]})
    return factory


@pytest.fixture
async def engine(config: Config, factory: WorkerFactory) -> AsyncIterator[Engine]:
    """An open engine whose gate is open at the end."""
    async with Engine.open(config, factory=factory) as engine:
        try:
            yield engine
        finally:
            Gate.gate.set()


async def create(engine: Engine, *numbers: int, **more: object) -> list[int]:
    """Tasks with these numbers; their ids."""
    return [(await engine.create_task(NewTask("Gate", {"n": n, **more}, priority=n))).id for n in numbers]


async def test_a_task_goes_from_creation_to_a_saved_idea_and_is_seen_on_the_way(engine: Engine):
    (task_id,) = await create(engine, 1)
    await until(engine, lambda s: s.counts.pending == 1 and s.view.tasks)
    (worker_id,) = await engine.start_workers()
    busy = await until(engine, lambda s: any(w.in_hand for w in s.workers))
    assert busy.workers[0].in_hand[0].task_id == task_id
    Gate.gate.set()
    done = await until(engine, lambda s: s.counts.completed == 1 and s.results_total == 1)
    assert (done.results[0].title, done.results[0].task_id, done.results[0].worker_id) == ("idea 1", task_id, worker_id)
    assert done.types[0].workers == 1
    detail = await engine.open_task(task_id)
    assert [row.outcome for row in detail.attempts] == ["completed"]
    assert [row.title for row in detail.ideas] == ["idea 1"]


@pytest.mark.parametrize(("strategy", "order"), [("FIFO", [1, 2, 3]), ("lifo", [3, 2, 1]), ("PRIORITY", [3, 2, 1])])
async def test_workers_claim_in_the_order_of_their_strategy(engine: Engine, strategy: str, order: list[int]):
    await create(engine, 1, 2, 3)
    Gate.gate.set()
    await engine.start_workers(strategy=strategy)
    assert await engine.drained() == 0
    assert Gate.order == order


async def test_draining_does_a_task_whose_wait_is_over_before_anybody_claimed(engine: Engine, config: Config):
    await engine.start_workers()
    await engine.pause()
    await until(engine, lambda s: [each.state for each in s.workers] == [WorkerState.PAUSED])
    (task_id,) = await create(engine, 1)
    client = engine.rooms.client
    assert await client.claim_task("other", (await client.stats())[0].id)
    await client.complete_task(task_id, "other", False, error="no quota", retry_at=utcnow() + timedelta(days=1))
    assert await put_off(engine.rooms) == 1
    with closing(sqlite3.connect(config.taskmanager_db)) as connection, connection:  # the day passes
        connection.execute("UPDATE tasks SET retry_at = 1")
    assert await left_to_others(engine.rooms) is None, "it is for us to do"
    assert await put_off(engine.rooms) == 0
    Gate.gate.set()
    await engine.resume()
    assert await engine.drained() == 0
    assert Gate.order == [1]


async def test_another_strategy_holds_from_the_next_claim(engine: Engine):
    await create(engine, 1, 2, 3, 4)
    await engine.start_workers()
    await until(engine, lambda s: any(w.in_hand for w in s.workers))
    await engine.set_strategy("LIFO")
    Gate.gate.set()
    await engine.drained()
    assert Gate.order == [1, 4, 3, 2]
    assert engine.store.snapshot.workers[0].strategy == "LIFO"


async def test_a_paused_worker_claims_nothing_until_it_is_resumed(engine: Engine):
    Gate.gate.set()
    ids = await engine.start_workers(count=2)
    assert await engine.pause(ids[:1]) == ids[:1]
    await engine.pause()
    await until(engine, lambda s: all(w.state is WorkerState.PAUSED for w in s.workers))
    await create(engine, 1)
    await until(engine, lambda s: s.counts.pending == 1)
    assert Gate.order == []
    await engine.resume()
    await until(engine, lambda s: s.counts.completed == 1)


async def test_stopping_finishes_what_is_in_hand_and_stopping_now_gives_it_back(engine: Engine):
    first, second = await create(engine, 1, 2)
    (graceful,) = await engine.start_workers()
    await until(engine, lambda s: any(w.in_hand for w in s.workers))
    await engine.stop_workers([graceful])
    (hasty,) = await engine.start_workers()
    await until(engine, lambda s: sum(len(w.in_hand) for w in s.workers) == 2)
    await engine.stop_workers([hasty], now=True)
    await until(engine, lambda s: s.counts.pending == 1)
    Gate.gate.set()
    await until(engine, lambda s: all(w.state is WorkerState.STOPPED for w in s.workers) and s.counts.completed == 1)
    assert (await engine.open_task(first)).task.status is TaskStatus.COMPLETED
    assert (await engine.open_task(second)).task.status is TaskStatus.PENDING


async def test_scaling_starts_more_like_those_that_run_and_stops_idle_ones_first(engine: Engine):
    await engine.start_workers(strategy="LIFO", concurrency=2)
    assert await engine.scale(3) == 3
    snapshot = await until(engine, lambda s: len(s.workers) == 3)
    assert {(w.strategy, w.concurrency) for w in snapshot.workers} == {("LIFO", 2)}
    await create(engine, 1)
    snapshot = await until(engine, lambda s: any(w.in_hand for w in s.workers))
    busy = next(w.id for w in snapshot.workers if w.in_hand)
    await engine.scale(1)
    snapshot = await until(engine, lambda s: sum(w.state is WorkerState.STOPPED for w in s.workers) == 2)
    assert next(w.id for w in snapshot.workers if w.state is not WorkerState.STOPPED) == busy


async def test_a_failed_task_is_tried_three_times_grouped_and_can_be_retried(engine: Engine):
    Gate.gate.set()
    (task_id,) = await create(engine, 1, fail=True)
    await engine.start_workers()
    snapshot = await until(engine, lambda s: s.counts.failed == 1 and s.failures)
    assert (snapshot.failures[0].task_ids, snapshot.failures[0].count) == ((task_id,), 1)
    assert "the page is gone" in snapshot.failures[0].error
    assert [row.number for row in (await engine.open_task(task_id)).attempts] == [1, 2, 3]
    await engine.pause()
    assert [row.ok for row in await engine.retry([task_id])] == [True]
    await until(engine, lambda s: s.counts.pending == 1 and not s.failures)
    refused = await engine.retry([task_id])
    assert (refused[0].ok, bool(refused[0].error)) == (False, True)


async def test_cancelling_ends_a_task_for_good(engine: Engine):
    (task_id,) = await create(engine, 1)
    assert [row.ok for row in await engine.cancel([task_id])] == [True]
    task = (await engine.open_task(task_id)).task
    assert (task.status, task.error) == (TaskStatus.FAILED, "cancelled")


async def test_releasing_a_task_of_a_living_worker_lets_another_do_it(engine: Engine):
    (task_id,) = await create(engine, 1)
    await engine.start_workers()
    await until(engine, lambda s: any(w.in_hand for w in s.workers))
    await engine.pause()
    assert [row.ok for row in await engine.release([task_id])] == [True]
    assert (await engine.open_task(task_id)).task.status is TaskStatus.PENDING


async def test_a_worker_whose_task_was_cancelled_by_an_operator_is_told_to_stop(
    engine: Engine, factory: WorkerFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.presence.LOOK_EVERY", 0.02)

    class Patient(BaseWorker):
        """Goes on until it is told to stop."""

        async def process_task(self, task: Task) -> TaskResult:
            while not self.is_cancelled:  # noqa: ASYNC110 - authors can only ask
                await asyncio.sleep(0.01)
            return TaskResult(False, error="told to stop")

    factory.register("Patient", Patient)
    await engine.start_workers(["Patient"])
    created = await engine.create_task(NewTask("Patient", {}))
    await until(engine, lambda s: any(w.in_hand for w in s.workers))
    await engine.cancel([created.id])
    await until(engine, lambda s: not any(w.in_hand for w in s.workers))


async def test_the_view_follows_what_someone_looks_at(engine: Engine):
    await create(engine, *range(1, 8))
    await engine.look(View(filter=TaskFilter.parse("status:pending"), rows=3))
    snapshot = await until(engine, lambda s: len(s.view.tasks) == 3)
    assert [task.id for task in snapshot.view.tasks] == [7, 6, 5]
    assert snapshot.view.total == 7
    await engine.look(View(filter=TaskFilter.parse("status:failed")))
    await until(engine, lambda s: s.view.view.filter.statuses and not s.view.tasks)


async def test_what_another_process_does_is_seen(engine: Engine, config: Config):
    from core.taskmanager import TaskManagerClient

    await until(engine, lambda s: s.server.link is Link.LIVE)

    def elsewhere() -> None:
        with TaskManagerClient(config) as client:
            client.register_task_type("Other", "1.0.0", {"type": "object"})
            client.create_task("Other", {"a": 1})

    await asyncio.to_thread(elsewhere)
    snapshot = await until(engine, lambda s: any(t.name == "Other" and t.counts.pending for t in s.types))
    assert next(t for t in snapshot.types if t.name == "Other").workable is False


async def test_bad_wishes_are_refused_in_words(engine: Engine):
    with pytest.raises(BadSetting, match="no strategy 'RANDOM'"):
        await engine.set_strategy("RANDOM")
    with pytest.raises(UnknownTaskType, match="Known: Gate"):
        await engine.start_workers(["Nope"])
    with pytest.raises(BadSetting, match="0 workers"):
        await engine.start_workers(count=0)
    with pytest.raises(BadSetting, match="no live worker"):
        await engine.pause(["somebody-else"])
    with pytest.raises(UnknownTaskType, match="'Nope'"):
        await engine.create_task(NewTask("Nope", {}))


async def test_a_type_is_registered_when_missing_and_replaced_only_when_asked(engine: Engine):
    first = await engine.register_type("T", "1", {"type": "object"})
    kept = await engine.register_type("T", "2", {"type": "object", "required": ["a"]})
    replaced = await engine.register_type("T", "2", {"type": "object", "required": ["a"]}, update=True)
    assert (first.created, kept.version, replaced.version, replaced.id) == (True, "1", "2", first.id)


async def test_an_authors_own_worker_runs_and_is_delivered(config: Config, engine: Engine):
    await engine.register_type("Gate", "1.0.0", {"type": "object"})
    await create(engine, 5)
    Gate.gate.set()
    worker = Gate("mine", config, engine.rooms.database, [1], max_iterations=2, poll_interval=0.01)
    await engine.run_worker(worker)
    assert await engine.shut() == 0
    assert (await engine.open_task(1)).task.claimed_by == "mine"


async def test_a_patient_engine_opens_while_the_task_manager_is_away_and_starts_its_workers_once_it_is_there(
    config: Config, factory: WorkerFactory
):
    observed = ObservedTaskManager()
    with observed.serving() as gone:
        pass
    away = config.replace(taskmanager_api_url=gone, taskmanager_api_key=observed.api_key)
    async with Engine.open(away, factory=factory, patient=True) as engine:
        await until(engine, lambda s: s.server.link is Link.OFFLINE and s.server.retry_at)
        with pytest.raises(Unreachable, match="cannot be reached"):
            await engine.create_task(NewTask("Gate", {"n": 1}))


async def test_an_impatient_engine_says_at_once_that_nobody_is_there(config: Config):
    with serving(ObservedTaskManager()) as gone:
        pass
    with pytest.raises(Unreachable):
        async with Engine.open(config.replace(taskmanager_api_url=gone)):
            raise AssertionError("it must not open")
