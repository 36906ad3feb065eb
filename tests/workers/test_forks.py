"""A CPU-bound worker whose code forks: each task gets its own answer, or fails, and nothing is left behind."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from core.models import Task, TaskResult
from core.workers import BaseWorker

AWHILE = 60.0


class Forking(BaseWorker):
    """Forks as the task says; ``pids`` is a file in which each process of its code notes its number."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        note(task)
        what = task.parameters.get("what", "")
        if not what:
            touch(task, "next")
        elif (ctypes.PyDLL(None).fork() if what == "exit unseen" else os.fork()) == 0:
            note(task)
            return self.as_copy(task, what)
        if what.startswith("exit"):
            os._exit(3)
        if what == "hang":
            time.sleep(AWHILE)
        return TaskResult(True, task.id)

    def as_copy(self, task: Task, what: str) -> TaskResult:
        if what == "return twice":
            self.report_progress(99, "the copy")
        elif what == "return twice, late":
            wait_for(task, "next")
        else:
            time.sleep(AWHILE)
        return TaskResult(True, "the copy's")


def note(task: Task) -> None:
    with Path(task.parameters["pids"]).open("a") as file:
        file.write(f"{os.getpid()}\n")


def touch(task: Task, name: str) -> None:
    Path(task.parameters["pids"]).with_name(name).touch()


def wait_for(task: Task, name: str) -> None:
    until = time.monotonic() + 10
    while not Path(task.parameters["pids"]).with_name(name).exists() and time.monotonic() < until:
        time.sleep(0.01)


@pytest.fixture
def noted(tmp_path):
    """The file of pids, and whether all of them have ended."""

    class Noted:
        path = tmp_path / "pids"

        def pids(self):
            lines = self.path.read_text().split() if self.path.exists() else []
            return list(dict.fromkeys(map(int, lines)))

        def live(self):
            return [pid for pid in self.pids() if is_alive(pid)]

    noted = Noted()
    yield noted
    for pid in noted.live():
        with suppress(ProcessLookupError):
            os.kill(pid, 9)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_fork_that_returns_twice_answers_once(start, tasks, heard, settlement, noted):
    tasks.add(what="return twice", pids=str(noted.path))
    tasks.add(2, pids=str(noted.path))
    start(Forking)
    await heard.until(lambda: len(settlement.kept) == 3)
    assert {number: result.data for number, result in settlement.results().items()} == {1: 1, 2: 2, 3: 3}
    assert all(message != "the copy" for _, _, message in tasks.progress)
    await heard.until(lambda: len(noted.live()) == 1)


async def test_a_copy_that_returns_during_the_next_task_does_not_answer_for_it(start, tasks, heard, settlement, noted):
    tasks.add(what="return twice, late", pids=str(noted.path))
    tasks.add(3, pids=str(noted.path))
    start(Forking)
    await heard.until(lambda: len(settlement.kept) == 4)
    assert [settlement.results()[number].data for number in (1, 2, 3, 4)] == [1, 2, 3, 4]


@pytest.mark.parametrize("what", ["exit", "exit unseen"])  # unseen: Python does not notice that a C library forks
async def test_a_task_fails_when_its_process_ends_though_a_fork_lives_on(start, tasks, heard, settlement, noted, what):
    tasks.add(what=what, pids=str(noted.path))
    start(Forking, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].error.endswith("ended by itself (exit code 3).")
    await heard.until(lambda: not noted.live())


async def test_what_a_fork_left_running_ends_with_the_pool(start, tasks, heard, settlement, noted, pool):
    tasks.add(what="stay", pids=str(noted.path))
    start(Forking)
    await heard.until(lambda: settlement.kept and len(noted.live()) == 2)
    await pool.close()
    await heard.until(lambda: not noted.live())


async def test_what_a_fork_left_running_ends_with_its_killed_process(start, tasks, heard, settlement, noted):
    tasks.add(what="stay", pids=str(noted.path))
    start(Forking)
    await heard.until(lambda: settlement.kept and len(noted.live()) == 2)
    killed = noted.pids()[0]
    os.kill(killed, 9)
    await heard.until(lambda: killed not in [child.pid for child in multiprocessing.active_children()])
    assert len(noted.live()) == 1
    tasks.add(pids=str(noted.path))
    await heard.until(lambda: len(settlement.kept) == 2)
    assert settlement.results()[2].data == 2
    assert noted.live() == [noted.pids()[-1]]


async def test_a_fork_is_killed_with_a_task_that_is_given_back(start, tasks, heard, pool, noted):
    tasks.add(what="hang", pids=str(noted.path))
    start(Forking)
    await heard.until(lambda: len(noted.live()) == 2)
    await pool.stop(now=True)
    await heard.until(lambda: not noted.live())


async def test_forks_end_with_a_program_that_is_killed(tmp_path, noted, heard):
    """Its worker's process hears that nobody is there any more, and takes its forks with it."""
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio\n"
        "from core.workers.testing import perform\n"
        "from tests.workers.test_forks import Forking\n"
        f"if __name__ == '__main__':\n    asyncio.run(perform(Forking, what='hang', pids={str(noted.path)!r}))\n"
    )
    environ = os.environ | {"PYTHONPATH": os.getcwd()}
    program = await asyncio.create_subprocess_exec(sys.executable, str(script), env=environ)
    await heard.until(lambda: len(noted.pids()) == 2)
    program.kill()
    await program.wait()
    await heard.until(lambda: not noted.live())
