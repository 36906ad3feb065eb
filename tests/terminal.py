"""A real pseudo-terminal with a screen that can be read, for programs that draw."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte


class Terminal:
    """Runs a command in a terminal of ``columns`` x ``rows``; `screen` is what a person would see.

    ``raw`` is every byte that the program sent.
    """

    def __init__(
        self, command: Sequence[str], *, columns: int = 120, rows: int = 36, cwd: Path, environ: Mapping[str, str]
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        self.code: int | None = None
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                environ = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES")}
                os.execvpe(command[0], list(command), environ)
            finally:
                os._exit(127)  # a child that goes on would run the rest of the tests, and report them too
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    @property
    def fd(self) -> int:
        """Our end of the terminal; readable when the program has sent something."""
        return self._fd

    @property
    def screen(self) -> str:
        """The text on the screen."""
        shown, columns = self._screen.buffer, range(self._screen.columns)  # `display` fails where half a wide sign is
        return "\n".join("".join(shown[y][x].data for x in columns).rstrip() for y in range(self._screen.lines))

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size, and tell the program."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def clear(self) -> None:
        """Forget what was shown, as a terminal does that shows something else meanwhile."""
        self._screen.reset()

    def press(self, keys: str) -> None:
        """Type these characters."""
        os.write(self._fd, keys.encode())

    def read(self, seconds: float) -> bool:
        """Take what the program sends, waiting at most that long; False when it has ended."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data.replace(b"\x1b[>4;0m", b"").replace(b"\x1b[>4;1m", b""))
        return bool(data)

    def until(self, holds: Callable[[str], bool], *, seconds: float = 30.0) -> str:
        """Wait until the screen is as wanted; the screen is in the error when it never is."""
        end, alive = time.monotonic() + seconds, True
        while not holds(screen := self.screen):
            assert time.monotonic() < end, f"not seen within {seconds} s:\n{screen}"
            assert alive, f"the program ended:\n{screen}"
            alive = self.read(0.05)
        return screen

    def shows(self, *texts: str, seconds: float = 30.0) -> str:
        """Wait until all of these texts are on the screen."""
        return self.until(lambda screen: all(text in screen for text in texts), seconds=seconds)

    def ended(self, *, seconds: float = 30.0) -> int:
        """Wait for the end; answers the exit code."""
        end = time.monotonic() + seconds
        while self.read(0.05):
            assert time.monotonic() < end, f"still running after {seconds} s:\n{self.screen}"
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def hang_up(self, *, seconds: float = 20.0) -> int:
        """Close the terminal under the program; answers its exit code."""
        os.close(self._fd)
        self._fd = os.open(os.devnull, os.O_RDONLY)
        end = time.monotonic() + seconds
        while (ended := os.waitpid(self.pid, os.WNOHANG)) == (0, 0):
            assert time.monotonic() < end, f"still running {seconds} s after its terminal was closed"
            time.sleep(0.02)
        self.code = os.waitstatus_to_exitcode(ended[1])
        return self.code

    def quit_now(self) -> int:
        """Leave the board with `q` and give back what is in hand. Answers the exit code."""
        self.press("q")
        self.shows("Quit?")
        self.press("X")
        return self.ended()

    def quit(self) -> int:
        """Leave the board with `q`; when it asks about tasks in hand, finish them. Answers the exit code."""
        self.press("q")
        end = time.monotonic() + 30
        while self.read(0.05):
            assert time.monotonic() < end, f"still running:\n{self.screen}"
            if "Quit?" in self.screen:
                self.press("f")
                break
        return self.ended()
