"""Workers, outbox and results database together, on real files."""

import asyncio
from contextlib import suppress

import pytest

from core.config import Config
from core.models import TaskResult, TaskStatus
from core.outbox import Deliverer
from core.results import Database
from core.workers import BaseWorker
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.workers.workers_at_hand import Computing


class Finding(BaseWorker):
    """Finds two ideas; the first attempt breaks after it saved one of them."""

    def process_task(self, task):
        self.save({"title": "first", "source_platform": "p", "source_id": f"{task.id}-1"})
        if task.attempts == 1:
            raise ConnectionError("lost")
        found = [{"title": n, "source_platform": "p", "source_id": f"{task.id}-{n}"} for n in ("1", "2")]
        return TaskResult(True, {"items": found}, items_processed=2)


@pytest.fixture
async def house(tmp_path, tasks, heard):
    """A pool whose outcomes go into a file; answers the database and what starts a worker."""
    database = Database(tmp_path / "ideas.s3db")
    database.bind("server")
    deliverer = Deliverer(tasks, database, server="server", process_id="me", publish=heard.publish)
    pool = Pool(tasks, deliverer, heard.publish)
    delivering = asyncio.create_task(deliverer.run())

    def start(worker_class, **kwargs):
        given = {"worker_id": "w", "config": Config(environ={}), "results_db": database, "task_type_ids": [1]}
        pool.start(WorkerPlan.of(worker_class(**given, **kwargs)))

    yield database, start
    await pool.close(now=True)
    delivering.cancel()
    with suppress(asyncio.CancelledError):
        await delivering
    database.close()


async def test_a_task_repeated_after_a_failure_saves_each_idea_once(house, tasks, heard):
    database, start = house
    tasks.add(4)
    start(Finding, concurrency=4)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 4)
    assert database.count() == 8
    successes = [report for report in tasks.reports if report.success]
    assert len(successes) == len(tasks.reports) - len(successes) == 4
    assert all(len(report.result["idea_ids"]) == 2 for report in successes)


async def test_what_is_saved_in_a_spawned_process_is_in_the_same_database(house, tasks, heard):
    database, start = house
    tasks.add(what="save")
    start(Computing)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)
    assert [(row.title, row.task_id) for row in database.newest(5)] == [("from a process", 1)]
    assert tasks.reports[0].result["data"]["saved"] == ["p:1"]


async def test_an_overridden_save_results_runs_in_the_transaction_of_the_result(house, tasks, heard):
    database, start = house

    class Own(BaseWorker):
        async def process_task(self, task):
            return TaskResult(True, {"title": "not by default"})

        def save_results(self, task, result):
            self.save({"title": "my own"}, key="own")
            assert database.tables.conn.in_transaction
            if task.id == 2:
                raise ValueError("cannot")

    tasks.add(2)
    start(Own, concurrency=2, max_iterations=1)
    await heard.until(lambda: len(tasks.reports) == 2)
    assert [(row.title, row.task_id) for row in database.newest(5)] == [("my own", 1)]
    assert {report.task_id: report.error for report in tasks.reports} == {
        1: None,
        2: "The results could not be saved: ValueError: cannot",
    }
