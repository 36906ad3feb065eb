"""What it costs to have nothing to do: how soon work begins after that, the CPU of waiting, and what is remembered."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

import psutil
import pytest

from core.engine import Engine
from core.taskmanager import AsyncTaskManagerClient
from tests.benchmarks import draining, idlers
from tests.benchmarks.filling import filled
from tests.benchmarks.measuring import Target, table

CREATED = 100
PAUSE = 0.1
"""Seconds between two tasks, in which the worker goes back to waiting."""
WORKERS = 50
SETTLING, WATCHED = 5.0, 10.0
"""Seconds that idle workers are given to come to rest, and for which their CPU is read then."""
FEW, MANY = 10_000, 1_000_000


async def until_begun(folder: Path, url: str | None) -> list[float]:
    """Milliseconds from the call that creates a task until an idle worker begins with it."""
    idlers.BEGAN.clear()
    config = draining.settings(folder, url)
    waits: list[float] = []
    async with (
        Engine.open(config, factory=idlers.factory_of("telling"), monitor=False) as engine,
        AsyncTaskManagerClient(config) as client,
    ):
        await engine.start_workers()
        for number in range(CREATED):
            await asyncio.sleep(PAUSE)
            began = time.perf_counter()
            await client.create_task("Nothing", {"n": number})
            while number not in idlers.BEGAN:  # noqa: ASYNC110  # the worker notes the time, and rings for nobody
                await asyncio.sleep(0.001)
            waits.append((idlers.BEGAN[number] - began) * 1000)
    return waits


@pytest.mark.bench
async def test_how_soon_an_idle_worker_begins(tmp_path: Path):
    figures: dict[str, list[float]] = {}
    for name, over_http in {"embedded": False, "serve": True}.items():
        folder = tmp_path / name
        await draining.fill(folder, 0)
        if over_http:
            with draining.served(folder) as url:
                waits = await until_begun(folder, url)
        else:
            waits = await until_begun(folder, None)
        figures[f"{name}, p50"] = [statistics.median(waits)]
        figures[f"{name}, p95"] = [statistics.quantiles(waits, n=20)[-1]]
    targets = {"embedded, p50": Target(20, at_most=True)}
    print(table(f"From creation to start, idle worker: milliseconds, {CREATED} tasks", figures, targets, digits=1))


def used(*processes: psutil.Process) -> list[float]:
    """Seconds of CPU that processes have used."""
    return [sum(each.cpu_times()[:2]) for each in processes]


def of_a_core(folder: Path, url: str, *beside: psutil.Process) -> list[float]:
    """Percent of a core that idle workers use, and those of the processes ``beside`` them."""
    workers = draining.child("idle", folder, url, str(WORKERS))
    try:
        draining.heard(workers, "ready")
        time.sleep(SETTLING)
        watched = (psutil.Process(workers.pid), *beside)
        before, began = used(*watched), time.perf_counter()
        time.sleep(WATCHED)
        after, seconds = used(*watched), time.perf_counter() - began
        draining.tell(workers)
        assert workers.wait(timeout=30) == 0
    finally:
        draining.end(workers)
    return [100 * (late - early) / seconds for early, late in zip(before, after, strict=True)]


@pytest.mark.bench
async def test_the_cpu_of_idle_workers(tmp_path: Path):
    embedded, served = tmp_path / "embedded", tmp_path / "served"
    for folder in (embedded, served):
        await draining.fill(folder, 0)
    figures = {"embedded": of_a_core(embedded, "-")}
    known = {each.pid for each in psutil.Process().children()}
    with draining.served(served) as url:
        [server] = [each for each in psutil.Process().children() if each.pid not in known]
        ours, its = of_a_core(served, url, server)
    figures |= {"over HTTP: the workers": [ours], "over HTTP: the server": [its]}
    targets = dict.fromkeys(list(figures)[:2], Target(1, at_most=True))
    print(table(f"{WORKERS} idle workers: percent of a core over {WATCHED:g} s", figures, targets, digits=2))


@pytest.mark.bench
def test_memory_after_many_tasks(tmp_path: Path):
    filled(draining.tasks_in(tmp_path), 2 * MANY, 1, "Nothing")
    pool = draining.child("remember", tmp_path, str(FEW), "50")
    try:
        first, last = float(draining.heard(pool, "first")), float(draining.heard(pool, "all"))
        assert pool.wait(timeout=30) == 0
    finally:
        draining.end(pool)
    few, many = f"after {FEW:,} tasks", f"after {MANY:,} tasks"
    targets = {many: Target(1.1, few, at_most=True)}
    print(table("Memory of one pool, embedded: MiB", {few: [first], many: [last]}, targets, digits=1))
