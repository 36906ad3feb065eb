"""Tells the TaskManager that our workers are alive and what they hold, which keeps their claims, where it listens."""

from __future__ import annotations

import asyncio
import os
import platform
from contextlib import suppress

from core.errors import CoreError
from core.models import LIVE_STATES
from core.rooms import Rooms

EVERY = 10.0
"""Seconds between two heartbeats, at most; never more than a sixth of the claim timeout."""


class Presence:
    """Sends heartbeats for as long as `run` runs."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._every = min(EVERY, rooms.config.claim_timeout / 6)

    async def run(self) -> None:
        """Send a heartbeat for each live worker, again and again, until cancelled."""
        if "heartbeat" not in self._rooms.can:
            return
        while True:
            with suppress(CoreError):  # the monitor tells of it, and the next beat comes anyway
                await self._beat()
            await asyncio.sleep(self._every)

    async def _beat(self) -> None:
        for status in self._rooms.pool.statuses():
            if status.state in LIVE_STATES:
                await self._rooms.client.heartbeat(
                    status.id,
                    platform.node(),
                    os.getpid(),
                    status.state.value,
                    status.strategy,
                    [hand.task_id for hand in status.in_hand],
                )
