"""What goes on beside everything else until the engine closes; its first failure is kept, and ends the watching."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from core.events import Event, Level, Said
from core.models import utcnow


class Background:
    """Work on one event loop that nobody waits for."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._running: list[asyncio.Task[None]] = []
        self._fault: BaseException | None = None
        self._broken = asyncio.Event()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done until it is over or `end` is called."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._tell_end)
        self._running.append(task)

    def raise_fault(self) -> None:
        """Raise what broke some of it, if anything did."""
        if self._fault is not None:
            raise self._fault

    async def unless_broken(self, wanted: Awaitable[object]) -> None:
        """Wait until that is done, which is called off when something here breaks. Raises what broke it."""
        broken = asyncio.create_task(self._broken.wait())
        waiting = asyncio.ensure_future(wanted)
        try:
            await asyncio.wait([broken, waiting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            broken.cancel()
            waiting.cancel()
        self.raise_fault()

    async def end(self) -> None:
        """Break off what still runs, and wait until it has ended."""
        for each in self._running:
            each.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _tell_end(self, task: asyncio.Task[None]) -> None:
        """Note a failure, and ring, so that those who watch notice it."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._fault = self._fault or fault
            self._broken.set()
            self._publish(Said(Level.ERROR, f"Stopped: {fault}", utcnow()))
