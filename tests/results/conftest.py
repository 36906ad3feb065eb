"""A results database in a file, a deliverer on fakes, and outcomes made in one line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

import core.sending as sending_room
from core.models import Task, TaskResult, TaskStatus, utcnow
from core.outbox import Deliverer
from core.outcome import Outcome
from core.results import Database
from core.results.owed import ReportState
from core.workers.backoff import Backoff
from tests.workers.fakes import FakeTasks, Heard

SERVER = "a-server"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "down" / "ideas.s3db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    database.bind(SERVER)
    yield database
    database.close()


def a_task(number: int = 1, attempts: int = 1) -> Task:
    """A task that was claimed."""
    return Task(number, "T", {}, status=TaskStatus.CLAIMED, attempts=attempts, claimed_by="w")


def an_outcome(
    number: int = 1,
    result: TaskResult | None = None,
    *,
    attempts: int = 1,
    save: Callable[[], Any] | None = None,
    since: datetime | None = None,
) -> Outcome:
    """A task that was processed in a second and a half; ``since``: its claim began at another time."""
    end = utcnow()
    kept = result or TaskResult(True, {"n": number})
    return Outcome(a_task(number, attempts), "w", kept, since or end - timedelta(seconds=1.5), end, save)


@pytest.fixture
async def tasks() -> FakeTasks:
    return FakeTasks()


@pytest.fixture
async def heard() -> Heard:
    return Heard()


@pytest.fixture
def deliverer(tasks: FakeTasks, database: Database, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> Deliverer:
    monkeypatch.setattr(sending_room, "RESEND", Backoff(0.02, 1, 0.02))  # tests need not wait for whole seconds
    return Deliverer(tasks, database, server=SERVER, process_id="me", publish=heard.publish, rng=Random(1))


@asynccontextmanager
async def running(deliverer: Deliverer) -> AsyncGenerator[None]:
    """While this lasts, reports are delivered."""
    loop = asyncio.create_task(deliverer.run())
    try:
        yield
    finally:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop


async def claimed(tasks: FakeTasks, count: int = 1) -> None:
    """Have this many tasks claimed."""
    tasks.add(count)
    await tasks.claim_many("w", [1], limit=count, sort_by="id", sort_order="ASC")


def kept(database: Database) -> list[tuple[ReportState, str]]:
    """The reports in the outbox: state and reason."""
    rows = database.read("SELECT state, reason FROM prismq_outbox", ())
    return [(ReportState(state), reason) for state, reason in rows]
