"""One task at a time, another concurrency, started again, looked at, looked ahead: on real files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.details import IN_TURN
from core.engine import Engine
from core.errors import BadSetting
from core.models import NewTask, Step, TaskResult, TaskStatus, WorkerState
from core.workers import BaseWorker, Task, WorkerFactory
from core.workers.claiming import STRATEGIES, Strategy
from tests.contract.observed import ObservedTaskManager
from tests.engines import until


class Gate(BaseWorker):
    """Waits for its gate; fails when told to."""

    gate: asyncio.Event

    async def process_task(self, task: Task) -> TaskResult:
        await self.gate.wait()
        if task.parameters.get("fail"):
            raise RuntimeError("the page is gone")
        return TaskResult(True, data={"n": task.parameters["n"]}, items_processed=1)


class Other(Gate):
    """Another type."""


class Quick(Gate):
    """Has little time."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task_timeout = 0.05


class Plain(Gate):
    """Takes what it must, and nothing else."""

    def __init__(self, worker_id: str, config: Any, results_db: Any, task_type_ids: Any) -> None:
        super().__init__(worker_id, config, results_db, task_type_ids)


@pytest.fixture
def factory() -> WorkerFactory:
    """Knows two types."""
    Gate.gate = asyncio.Event()
    factory = WorkerFactory()
    factory.register("Gate", Gate)
    factory.register("Other", Other)
    return factory


@pytest.fixture
async def engine(tmp_path: Path, factory: WorkerFactory) -> AsyncIterator[Engine]:
    """An open engine on a file of its own, whose gate is open at the end."""
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, factory=factory) as engine:
        try:
            yield engine
        finally:
            Gate.gate.set()


async def create(engine: Engine, *numbers: int, kind: str = "Gate", **more: object) -> list[int]:
    """Tasks with these numbers, which are their priorities too; their ids."""
    return [(await engine.create_task(NewTask(kind, {"n": n, **more}, priority=n))).id for n in numbers]


async def test_a_paused_worker_does_one_task_and_stays_paused(engine: Engine):
    (worker_id,) = await engine.start_workers(["Gate"])
    await engine.pause()
    first, second = await create(engine, 1, 2)
    assert await engine.step([worker_id]) == [Step(worker_id, first, "Gate")]
    busy = await until(engine, lambda s: s.workers and s.workers[0].in_hand)
    assert (busy.workers[0].state, busy.workers[0].in_hand[0].task_id) == (WorkerState.PAUSED, first)
    with pytest.raises(BadSetting, match="as many tasks in hand as it may have"):
        await engine.step([worker_id])
    Gate.gate.set()
    after = await until(engine, lambda s: s.counts.completed == 1 and not s.workers[0].in_hand)
    assert after.workers[0].state is WorkerState.PAUSED
    assert (await engine.open_task(second)).task.status is TaskStatus.PENDING


async def test_a_step_says_when_there_is_nothing_to_claim(engine: Engine):
    (worker_id,) = await engine.start_workers(["Gate"])
    await engine.pause()
    assert await engine.step([worker_id]) == [Step(worker_id)]
    assert engine.store.snapshot.workers[0].state is WorkerState.PAUSED


async def test_without_a_worker_a_step_starts_a_fresh_one_that_is_paused(engine: Engine):
    Gate.gate.set()
    first, _ = await create(engine, 1, 2)
    (step,) = await engine.step()
    assert step.task_id == first
    after = await until(engine, lambda s: s.counts.completed == 1 and s.workers)
    assert [(w.id, w.state) for w in after.workers] == [(step.worker_id, WorkerState.PAUSED)]


async def test_a_worker_that_is_not_paused_takes_no_step(engine: Engine):
    (worker_id,) = await engine.start_workers(["Gate"])
    with pytest.raises(BadSetting, match="it is not paused"):
        await engine.step([worker_id])


async def test_a_step_goes_by_the_strategy_of_its_worker(engine: Engine):
    (worker_id,) = await engine.start_workers(["Gate"], strategy="LIFO")
    await engine.pause()
    *_, newest = await create(engine, 1, 2, 3)
    assert (await engine.step([worker_id]))[0].task_id == newest


