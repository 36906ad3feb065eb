"""Reads the failed tasks for their groups: the newest at once, the older ones page by page in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from core import events
from core.answers import TaskPage
from core.errors import CoreError, NotFound
from core.failures import group
from core.models import Task, TaskStatus
from core.readings import TaskManager

PAGE = 300
"""Failed tasks that are read at a time; where a list tells no errors, each costs a call, and one page is all."""
MOST_FAILED = 5_000
"""Failed tasks that are read at most."""
PAUSE = 1.0
"""Seconds between two readings of the newest."""
SWEEP_PAUSE = 15.0
"""Seconds between two readings of all, unless there are fewer than before."""
AGAIN = 5.0
"""Seconds until the next try after an error; `core.monitor` tells of it."""


class FailuresWatch:
    """Reads for as long as `run` runs, whenever it is told that there are more or fewer."""

    def __init__(
        self, tasks: TaskManager, publish: Callable[[events.Event], None], now: Callable[[], datetime]
    ) -> None:
        self._tasks, self._publish, self._now = tasks, publish, now
        self._errors: dict[tuple[int, int], str] = {}
        self._bell = asyncio.Event()
        self._told: object = None
        self._count = 0
        self._older: tuple[Task, ...] = ()
        self._swept_at = -1e9

    def tell(self, by_type: tuple[tuple[str, int], ...], *, anyway: bool) -> None:
        """So many are failed now, a type; ``anyway``: the number may be as it was, and the tasks others."""
        if by_type == self._told and not anyway:
            return
        count = sum(failed for _, failed in by_type)
        if count < self._count:
            self._swept_at = -1e9
        self._told, self._count = by_type, count
        self._bell.set()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            try:
                await self._read()
            except CoreError:  # the monitor's own readings meet it too, and tell
                await asyncio.sleep(AGAIN)
                self._bell.set()
            await asyncio.sleep(PAUSE)

    async def _read(self) -> None:
        page = await self._page(0)
        newest = await self._with_errors(page.tasks)
        known = {task.id for task in newest}
        lowest = min(known, default=0)
        self._older = tuple(task for task in self._older if task.id < lowest) if len(newest) >= PAGE else ()
        self._publish_groups((*newest, *self._older), page.total)
        due = asyncio.get_running_loop().time() - self._swept_at >= SWEEP_PAUSE
        if len(newest) < PAGE or any(task.error is None for task in page.tasks):
            return
        if due:
            await self._sweep(newest)
        else:
            asyncio.get_running_loop().call_later(SWEEP_PAUSE, self._bell.set)

    async def _sweep(self, newest: tuple[Task, ...]) -> None:
        """Read on to the end, or to `MOST_FAILED`."""
        found = {task.id: task for task in newest}
        offset = len(newest)
        while offset < MOST_FAILED:
            page = await self._page(offset)
            found |= {task.id: slim(task, task.error or "") for task in page.tasks}
            self._publish_groups(tuple(found.values()), page.total)
            offset += len(page.tasks)
            if len(page.tasks) < PAGE:
                break
        self._older = tuple(found.values())[len(newest) :]
        self._swept_at = asyncio.get_running_loop().time()

    async def _page(self, offset: int) -> TaskPage:
        return await self._tasks.list_tasks(status=TaskStatus.FAILED, limit=PAGE, offset=offset)

    def _publish_groups(self, tasks: tuple[Task, ...], total: int | None) -> None:
        most = max(len(tasks), self._count if total is None else total)
        self._publish(events.FailuresSeen(group(tasks, self._now()), len(tasks), most))

    async def _with_errors(self, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
        errors = {(task.id, task.attempts): await self._error_of(task) for task in tasks}
        self._errors = errors
        return tuple(slim(task, errors[task.id, task.attempts]) for task in tasks)

    async def _error_of(self, task: Task) -> str:
        """The error of a task; where lists do not tell it, it is read once an attempt."""
        if task.error is not None:
            return task.error
        known = self._errors.get((task.id, task.attempts))
        if known is None:
            known = "gone since it was listed"
            with suppress(NotFound):
                known = (await self._tasks.get_task(task.id)).error or ""
            self._errors[task.id, task.attempts] = known
        return known


def slim(task: Task, error: str) -> Task:
    """The task as far as its group needs it."""
    return replace(task, error=error[:2_000], parameters={}, result=None)
