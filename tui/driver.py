"""The way to the terminal, for a board that must not hang when there is none any more.

A terminal that is closed does not always hang up on those who draw on it: under `make`, only `make` is told. Then
writing fails, which ends the thread that writes, and whoever draws waits for it for ever.
"""

from __future__ import annotations

import os
import signal
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver


class BoardDriver(LinuxDriver):
    """Takes a write that fails for what it is: a hang-up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file = cast(IO[str], Terminal(self._file))


class Terminal:
    """A file whose reader may go away; what is written afterwards goes nowhere."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write while somebody reads; hang up once nobody does."""
        try:
            return len(text) if self._gone else self._file.write(text)
        except OSError:
            self._hang_up()
            return len(text)

    def flush(self) -> None:
        """Send what was written while somebody reads; hang up once nobody does."""
        try:
            if not self._gone:
                self._file.flush()
        except OSError:
            self._hang_up()

    def fileno(self) -> int:
        """The number of the file."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is, or was, a terminal."""
        return self._gone or self._file.isatty()

    def _hang_up(self) -> None:
        self._gone = True
        os.kill(os.getpid(), signal.SIGHUP)
