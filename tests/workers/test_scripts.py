"""`worker.run()` in a script: it works until it is told to stop, and leaves nothing undelivered."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

SCRIPT = """
import asyncio, sys, time
from core.config import Config
from core.results import Database
from core.taskmanager import TaskManagerClient
from core.workers import BaseWorker, Task, TaskResult

class Slow(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        print("started", flush=True)
        if self.task_timeout:
            self.results_db.close()
        until = time.monotonic() + task.params["seconds"]
        while time.monotonic() < until and not self.is_cancelled:
            time.sleep(0.01)
        return TaskResult(success=True, data={"title": "An idea"}, items_processed=1)

def main(seconds, iterations, breaking):
    client = TaskManagerClient()
    task_type = client.register_task_type(name="Slow", version="1.0.0", param_schema={"type": "object"})
    client.create_task("Slow", {"seconds": seconds})
    worker = Slow(worker_id="mine", config=Config(), results_db=Database(), task_type_ids=[task_type["id"]],
                  max_iterations=iterations, task_timeout=breaking)
    print("waiting:", worker.run(), flush=True)
    task = client.get_task(1)
    print("status:", task.status, "attempts:", task.attempts, "ideas:", worker.results_db.count(), flush=True)

if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) or None, float(sys.argv[3]) or None)
"""

UNGUARDED = """
from core.config import Config
from core.results import Database
from core.taskmanager import TaskManagerClient
from core.workers import BaseWorker, TaskResult

class Busy(BaseWorker):
    cpu_bound = True

    def process_task(self, task):
        return TaskResult(success=True)

client = TaskManagerClient()
task_type = client.register_task_type(name="Busy", version="1.0.0", param_schema={"type": "object"})
client.create_task("Busy", {})
worker = Busy(worker_id="mine", config=Config(), results_db=Database(), task_type_ids=[task_type["id"]],
              max_iterations=1)
worker.run()
print(client.get_task(1).error)
"""


@pytest.fixture
def run(tmp_path):
    """Starts the script on an embedded TaskManager of its own."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TASKMANAGER")}
    environ |= {
        "PRISMQ_TASKMANAGER_DB": str(tmp_path / "taskmanager.db"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'ideas.s3db'}",
        "PYTHONPATH": os.getcwd(),
    }

    def start(seconds, iterations=0, breaking=0):
        return subprocess.Popen(
            [sys.executable, str(script), str(seconds), str(iterations), str(breaking)],
            cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    start.script = script
    return start


def test_a_script_ends_when_its_iterations_are_used_up_and_everything_is_reported(run):
    out, err = run(0, iterations=1).communicate(timeout=20)
    assert (out, err) == ("started\nwaiting: 0\nstatus: completed attempts: 1 ideas: 1\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_task_in_hand_finish(run, number):
    script = run(0.5)
    assert script.stdout.readline() == "started\n"
    script.send_signal(number)
    out, err = script.communicate(timeout=20)
    assert (out, err) == ("waiting: 0\nstatus: completed attempts: 1 ideas: 1\n", "")


def test_two_signals_give_the_task_back_at_once(run):
    script = run(60)
    assert script.stdout.readline() == "started\n"
    script.send_signal(signal.SIGINT)
    script.send_signal(signal.SIGTERM)
    out, err = script.communicate(timeout=20)
    assert (out, err) == ("waiting: 0\nstatus: pending attempts: 1 ideas: 0\n", "")


def test_a_script_whose_worker_crashed_is_told(run):
    script = run(0, breaking=60)
    _, err = script.communicate(timeout=20)
    assert script.returncode == 1
    assert "The worker mine crashed: DatabaseUnusable" in err.splitlines()[-1]


def test_a_cpu_bound_worker_outside_of_main_is_told_what_to_do(run):
    run.script.write_text(UNGUARDED)
    _, err = run(0).communicate(timeout=20)
    assert "must do so under `if __name__ == '__main__':`" in err
