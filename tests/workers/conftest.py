"""A pool on fakes, with workers made in one line."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from random import Random
from typing import Any

import pytest

from core.config import Config
from core.workers import BaseWorker
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from core.workers.testing import MemoryIdeas
from tests.workers.fakes import FakeTasks, Heard, MemorySettlement


@pytest.fixture
async def heard() -> Heard:
    return Heard()


@pytest.fixture
async def tasks() -> FakeTasks:
    return FakeTasks()


@pytest.fixture
async def settlement(tasks: FakeTasks) -> MemorySettlement:
    return MemorySettlement(tasks)


@pytest.fixture
def grace() -> float:
    """Seconds that code which is told to stop gets for it."""
    return 2.0


@pytest.fixture
async def pool(tasks: FakeTasks, settlement: MemorySettlement, heard: Heard, grace: float) -> AsyncGenerator[Pool]:
    pool = Pool(tasks, settlement, heard.publish, rng=Random(1), grace=grace)
    yield pool
    await pool.close(now=True)


@pytest.fixture
def make() -> Callable[..., Any]:
    """Makes a worker of a class; quick polls unless told otherwise."""

    def worker(worker_class: type[BaseWorker] | None = None, **kwargs: Any) -> BaseWorker:
        assert worker_class is not None
        given = {"worker_id": "w", "config": Config(environ={}), "results_db": MemoryIdeas(), "task_type_ids": [1]}
        return worker_class(**(given | {"poll_interval": 0.05, "max_backoff": 0.2} | kwargs))

    return worker


@pytest.fixture
def start(pool: Pool, make: Callable[..., BaseWorker]) -> Callable[..., Any]:
    """Starts a worker of a class in the pool; answers the author's object."""

    def begin(worker_class: type[BaseWorker], **kwargs: Any) -> BaseWorker:
        worker = make(worker_class, **kwargs)
        pool.start(WorkerPlan.of(worker, types=("T",)))
        return worker

    return begin
