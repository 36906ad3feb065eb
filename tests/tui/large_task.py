"""A board on a real engine whose TaskManager holds one task with 5 MB of parameters and a result of 1 MB."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from core.config import Config
from core.engine import Engine
from core.host import EngineHost
from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api
from tui.app import BoardApp
from tui.screens.task import TaskScreen

ROWS = 9_000
RAISED = 8 << 20
"""Bytes that a request to that TaskManager may have."""
TEXT = "word " * 200_000
"""1 MB in one value."""
PATIENCE = 60.0
"""Seconds after which it is given up."""


async def hold_a_large_task(path: Path) -> None:
    """A database of a TaskManager that takes more than usual, with the task in it, completed."""
    database = Database.open(path)
    api = Api(create_app(database, max_body=RAISED))
    await api.register("Large")
    rows = [{"n": n, "text": f"row {n:06} " + "x" * 540} for n in range(ROWS)]
    rows[100]["text"] = "the-needle in front"
    rows[-1]["text"] = "the-needle behind"
    number = await api.create("Large", rows=rows)
    await api.claimed()
    reply = await api.complete(number, result={"text": f"{TEXT}the-needle"})
    assert reply.status == 200, reply.json
    database.close()


class Sight:
    """The board, and the task once it is open."""

    def __init__(self, app: BoardApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def task(self) -> TaskScreen:
        """The screen of the task."""
        assert isinstance(self.app.screen, TaskScreen)
        return self.app.screen

    def text(self) -> str:
        """All that the screen shows."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def until(self, holds: Callable[[], object]) -> float:
        """Wait until that is so; answers after how many seconds it was."""
        began = time.perf_counter()
        while not holds():
            assert time.perf_counter() - began < PATIENCE, self.text()
            await asyncio.sleep(0.002)
        return time.perf_counter() - began

    async def open(self) -> float:
        """Open the task; answers after how many seconds its head is there."""
        self.app.board.open_task(1)
        return await self.until(lambda: isinstance(self.app.screen, TaskScreen) and len(self.task.reader.outline) > 100)


@asynccontextmanager
async def large_task(folder: Path) -> AsyncIterator[Sight]:
    """The board, live, on databases in that folder."""
    await hold_a_large_task(folder / "tasks.db")
    config = Config.bare(taskmanager_db=folder / "tasks.db", database=folder / "ideas.s3db")
    app = BoardApp(EngineHost(lambda: Engine.open(config)))
    async with app.run_test(size=(100, 30)) as pilot:
        sight = Sight(app, pilot)
        try:
            await sight.until(lambda: app.board.newest.view.tasks)
            yield sight
        finally:
            await app.board.connection.close(now=True)
