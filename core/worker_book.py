"""What is remembered of each worker of this process: its last tries, how many a minute, what happened. Bounded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from core import events
from core.details import WorkerDetail, WorkerTask
from core.models import WorkerState, WorkerStatus, utcnow
from core.rates import PerSecond
from core.snapshot import ActivityEntry

KEPT_TASKS, KEPT_LINES = 20, 100
"""Tries, and lines of what happened, that are remembered of a worker."""
MINUTE = 60
"""Seconds over which the rate of a worker is counted."""

TOLD = {
    WorkerState.PAUSED: ("info", "paused"),
    WorkerState.DRAINING: ("info", "told to stop"),
    WorkerState.STOPPED: ("info", "stopped"),
    WorkerState.CRASHED: ("error", "crashed"),
    WorkerState.BACKING_OFF: ("warning", "backs off"),
}
"""States that are worth a line, with its level; between the others a worker goes to and fro all the time."""


@dataclass(slots=True)
class Tried:
    """A try, with what `WorkerTask` tells of it but for the report; written out only when someone looks."""

    task_id: int
    told: tuple[str, int, bool, str, int, float, datetime]
    report: str = ""

    @property
    def written(self) -> WorkerTask:
        """As it is told."""
        return WorkerTask(self.task_id, *self.told, self.report)


@dataclass(slots=True)
class Page:
    """What is remembered of one worker. ``last_at`` is the last of its ``tries`` at each task."""

    tries: deque[Tried] = field(default_factory=deque[Tried])
    last_at: dict[int, Tried] = field(default_factory=dict[int, Tried])
    log: deque[ActivityEntry] = field(default_factory=lambda: deque[ActivityEntry](maxlen=KEPT_LINES))
    ended: PerSecond = field(default_factory=PerSecond)
    lines: int = 0
    last: WorkerStatus | None = None
    told: WorkerState | None = None

    def ended_try(self, tried: Tried) -> None:
        """It is through with a task; what it was through with long ago is forgotten."""
        if len(self.tries) == KEPT_TASKS:
            oldest = self.tries.popleft()
            if self.last_at[oldest.task_id] is oldest:
                del self.last_at[oldest.task_id]
        self.tries.append(tried)
        self.last_at[tried.task_id] = tried

    def say(self, at: datetime, level: str, text: str) -> None:
        """A line of what happened."""
        self.lines += 1
        self.log.append(ActivityEntry(self.lines, at, level, text))


class WorkerBook:
    """A page a worker. Seconds are whole numbers of a monotonic clock."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}

    def fold(self, event: events.Event, second: int) -> None:
        """Take note of what an event tells of a worker; most tell nothing."""
        match event:
            case events.WorkerChanged(status):
                self._changed(self._pages.setdefault(status.id, Page()), status)
            case events.TaskProcessed(task, worker_id, success, error, items, seconds, at):
                if (page := self._pages.get(worker_id)) is not None:
                    page.ended.add(second, 1)
                    told = task.task_type, task.attempts, success, error or "", items, seconds, at
                    page.ended_try(Tried(task.id, told))
            case events.TaskCompleted(task_id, _, worker_id, _):
                self._reported(worker_id, task_id, "completed")
            case events.TaskFailed(task_id, _, worker_id, _, requeued, _):
                self._reported(worker_id, task_id, "tried again" if requeued else "failed for good")
            case events.ReportRefused(task_id, worker_id, reason, at):
                self._reported(worker_id, task_id, "refused")
                if worker_id in self._pages:
                    self._pages[worker_id].say(at, "warning", f"report on #{task_id} refused: {reason}")
            case _:
                return

    def of(self, worker_id: str) -> WorkerDetail:
        """What is remembered of that worker; nothing of one that is not of this process."""
        page = self._pages.get(worker_id)
        if page is None:
            return WorkerDetail(worker_id)
        tries = tuple(tried.written for tried in reversed(page.tries))
        return WorkerDetail(worker_id, tries, tuple(reversed(page.log)))

    def per_minute(self, worker_id: str, second: int) -> int:
        """How many of its tries ended in the last minute."""
        page = self._pages.get(worker_id)
        return 0 if page is None else page.ended.total(second, MINUTE)

    def forget(self, worker_id: str) -> None:
        """It is not shown any more."""
        self._pages.pop(worker_id, None)

    def _reported(self, worker_id: str, task_id: int, report: str) -> None:
        page = self._pages.get(worker_id)
        if page is not None and (tried := page.last_at.get(task_id)) is not None:
            tried.report = report

    @staticmethod
    def _changed(page: Page, status: WorkerStatus) -> None:
        before, page.last = page.last, status
        at = status.last_seen or utcnow()
        if before is None:
            page.say(at, "info", f"started: {status.strategy}, {status.concurrency} at once")
        else:
            if before.strategy != status.strategy:
                page.say(at, "info", f"claims {status.strategy} from now on, {before.strategy} before")
            if before.concurrency != status.concurrency:
                page.say(at, "info", f"{status.concurrency} at once from now on, {before.concurrency} before")
        if status.state in TOLD and (status.state != page.told or (before and before.note != status.note)):
            level, text = TOLD[status.state]
            page.say(at, level, f"{text}: {status.note}" if status.note else text)
            page.told = status.state
        elif status.state not in TOLD and page.told is not None:
            page.say(at, "info", "started again" if page.told in ENDED else "goes on")
            page.told = None


ENDED = (WorkerState.STOPPED, WorkerState.CRASHED)
