"""Failed tasks are read for their groups: the newest at once, the others in the background, as far as a server can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

import core.failure_watching as watching
from core import events
from core.answers import TaskPage
from core.failure_watching import PAGE, FailuresWatch
from core.models import Task, TaskStatus, utcnow


class Failed:
    """A TaskManager that has so many failed tasks, newest first; ``tells`` whether its lists have their errors."""

    def __init__(self, count: int, *, tells: bool = True) -> None:
        self.tasks = [
            Task(n, "Echo", status=TaskStatus.FAILED, attempts=3, error=f"broken {n}") for n in range(count, 0, -1)
        ]
        self.tells = tells
        self.pages: list[int] = []
        self.opened = 0

    async def list_tasks(self, status: str, limit: int, offset: int, **_: object) -> TaskPage:
        self.pages.append(offset)
        rows = self.tasks[offset : offset + limit]
        told = rows if self.tells else [replace(task, error=None) for task in rows]
        return TaskPage(tuple(told), total=len(self.tasks))

    async def get_task(self, task_id: int) -> Task:
        self.opened += 1
        return next(task for task in self.tasks if task.id == task_id)


class Board:
    """Hears what is published, and waits for it."""

    def __init__(self) -> None:
        self.seen: list[events.FailuresSeen] = []
        self._rung = asyncio.Event()

    def publish(self, event: events.Event) -> None:
        assert isinstance(event, events.FailuresSeen)
        self.seen.append(event)
        self._rung.set()

    async def until(self, counted: int, *, times: int = 1) -> events.FailuresSeen:
        async with asyncio.timeout(5):
            while len(self.seen) < times or self.seen[-1].counted != counted:
                self._rung.clear()
                await self._rung.wait()
        return self.seen[-1]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PAUSE", 0.01)


@asynccontextmanager
async def watched(server: Any) -> AsyncGenerator[tuple[FailuresWatch, Board]]:
    board = Board()
    watch = FailuresWatch(server, board.publish, utcnow)
    running = asyncio.create_task(watch.run())
    try:
        yield watch, board
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_the_newest_are_told_at_once_as_a_part_and_then_all():
    async with watched(Failed(PAGE * 2 + 4)) as (watch, board):
        watch.tell((("Echo", PAGE * 2 + 4),), anyway=False)
        seen = await board.until(PAGE * 2 + 4)
        assert (board.seen[0].counted, board.seen[0].total) == (PAGE, PAGE * 2 + 4)
        ((one,)) = seen.groups
        assert (one.count, len(one.task_ids), len(one.tasks)) == (PAGE * 2 + 4, PAGE * 2 + 4, 200)


async def test_where_lists_tell_no_errors_only_the_newest_are_read_and_each_once():
    server = Failed(PAGE + 50, tells=False)
    async with watched(server) as (watch, board):
        watch.tell((("Echo", PAGE + 50),), anyway=False)
        seen = await board.until(PAGE)
        assert (seen.total, server.opened) == (PAGE + 50, PAGE)
        watch.tell((("Echo", PAGE + 50),), anyway=True)
        await board.until(PAGE, times=2)
        assert set(server.pages) == {0}
        assert server.opened == PAGE


async def test_what_was_retried_leaves_its_group():
    server = Failed(PAGE + 10)
    async with watched(server) as (watch, board):
        watch.tell((("Echo", PAGE + 10),), anyway=False)
        await board.until(PAGE + 10)
        server.tasks = server.tasks[:-5]
        watch.tell((("Echo", PAGE + 5),), anyway=False)
        seen = await board.until(PAGE + 5)
        assert seen.total == PAGE + 5


async def test_nothing_is_read_while_nothing_changes():
    server = Failed(3)
    async with watched(server) as (watch, board):
        watch.tell((("Echo", 3),), anyway=False)
        await board.until(3)
        watch.tell((("Echo", 3),), anyway=False)
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.pages == [0]
