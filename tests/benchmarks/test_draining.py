"""How many tasks that do nothing our pool drains per second, embedded, against the shortest loops that could."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.config import Config
from core.engine import Engine
from core.models import Report, Task, TaskResult, utcnow
from core.results import Database
from core.taskmanager import AsyncTaskManagerClient
from core.workers import BaseWorker, WorkerFactory
from core.workers.ports import Outcome

TASKS = 2000
ROUNDS = 3


class Nothing(BaseWorker):
    """Does nothing."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True)


async def filled(config: Config) -> None:
    """A queue of tasks."""
    async with AsyncTaskManagerClient(config) as client:
        await client.register_task_type("Nothing", "1.0.0", {"type": "object"})
        for number in range(TASKS):
            await client.create_task("Nothing", {"n": number})


async def pool(config: Config, concurrency: int) -> float:
    """Seconds in which our pool drains the queue, durable as always."""
    factory = WorkerFactory()
    factory.register("Nothing", Nothing)
    async with Engine.open(config, factory=factory, monitor=False) as engine:
        began = time.perf_counter()
        await engine.start_workers(concurrency=concurrency)
        await engine.drained()
        return time.perf_counter() - began


async def loop(config: Config, size: int, *, durable: bool) -> float:
    """Seconds in which the shortest loop does: claim and complete; ``durable``: results and reports committed too."""
    async with AsyncTaskManagerClient(config) as client:
        results = Database(config=config)
        results.bind(await client.identity())
        began = time.perf_counter()
        while tasks := await client.claim_many("loop", [1], limit=size, sort_by="id", sort_order="ASC"):
            reports = [Report(task.id, "loop", task.attempts, True) for task in tasks]
            if durable:
                now = utcnow()
                outcomes = [Outcome(task, "loop", TaskResult(True), now, now, None) for task in tasks]
                reports = [report for _, report in results.settle(results.server, "loop", outcomes)]
            await client.complete_many("loop", reports)
        seconds = time.perf_counter() - began
        results.close()
        return seconds


@pytest.mark.bench
async def test_draining(tmp_path: Path):
    runs: dict[str, Callable[[Config], Awaitable[float]]] = {}
    for size in (1, 10, 50):
        runs[f"pool, concurrency {size}"] = lambda config, size=size: pool(config, size)
        runs[f"durable loop, batches of {size}"] = lambda config, size=size: loop(config, size, durable=True)
        runs[f"bare loop, batches of {size}"] = lambda config, size=size: loop(config, size, durable=False)
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS):
        for place, (name, run) in enumerate(runs.items()):
            folder = tmp_path / f"{number}-{place}"
            config = Config.bare(taskmanager_db=folder / "tasks.db", database=folder / "ideas.s3db")
            await filled(config)
            rates[name].append(TASKS / await run(config))
    print(f"\n{TASKS} tasks, median [min..max] of {ROUNDS} rounds, tasks per second")
    for name, measured in rates.items():
        print(f"{name:32} {statistics.median(measured):8.0f}  [{min(measured):.0f}..{max(measured):.0f}]")
