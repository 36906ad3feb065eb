"""What a signal does to a script's worker depends on how far it is."""

import asyncio
import os
import signal

import pytest

from core.models import TaskStatus, WorkerState
from core.workers.standalone import stopping_on_signals
from tests.workers.workers_at_hand import Async, Waiting


@pytest.fixture
def gave_up():
    return asyncio.Event()


async def test_the_first_lets_the_worker_finish_and_the_second_makes_it_leave(start, tasks, heard, pool, gave_up):
    tasks.add()
    worker = start(Waiting)
    await heard.until(lambda: worker.started)
    async with stopping_on_signals(pool, "w", gave_up.set):
        os.kill(os.getpid(), signal.SIGINT)
        await heard.until(lambda: pool.statuses()[0].state is WorkerState.DRAINING)
        assert tasks.statuses() == {TaskStatus.CLAIMED: 1}
        os.kill(os.getpid(), signal.SIGINT)
        await pool.finished("w")
    assert tasks.statuses() == {TaskStatus.PENDING: 1}
    assert not gave_up.is_set()


async def test_one_that_comes_after_the_end_ends_the_wait_for_reports(start, pool, gave_up):
    start(Async, max_iterations=1)
    await pool.finished("w")
    async with stopping_on_signals(pool, "w", gave_up.set):
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            await gave_up.wait()
