"""Run as a program: a board that breaks when `u` is pressed, with a secret at hand; "worker": in a worker of it."""

from __future__ import annotations

import sys

from tests.tui import scenes
from tests.tui.fakes import FakeConnection
from tui.app import BoardApp


def break_down(self: BoardApp) -> None:
    password = "hunter2-of-the-" + "locals"
    raise KeyError(f"\x1b[2J api_key=abcdefgh12345678 {len(password)}")


async def work_badly(self: BoardApp) -> None:
    break_down(self)


def begin_work(self: BoardApp) -> None:
    self.run_worker(work_badly(self))


if __name__ == "__main__":
    BoardApp.action_times = begin_work if "worker" in sys.argv else break_down
    sys.exit(BoardApp(FakeConnection(scenes.BUSY)).run())
