"""Being asked to stop from outside (Ctrl+C, SIGTERM), also where the event loop is held and cannot hear it."""

from __future__ import annotations

import _thread
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 1.0
"""Seconds that the event loop gets to hear a signal, once another one has come."""
INTERRUPTED = 130
LAST_WORDS = (
    "Ended at once: a worker holds up the event loop. What was saved is kept; the next start on this host gives back "
    "the tasks that were in hand.\n"
)


@contextmanager
def heard(on_stop: Callable[[], object]) -> Generator[None]:
    """While this lasts, ``on_stop`` is called on the running loop for each signal. Only the main thread hears any.

    A loop that has not heard the first signal some time after the second one came is held for good: the process ends.
    """
    loop = asyncio.get_running_loop()
    unheard = Unheard()

    def hear() -> None:
        unheard.count = 0
        on_stop()

    listening: list[signal.Signals] = []
    for each in SIGNALS:
        with suppress(NotImplementedError, ValueError, RuntimeError):  # only the main thread may
            loop.add_signal_handler(each, hear)
            signal.signal(each, unheard.note)  # in place of one that does nothing; the loop is rung all the same
            listening.append(each)
    try:
        yield
    finally:
        for each in listening:
            loop.remove_signal_handler(each)


class Unheard:
    """Counts signals that came and were not heard by the loop yet."""

    def __init__(self) -> None:
        self.count = 0

    def note(self, number: int, frame: FrameType | None) -> None:
        """A signal came. Runs in the main thread, also in the middle of what holds the loop."""
        self.count += 1
        if self.count == 2:
            _thread.start_new_thread(self._end, ())  # `threading` takes locks that what is interrupted may hold

    def _end(self) -> None:
        time.sleep(PATIENCE)
        if self.count >= 2:
            os.write(sys.stderr.fileno(), LAST_WORDS.encode())
            os._exit(INTERRUPTED)
