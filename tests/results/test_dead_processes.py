"""What a process that died left behind is found, and taken over by one other only."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from core.models import TaskStatus
from core.outbox import Deliverer
from core.results import Database
from core.results.owed import Outbox
from core.results.processes import Processes
from tests.results.conftest import SERVER, an_outcome
from tests.workers.fakes import FakeTasks, Heard

WORKS_AND_HANGS = """
import asyncio, sys
from core.config import Config
from core.models import TaskResult
from core.outbox import Deliverer
from core.results import Database
from core.results.processes import Processes
from core.workers import BaseWorker
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.workers.fakes import FakeTasks

class Half(BaseWorker):
    async def process_task(self, task):
        self.save({"title": f"early {task.id}"}, key="early")
        if task.id == 3:
            print("hanging", flush=True)
            await asyncio.sleep(60)
        return TaskResult(True, {"items": [{"title": f"idea {task.id}"}]})

async def main():
    database = Database(sys.argv[1])
    database.bind("a-server")
    start = Processes(database, "a-server").enter("w", ["given-by-hand"])
    tasks = FakeTasks()
    tasks.add(3)
    owing = Deliverer(tasks, database, server="a-server", process_id=start.id, publish=lambda event: None)  # never run
    pool = Pool(tasks, owing, lambda event: None)
    worker = Half(worker_id=start.worker_id(1), config=Config(environ={}), results_db=database, task_type_ids=[1])
    pool.start(WorkerPlan.of(worker))
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def killed(path):
    """A process that settled two tasks, and was killed in the third."""
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKS_AND_HANGS), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "hanging\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return child


async def test_a_process_killed_at_work_loses_nothing_and_repeating_it_doubles_nothing(killed, path):
    database = Database(path)
    database.bind(SERVER)
    processes = Processes(database, SERVER)
    me = processes.enter("w")
    [dead] = processes.dead_on_this_host()
    assert dead.pid == killed.pid
    assert dead.owns(dead.worker_id(1))
    assert dead.owns("given-by-hand")
    assert not dead.owns(dead.worker_id(1) + "x")
    assert not me.owns(dead.worker_id(1))
    assert processes.take_over(dead, me)

    worker_id = dead.worker_id(1)
    tasks, heard = FakeTasks(), Heard()
    tasks.add(3)
    await tasks.claim_many(worker_id, [1], limit=3, sort_by="id", sort_order="ASC")
    deliverer = Deliverer(tasks, database, server=SERVER, process_id=me.id, publish=heard.publish)
    running = asyncio.create_task(deliverer.run())
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert sorted(row.title for row in database.newest(10)) == ["early 1", "early 2", "early 3", "idea 1", "idea 2"]
    with database.saving(tasks.tasks[3], worker_id):
        assert database.saved_keys(tasks.tasks[3]) == ["early"]
        database.save({"title": "early 3"}, key="early")
    assert database.count() == 5
    database.close()


def test_a_living_process_is_left_alone(database):
    processes = Processes(database, SERVER)
    first, second = processes.enter("w"), processes.enter("w")
    assert processes.dead_on_this_host() == []
    assert not processes.take_over(first, second) or first.is_alive()


def test_a_clean_end_leaves_no_row_behind(database):
    processes = Processes(database, SERVER)
    assert processes.leave(processes.enter("w")) == 0
    assert database.read("SELECT * FROM prismq_process", ()) == []


def test_an_end_with_reports_waiting_is_found_by_the_next_start(database):
    processes = Processes(database, SERVER)
    first = processes.enter("w")
    database.settle(SERVER, first.id, [an_outcome(1)])
    assert processes.leave(first) == 1
    second = processes.enter("w")
    [dead] = processes.dead_on_this_host()
    assert processes.take_over(dead, second)
    assert [each.report.task_id for each in Outbox(database, SERVER).waiting(second.id)] == [1]
    processes.forget(dead)
    assert processes.dead_on_this_host() == []


def test_a_dead_process_is_taken_over_by_one_only(killed, path):
    won = []
    ready = threading.Barrier(4)

    def rival():
        database = Database(path)
        processes = Processes(database, SERVER)
        me = processes.enter("w")
        [dead] = processes.dead_on_this_host()
        ready.wait()
        if processes.take_over(dead, me):
            won.append(me.id)
        database.close()

    rivals = [threading.Thread(target=rival) for _ in range(4)]
    for each in rivals:
        each.start()
    for each in rivals:
        each.join()
    assert len(won) == 1


def test_starts_that_used_another_server_are_none_of_ours(killed, path):
    database = Database(path)
    assert Processes(database, "another").dead_on_this_host() == []
    database.close()
