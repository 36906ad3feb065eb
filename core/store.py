"""Folds events into snapshots. Lives on the core's event loop; its memory is bounded.

`Store.publish` only notes what changed and rings; a snapshot is built when someone looks, at most 10 times a second,
so that a burst of events costs one picture. A slice that did not change stays the same object.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from core import events
from core.activity import ActivityLog
from core.models import LIVE_STATES, TaskStatus, TaskType, TypeStats, WorkerState, WorkerStatus
from core.rates import Growth, History, PerSecond
from core.snapshot import Counts, QueueView, ServerStatus, Snapshot, TypeRow
from core.throughput import Throughput
from core.worker_book import WorkerBook

FRAMES_PER_SECOND = 10
KEPT_ACTIVITY = 1000
KEPT_STOPPED_WORKERS = 20
SPARKLINE_SECONDS = 30
CHART_SECONDS = 120


class Store:
    """Events in, snapshots out."""

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, tell: Callable[[str, str], None] | None = None
    ) -> None:
        """``tell`` is given the level and the text of each line that is more than information."""
        self._tell = tell
        self._monotonic = monotonic
        self._snapshot = Snapshot()
        self._dirty = True
        self._watchers: set[asyncio.Event] = set()
        self._server = ServerStatus()
        self._activity = ActivityLog(KEPT_ACTIVITY)
        self.book = WorkerBook()
        """What is remembered of each worker of this process."""
        self._local: dict[str, WorkerStatus] = {}
        self._remote: tuple[WorkerStatus, ...] = ()
        self._view = QueueView()
        self._types: events.TypesSeen | None = None
        self._rates: dict[str, tuple[Growth, PerSecond]] = {}
        self._ended = {True: (Growth(), PerSecond()), False: (Growth(), PerSecond())}
        self._pending: deque[int] = deque(maxlen=CHART_SECONDS)
        self._pending_second = 0
        self._history = History(int(monotonic()))

    def publish(self, event: events.Event) -> None:
        """Take note of an event and ring. Must be called on the core's event loop."""
        second = int(self._monotonic())
        self._fold(event, second)
        self.book.fold(event, second)
        self._dirty = True
        for watcher in self._watchers:
            watcher.set()

    @property
    def snapshot(self) -> Snapshot:
        """How everything is now."""
        if self._dirty:
            self._dirty = False
            self._snapshot = self._build()
        return self._snapshot

    async def watch(self) -> AsyncGenerator[Snapshot]:
        """The newest snapshot, whenever it is another, at most `FRAMES_PER_SECOND` times a second."""
        rung = asyncio.Event()
        rung.set()
        self._watchers.add(rung)
        try:
            while True:
                await rung.wait()
                rung.clear()
                yield self.snapshot
                await asyncio.sleep(1 / FRAMES_PER_SECOND)
        finally:
            self._watchers.discard(rung)

    async def until(self, holds: Callable[[Snapshot], bool], seconds: float) -> bool:
        """Wait until a snapshot is as wanted; False when that took longer than ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), aclosing(self.watch()) as snapshots:
                async for snapshot in snapshots:
                    if holds(snapshot):
                        return True
        return False

    def _fold(self, event: events.Event, second: int) -> None:  # noqa: C901, PLR0912, PLR0915 - one line for each thing that can happen
        match event:
            case events.WorkerChanged(status):
                self._worker(status)
            case events.TaskClaimed(task, worker_id, at):
                if task.created_at is not None:
                    begun = task.claimed_at or at
                    self._history.waited(second, (begun - task.created_at).total_seconds())
                self._say(at, "info", f"{worker_id} claimed #{task.id} ({task.task_type})", task.id)
            case events.TaskProgressed():
                return  # shown through the worker's own status
            case events.TaskProcessed(task, worker_id, success, error, items, seconds, at):
                self._history.ran(second, seconds)
                found = "1 item" if items == 1 else f"{items} items"
                text = f"{worker_id} finished #{task.id} in {seconds:.1f} s, {found}"
                self._say(at, "info", text if success else f"{worker_id} failed #{task.id}: {error}", task.id)
            case events.TaskCompleted(task_id, _, _, at):
                self._say(at, "info", f"#{task_id} completed", task_id)
            case events.TaskFailed(task_id, _, _, error, requeued, at):
                self._say(at, "warning" if requeued else "error", f"#{task_id} {event.after}: {error}", task_id)
            case events.TaskCreated(task_id, task_type, deduplicated, at):
                text = f"#{task_id} is the same task already" if deduplicated else f"#{task_id} created"
                self._say(at, "info", f"{text} ({task_type})", task_id)
            case events.ReportRefused(task_id, worker_id, reason, at):
                self._say(at, "warning", f"The report of {worker_id} on #{task_id} was refused: {reason}", task_id)
            case events.ReportsWaiting(count):
                self._snapshot = replace(self._snapshot, reports_waiting=count)
            case events.ReportsAside(count):
                self._snapshot = replace(self._snapshot, reports_aside=count)
            case events.ClaimingHeld(why):
                self._snapshot = replace(self._snapshot, held=why)
            case events.ServerSeen(server):
                self._server = server
            case events.LimitSeen(until):
                self._snapshot = replace(self._snapshot, limited_until=until)
            case events.TypesSeen():
                self._seen_types(event)
            case events.ViewSeen(view):
                self._view = view
            case events.FailuresSeen(groups, counted, total):
                seen = {"failures": groups, "failures_counted": counted, "failures_total": total}
                self._snapshot = replace(self._snapshot, **seen)
            case events.ResultsSeen(rows, total, view, exact):
                seen = {"results": rows, "results_total": total, "results_view": view, "results_exact": exact}
                self._snapshot = replace(self._snapshot, **seen)
            case events.ResultsTrouble(sentence):
                self._snapshot = replace(self._snapshot, results_trouble=sentence)
            case events.RemoteWorkersSeen(workers):
                self._remote = workers
            case events.StuckSeen(tasks, count, exact, why):
                seen = {"stuck": tasks, "stuck_count": count, "stuck_exact": exact, "nothing_happens": why}
                self._snapshot = replace(self._snapshot, **seen)
            case events.Said(level, text, at):
                self._say(at, level, text)
            case _:
                assert_never(event)

    def _say(self, at: datetime, level: str, text: str, task_id: int | None = None) -> None:
        if self._tell is not None and level != "info":
            self._tell(level, text)
        self._activity.add(at, level, text, task_id)

    def _worker(self, status: WorkerStatus) -> None:
        self._local[status.id] = status
        if status.state in LIVE_STATES:
            return
        ended = [each.id for each in self._local.values() if each.state not in LIVE_STATES]
        for worker_id in ended[:-KEPT_STOPPED_WORKERS]:
            del self._local[worker_id]
            self.book.forget(worker_id)

    def _seen_types(self, seen: events.TypesSeen) -> None:
        self._types = seen
        second = int(self._monotonic())
        for stats in seen.stats:
            growth, rate = self._rates.setdefault(stats.name, (Growth(), PerSecond()))
            rate.add(second, growth.step(stats.worked_off))
        for success, (growth, rate) in self._ended.items():
            ended = growth.step(sum(s.completed if success else s.worked_off - s.completed for s in seen.stats))
            rate.add(second, ended)
            self._history.ended(second, ended, success=success)
        self._history.pend(second, sum(stats.pending for stats in seen.stats))
        if second != self._pending_second:
            self._pending_second = second
            self._pending.append(sum(stats.pending for stats in seen.stats))

    def _build(self) -> Snapshot:
        old = self._snapshot
        second = int(self._monotonic())
        workers = self._workers(second)
        types = self._type_rows(second)
        new = replace(
            old,
            server=self._server,
            counts=self._counts(),
            types=types,
            view=self._live_view(),
            workers=workers,
            activity=self._activity.lines,
            throughput=Throughput(
                completed=self._ended[True][1].series(second, CHART_SECONDS),
                failed=self._ended[False][1].series(second, CHART_SECONDS),
                pending=tuple(self._pending),
                series=self._history.series(second),
            ),
            oldest_pending_at=min((t.oldest_pending_at for t in types if t.oldest_pending_at), default=None),
        )
        same = {name: getattr(old, name) for name in KEPT_SLICES if getattr(old, name) == getattr(new, name)}
        return without_ended(replace(new, **same))

    def _workers(self, second: int) -> tuple[WorkerStatus, ...]:
        local = [replace(each, per_minute=self.book.per_minute(each.id, second)) for each in self._local.values()]
        return (*local, *self._others())

    def _others(self) -> list[WorkerStatus]:
        return [worker for worker in self._remote if worker.id not in self._local]

    def _live_view(self) -> QueueView:
        """The view, with the progress that our own workers told since it was read."""
        told = {hand.task_id: hand for worker in self._local.values() for hand in worker.in_hand if hand.progress}
        if not told:
            return self._view
        tasks = tuple(
            replace(task, progress=told[task.id].progress)
            if task.id in told and task.attempts == told[task.id].attempts and task.claimed_by
            else task
            for task in self._view.tasks
        )
        return replace(self._view, tasks=tasks)

    def _counts(self) -> Counts:
        seen = self._types
        if seen is None:
            return Counts(exact=False)
        return Counts(
            pending=sum(stats.pending for stats in seen.stats),
            claimed=sum(stats.claimed for stats in seen.stats),
            completed=sum(stats.completed for stats in seen.stats),
            failed=sum(stats.failed for stats in seen.stats),
            exact=seen.exact,
        )

    def _type_rows(self, second: int) -> tuple[TypeRow, ...]:
        seen = self._types
        if seen is None:
            return ()
        known = {each.name: each for each in seen.types}
        stats = {each.name: each for each in seen.stats}
        names = sorted({*known, *stats})
        return tuple(self._type_row(known.get(name), stats.get(name), name, second) for name in names)

    def _type_row(self, known: TaskType | None, stats: TypeStats | None, name: str, second: int) -> TypeRow:
        seen = self._types
        rate = self._rates.get(name)
        row = TypeRow(
            name,
            rates=rate[1].series(second, SPARKLINE_SECONDS) if rate else (),
            workable=seen is not None and name in seen.workable,
            workers=sum(
                name in worker.types for worker in (*self._local.values(), *self._others()) if worker.state in WORKING
            ),
        )
        if known is not None:
            row = replace(
                row, id=known.id, version=known.version, is_active=known.is_active, param_schema=known.param_schema
            )
        if stats is None or seen is None:
            return replace(row, counts=Counts(exact=seen is not None and seen.exact))
        counts = Counts(stats.pending, stats.claimed, stats.completed, stats.failed, exact=seen.exact)
        row = replace(row, id=row.id or stats.id, counts=counts, all_put_off=stats.all_put_off(self._server.can))
        row = replace(row, versions=stats.versions)
        return replace(row, oldest_pending_at=stats.oldest_pending_at, put_off=stats.put_off)


KEPT_SLICES = ("server", "counts", "types", "view", "workers", "throughput")
"""Slices that keep their old object when the new one is equal."""
WORKING = LIVE_STATES - {WorkerState.PAUSED, WorkerState.DRAINING}


def without_ended(snapshot: Snapshot) -> Snapshot:
    """The snapshot without the mark of tasks that have ended since it was looked what is stuck: it is looked again
    only a moment later."""
    if not snapshot.stuck:
        return snapshot
    done = (TaskStatus.COMPLETED, TaskStatus.FAILED)
    ended = {task.id for task in snapshot.view.tasks if task.id in snapshot.stuck and task.status in done}
    if not ended:
        return snapshot
    left = {task_id: each for task_id, each in snapshot.stuck.items() if task_id not in ended}
    over = sum(not snapshot.stuck[task_id].on_purpose for task_id in ended)
    return replace(snapshot, stuck=left, stuck_count=max(0, snapshot.stuck_count - over))
