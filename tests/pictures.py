"""Makes the pictures of the README from the running demo: `python -m tests.pictures FOLDER`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

from textual.pilot import Pilot

from core.cli import logs
from core.demo.play import open_demo
from core.host import EngineHost
from core.snapshot import Snapshot
from tui.app import BoardApp

SEED = 1
PATIENCE = 60.0
"""Seconds to wait for the demo to come to a scene."""


class Photographer:
    """Plays the demo at one size and takes pictures of it."""

    def __init__(self, app: BoardApp, pilot: Pilot[int], folder: Path) -> None:
        self._app, self._pilot, self._folder = app, pilot, folder

    async def until(self, holds: Callable[[Snapshot], object]) -> None:
        """Wait until the demo is as wanted."""
        end = time.monotonic() + PATIENCE
        while not holds(self._app.board.newest):
            assert time.monotonic() < end, self._app.board.newest
            await self._pilot.pause(0.1)

    async def press(self, *keys: str) -> None:
        """Press keys and let the screen settle."""
        await self._pilot.press(*keys)
        await self._pilot.pause(0.5)

    async def take(self, name: str) -> None:
        """Take a picture."""
        await self._pilot.pause()
        self._app.save_screenshot(f"{name}.svg", path=str(self._folder))


async def board(camera: Photographer) -> None:
    """The board, and why a task is stuck."""
    await camera.until(lambda s: s.counts.completed >= 10 and s.counts.failed >= 1 and s.results_total >= 20)
    await camera.take("board")
    await camera.until(lambda s: s.stuck)
    await camera.press("2", "slash", *"stuck:yes", "enter")
    await camera.until(lambda s: s.view.view.filter.asks_stuck and s.view.tasks)
    await camera.press("home", "w")
    await camera.take("why")


async def dialogs(camera: Photographer) -> None:
    """What is asked before something is done."""
    await camera.until(lambda s: s.counts.pending >= 5 and s.results_total >= 5)
    asked = {
        "new-task": ("n",),
        "start-workers": ("s",),
        "strategy": ("t",),
        "export": ("4", "E"),
        "help": ("2", "question_mark"),
    }
    for name, keys in asked.items():
        await camera.press(*keys)
        await camera.take(name)
        await camera.press("escape")
    await camera.press("2", "slash", *"status:pending", "enter")
    await camera.until(lambda s: s.view.view.filter and s.view.tasks)
    await camera.press("a", "C")
    await camera.take("bulk")


async def details(camera: Photographer) -> None:
    """A failed task, a kind of failures, a worker, a type, versions of one, an idea, and how fast it goes."""
    await camera.until(lambda s: s.counts.completed >= 10 and s.failures and s.results_total >= 20)
    opened = {"worker": ("3", "enter"), "task-type": ("1", "down", "down", "enter"), "versions": ("up", "enter")}
    for name, keys in opened.items():
        await camera.press(*keys)
        await camera.take(name)
        await camera.press("escape")
    await camera.press("4", "enter")
    await camera.take("idea")
    await camera.press("escape", "right", "enter")
    await camera.take("failures")
    await camera.press("escape", "right", "z")
    await camera.take("activity")
    await camera.press("right")
    await camera.take("throughput")
    await camera.press("escape", "2", "slash", *"status:failed", "enter")
    await camera.until(lambda s: s.view.view.filter and s.view.tasks)
    await camera.press("home", "enter")
    await camera.take("task")


async def small(camera: Photographer) -> None:
    """The queue and the workers on a small terminal."""
    await camera.until(lambda s: s.counts.completed >= 5)
    await camera.take("small-queue")
    await camera.press("3")
    await camera.take("small-workers")


async def make(folder: Path) -> None:
    """Play the demo once a set of pictures, and take them."""
    for size, play in (((120, 36), board), ((120, 36), dialogs), ((120, 36), details), ((80, 24), small)):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as demo, chdir(demo):  # a form names the folder
            host = EngineHost(lambda demo=demo: open_demo(Path(demo), seed=SEED, pace=0.5))
            app = BoardApp(host, demo=True)
            async with app.run_test(size=size) as pilot:
                await play(Photographer(app, pilot, folder))
                await host.close(now=True)


if __name__ == "__main__":
    logs.nowhere()
    chosen = Path(sys.argv[1]).absolute()
    chosen.mkdir(exist_ok=True)
    asyncio.run(make(chosen))
