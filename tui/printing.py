"""What workers and the programs that they start print past Python goes nowhere while the board draws.

Textual takes what is printed with `print`. A process of a CPU-bound worker, a program that a worker starts and code in
C write to the terminal itself, in the middle of the board, and what they write may drive it. So the board draws by
numbers of its own, and the usual ones lead nowhere meanwhile.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

STDOUT, STDERR = 1, 2


class Aside:
    """The way to the terminal, while stdout and stderr lead nowhere. ``numbers`` are those of the terminal then."""

    def __init__(self) -> None:
        self.numbers: tuple[int, ...] = ()

    def begin(self) -> None:
        """Lead stdout and stderr nowhere; the second time changes nothing."""
        if self.numbers:
            return
        self._flush()
        self.numbers = os.dup(STDOUT), os.dup(STDERR)
        nothing = os.open(os.devnull, os.O_WRONLY)
        for number in (STDOUT, STDERR):
            os.dup2(nothing, number)
        os.close(nothing)

    def end(self) -> None:
        """Lead them to where they led before."""
        self._flush()
        kept, self.numbers = self.numbers, ()
        for number, to in zip(kept, (STDOUT, STDERR), strict=False):
            os.dup2(number, to)
            os.close(number)

    def _flush(self) -> None:
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                with suppress(OSError):  # the terminal is gone
                    stream.flush()


ASIDE = Aside()
"""That of this process, which has one stdout and one stderr."""
