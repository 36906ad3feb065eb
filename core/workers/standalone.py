"""BaseWorker.run() for scripts: an engine around one worker, until it ends or is told to stop."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, cast

from core.engine import Engine
from core.errors import BadSetting
from core.workers.base import BaseWorker

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(worker: BaseWorker) -> int:
    """Work until the worker ends; blocking. Answers how many reports still wait.

    Ctrl+C (or SIGTERM) once: the tasks in hand are finished and reported; twice: they are given back at once.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise BadSetting("A script that runs a CPU-bound worker must do so under `if __name__ == '__main__':`.")
    return asyncio.run(run_async(worker))


async def run_async(worker: BaseWorker) -> int:
    """`run` inside a running event loop."""
    results = cast("Any", worker.results_db)  # the engine's own kind of `IdeaStore`, which this room may not name
    async with Engine.open(worker.config, results=results, monitor=False) as engine:
        with stopping_on_signals(engine, worker.worker_id):
            await engine.run_worker(worker)
            waiting = await engine.shut()
    if waiting:
        reports = "1 report waits" if waiting == 1 else f"{waiting} reports wait"
        sys.stderr.write(f"{reports} in the results database; the next start delivers what is owed.\n")
    return waiting


@contextmanager
def stopping_on_signals(engine: Engine, worker_id: str) -> Generator[None]:
    """While this lasts, the first signal lets the worker finish, the second one makes it leave at once."""
    loop = asyncio.get_running_loop()
    stops: list[asyncio.Task[object]] = []

    def stop() -> None:
        stops.append(loop.create_task(engine.stop_workers([worker_id], now=bool(stops))))

    installed: list[signal.Signals] = []
    for each in SIGNALS:
        with suppress(NotImplementedError, ValueError, RuntimeError):  # only the main thread may
            loop.add_signal_handler(each, stop)
            installed.append(each)
    try:
        yield
    finally:
        for each in installed:
            loop.remove_signal_handler(each)
