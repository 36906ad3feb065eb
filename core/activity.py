"""What happened, line by line: the newest lines, written out only when someone looks. Bounded."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from core.snapshot import ActivityEntry

Line = tuple[datetime, str, str, "int | None"]
"""When, the level, the text, and the task that it is about."""


class ActivityLog:
    """The last ``kept`` lines. Noting one is cheap, however many come a second: nobody reads most of them."""

    def __init__(self, kept: int) -> None:
        self._noted: deque[Line] = deque(maxlen=kept)
        self._number = 0
        self._written: deque[ActivityEntry] = deque(maxlen=kept)
        self._lines: tuple[ActivityEntry, ...] = ()

    def add(self, at: datetime, level: str, text: str, task_id: int | None = None) -> None:
        """Note a line; it has the next number."""
        self._number += 1
        self._noted.append((at, level, text, task_id))

    @property
    def lines(self) -> tuple[ActivityEntry, ...]:
        """The lines, oldest first; the same object as long as none came."""
        noted, self._noted = self._noted, deque(maxlen=self._noted.maxlen)
        if noted:
            first = self._number - len(noted) + 1
            self._written.extend(ActivityEntry(number, *line) for number, line in enumerate(noted, first))
            self._lines = tuple(self._written)
        return self._lines
