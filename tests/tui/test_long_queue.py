"""A long queue can be scrolled, sorted and searched to its end, with a bounded part of it at hand."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from core.config import Config
from core.engine import Engine
from core.filters import TaskFilter
from core.host import EngineHost
from core.server.app import create_app
from core.server.database import Database
from core.snapshot import Snapshot
from tests.contract.observed import ObservedTaskManager, Row
from tests.server.client import Api
from tui.app import BoardApp
from tui.panes.queue import QueuePane

STEP = 20_000
"""Tasks that are searched at a time."""
PATIENCE = 30.0
"""Seconds after which a test gives up waiting."""


class Sight:
    """A board on a real engine."""

    def __init__(self, app: BoardApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot
        self.most_at_hand = 0

    @property
    def pane(self) -> QueuePane:
        return self.app.board.queue_pane

    @property
    def newest(self) -> Snapshot:
        return self.app.board.newest

    @property
    def current(self) -> int:
        row = self.pane.row_list.current
        return row.id if row else 0

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            view = self.newest.view
            seen = (view.view, view.offset, len(view.tasks), view.total, self.pane.wanted, self.pane.row_list.cursor)
            assert time.monotonic() < end, seen
            await self.pilot.pause(0.02)
            self.most_at_hand = max(self.most_at_hand, len(self.pane.row_list.loaded))

    async def filter(self, line: str) -> None:
        await self.press("slash")
        await self.until(lambda: isinstance(self.app.focused, Input))
        self.pane.field.input.value = line
        await self.press("enter")
        wanted = TaskFilter.parse(line)
        await self.until(lambda: self.newest.view.view.filter == wanted)


def fill(path: Path, many: int) -> None:
    """So many tasks of two types, written at once."""
    database = Database.open(path)

    async def write() -> None:
        api = Api(create_app(database))
        await api.register("Echo")
        await api.register("Other")
        now = int(time.time() * 1000)

        def put(writer):
            writer.connection.executemany(
                "INSERT INTO tasks (id, type_id, status, claimable, seq, priority, created_at, dedupe_key, params)"
                " VALUES (?, ?, 'pending', 1, ?, ?, ?, ?, ?)",
                (
                    (n, 2 if n % 1000 == 0 else 1, n, 9 if n == 77 else 0, now - many + n, str(n), json.dumps({"n": n}))
                    for n in range(1, many + 1)
                ),
            )
            for type_id, amount in ((1, many - many // 1000), (2, many // 1000)):
                writer.connection.execute("INSERT INTO counters VALUES (?, 'pending', ?)", (type_id, amount))

        await database.write(put)

    asyncio.run(write())
    database.close()


@asynccontextmanager
async def board(config: Config) -> AsyncIterator[Sight]:
    app = BoardApp(EngineHost(lambda: Engine.open(config)))
    async with app.run_test(size=(120, 36)) as pilot:
        sight = Sight(app, pilot)
        try:
            await sight.until(lambda: sight.newest.view.tasks)
            yield sight
        finally:
            await app.board.connection.close(now=True)


async def test_a_queue_that_is_searched_in_steps_is_scrolled_sorted_and_filtered(tmp_path: Path):
    await scrolled_sorted_and_filtered(tmp_path, 2 * STEP)


@pytest.mark.soak
async def test_100_000_tasks_are_scrolled_sorted_and_filtered(tmp_path: Path):
    await scrolled_sorted_and_filtered(tmp_path, 5 * STEP)


async def scrolled_sorted_and_filtered(tmp_path: Path, many: int) -> None:
    await asyncio.to_thread(fill, tmp_path / "tasks.db", many)
    async with board(Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")) as sight:
        rows = sight.pane.row_list
        await sight.until(lambda: sight.current == many)
        await sight.press("G")
        await sight.until(lambda: sight.current == 1)
        assert (rows.cursor, len(rows.rows)) == (many - 1, many)
        for _ in range(60):
            await sight.press("pageup")
        await sight.until(lambda: sight.current > 500)  # 0 while the row is not loaded
        marked, top = sight.current, rows.above
        await sight.press("space")
        assert sight.pane.meant == (marked,)
        await sight.press("g")
        await sight.until(lambda: sight.current == many)
        assert rows.above == 0 < top
        assert sight.pane.meant == (marked,)
        await sight.press("escape")

        await sight.press("O", "p")
        await sight.until(lambda: sight.newest.view.view.sort == "priority" and sight.current == 77)
        await sight.press("G")
        await sight.until(lambda: sight.current == many)
        await sight.press("O", "n")
        await sight.until(lambda: sight.newest.view.view.sort == "newest")

        await sight.filter("type:Other")
        await sight.until(lambda: sight.newest.view.total == many // 1000)
        await sight.press("G")
        await sight.until(lambda: sight.current == 1000)

        await sight.filter("78")
        await sight.until(lambda: sight.current == 78)
        assert (sight.newest.view.total, sight.newest.view.searched) == (1, 1)

        await sight.filter("params.n:77")
        await sight.until(lambda: sight.newest.view.searched == STEP)
        assert not sight.newest.view.tasks
        for depth in range(2, many // STEP + 1):
            await sight.press("G")
            await sight.until(lambda depth=depth: sight.newest.view.searched == STEP * depth)
        await sight.until(lambda: sight.current == 77)
        assert sight.newest.view.total == 1
        assert sight.most_at_hand <= 2000


async def test_a_taskmanager_with_only_the_documented_calls_is_scrolled_and_searched_too(tmp_path: Path):
    observed = ObservedTaskManager()
    for n in range(1, 3001):
        stamp = f"2026-01-01 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}"
        observed.tasks[n] = Row(n, "example.echo", {"n": n}, stamp, claimed_by="w-77" if n == 77 else None)
    observed.types["example.echo"] = {"id": 1, "name": "example.echo", "param_schema": {}, "version": "1"}
    with observed.serving() as url:
        known = {"taskmanager_api_url": url, "taskmanager_api_key": observed.api_key}
        async with board(Config.bare(database=tmp_path / "ideas.s3db", **known)) as sight:
            rows = sight.pane.row_list
            await sight.until(lambda: sight.current == 3000)
            assert "200+" in str(sight.pane.border_subtitle)
            while sight.newest.view.total is None or sight.current != 1:
                before = len(rows.rows)
                await sight.press("G")
                await sight.until(lambda before=before: len(rows.rows) > before or sight.newest.view.total is not None)
                await sight.until(lambda: sight.current)
            assert len(rows.rows) == 3000
            await sight.filter("5")
            await sight.until(lambda: sight.current == 5 and sight.newest.view.total == 1)
            await sight.filter("99999")
            await sight.until(lambda: sight.newest.view.total == 0)
            await sight.filter("worker:w-77")
            await sight.until(lambda: "searched 1,000 of ?" in str(sight.pane.border_title))
            await sight.press("G")
            await sight.until(lambda: sight.newest.view.searched == 2000)
            await sight.press("G")
            await sight.until(lambda: sight.current == 77)
            assert sight.most_at_hand <= 2000
