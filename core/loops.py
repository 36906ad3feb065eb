"""Running a coroutine to its end, also when an author's code left something on the loop that refuses to end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Value = TypeVar("Value")
PATIENCE = 2.0
"""Seconds that what is left on the loop gets to end when it is cancelled."""


def run_to_end(main: Coroutine[Any, Any, Value]) -> Value:
    """`asyncio.run`, which would wait for ever for a task that swallows its cancellation; this waits `PATIENCE`."""
    return asyncio.run(_bounded(main))


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
