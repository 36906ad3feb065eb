"""The store: events in, pictures out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import events
from core.models import InHand, Task, TaskStatus, TaskType, TypeStats, WorkerState, WorkerStatus
from core.snapshot import QueueView, StuckTask
from core.store import KEPT_ACTIVITY, KEPT_STOPPED_WORKERS, Store

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def types_seen(**counts: int) -> events.TypesSeen:
    """One type with these counts."""
    stats = TypeStats(1, "Echo", **counts)
    return events.TypesSeen((TaskType(1, "Echo", "1.0.0"),), (stats,), frozenset({"Echo"}), True, NOW)


def worker(name: str, state: WorkerState = WorkerState.IDLE, **more: object) -> events.WorkerChanged:
    """A worker in that state."""
    return events.WorkerChanged(WorkerStatus(name, state, ("Echo",), **more))  # pyright: ignore[reportArgumentType]


async def test_a_slice_that_did_not_change_stays_the_same_object():
    store = Store()
    store.publish(types_seen(pending=2))
    store.publish(worker("w-1"))
    before = store.snapshot
    store.publish(events.Said(events.Level.INFO, "hello", NOW))
    after = store.snapshot
    assert after.activity is not before.activity
    assert after.types is before.types
    assert after.workers is before.workers
    assert after.view is before.view


async def test_a_burst_of_events_costs_a_watcher_few_pictures():
    store = Store()
    seen = 0

    async def watch() -> None:
        nonlocal seen
        async for snapshot in store.watch():
            seen += 1
            if snapshot.activity and snapshot.activity[-1].number == 5000:
                return

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    for number in range(5000):
        store.publish(events.Said(events.Level.INFO, f"line {number}", NOW))
        if number % 500 == 0:
            await asyncio.sleep(0)
    await asyncio.wait_for(watching, 5)
    assert seen <= 4


async def test_memory_is_bounded_in_lines_and_in_workers_that_ended():
    store = Store()
    for number in range(KEPT_ACTIVITY + 500):
        store.publish(events.Said(events.Level.INFO, f"line {number}", NOW))
    for number in range(KEPT_STOPPED_WORKERS + 30):
        store.publish(worker(f"w-{number}", WorkerState.STOPPED))
    store.publish(worker("w-alive"))
    snapshot = store.snapshot
    assert len(snapshot.activity) == KEPT_ACTIVITY
    assert snapshot.activity[-1].text == f"line {KEPT_ACTIVITY + 499}"
    assert len(snapshot.workers) == KEPT_STOPPED_WORKERS + 1
    assert snapshot.workers[-1].id == "w-alive"


async def test_rates_are_what_ended_in_each_second():
    clock = Clock()
    store = Store(monotonic=clock)
    store.publish(types_seen(completed=10))
    clock.seconds += 1
    store.publish(types_seen(completed=14, failed=1))
    clock.seconds += 1
    throughput = store.snapshot.throughput
    assert (throughput.completed[-1], throughput.failed[-1]) == (4, 1)
    assert throughput.per_second(1) == 5.0
    assert store.snapshot.types[0].rates[-2:] == (0, 5)


async def test_what_is_cancelled_was_done_by_nobody():
    clock = Clock()
    store = Store(monotonic=clock)
    store.publish(types_seen(pending=3))
    for seen in (types_seen(pending=2, failed=1, cancelled=1), types_seen(pending=3, cancelled=1)):
        clock.seconds += 1
        store.publish(seen)
    clock.seconds += 1
    store.publish(types_seen(pending=2, completed=1, cancelled=1))
    clock.seconds += 1
    assert store.snapshot.types[0].rates[-3:] == (0, 0, 1)
    assert (sum(store.snapshot.throughput.failed), sum(store.snapshot.throughput.completed)) == (0, 1)


async def test_waiting_is_from_creation_to_claim_and_running_from_there_to_the_end():
    clock = Clock()
    store = Store(monotonic=clock)
    task = Task(7, "Echo", created_at=NOW - timedelta(seconds=60), claimed_at=NOW, attempts=1)
    store.publish(events.TaskClaimed(task, "w-1", NOW))
    store.publish(events.TaskProcessed(task, "w-1", True, None, 1, 2.0, NOW))
    clock.seconds += 1
    minutes = store.snapshot.throughput.series[0]
    assert minutes.waited is not None
    assert minutes.ran is not None
    assert minutes.waited.p50 == pytest.approx(60, rel=0.06)
    assert minutes.ran.p95 == pytest.approx(2, rel=0.06)


async def test_tasks_that_were_deleted_or_retried_do_not_count_as_ended_anew():
    clock = Clock()
    store = Store(monotonic=clock)
    store.publish(types_seen(completed=10, failed=5))
    clock.seconds += 1
    store.publish(types_seen(completed=4, failed=0, pending=5))
    clock.seconds += 1
    assert sum(store.snapshot.throughput.completed) == 0


async def test_progress_of_our_own_workers_shows_in_the_queue_at_once():
    store = Store()
    task = Task(7, "Echo", status=TaskStatus.CLAIMED, attempts=2, claimed_by="w-1", progress=0)
    store.publish(events.ViewSeen(QueueView(tasks=(task, replace(task, id=8, claimed_by="w-2")))))
    hand = InHand(7, "Echo", 2, NOW, progress=40)
    store.publish(worker("w-1", WorkerState.BUSY, in_hand=(hand,)))
    assert [row.progress for row in store.snapshot.view.tasks] == [40, 0]


async def test_a_type_row_tells_who_can_and_who_does_work_on_it():
    store = Store()
    store.publish(types_seen(pending=1))
    store.publish(worker("w-1"))
    store.publish(worker("w-2", WorkerState.PAUSED))
    row = store.snapshot.types[0]
    assert (row.workable, row.workers, row.counts.pending) == (True, 1, 1)


async def test_workers_elsewhere_are_shown_beside_ours_and_never_twice():
    store = Store()
    store.publish(worker("w-1"))
    elsewhere = tuple(WorkerStatus(name, WorkerState.BUSY, local=False) for name in ("w-1", "w-9"))
    store.publish(events.RemoteWorkersSeen(elsewhere))
    assert [(each.id, each.local) for each in store.snapshot.workers] == [("w-1", True), ("w-9", False)]


async def test_waiting_for_a_picture_that_never_comes_ends():
    assert await Store().until(lambda snapshot: snapshot.results_total > 0, 0.05) is False


async def test_the_rate_of_a_worker_is_what_it_ended_in_the_last_minute_and_nothing_is_kept_for_ever():
    clock = Clock()
    store = Store(monotonic=clock)
    store.publish(worker("w-1"))
    for number in range(30):
        store.publish(events.TaskProcessed(Task(number, "Echo"), "w-1", True, None, 0, 0.1, NOW))
        clock.seconds += 1
    assert store.snapshot.workers[0].per_minute == 30
    assert [each.task_id for each in store.book.of("w-1").tasks] == list(range(29, 9, -1))
    clock.seconds += 40
    store.publish(events.Said(events.Level.INFO, "time goes by", NOW))
    assert store.snapshot.workers[0].per_minute == 19
    for number in range(KEPT_STOPPED_WORKERS + 1):
        store.publish(worker("w-1" if not number else f"w-{number + 1}", WorkerState.STOPPED))
    assert store.book.of("w-1").tasks == ()


async def test_a_task_that_ends_after_its_worker_is_forgotten_leaves_no_trace():
    store = Store()
    store.publish(events.TaskProcessed(Task(1, "Echo"), "w-1", True, None, 0, 0.1, NOW))
    assert store.book.of("w-1").tasks == ()


async def test_a_task_that_has_ended_is_stuck_no_more_before_it_is_looked_again():
    store = Store()
    marks = {number: StuckTask("no-worker", "None.") for number in (1, 2)} | {3: StuckTask("paused", "So.", True)}
    rows = tuple(Task(number, "Echo") for number in (1, 2, 3))
    store.publish(events.ViewSeen(QueueView(tasks=rows)))
    store.publish(events.StuckSeen(marks, 7, True, ""))
    assert (set(store.snapshot.stuck), store.snapshot.stuck_count) == ({1, 2, 3}, 7)
    ended = tuple(replace(row, status=TaskStatus.FAILED, error="cancelled") for row in rows if row.id != 2)
    store.publish(events.ViewSeen(QueueView(tasks=(*ended, rows[1]))))
    for _ in range(2):
        assert (set(store.snapshot.stuck), store.snapshot.stuck_count) == ({2}, 6)
        store.publish(events.Said(events.Level.INFO, "hello", NOW))
