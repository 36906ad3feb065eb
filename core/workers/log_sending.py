"""Sends what a task logs in a process of its own to the parent: little at once, much in batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.details import LogLine
from core.workers.log_lines import LogBuffer

SPACING = 0.1
"""Seconds between two messages to the parent, so that a flood of lines costs a few batches of those that are kept."""

Send = Callable[[tuple[LogLine, ...], int], None]
"""Sends lines, and how many before them were dropped."""


class LogSender:
    """The lines of one task on their way. A line that comes after a while goes at once, so that it is known even when
    the process dies of what comes next; the others are sent by a thread, however busy the task is."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._buffer = LogBuffer()
        self._sending = threading.Lock()
        self._last = float("-inf")
        self._more, self._closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, line: LogLine) -> None:
        """Take up a line. Never waits for the thread that sends; does nothing when it is closed."""
        if self._closed.is_set():
            return
        self._buffer.add(line)
        if time.monotonic() - self._last >= SPACING and self._sending.acquire(blocking=False):
            try:
                self._flush()
            finally:
                self._sending.release()
        elif not self._more.is_set():
            self._more.set()
            if self._thread is None:
                self._start()

    def close(self) -> None:
        """Send what is left, and nothing any more. Must come before what ends the task is said."""
        self._closed.set()
        self._more.set()
        with self._sending:
            self._flush()

    def _flush(self) -> None:
        lines, dropped = self._buffer.taken()
        if lines or dropped:
            self._send(lines, dropped)
        self._last = time.monotonic()

    def _start(self) -> None:
        with self._sending:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="log", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while self._more.wait() and not self._closed.wait(SPACING):
            self._more.clear()
            with self._sending:
                self._flush()
