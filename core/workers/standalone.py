"""BaseWorker.run() for scripts: an engine around one worker, until it ends or is told to stop."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from core.engine import Engine
from core.errors import BadSetting
from core.loops import run_to_end
from core.models import LIVE_STATES
from core.stops import heard
from core.workers.base import BaseWorker
from core.workers.pool import Pool


def run(worker: BaseWorker) -> int:
    """Work until the worker ends; blocking. Answers how many reports still wait; raises `CoreError` when it crashed.

    Ctrl+C (or SIGTERM) once: the tasks in hand are finished and reported; twice: they are given back at once.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise BadSetting("A script that runs a CPU-bound worker must do so under `if __name__ == '__main__':`.")
    return run_to_end(run_async(worker))


async def run_async(worker: BaseWorker) -> int:
    """`run` inside a running event loop. Raises `core.errors.CoreError` when the worker crashed."""
    results = cast("Any", worker.results_db)  # the engine's own kind of `IdeaStore`, which this room may not name
    async with (
        Engine.open(worker.config, results=results, monitor=False) as engine,
        stopping_on_signals(engine.rooms.pool, worker.worker_id, engine.rooms.deliverer.give_up),
    ):
        try:
            await engine.run_worker(worker)
        finally:
            waiting = await engine.shut()
            engine.rooms.deliverer.give_up()  # that was the wait; closing the engine needs no other
            tell(waiting)
    return waiting


def tell(waiting: int) -> None:
    """Say how many reports wait, if some do."""
    if waiting:
        reports = "1 report waits" if waiting == 1 else f"{waiting} reports wait"
        sys.stderr.write(f"{reports} in the results database; the next start delivers what is owed.\n")


@asynccontextmanager
async def stopping_on_signals(pool: Pool, worker_id: str, give_up: Callable[[], None]) -> AsyncGenerator[None]:
    """While this lasts, the first signal lets the worker finish, the second one makes it leave at once.

    One that comes when the worker has ended calls ``give_up``: only its reports are waited for then.
    """
    loop = asyncio.get_running_loop()
    stops: list[asyncio.Task[object]] = []

    def stop() -> None:
        if any(each.id == worker_id and each.state in LIVE_STATES for each in pool.statuses()):
            stops.append(loop.create_task(pool.stop([worker_id], now=bool(stops))))
        else:
            give_up()

    try:
        with heard(stop):
            yield
    finally:
        await asyncio.gather(*stops)