async def test_with_a_higher_concurrency_a_running_worker_takes_more_and_with_a_lower_one_finishes_what_it_has(
    engine: Engine,
):
    (worker_id,) = await engine.start_workers(["Gate"])
    await create(engine, *range(1, 6))
    await until(engine, lambda s: s.workers and len(s.workers[0].in_hand) == 1)
    assert await engine.set_concurrency(3, [worker_id]) == [worker_id]
    await until(engine, lambda s: s.workers and len(s.workers[0].in_hand) == 3)
    await engine.set_concurrency(1)
    lower = await until(engine, lambda s: s.workers and s.workers[0].concurrency == 1)
    assert len(lower.workers[0].in_hand) == 3
    Gate.gate.set()
    await until(engine, lambda s: s.counts.completed == 5)
    with pytest.raises(BadSetting, match="from 1 to 1000"):
        await engine.set_concurrency(0)


async def test_a_worker_that_ended_is_started_again_under_its_id_as_it_was(engine: Engine):
    (worker_id,) = await engine.start_workers(["Gate"], strategy="LIFO", concurrency=2, task_timeout=30)
    with pytest.raises(BadSetting, match="only workers that ended here can"):
        await engine.restart([worker_id])
    await engine.stop_workers([worker_id], now=True)
    await until(engine, lambda s: s.workers and s.workers[0].state is WorkerState.STOPPED)
    assert await engine.restart([worker_id]) == [worker_id]
    Gate.gate.set()
    await create(engine, 1)
    after = await until(engine, lambda s: s.counts.completed == 1)
    (again,) = after.workers
    assert (again.id, again.types, again.strategy) == (worker_id, ("Gate",), "LIFO")
    assert (again.concurrency, again.task_timeout) == (2, 30)
    assert [line.text for line in reversed((await engine.open_worker(worker_id)).log)] == [
        "started: LIFO, 2 at once",
        "told to stop",
        "stopped",
        "started again",
    ]


async def test_workers_are_started_with_their_own_poll_interval_and_time(engine: Engine):
    await engine.start_workers(["Gate"], poll_interval=0.5, task_timeout=0.05)
    await create(engine, 1)
    failed = await until(engine, lambda s: s.counts.failed == 1 and s.workers[0].failed_in_a_row == 3)
    assert (failed.workers[0].poll_interval, failed.workers[0].task_timeout) == (0.5, 0.05)
    with pytest.raises(BadSetting, match="task_timeout"):
        await engine.start_workers(["Gate"], task_timeout=0)


@pytest.mark.parametrize("first", ["Gate", "Quick"])
async def test_each_type_of_a_worker_keeps_the_time_of_its_own_class(
    engine: Engine, factory: WorkerFactory, first: str
):
    factory.register("Quick", Quick)
    (worker_id,) = await engine.start_workers([first, *({"Gate", "Quick"} - {first})], concurrency=2)
    await create(engine, 1)
    await create(engine, 2, kind="Quick")
    failed = await until(engine, lambda s: s.counts.failed == 1)
    assert failed.counts.claimed == 1
    Gate.gate.set()
    await until(engine, lambda s: s.counts.completed == 1)
    await engine.stop_workers()
    await until(engine, lambda s: s.workers[0].state is WorkerState.STOPPED)
    await engine.restart([worker_id])
    Gate.gate.clear()
    await create(engine, 3)
    await create(engine, 4, kind="Quick")
    again = await until(engine, lambda s: s.counts.failed == 2)
    assert again.counts.claimed == 1


async def test_a_time_that_was_asked_for_holds_for_a_class_that_takes_none(engine: Engine, factory: WorkerFactory):
    factory.register("Plain", Plain)
    await engine.start_workers(["Plain"], task_timeout=0.05)
    await create(engine, 1, kind="Plain")
    failed = await until(engine, lambda s: s.counts.failed == 1)
    assert failed.workers[0].task_timeout == 0.05


async def test_scaling_like_a_worker_counts_those_of_its_types_alone(engine: Engine):
    (one,) = await engine.start_workers(["Gate"])
    (other,) = await engine.start_workers(["Other"], strategy="LIFO")
    assert await engine.scale(2, like=one) == 2
    more = await until(engine, lambda s: len(s.workers) == 3)
    assert [w.types for w in more.workers] == [("Gate",), ("Other",), ("Gate",)]
    await engine.scale(0, like=other)
    await until(engine, lambda s: [w.state for w in s.workers if w.types == ("Other",)] == [WorkerState.STOPPED])
    await engine.scale(1, like=other)
    await until(engine, lambda s: [w.strategy for w in s.workers if w.types == ("Other",)] == ["LIFO", "LIFO"])
    with pytest.raises(BadSetting, match="no worker of this process"):
        await engine.scale(1, like="somebody-else")


