"""Tell of trouble so that it can be read: in a log; a rate limit once, and retries up to a number a minute."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from core.events import Event, Level, LimitSeen, Said
from core.masking import masked_text
from core.models import utcnow
from core.texts import harmless


def log_line(level: str, text: str) -> None:
    """Into the log of the program, so that those without a board can read it too."""
    logging.getLogger("prismq").log(
        logging.ERROR if level == Level.ERROR else logging.WARNING, "%s", harmless(masked_text(text))
    )


class LimitTeller:
    """Publishes when a rate limit begins to hold our claims back, and when that is over. For one event loop."""

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


RETRIES_TOLD = 20
"""A minute: more of them say nothing more, and would push everything else out of the activity."""
MINUTE = 60.0


class RetryTeller:
    """Publishes what a client says; of many retries in a minute only their number. For one event loop."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._seen = 0
        self._end: asyncio.TimerHandle | None = None

    def tell(self, sentence: str) -> None:
        """Something was said of a call: that it is made again, or what more there is to know of it."""
        if not sentence.startswith("retrying "):
            self._publish(Said(Level.WARNING, sentence, utcnow()))
            return
        self._seen += 1
        if self._end is None:
            self._end = asyncio.get_running_loop().call_later(MINUTE, self.over)
        if self._seen <= RETRIES_TOLD:
            self._publish(Said(Level.WARNING, sentence, utcnow()))

    def over(self) -> None:
        """A minute is over: tell how many were not told, and begin anew."""
        untold = self._seen - RETRIES_TOLD
        self._seen, self._end = 0, None
        if untold > 0:
            text = f"{untold:,} more calls were made again in the last minute."
            self._publish(Said(Level.WARNING, text, utcnow()))
