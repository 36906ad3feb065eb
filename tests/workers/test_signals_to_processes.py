"""Signals that reach the processes of CPU-bound workers too: Ctrl+C, and a SIGTERM to all that belongs to a service."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from core.events import TaskProgressed
from core.models import Task, TaskResult
from core.workers import BaseWorker
from tests.workers.workers_at_hand import Computing

STOPS = (signal.SIGINT, signal.SIGTERM)


class Ending(BaseWorker):
    """Starts a process in two ways, and ends it with SIGTERM; tells by what it was ended."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        heard, tells = os.pipe()
        forked = os.fork()
        if forked == 0:
            os.write(tells, b".")
            time.sleep(60)
            os._exit(0)
        os.read(heard, 1)
        os.kill(forked, signal.SIGTERM)
        by_fork = os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1])
        started = subprocess.Popen([sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"], stdout=-1)
        assert started.stdout is not None
        started.stdout.readline()
        started.terminate()
        return TaskResult(True, [by_fork, started.wait(10)])


class EndingInItsWay(BaseWorker):
    """Says itself how a process that it forks ends at SIGTERM; tells by what it was ended."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        heard, tells = os.pipe()
        signal.signal(signal.SIGTERM, lambda number, frame: os._exit(7))
        forked = os.fork()
        if forked == 0:
            os.write(tells, b".")
            time.sleep(60)
            os._exit(0)
        os.read(heard, 1)
        os.kill(forked, signal.SIGTERM)
        return TaskResult(True, os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]))


class Patient(BaseWorker):
    """Says that it has begun, and takes a while."""

    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        self.report_progress(1)
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            pass
        return TaskResult(True, "patient")


class Unreadable(Computing):
    """Cannot be made in its process."""

    def __setstate__(self, state: dict[str, object]) -> None:
        raise OSError("no room here")


def send(signals: Sequence[int]) -> None:
    for each in multiprocessing.active_children():
        for number in signals:
            os.kill(each.pid or 0, number)


async def test_a_task_in_hand_is_finished_though_its_process_hears_them(start, tasks, heard, settlement):
    tasks.add()
    start(Patient, max_iterations=1)
    await heard.until(lambda: heard.of(TaskProgressed))
    send(STOPS)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].data == "patient"


async def test_a_task_is_done_though_its_process_hears_them_while_it_starts(start, tasks, heard, settlement):
    tasks.add()
    start(Computing, max_iterations=1)
    await heard.until(multiprocessing.active_children)
    send(STOPS)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].success


async def test_what_such_a_process_starts_is_ended_by_sigterm_as_ever(start, tasks, heard, settlement):
    tasks.add()
    start(Ending, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].data == [-signal.SIGTERM, -signal.SIGTERM]


async def test_what_such_a_process_forks_ends_as_the_author_has_said(start, tasks, heard, settlement):
    tasks.add()
    start(EndingInItsWay, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].data == 7


async def test_a_worker_that_cannot_be_made_in_its_process_says_why_each_time(start, tasks, heard, settlement):
    tasks.add(2)
    start(Unreadable, max_iterations=2)
    await heard.until(lambda: len(settlement.kept) == 2)
    assert {outcome.result.error for outcome in settlement.kept} == {"OSError: no room here"}


BUSY_AT_THE_END = """
import atexit, os, sys, threading
import multiprocessing.util

class Holding:  # a stderr that holds up who starts a process
    def __init__(self, stream):
        self.stream = stream
    def __getattr__(self, name):
        return getattr(self.stream, name)
    def fileno(self):
        is_starting.set()
        go_on.wait()
        return self.stream.fileno()

def start():
    hosts.append(ProcessHost(worker))

def last():
    if os.getpid() == program:
        starting.join(20)
        try:
            start()
        except OSError as fault:
            print(fault)

if __name__ == "__main__":
    program, hosts, go_on, is_starting = os.getpid(), [], threading.Event(), threading.Event()
    atexit.register(last)  # after what is imported from here on has ended
    from core.config import Config
    from core.workers.process_host import ProcessHost
    from core.workers.testing import MemoryIdeas
    from tests.workers.workers_at_hand import Computing
    atexit.register(go_on.set)
    sys.stderr = Holding(sys.stderr)
    worker = Computing("w", Config.bare(), MemoryIdeas(), [1])
    starting = threading.Thread(target=start, daemon=True)
    starting.start()
    is_starting.wait()
    copy = os.fork()
    if copy == 0:
        sys.exit()
    os.waitpid(copy, 0)
"""


async def test_a_program_ends_though_processes_are_being_started(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(BUSY_AT_THE_END)
    environ = os.environ | {"PYTHONPATH": os.getcwd()}
    command = (sys.executable, str(script))
    program = await asyncio.create_subprocess_exec(*command, env=environ, stdout=-1, start_new_session=True)
    try:
        out, _ = await asyncio.wait_for(program.communicate(), 30)
    except TimeoutError:
        os.killpg(program.pid, signal.SIGKILL)  # its copy too
        raise
    assert (program.returncode, out.decode()) == (0, "No process is started any more: the program ends.\n")


async def test_a_program_that_ends_leaves_no_busy_process_and_waits_for_none(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, multiprocessing, threading, time\n"
        "from core.workers.testing import perform\n"
        "from tests.workers.workers_at_hand import Computing\n"
        "if __name__ == '__main__':\n"
        "    work = lambda: asyncio.run(perform(Computing, what='hang'))\n"
        "    threading.Thread(target=work, daemon=True).start()\n"
        "    while not multiprocessing.active_children():\n        time.sleep(0.01)\n"
        "    print(multiprocessing.active_children()[0].pid)\n"
    )
    environ = os.environ | {"PYTHONPATH": os.getcwd()}
    command = (sys.executable, str(script))
    program = await asyncio.create_subprocess_exec(*command, env=environ, stdout=-1)
    try:
        out, _ = await asyncio.wait_for(program.communicate(), 30)
    except TimeoutError:
        program.kill()  # its process ends with it
        raise
    assert program.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(out), 0)
