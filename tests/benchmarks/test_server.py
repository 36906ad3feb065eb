"""What each call costs the embedded TaskManager with 1,000, 100,000 and 1,000,000 tasks in its file."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from core.server.app import create_app
from core.server.database import Database
from tests.benchmarks.filling import filled
from tests.server.client import Api

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 12
CALLS = 25
CALLERS = 10
PAIRS = 40
ORDERS = {"FIFO": ("created_at", "ASC"), "LIFO": ("created_at", "DESC"), "PRIORITY": ("priority", "DESC")}
Times = dict[str, dict[int, list[float]]]


class Bench:
    """One database, and what each call on it took."""

    def __init__(self, path: Path, size: int, types: int, times: Times) -> None:
        self.size = size
        self.types = list(range(1, types + 1))
        self.database = Database.open(path)
        self.api = Api(create_app(self.database))
        self.times = times
        self.chance = random.Random(size)
        self.made = 0

    async def timed(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """The answer of a call, whose time is written down."""
        began = time.perf_counter()
        answer = await call()
        self.times[name][self.size].append((time.perf_counter() - began) * 1e6)
        return answer

    async def work(self, order: str) -> None:
        """As many tasks as are created are claimed in this order and completed: the queue keeps its length."""
        for _ in range(CALLS):
            await self.timed("create", self.create)
        sort, direction = ORDERS[order]
        held = [await self.timed(f"claim {order}", lambda: self.claim(sort, direction)) for _ in range(CALLS)]
        for task_id in held:
            await self.timed("complete", lambda task_id=task_id: self.api.complete(task_id, result={"n": 1}))

    async def create(self) -> None:
        self.made += 1
        name = f"type-{self.chance.choice(self.types)}"
        await self.api.create(name, self.chance.randrange(10), made=self.made, by="bench")

    async def claim(self, sort: str, direction: str) -> int:
        if len(self.types) == 1:
            return (await self.api.claimed(sort_by=sort, sort_order=direction))["id"]
        return (await self.api.batch(self.types, limit=1, sort_by=sort, sort_order=direction))[0]["id"]

    async def look(self) -> None:
        """What a screen reads, many times."""
        middle, latest = self.size // 2, (await self.api.changes(0))["next"]
        for _ in range(CALLS // 5):
            for name, query in {
                "list": {},
                "list by status": {"status": "pending"},
                "list by type": {"type": "type-1"},
                "list by status, after_id": {"status": "completed", "after_id": middle},
                "list by type, after_id": {"type": "type-%", "after_id": middle},
                "list by status and type": {"status": "pending", "type": "type-1"},
                "status and type, after_id": {"status": "completed", "type": "type-1", "after_id": middle},
            }.items():
                await self.timed(name, lambda query=query: self.api.get("/tasks", **query))
            await self.timed("stats", lambda: self.api.get("/stats"))
            await self.timed("changes", lambda: self.api.changes(latest - 50, limit=50))


def show(title: str, times: Times) -> None:
    """Print a table: microseconds a call, and how much more it is with a million tasks than with a thousand."""
    print(f"\n{title}: median microseconds a call, in process")
    print(f"{'call':28}{''.join(f'{size:>12,}' for size in SIZES)}{'ratio':>9}")
    for name, sizes in times.items():
        medians = [statistics.median(sizes[size]) for size in SIZES]
        columns = "".join(f"{median:12.0f}" for median in medians)
        print(f"{name:28}{columns}{medians[-1] / medians[0]:9.2f}")


@pytest.mark.bench
@pytest.mark.parametrize("types", [1, 3])
async def test_what_calls_cost_at_any_length_of_the_queue(tmp_path: Path, types: int) -> None:
    times: Times = defaultdict(lambda: defaultdict(list))
    benches = [Bench(filled(tmp_path / f"{size}.db", size, types), size, types, times) for size in SIZES]
    for _ in range(ROUNDS):
        for order in ORDERS:
            for bench in benches:
                await bench.work(order)
        for bench in benches:
            await bench.look()
    for bench in benches:
        bench.database.close()
    show("One type" if types == 1 else f"{types} types", times)


class Callers:
    """Callers of one database that claim and complete at the same time, so that their calls are committed together."""

    def __init__(self, folder: Path, synchronous: str) -> None:
        self.database = Database.open(folder / f"{synchronous}.db", synchronous=synchronous)
        self.api = Api(create_app(self.database))
        self.pairs_a_second: list[float] = []
        self.made = 0

    async def round(self) -> None:
        """One measurement; the tasks for it are made before."""
        for _ in range(CALLERS * PAIRS):
            self.made += 1
            await self.api.create("echo", made=self.made)
        began = time.perf_counter()
        await asyncio.gather(*(self.work(f"worker-{number}") for number in range(CALLERS)))
        self.pairs_a_second.append(CALLERS * PAIRS / (time.perf_counter() - began))

    async def work(self, name: str) -> None:
        for _ in range(PAIRS):
            task = await self.api.claimed(name)
            await self.api.complete(task["id"], name, result={"n": 1})


@pytest.mark.bench
async def test_what_waiting_for_the_disk_costs_callers_that_are_committed_together(tmp_path: Path) -> None:
    modes = {mode: Callers(tmp_path, mode) for mode in ("NORMAL", "FULL")}
    for callers in modes.values():
        await callers.api.register("echo")
    for number in range(ROUNDS):
        for callers in list(modes.values())[:: 1 if number % 2 else -1]:
            await callers.round()
    print(f"\nclaim + complete, {CALLERS} callers at once, in process: pairs a second in {ROUNDS} rounds each")
    print(f"{'synchronous':28}{'median':>12}{'least':>12}{'most':>12}")
    for mode, callers in modes.items():
        callers.database.close()
        told = callers.pairs_a_second
        print(f"{mode:28}{statistics.median(told):12.0f}{min(told):12.0f}{max(told):12.0f}")
    shares = [
        full / normal for full, normal in zip(*(modes[m].pairs_a_second for m in ("FULL", "NORMAL")), strict=True)
    ]
    print(f"{'FULL / NORMAL':28}{statistics.median(shares):12.2f}{min(shares):12.2f}{max(shares):12.2f}")
