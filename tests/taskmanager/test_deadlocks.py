"""Workers on the real service as it is under load: more than half of all reports deadlock, some of them half-way."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from core.config import Config
from core.engine import Engine
from core.models import TaskResult, TaskStatus
from core.snapshot import Snapshot
from core.taskmanager.connect import DirectChannel
from core.taskmanager.extended import ExtendedCalls
from core.workers import BaseWorker, Task, WorkerFactory
from tests.contract.observed import ObservedTaskManager
from tests.engines import until
from tests.taskmanager.conftest import QUICK

DEADLOCKS = 0.56
"""The share of first reports that deadlocked with eight workers, as it was observed; claims did so rarely."""

REPORTS = 40
"""How many are to be taken at least, of which some lost their retries."""
WORKERS = 4
SCHEMA = {"type": "object", "required": ["n"]}


class Moody(BaseWorker):
    """Works for a twentieth of a second, and fails on every third task, each time."""

    async def process_task(self, task: Task) -> TaskResult:
        await asyncio.sleep(0.05)
        if task.parameters["n"] % 3 == 0:
            return TaskResult(False, error="bad mood")
        return TaskResult(True, {"n": task.parameters["n"]}, items_processed=1)


@pytest.fixture
def service() -> ObservedTaskManager:
    return ObservedTaskManager(api_key=None, deadlocks=DEADLOCKS, claim_deadlocks=0.05, seed=11)


async def fill(service: ObservedTaskManager, amount: int) -> int:
    """Tasks, and the id of their type."""
    client = ExtendedCalls(DirectChannel(service))
    known = await client.register_task_type("Moody", "1", SCHEMA)
    for n in range(amount):
        await client.create_task("Moody", {"n": n})
    return known.id


def check(service: ObservedTaskManager) -> set[int]:
    """No task is left claimed, and no attempt was reported twice; those that failed before their attempts were up."""
    rows = service.tasks.values()
    assert [row.id for row in rows if row.status == TaskStatus.CLAIMED] == []
    assert max(Counter(service.reports).values()) == 1
    return lost_retries(service)


def lost_retries(service: ObservedTaskManager) -> set[int]:
    """The tasks that have failed before their attempts were up."""
    rows = service.tasks.values()
    return {row.id for row in rows if row.status == TaskStatus.FAILED and row.attempts < service.max_attempts}


async def listen(engine: Engine, heard: dict[int, str]) -> None:
    """Hear all that is said, until cancelled."""
    async for snapshot in engine.snapshots():
        note(snapshot, heard)


def note(snapshot: Snapshot, heard: dict[int, str]) -> None:
    heard.update({entry.number: entry.text for entry in snapshot.activity})


async def test_four_workers_leave_no_task_claimed_report_none_twice_and_say_which_lost_their_retries(
    service: ObservedTaskManager, tmp_path: Path
):
    await fill(service, 4000)
    factory = WorkerFactory()
    factory.register("Moody", Moody, param_schema=SCHEMA)
    heard: dict[int, str] = {}
    with service.serving() as url:
        config = Config.bare(taskmanager_api_url=url, database=tmp_path / "ideas.s3db")
        async with Engine.open(config, factory=factory) as engine:
            listening = asyncio.create_task(listen(engine, heard))
            await engine.start_workers(["Moody"], count=WORKERS)
            await until(engine, lambda _: len(service.reports) > REPORTS and lost_retries(service))
            async with asyncio.timeout(20):
                while await engine.shut():  # what is owed is delivered, however long it takes
                    continue
            listening.cancel()
            note(engine.store.snapshot, heard)
    lost = check(service)
    assert len(service.reports) > REPORTS and lost
    assert told_lost(list(heard.values())) == lost


def told_lost(sentences: list[str]) -> set[int]:
    """The tasks that were said to have failed before their attempts were up."""
    return {int(each.split()[0].removeprefix("#")) for each in sentences if "has failed for good after" in each}


async def test_each_client_alone_knows_what_became_of_every_report(service: ObservedTaskManager):
    type_id = await fill(service, 120)
    heard: list[str] = []
    finals: list[int] = []

    async def work(name: str) -> None:
        client = ExtendedCalls(DirectChannel(service))
        client.retrying, client.on_retry = QUICK, heard.append
        while task := await client.claim_task(name, type_id, "id"):
            fails = task.params["n"] % 3 == 0
            taken = await client.complete_task(task.id, name, not fails, error="bad mood" if fails else None)
            assert taken.status == ("completed" if not fails else taken.status)
            if taken.status == TaskStatus.FAILED and task.attempts < task.max_retries:
                finals.append(task.id)

    await asyncio.gather(*(work(f"w{n}") for n in range(WORKERS)))
    lost = check(service)
    assert {row.status for row in service.tasks.values()} == {TaskStatus.COMPLETED, TaskStatus.FAILED}
    assert lost and sorted(finals) == sorted(lost)
    assert told_lost(heard) == lost
    assert any(each.endswith("deadlock, try 2") for each in heard)
