"""Several types, each with a backlog: every one gets its share, whoever claims and from which TaskManager."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from core.details import AttemptLog
from core.models import Task, TaskResult, TaskStatus
from core.outcome import Outcome
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager.connect import DirectChannel
from core.taskmanager.extended import ExtendedCalls
from core.workers import BaseWorker
from core.workers.claiming import STRATEGIES
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.contract.observed import ObservedTaskManager
from tests.workers.fakes import Heard
from tests.workers.workers_at_hand import Async

BACKLOG = 30
"""Tasks of each type: more than are claimed here."""


@pytest.fixture(params=["embedded", "documented only"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ExtendedCalls]:
    """A TaskManager of each kind."""
    if request.param == "embedded":
        database = Database.open(tmp_path / "tasks.db")
        yield ExtendedCalls(DirectChannel(create_app(database)))
        database.close()
    else:
        yield ExtendedCalls(DirectChannel(ObservedTaskManager(api_key=None)))


class Keeping:
    """Keeps outcomes, and reports nothing: no task comes back into the queue."""

    def __init__(self) -> None:
        self.kept: list[Outcome] = []

    async def keep_log(self, task: Task, log: AttemptLog) -> None:
        """See `core.workers.ports.Settlement`."""
        raise AssertionError("nothing was logged, and nothing was given back")

    async def settle(self, outcomes: Sequence[Outcome]) -> Sequence[TaskResult]:
        """See `core.workers.ports.Settlement`."""
        self.kept += outcomes
        return [each.result for each in outcomes]


async def backlog(client: ExtendedCalls, types: int) -> list[int]:
    """Types with a backlog each, those of the first type created first; their ids."""
    ids: list[int] = []
    for number in range(types):
        name = f"example.type-{number}"
        ids.append((await client.register_task_type(name, "1", {"type": "object"})).id)
        for n in range(BACKLOG):
            await client.create_task(name, {"n": n})
    return ids


@pytest.mark.parametrize(("types", "workers"), [(3, 1), (2, 1), (3, 2), (2, 3)])
async def test_each_type_with_a_backlog_is_served_in_turn(
    client: ExtendedCalls, heard: Heard, make: Callable[..., BaseWorker], types: int, workers: int
):
    ids = await backlog(client, types)
    settlement = Keeping()
    pool = Pool(client, settlement, heard.publish)
    names = tuple(f"example.type-{n}" for n in range(types))
    passes = 4 * types
    for number in range(workers):
        worker = make(Async, worker_id=f"w{number}", task_type_ids=ids, max_iterations=passes)
        plan = WorkerPlan(f"w{number}", dict.fromkeys(ids, worker), names, STRATEGIES["FIFO"], max_iterations=passes)
        pool.start(plan)
    for number in range(workers):
        await pool.finished(f"w{number}")
    await pool.close()
    shares = Counter(each.task.task_type for each in settlement.kept)
    assert shares == dict.fromkeys(names, 4 * workers)
    claimed = (await client.list_tasks(TaskStatus.CLAIMED, limit=100)).tasks
    assert len(claimed) == 4 * types * workers, "no report was sent here"
