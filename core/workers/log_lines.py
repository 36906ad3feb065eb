"""Lines of an attempt's log: how a log record becomes one, and the bounded room in which the newest are kept."""

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from datetime import UTC, datetime

from core.details import LogLine
from core.texts import cut, harmless

MOST_LINES = 200
MOST_BYTES = 32 * 1024
"""What is kept of one attempt's log, at most; the oldest lines make room. Bytes are those of the texts in UTF-8."""
LINE_BYTES = 2 * 1024
"""Bytes of one line's text, at most."""
EXCEPTION_LINES, EXCEPTION_LINE_BYTES = 6, 160
"""What is told of an exception: its last lines."""


class LogBuffer:
    """The newest lines that an attempt logged. Safe from any thread. ``count`` is how many there were in all."""

    def __init__(self) -> None:
        self.count = 0
        self._lines: deque[tuple[LogLine, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, *lines: LogLine, dropped: int = 0) -> None:
        """Keep lines; ``dropped`` ones came before them and are only counted."""
        sized = [(line, len(line.text) if line.text.isascii() else len(line.text.encode())) for line in lines]
        with self._lock:
            self.count += dropped + len(sized)
            for line, size in sized:
                self._lines.append((line, size))
                self._bytes += size
            while len(self._lines) > MOST_LINES or self._bytes > MOST_BYTES:
                self._bytes -= self._lines.popleft()[1]

    def seen(self) -> tuple[tuple[LogLine, ...], int]:
        """The lines, oldest first, and how many before them were dropped."""
        with self._lock:
            return tuple([line for line, _ in self._lines]), self.count - len(self._lines)

    def taken(self) -> tuple[tuple[LogLine, ...], int]:
        """`seen`, and begin anew."""
        with self._lock:
            lines, dropped = tuple([line for line, _ in self._lines]), self.count - len(self._lines)
            self._lines.clear()
            self.count = self._bytes = 0
            return lines, dropped


def line_of(record: logging.LogRecord) -> LogLine:
    """A log record as a line. Line breaks of its own stand only before the last lines of an exception."""
    raised = last_lines(record)
    room = LINE_BYTES - sum(len(line.encode()) + 1 for line in raised)
    text = "\n".join([bounded(message_of(record), room), *raised])
    at = datetime.fromtimestamp(record.created, UTC)
    return LogLine(at, bounded(record.levelname, 20), bounded(record.name, 100), text)


def message_of(record: logging.LogRecord) -> str:
    """What a record says; that it cannot be read, where an author's object raises when it is written."""
    try:
        return record.getMessage()
    except Exception as fault:  # noqa: BLE001  # whatever an author's code raises when it is written as a text
        return f"(a message that cannot be read: {type(fault).__name__})"


def last_lines(record: logging.LogRecord) -> list[str]:
    """The end of the traceback that a record tells: where it was raised, and what."""
    if not record.exc_info or record.exc_info[1] is None:
        return []
    told = "".join(traceback.format_exception(*record.exc_info, limit=-2, chain=False)).splitlines()
    return [bounded(line, EXCEPTION_LINE_BYTES) for line in told[-EXCEPTION_LINES:]]


def bounded(text: str, limit: int) -> str:
    """The text in one harmless line of at most ``limit`` bytes."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    return cut(harmless(text if len(text) <= limit else text[: limit + 1]), limit)
