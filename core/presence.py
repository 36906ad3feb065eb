"""Tells the TaskManager that our workers are alive and what they hold, which keeps their claims, where it listens."""

from __future__ import annotations

import asyncio
import os
import platform
from contextlib import suppress

from core.errors import CoreError, Unreachable
from core.models import LIVE_STATES, WorkerState, WorkerStatus, utcnow
from core.rooms import Rooms

EVERY = 15.0
"""Seconds between two heartbeats of a worker that does not change; never more than a sixth of the claim timeout."""
LOOK_EVERY = 2.0
"""Seconds between two looks at who has changed."""
LONGEST_BEAT = 5.0
"""Seconds that a heartbeat may take: those of other workers wait for it."""
LONGEST_GOODBYE = 2.0
"""Seconds that leaving may take; silence tells the same, only later."""
RESTING = (WorkerState.STARTING, WorkerState.POLLING, WorkerState.IDLE)
"""States between which a worker without work goes to and fro: not worth a heartbeat."""


class Presence:
    """Sends heartbeats for as long as `run` runs."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._every = min(EVERY, rooms.client.claim_timeout / 6)
        self._told: dict[str, tuple[object, float]] = {}
        self._beating = asyncio.Lock()

    async def run(self) -> None:
        """Send heartbeats for workers that changed, and for all now and then, until cancelled."""
        if "heartbeat" not in self._rooms.can:
            return
        while True:
            await asyncio.sleep(min(LOOK_EVERY, self._every))
            await self._beat()

    async def tell_now(self, worker_id: str) -> tuple[int, ...]:
        """Send the heartbeat of one worker of the pool at once. Answers which of the tasks that it holds are not its
        own any more. Raises what the TaskManager says, and `TimeoutError`."""
        async with self._beating:
            status = next((each for each in self._rooms.pool.statuses() if each.id == worker_id), None)
            return () if status is None else await self._send(status)

    async def leave(self) -> None:
        """Say that our workers have stopped, if that can be said soon."""
        if "heartbeat" in self._rooms.can:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_GOODBYE):
                    await self._beat()

    async def _beat(self) -> None:
        async with self._beating:  # or what one beat saw long ago would be told after the newer word of another
            await self._say_goodbye()
            await self._tell_changes()

    async def _say_goodbye(self) -> None:
        """Tell of workers that have ended and are not shown any more."""
        pool = self._rooms.pool
        while pool.gone:
            status = pool.gone[0]
            if all(each.id != status.id for each in pool.statuses()):  # else it was started again
                try:
                    await self._send(status)
                except (CoreError, TimeoutError):
                    return  # the monitor tells of it; the next beat tries again
            if pool.gone and pool.gone[0] is status:
                pool.gone.popleft()

    async def _tell_changes(self) -> None:
        now = asyncio.get_running_loop().time()
        for status in self._rooms.pool.statuses():
            seen, at = self._told.get(status.id, (None, -self._every))
            looks = outside(status)
            is_due = now - at >= self._every and status.state in LIVE_STATES
            if looks != seen or is_due:
                try:
                    await self._send(status)
                except (Unreachable, TimeoutError):
                    return  # nor would those of the others be heard now
                except CoreError:
                    continue  # the monitor tells of it; the next beat comes, or silence tells
                self._told[status.id] = (looks, now)
        here = {status.id for status in self._rooms.pool.statuses()}
        self._told = {worker_id: told for worker_id, told in self._told.items() if worker_id in here}

    async def _send(self, status: WorkerStatus) -> tuple[int, ...]:
        state, strategy, held = outside(status)
        asked_at = utcnow()
        async with asyncio.timeout(LONGEST_BEAT):
            lost = await self._rooms.client.heartbeat(status.id, platform.node(), os.getpid(), state, strategy, held)
        self._rooms.pool.heard(status.id, asked_at, held, lost)
        return lost


def outside(status: WorkerStatus) -> tuple[str, str, tuple[int, ...]]:
    """What others see of a worker: its state, its strategy, and the tasks that it holds."""
    state = WorkerState.IDLE if status.state in RESTING else status.state
    return state.value, status.strategy, tuple(hand.task_id for hand in status.in_hand)