async def test_what_a_worker_did_and_what_happened_to_it_is_remembered(engine: Engine):
    Gate.gate.set()
    (worker_id,) = await engine.start_workers(["Gate"])
    (good,) = await create(engine, 1)
    (bad,) = await create(engine, 2, fail=True)
    counted = await until(engine, lambda s: s.counts.completed == 1 and s.counts.failed == 1)
    await until(engine, lambda s: s.workers and s.workers[0].per_minute == 4)
    assert (counted.workers[0].failed_in_a_row, counted.workers[0].failed) == (3, 3)
    await engine.pause()
    await engine.set_strategy("LIFO")
    await engine.resume()
    await until(
        engine, lambda s: s.workers and s.workers[0].strategy == "LIFO" and s.workers[0].state is not WorkerState.PAUSED
    )
    await until(engine, lambda s: any("failed for good" in line.text for line in s.activity))
    detail = await engine.open_worker(worker_id)
    told = [(each.task_id, each.attempt, each.success, each.report) for each in detail.tasks]
    assert sorted(told) == [
        (good, 1, True, "completed"),
        (bad, 1, False, "tried again"),
        (bad, 2, False, "tried again"),
        (bad, 3, False, "failed for good"),
    ]
    assert "the page is gone" in detail.tasks[0].error
    assert "claims LIFO from now on, FIFO before" in [line.text for line in detail.log]
    assert (await engine.open_worker("somebody-else")).tasks == ()


@pytest.mark.parametrize(
    ("strategy", "order", "last"),
    [("FIFO", [1, 2, 3, 4, 5], None), ("LIFO", [7, 6, 5, 4, 3], 1), ("priority", [4, 7, 6, 5, 3], 1)],
)
async def test_a_preview_has_the_tasks_that_are_claimed_next_in_their_order(
    engine: Engine, strategy: str, order: list[int], last: int | None
):
    for priority in (1, 1, 2, 9, 3, 4, 5):
        await engine.create_task(NewTask("Gate", {"n": priority, "at": asyncio.get_running_loop().time()}, priority))
    ahead = await engine.preview(strategy, ["Gate"])
    assert [task.id for task in ahead.tasks] == order
    assert (ahead.exact, ahead.searched, ahead.pending) == (True, None, 7)
    assert (ahead.last.id if ahead.last else None) == last
    (worker_id,) = await engine.start_workers(["Gate"], strategy=strategy, concurrency=5)
    claimed = await until(engine, lambda s: s.workers and len(s.workers[0].in_hand) == 5)
    assert [hand.task_id for hand in claimed.workers[0].in_hand] == order
    assert claimed.workers[0].id == worker_id


async def test_all_strategies_that_are_registered_are_told_with_what_they_mean(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(STRATEGIES, "OWN", Strategy("OWN", "attempts", "ASC", "The least tried first."))
    assert list(await engine.strategies()) == ["FIFO", "LIFO", "PRIORITY", "OWN"]
    assert (await engine.strategies())["OWN"] == "The least tried first."


async def test_a_preview_of_several_types_takes_them_in_turn_and_says_so(engine: Engine):
    await create(engine, 1, 2)
    await create(engine, 3, 4, kind="Other")
    ahead = await engine.preview("FIFO")
    assert [task.id for task in ahead.tasks] == [1, 3, 2, 4]
    assert ahead.notes == (IN_TURN,)


async def test_where_lists_cannot_be_sorted_a_preview_sorts_what_it_loaded_and_says_so(
    tmp_path: Path, factory: WorkerFactory
):
    observed = ObservedTaskManager()
    with observed.serving() as address:
        config = Config.bare(
            taskmanager_api_url=address, taskmanager_api_key=observed.api_key, database=tmp_path / "ideas.s3db"
        )
        async with Engine.open(config, factory=factory) as engine:
            await engine.type_for_work("Gate")
            for n in (1, 9, 2):
                await engine.create_task(NewTask("Gate", {"name": f"task {n}"}, priority=n))
            ahead = await engine.preview("LIFO", ["Gate"])
            assert [task.id for task in ahead.tasks] == [3, 2, 1]
            by_priority = await engine.preview("PRIORITY", ["Gate"])
            assert [task.id for task in by_priority.tasks] == [1, 2, 3]
            assert "ignores priorities" in by_priority.notes[0]
            for n in range(60):
                await engine.create_task(NewTask("Gate", {"name": f"more {n}"}))
            many = await engine.preview("FIFO", ["Gate"])
            assert (many.exact, many.searched, many.tasks[0].id) == (False, 63, 1)
