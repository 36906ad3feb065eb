"""The end of a loop: what an author left there or in a thread is given its time, and no more."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from core.daemon_threads import MOST, DaemonThreads
from core.loops import run_to_end
from tests.program import ROOT

HANGING = """
import asyncio, threading
from core.loops import run_to_end

async def main():
    asyncio.ensure_future(asyncio.to_thread(threading.Event().wait))
    await asyncio.sleep(0.1)
    print("said", flush=True)

run_to_end(main())
"""


def test_a_program_ends_though_a_thread_of_an_author_hangs():
    began = time.monotonic()
    command = [sys.executable, "-c", HANGING]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "said\n", "")
    assert time.monotonic() - began < 20


def test_what_is_under_way_in_a_thread_is_finished_first():
    written: list[int] = []

    async def main() -> None:
        asyncio.get_running_loop().run_in_executor(None, lambda: (time.sleep(0.1), written.append(1)))

    run_to_end(main())
    assert written == [1]


async def test_calls_wait_for_a_thread_and_each_has_its_answer():
    threads = DaemonThreads(5)
    loop, gate = asyncio.get_running_loop(), threading.Event()
    holding = [loop.run_in_executor(threads, gate.wait) for _ in range(MOST)]
    more = [loop.run_in_executor(threads, lambda n=n: n * 2) for n in range(100)]
    gate.set()
    assert await asyncio.gather(*holding) == [True] * MOST
    assert await asyncio.gather(*more) == [n * 2 for n in range(100)]


async def test_what_a_call_raises_comes_to_its_caller():
    threads = DaemonThreads(5)
    with pytest.raises(ZeroDivisionError):
        await asyncio.get_running_loop().run_in_executor(threads, lambda: 1 // 0)


def test_nothing_more_is_taken_after_the_end():
    threads = DaemonThreads(5)
    threads.shutdown()
    with pytest.raises(RuntimeError):
        threads.submit(print)
