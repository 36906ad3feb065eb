"""Keeps the demo's queue lively: two dozen tasks at once, then one every second and a half, never too many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice
from random import Random

from core.answers import CreatedTask
from core.demo.plan import OPENING, tasks
from core.errors import RateLimited, ServerFault, Unreachable
from core.models import NewTask

EVERY = 1.5
"""Seconds between two tasks of the steady feed, on average."""

JITTER = 0.5
"""By how much of `EVERY` a wait may be shorter or longer."""

FEW_PENDING = 12
"""With fewer pending tasks than this the feed comes three times as fast: what is claimed next is worth a look."""

ENOUGH_PENDING = 60
"""With more pending tasks than this the feed holds back."""

TRY_AGAIN = 3.0
"""Seconds until a task is tried again that the TaskManager could not take."""


class Feed:
    """Creates the demo's tasks. ``pending`` tells how many tasks wait; ``wait`` lets seconds pass."""

    def __init__(
        self,
        create: Callable[[NewTask], Awaitable[CreatedTask]],
        *,
        pending: Callable[[], int],
        seed: int,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._create = create
        self._pending = pending
        self._wait = wait
        self._chance = Random(f"feed {seed}")
        self._tasks = tasks(seed)

    async def run(self) -> None:
        """Feed until cancelled. Raises a `core.errors.CoreError` when the TaskManager refuses a task for good."""
        for new in islice(self._tasks, OPENING):
            await self._deliver(new)
        for new in self._tasks:
            await self._pause()
            await self._deliver(new)

    async def _pause(self) -> None:
        every = EVERY if self._pending() >= FEW_PENDING else EVERY / 3
        await self._wait(every * self._chance.uniform(1 - JITTER, 1 + JITTER))
        while self._pending() > ENOUGH_PENDING:
            await self._wait(EVERY)

    async def _deliver(self, new: NewTask) -> None:
        """Create a task, however often the TaskManager is away; it is shown as unreachable elsewhere."""
        while True:
            try:
                await self._create(new)
                return
            except (Unreachable, RateLimited, ServerFault) as fault:
                if isinstance(fault, ServerFault) and not fault.temporary:
                    raise
                await self._wait(TRY_AGAIN)
