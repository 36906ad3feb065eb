"""Tells of the TaskManager's rate limit: once when it begins to hold our claims back, and once when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from core.events import Event, Level, LimitSeen, Said
from core.models import utcnow


class LimitTeller:
    """Publishes what is to be seen of the limit. For one event loop."""

    def __init__(self, publish: Callable[[Event], None], now: Callable[[], datetime] = utcnow) -> None:
        self._publish = publish
        self._now = now
        self._end: asyncio.TimerHandle | None = None

    def tell(self, seconds: float) -> None:
        """Nothing is claimed for so many seconds from now on, which may be longer than it was told before."""
        until = self._now() + timedelta(seconds=seconds)
        if self._end is None:
            text = (
                f"Rate limited until {until:%H:%M:%S} UTC: the TaskManager takes no more calls, so nothing is claimed."
            )
            self._publish(Said(Level.WARNING, text, self._now()))
        else:
            self._end.cancel()
        self._publish(LimitSeen(until))
        self._end = asyncio.get_running_loop().call_later(seconds, self._over)

    def _over(self) -> None:
        self._end = None
        self._publish(LimitSeen(None))
        self._publish(Said(Level.INFO, "The rate limit is over: tasks are claimed again.", self._now()))
