"""What a start that died left behind is looked after by the next one, and what lives is left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.config import Config
from core.details import AttemptLog, LogLine
from core.engine import Engine
from core.errors import ServerFault
from core.models import Task, TaskResult, TaskStatus, utcnow
from core.outcome import Outcome
from core.results import Database
from core.results.processes import Processes, Start
from core.taskmanager import AsyncTaskManagerClient
from core.workers import WorkerFactory


@pytest.fixture
async def client(config: Config) -> AsyncIterator[AsyncTaskManagerClient]:
    """A client, with three tasks on the queue."""
    async with AsyncTaskManagerClient(config) as client:
        await client.register_task_type("T", "1.0.0", {"type": "object"})
        for number in range(3):
            await client.create_task("T", {"n": number})
        yield client


@pytest.fixture
async def results(config: Config, client: AsyncTaskManagerClient) -> AsyncIterator[Database]:
    """The results database, bound to that server."""
    database = Database(config=config)
    database.bind(await client.identity())
    yield database
    database.close()


def entered(results: Database, *worker_ids: str, dead: bool) -> Start:
    """A start of this program on this host, whose process lives or is gone."""
    start = Processes(results, results.server).enter("w", worker_ids)
    if dead:
        with results.transaction(1) as connection:
            connection.execute("UPDATE prismq_process SET process_started = -1 WHERE id = ?", (start.id,))
    return start


def owe(results: Database, start: Start, task: Task, worker_id: str, *, success: bool) -> None:
    """The start has processed a task and owes its report."""
    result = TaskResult(success, error=None if success else "broken")
    results.settle(results.server, start.id, [Outcome(task, worker_id, result, utcnow(), utcnow(), None)])


async def claim(client: AsyncTaskManagerClient, worker_id: str) -> Task:
    """The oldest task, claimed."""
    task = await client.claim_task(worker_id, 1, sort_by="id")
    assert task is not None
    return task


async def start_and_stop(config: Config) -> list[str]:
    """Another start comes and goes; what it said."""
    async with Engine.open(config, factory=WorkerFactory(), monitor=False) as engine:
        await engine.rooms.deliverer.drain(5)
        return [line.text for line in engine.store.snapshot.activity]


async def test_tasks_in_hand_of_a_dead_start_are_pending_again_and_saved_outcomes_are_reported(
    config: Config, client: AsyncTaskManagerClient, results: Database
):
    gone = entered(results, "by-hand", dead=True)
    in_hand, processed = await claim(client, gone.worker_id(1)), await claim(client, "by-hand")
    owe(results, gone, processed, "by-hand", success=True)
    said = await start_and_stop(config)
    assert (await client.get_task(in_hand.id)).status is TaskStatus.PENDING
    assert (await client.get_task(processed.id)).status is TaskStatus.COMPLETED
    assert any("1 task in hand" in line for line in said)
    assert Processes(results, results.server).dead_on_this_host() == []


async def test_a_claim_made_after_a_report_that_was_taken_already_is_given_back(
    config: Config, client: AsyncTaskManagerClient, results: Database
):
    gone = entered(results, dead=True)
    worker = gone.worker_id(1)
    first = await claim(client, worker)
    owe(results, gone, first, worker, success=False)
    await client.complete_task(first.id, worker, False, error="broken")
    again = await claim(client, worker)
    assert (again.id, again.attempts) == (first.id, 2)
    await start_and_stop(config)
    assert (await client.get_task(first.id)).status is TaskStatus.PENDING


async def test_tasks_of_a_living_start_stay_claimed_also_where_a_dead_one_had_the_same_worker_ids(
    config: Config, client: AsyncTaskManagerClient, results: Database
):
    entered(results, "worker-001", dead=True)
    living = entered(results, "worker-001", dead=False)
    tasks = [await claim(client, "worker-001"), await claim(client, living.worker_id(1))]
    await start_and_stop(config)
    for task in tasks:
        assert (await client.get_task(task.id)).status is TaskStatus.CLAIMED


async def test_tasks_of_strangers_stay_claimed(config: Config, client: AsyncTaskManagerClient, results: Database):
    entered(results, dead=True)
    task = await claim(client, "somebody-else-1-1")
    await start_and_stop(config)
    assert (await client.get_task(task.id)).status is TaskStatus.CLAIMED


async def test_what_could_not_be_given_back_is_left_to_the_next_start_also_while_this_one_lives(
    config: Config, client: AsyncTaskManagerClient, results: Database, monkeypatch: pytest.MonkeyPatch
):
    gone = entered(results, "by-hand", dead=True)
    task = await claim(client, "by-hand")
    with monkeypatch.context() as broken:

        async def refused(self: AsyncTaskManagerClient, worker_id: str, task_ids: list[int]) -> bool:
            raise ServerFault("It broke.", temporary=False)

        broken.setattr(AsyncTaskManagerClient, "release_many", refused)
        living = Engine.open(config, factory=WorkerFactory(), monitor=False)
        await living.__aenter__()
    assert [start.id for start in Processes(results, results.server).dead_on_this_host()] == [gone.id]
    await start_and_stop(config)
    assert (await client.get_task(task.id)).status is TaskStatus.PENDING
    await living.__aexit__(None, None, None)


async def test_a_clean_end_leaves_no_row_behind(config: Config, client: AsyncTaskManagerClient, results: Database):
    await start_and_stop(config)
    assert Processes(results, results.server).living_on_this_host() == []


async def test_old_logs_of_attempts_are_deleted_at_the_start_and_that_is_said_once(
    config: Config, client: AsyncTaskManagerClient, results: Database
):
    long_ago = utcnow() - timedelta(days=31)
    results.keep_log(results.server, 1, AttemptLog(1, "w", long_ago, (LogLine(long_ago, "INFO", "mine", "hello"),)))
    results.keep_log(results.server, 2, AttemptLog(1, "w", utcnow(), (LogLine(utcnow(), "INFO", "mine", "hello"),)))
    told = [await start_and_stop(config) for _ in range(2)]
    assert [[text for text in texts if "logged is deleted" in text] for texts in told] == [
        ["What 1 attempt logged is deleted: it was older than 30 days, or too much."],
        [],
    ]
    assert (results.logs_of(1), len(results.logs_of(2))) == ([], 1)
