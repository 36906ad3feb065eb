"""Leaving when asked from outside: finish on SIGTERM, at once when the terminal is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import termios
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from tui.printing import ASIDE

if TYPE_CHECKING:
    from tui.screens.leaving import Choice

STANDARD = (0, 1, 2)
"""Input, output and errors."""


def listen(leave: Callable[[Choice], None]) -> None:
    """Call ``leave`` when the board shall end. Must be called on the running event loop, once the board draws."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, leave, "finish")
    loop.add_signal_handler(signal.SIGHUP, hang_up, leave)
    resume = signal.getsignal(signal.SIGCONT)

    def on_continue(number: int, frame: FrameType | None) -> None:
        # A hang-up continues the process too; to draw anew then would wait for a terminal that is not there.
        if callable(resume) and terminal_is_there():
            resume(number, frame)

    signal.signal(signal.SIGCONT, on_continue)


def hang_up(leave: Callable[[Choice], None]) -> None:
    """The terminal is gone: what is still drawn goes nowhere, or the way out would wait for it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (*STANDARD, *ASIDE.numbers):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    leave("now")


def terminal_is_there() -> bool:
    """Whether there is somebody to draw for."""
    try:
        termios.tcgetattr(STANDARD[0])
    except termios.error:
        return False
    return True
