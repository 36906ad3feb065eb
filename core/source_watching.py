"""Tells the board where videos come from, and what is left there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.events import Event, Level, Said
from core.models import utcnow
from core.sources.errors import SourceError
from core.sources.port import Source

EVERY = 2.0
"""Seconds between two looks: other processes use up the same."""


class SourceWatch:
    """Watches what is left of a source for as long as `run` runs; ``text`` is what was seen last."""

    def __init__(self, source: Source | None, publish: Callable[[Event], None]) -> None:
        self._source, self._publish = source, publish
        self.text = source.name if source is not None else ""
        self._trouble = ""

    async def run(self) -> None:
        """Look until cancelled."""
        while self._source is not None:
            await self._look(self._source)
            await asyncio.sleep(EVERY)

    async def _look(self, source: Source) -> None:
        try:
            standing, trouble = await asyncio.to_thread(source.standing), ""
        except SourceError as error:
            standing, trouble = "", str(error)
            if trouble != self._trouble:
                self._publish(Said(Level.WARNING, trouble, utcnow()))
        self._trouble = trouble
        self.text = f"{source.name}, {standing}" if standing else source.name
