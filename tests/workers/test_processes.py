"""CPU-bound workers do their tasks in processes of their own, which may die."""

import multiprocessing
import os
import signal
import subprocess
import sys

from core.errors import ClaimLost
from core.events import Said, TaskClaimed, TaskProgressed
from core.models import utcnow
from tests.workers.workers_at_hand import Computing


async def test_cpu_bound_tasks_run_in_one_process_that_is_used_again(start, tasks, heard, settlement):
    tasks.add(2)
    start(Computing)
    await heard.until(lambda: len(settlement.kept) == 2)
    pids = {result.data["pid"] for result in settlement.results().values()}
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert heard.of(TaskProgressed)[0].message == "half"


async def test_a_cpu_bound_task_that_kills_its_process_fails_and_the_next_one_works(start, tasks, heard, settlement):
    tasks.add(what="die")
    tasks.add(what="raise")
    tasks.add()
    start(Computing, max_iterations=3)
    await heard.until(lambda: {1, 2, 3} <= settlement.results().keys() or len(settlement.kept) == 3)
    assert "ended by itself (exit code 3)" in settlement.kept[0].result.error


async def test_a_cpu_bound_task_that_takes_too_long_is_killed(start, tasks, heard, settlement):
    tasks.add(what="hang")
    start(Computing, task_timeout=0.8, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert "Timed out" in settlement.results()[1].error


async def test_a_process_that_died_while_it_was_idle_fails_no_task(start, tasks, heard, settlement):
    tasks.add()
    start(Computing)
    await heard.until(lambda: settlement.kept)
    first = settlement.results()[1].data["pid"]
    os.kill(first, signal.SIGKILL)
    await heard.until(lambda: first not in [each.pid for each in multiprocessing.active_children()])
    tasks.add()
    await heard.until(lambda: len(settlement.kept) == 2)
    assert settlement.results()[2].success
    assert settlement.results()[2].data["pid"] != first


async def test_a_lost_task_is_told_to_its_process_and_nothing_of_it_is_kept(start, tasks, heard, settlement, pool):
    tasks.faults["update_progress"].append(ClaimLost("taken over"))
    tasks.add(what="wait for cancel")
    start(Computing, max_iterations=1)
    await pool.finished("w")
    assert (settlement.kept, tasks.reports) == ([], [])
    assert [said.text for said in heard.of(Said)] == [
        "Task 1 is not claimed by w any more: it is stopped, and nothing of this attempt is kept."
    ]


async def test_a_task_that_is_lost_while_its_process_starts_is_stopped(start, tasks, heard, settlement, pool):
    tasks.add(what="wait for cancel")
    start(Computing, max_iterations=1)
    await heard.until(lambda: heard.of(TaskClaimed))
    pool.heard("w", utcnow(), [1], [1])
    await pool.finished("w")
    assert settlement.kept == []


async def test_the_process_of_a_lost_task_that_does_not_listen_is_killed(start, tasks, heard, settlement, pool):
    tasks.add(what="hang")
    start(Computing, max_iterations=1)
    await heard.until(lambda: heard.of(TaskProgressed))
    [process] = multiprocessing.active_children()
    pool.heard("w", utcnow(), [1], [1])
    await pool.finished("w")
    await heard.until(lambda: not process.is_alive())
    assert settlement.kept == []


async def test_a_process_that_ended_at_work_is_not_blamed_on_the_script(start, tasks, heard, settlement):
    tasks.add(what="die", code=1)
    start(Computing, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].error.endswith("ended by itself (exit code 1).")


def test_a_cpu_bound_task_runs_where_stderr_is_caught_by_who_draws(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from core.workers.testing import perform_now\n"
        "from tests.workers.workers_at_hand import Computing\n"
        "class Caught:\n"
        "    def write(self, text):\n        return len(text)\n"
        "    def flush(self):\n        pass\n"
        "    def fileno(self):\n        return -1\n"
        "if __name__ == '__main__':\n"
        "    caught = sys.stderr = Caught()\n"
        "    print(perform_now(Computing), sys.stderr is caught)\n"
    )
    command = (sys.executable, str(script))
    environ = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, env=environ, stdout=-1, text=True, timeout=60, check=True)
    assert "success=True" in done.stdout
    assert done.stdout.endswith(" True\n")
