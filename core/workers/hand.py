"""A task in hand: how far it is, whether it should stop, and the way from any thread back to the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Protocol

from core.details import AttemptLog, LogLine
from core.models import InHand, Task, utcnow
from core.workers.deadlines import ClaimTime
from core.workers.log_lines import LogBuffer

LOG_SPACING = 0.2
"""Seconds after which new lines of a task's log are told of: once for all that came."""
beginning_log = threading.Lock()


class Tools(Protocol):
    """What the tools of `BaseWorker` need of the task that they are used for."""

    task: Task
    worker_id: str
    is_cancelled: bool
    is_abandoned: bool

    def report(self, percent: float, message: str) -> None:
        """Say how far the task is. May be called from any thread."""
        ...

    def log(self, line: LogLine, /) -> None:
        """Keep a line that was logged. May be called from any thread, very often."""
        ...


in_this_context: ContextVar[Tools | None] = ContextVar("in_this_context", default=None)
"""The task that the present context works on; threads that run a worker get a copy of their context."""


def whole_percent(percent: float) -> int:
    """A percentage as a whole number from 0 to 100. Raises ValueError or TypeError for what is no number."""
    return max(0, min(100, int(percent)))


class Hand:
    """A task that a worker of this process has in hand. Made on the event loop, told things from any thread.

    ``is_cancelled`` asks the author's code to stop; ``is_abandoned`` says that nobody waits for it any more, so that
    it may save nothing either. ``settling``: processing is over, its outcome is being committed. ``claim`` is the
    time of its claim, None where nobody watches it; ``lost``: the task is not ours any more, and nothing is kept of it.
    """

    def __init__(
        self,
        task: Task,
        worker_id: str,
        since: datetime,
        on_report: Callable[[Hand], None],
        claim: ClaimTime | None = None,
        on_log: Callable[[Hand], None] | None = None,
    ) -> None:
        self.task = task
        self.worker_id = worker_id
        self.since = since
        self.claim = claim
        self.lost = False
        self.percent = 0
        self.message = ""
        self.heard_at: datetime | None = None
        self.is_cancelled = False
        self.is_abandoned = False
        self.settling = False
        self.ended = False
        self.on_cancel: Callable[[], None] | None = None
        self._on_report = on_report
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._told = False
        self._on_log = on_log
        self._log: LogBuffer | None = None
        self._log_told = on_log is None

    def report(self, percent: float, message: str) -> None:
        """Say how far the task is; from another thread, calls faster than the loop turns are seen as the last one."""
        self.percent, self.message = whole_percent(percent), str(message)
        if threading.get_ident() == self._loop_thread:
            self._tell()
        elif not self._told:
            self._told = True
            self._loop.call_soon_threadsafe(self._tell)

    def log(self, *lines: LogLine, dropped: int = 0) -> None:
        """Keep lines that were logged, from any thread; ``dropped`` others came before them."""
        if self._log is None:
            with beginning_log:
                self._log = self._log or LogBuffer()
        self._log.add(*lines, dropped=dropped)
        if self._log_told:
            return
        self._log_told = True
        if threading.get_ident() == self._loop_thread:
            self._loop.call_later(LOG_SPACING, self._tell_log)
        else:
            self._loop.call_soon_threadsafe(self._loop.call_later, LOG_SPACING, self._tell_log)

    def logged(self) -> AttemptLog | None:
        """What was logged up to now; None when nothing was."""
        if self._log is None:
            return None
        lines, dropped = self._log.seen()
        return AttemptLog(self.task.attempts, self.worker_id, self.since, lines, dropped)

    def cancel(self) -> None:
        """Ask the author's code to stop."""
        self.is_cancelled = True
        if self.on_cancel is not None:
            self.on_cancel()

    def abandon(self) -> None:
        """Wait for it no longer."""
        self.is_abandoned = True
        self.cancel()

    def seen(self) -> InHand:
        """How it looks from outside."""
        task, claim = self.task, self.claim
        deadline, late = (None, False) if claim is None else (claim.deadline, claim.late)
        logged = 0 if self._log is None else self._log.count
        said = self.percent, self.message, logged
        return InHand(task.id, task.task_type, task.attempts, self.since, *said, deadline, late, self.heard_at)

    def _tell(self) -> None:
        self._told, self.heard_at = False, utcnow()
        if not self.ended and not self.is_abandoned:
            self._on_report(self)

    def _tell_log(self) -> None:
        self._log_told, self.heard_at = False, utcnow()
        if self._on_log is not None and not self.ended and not self.is_abandoned:
            self._on_log(self)
