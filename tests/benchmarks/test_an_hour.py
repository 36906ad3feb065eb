"""Whether the memory of a board stays as it is: an hour at 50 tasks a second, told in a few minutes."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from core import events
from core.models import InHand, Task, TaskStatus, TaskType, TypeStats, WorkerState, WorkerStatus
from core.snapshot import FailureGroup, Link, QueueView, ResultRow, ResultsView, ServerStatus
from core.store import Store
from tests.benchmarks.measuring import Target, table
from tests.tui.fakes import FakeConnection
from tui.app import BoardApp

SECONDS, A_SECOND = 3600, 50
WORKERS = 8
LISTED = 200
"""Tasks and results that are at hand at a time."""
SHOWN_EVERY = 12
"""Seconds of that hour after which the board is given the newest snapshot."""
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = ("PrismQ.YouTube.Channel.Scrape", "PrismQ.YouTube.Video.Search", "PrismQ.YouTube.Video.Scrape")
TYPES = tuple(TaskType(number, name, "1.0.0", {"type": "object"}) for number, name in enumerate(KINDS, 1))


def task(number: int, status: TaskStatus, at: datetime) -> Task:
    """One like those of the demo."""
    parameters = {"search_query": f"text {number}", "max_videos": 50}
    return Task(number, KINDS[number % 3], parameters, status=status, created_at=at, attempts=1)


def done(number: int, at: datetime) -> Iterator[events.Event]:
    """The life of a task; every hundredth fails for good, in words of its own."""
    worker, one = f"w-ann-4242-5a3b-{number % WORKERS + 1}", task(number, TaskStatus.CLAIMED, at)
    error = f"HTTP 404: no such video {number}" if number % 100 == 0 else None
    busy = WorkerStatus(worker, WorkerState.BUSY, KINDS, in_hand=(InHand(number, one.task_type, 1, at, 50),))
    yield events.TaskCreated(number, one.task_type, False, at)
    yield events.TaskClaimed(one, worker, at)
    yield events.WorkerChanged(busy)
    yield events.TaskProgressed(number, worker, 50, f"{number} of many", at)
    yield events.TaskProcessed(one, worker, error is None, error, 3, 0.1, at)
    if error is None:
        yield events.TaskCompleted(number, one.task_type, worker, at)
    else:
        yield events.TaskFailed(number, one.task_type, worker, error, False, at)
    yield events.WorkerChanged(replace(busy, state=WorkerState.IDLE, in_hand=(), done=number))


def seen(last: int, at: datetime) -> Iterator[events.Event]:
    """What a look at the TaskManager and at the results tells once a second."""
    each, failed = last // 3, last // 300
    newest = range(last, max(0, last - LISTED), -1)
    stats = tuple(TypeStats(kind.id, kind.name, 40, 3, each - failed, failed, at) for kind in TYPES)
    yield events.ServerSeen(ServerStatus(link=Link.LIVE, label="demo", heard_at=at))
    yield events.TypesSeen(TYPES, stats, frozenset(KINDS), True, at)
    yield events.ViewSeen(QueueView(tasks=tuple(task(n, TaskStatus.COMPLETED, at) for n in newest), total=last, at=at))
    saved = tuple(ResultRow(str(n), f"Video {n}", "youtube", "", "", n, KINDS[0]) for n in newest)
    yield events.ResultsSeen(saved, last, ResultsView(), True)
    groups = (FailureGroup("HTTP 404: no such video", KINDS[0], failed, (last,), BEGAN, at),)
    yield events.FailuresSeen(groups, failed, failed)


def mebibytes() -> float:
    """What this process has in memory, without what is only waiting to be collected."""
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20


@pytest.mark.bench
async def test_an_hour_of_the_demo_costs_no_more_memory_than_its_beginning():
    second = 0
    store = Store(monotonic=lambda: float(second))
    connection = FakeConnection(store.snapshot)
    figures: dict[str, list[float]] = {}
    app = BoardApp(connection, now=lambda: BEGAN + timedelta(seconds=second))
    async with app.run_test(size=(120, 36)) as pilot:
        for second in range(SECONDS):
            at = BEGAN + timedelta(seconds=second)
            for number in range(second * A_SECOND + 1, (second + 1) * A_SECOND + 1):
                for event in done(number, at):
                    store.publish(event)
            for event in seen((second + 1) * A_SECOND, at):
                store.publish(event)
            if second % SHOWN_EVERY == 0:
                await pilot.press(("down", "1", "2", "3", "4", "4", "2", "end")[second // SHOWN_EVERY % 8])
                connection.put(store.snapshot)
                await asyncio.sleep(0.02)
            if second + 1 == SECONDS // 10:
                figures["after 10 %"] = [mebibytes()]
        figures["at the end"] = [mebibytes()]
        assert app.board.newest.view.total == (SECONDS - SHOWN_EVERY + 1) * A_SECOND
    title = f"Memory of store and board, {SECONDS * A_SECOND:,} tasks: MiB"
    print(table(title, figures, {"at the end": Target(1.1, "after 10 %", at_most=True)}, digits=1))
