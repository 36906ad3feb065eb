"""Starting a process for a worker, whatever signals come meanwhile, and whatever the program prints to."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOBase
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess
from typing import TextIO

from core.workers.process_child import STOPS

tracking = threading.Lock()


def start(process: SpawnProcess) -> None:
    """Start a process which no signal ends before it can leave those to us. Raises OSError where there is no room."""
    with tracking, files_only():
        resource_tracker.ensure_running()  # or `multiprocessing` does it, and lets the signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def files_only() -> Generator[None]:
    """While this lasts, a `sys.stderr` that is no file says so.

    A program that draws catches what is printed with an object whose file number is -1. `multiprocessing` hands that
    number on to what it starts, and fails.
    """
    caught = sys.stderr
    if is_a_file(caught):
        yield
        return
    honest = sys.stderr = NoFile(caught)
    try:
        yield
    finally:
        if sys.stderr is honest:  # else whoever draws has begun or ended meanwhile
            sys.stderr = caught


def is_a_file(stream: TextIO) -> bool:
    """Whether it has a file number that can be used."""
    try:
        return stream.fileno() >= 0
    except (AttributeError, OSError, ValueError):  # there is none, and nothing is handed on
        return True


class NoFile(TextIOBase):
    """Passes on what is written; asked for a file number, it raises, as a `TextIOBase` does."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        """Pass it on."""
        return self._stream.write(text)

    def flush(self) -> None:
        """Pass on what was held back."""
        self._stream.flush()
