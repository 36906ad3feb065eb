"""The way to the terminal, for a board that must not hang when there is none any more.

A terminal that is closed does not always hang up on those who draw on it: under `make`, only `make` is told. Then
writing fails, which ends the thread that writes, and whoever draws waits for it for ever.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from typing import IO, cast

from textual.drivers.linux_driver import LinuxDriver

from tui.printing import ASIDE


class BoardDriver(LinuxDriver):
    """Takes a write that fails for what it is: a hang-up. While it draws, nobody else writes to the terminal."""

    def start_application_mode(self) -> None:
        """Begin to draw."""
        ASIDE.begin()
        usual = sys.__stderr__ or sys.stderr
        file = os.fdopen(ASIDE.numbers[1], "w", encoding=usual.encoding, errors=usual.errors, closefd=False)
        self._file = cast(IO[str], Terminal(file))
        super().start_application_mode()

    def close(self) -> None:
        """The last was drawn."""
        super().close()
        if ASIDE.numbers:
            self._file.close()  # or what it could not send went to whatever gets its number next
            ASIDE.end()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Textual would ask stdout."""
        try:
            return shutil.get_terminal_size(os.get_terminal_size(ASIDE.numbers[1]))
        except (IndexError, OSError):
            return super()._get_terminal_size()


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

    def close(self) -> None:
        """Let go of the file, also of what it could not send."""
        with suppress(OSError):
            self._file.close()

    def fileno(self) -> int:
        """The number of the file."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is, or was, a terminal."""
        return self._gone or self._file.isatty()

    def _hang_up(self) -> None:
        self._gone = True
        os.kill(os.getpid(), signal.SIGHUP)
