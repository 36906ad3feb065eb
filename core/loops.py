"""The event loop of the core: a quick one, which ends also when an author's code left something on it that refuses."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from core.daemon_threads import DaemonThreads

Value = TypeVar("Value")
PATIENCE = 2.0
"""Seconds that what is left on the loop gets to end when it is cancelled."""


def run_to_end(main: Coroutine[Any, Any, Value]) -> Value:
    """`asyncio.run`, which would wait for ever for a task that swallows its cancellation, or for what an author has
    left in `asyncio.to_thread`; this waits `PATIENCE` for each."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.get_loop().set_default_executor(DaemonThreads(PATIENCE))
        return runner.run(_bounded(main))


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, where that is made for the platform: a task costs a quarter less of the processor on it."""
    if sys.platform == "win32" or sys.implementation.name != "cpython":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


async def _bounded(main: Coroutine[Any, Any, Value]) -> Value:
    try:
        return await main
    finally:
        left = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            _, stubborn = await asyncio.wait(left, timeout=PATIENCE)
            for task in stubborn:
                _give_up(task)


def _give_up(task: asyncio.Task[Any]) -> None:
    """Let the loop close without it."""
    asyncio._unregister_task(task)  # pyright: ignore[reportPrivateUsage]  # documented for those who extend asyncio
    task._log_destroy_pending = False  # pyright: ignore  # or its end would be told on stderr
