"""Looks at the results database for the screen: the part that someone looks at, whenever anything was saved.

Beside the loops of `core.monitor`, since a search may take long, and results can be read while the TaskManager is away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from core import events
from core.errors import CoreError
from core.readings import Results
from core.snapshot import ResultsView

QUICKEST = 0.2
"""Seconds between two readings, at least."""
HEARTBEAT = 0.5
"""Seconds between two looks at whether anything was saved."""


class ResultsWatch:
    """Watches one results database for as long as `run` runs."""

    def __init__(self, results: Results, publish: Callable[[events.Event], None], now: Callable[[], datetime]) -> None:
        self._results, self._publish, self._now = results, publish, now
        self._view = ResultsView()
        self._bell = asyncio.Event()
        self._seen: object = None
        self._trouble = ""

    def look(self, view: ResultsView) -> None:
        """Read this part of the results from now on."""
        self._view = view
        self._seen = None
        self._bell.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self._read()
            await asyncio.sleep(QUICKEST)
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT - QUICKEST):
                    await self._bell.wait()
            self._bell.clear()

    async def _read(self) -> None:
        view = self._view
        try:
            seen = (view, self._results.data_version())
            if seen == self._seen:
                return
            rows, total, exact = await asyncio.to_thread(self._results.page, view)
            self._publish(events.ResultsSeen(tuple(rows), total, view, exact))
            self._publish(events.ReportsAside(self._results.kept_aside()))
        except CoreError as error:
            if str(error) != self._trouble:
                self._publish(events.Said(events.Level.WARNING, str(error), self._now()))
                self._publish(events.ResultsTrouble(str(error)))
            self._trouble = str(error)
        else:
            if self._trouble:
                self._publish(events.ResultsTrouble(""))
            self._trouble = ""
            if view == self._view:
                self._seen = seen
