"""The database half of delivering: commits that are tried until they are done, and reports crossed off when taken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from core.errors import DatabaseUnusable
from core.events import Event, Level, Said
from core.models import Report, TaskResult, utcnow
from core.results.database import Database
from core.results.owed import Outbox, OwedReport, ReportState
from core.results.settling import Settled

FIRST_DELAY, GROWTH, LONGEST_DELAY = 0.02, 1.6, 2.0
"""Seconds until a commit that failed is tried again: at first, times this each time, at most."""
PATIENT_MISSES = 5
"""Commits that may fail in a row (about a quarter of a second) before it is worth saying."""
FORGET_AFTER = 0.05
"""Seconds after which reports that were taken are deleted, when no commit comes that does it on the way."""

Answer = TypeVar("Answer")


class Ledger:
    """The outcomes and reports of one process for one server. Everything is for one event loop, and never holds it up
    for longer than sqlite's own short wait."""

    def __init__(
        self,
        database: Database,
        server: str,
        process_id: str,
        publish: Callable[[Event], None],
        rng: random.Random,
    ) -> None:
        self._database = database
        self._outbox = Outbox(database, server)
        self._server = server
        self._process_id = process_id
        self._publish = publish
        self._rng = rng
        self._taken: list[Report] = []
        self._forgetting: asyncio.TimerHandle | None = None

    async def settle(self, outcomes: Sequence[Settled]) -> list[tuple[TaskResult, Report]]:
        """Commit outcomes with the reports that are owed; see `Database.settle`. Tries until it is done."""
        taken, self._taken = self._taken, []
        try:
            return await self._committed(lambda: self._database.settle(self._server, self._process_id, outcomes, taken))
        except BaseException:
            self._taken += taken
            raise

    def waiting(self) -> list[OwedReport]:
        """Reports in the database that this process owes. Raises `DatabaseUnusable`."""
        return [owed for owed in self._outbox.waiting(self._process_id) if owed.report not in self._taken]

    async def put_aside(self, report: Report, state: ReportState, reason: str) -> None:
        """Keep a report that was not taken, with the reason. Tries until it is done."""
        await self._committed(lambda: self._outbox.mark(report, state, reason))

    def cross_off(self, report: Report) -> None:
        """A report was taken: it is deleted with the next commit, or soon."""
        self._taken.append(report)
        if self._forgetting is None:
            self._forgetting = asyncio.get_running_loop().call_later(FORGET_AFTER, self._try_to_forget)

    def forget(self) -> None:
        """Delete the reports that were taken, if the database is free."""
        if self._forgetting is not None:
            self._forgetting.cancel()
            self._forgetting = None
        if self._taken:
            try:
                self._outbox.forget(self._taken)
            except DatabaseUnusable:
                return  # nothing is lost: read again by the next start, these tasks tell that they are reported
            self._taken = []

    def _try_to_forget(self) -> None:
        self.forget()
        if self._taken:
            self._forgetting = asyncio.get_running_loop().call_later(FORGET_AFTER, self._try_to_forget)

    async def _committed(self, work: Callable[[], Answer]) -> Answer:
        """Do it, again and again while the database cannot be written; says so once, and when it is over."""
        misses = 0
        while True:
            try:
                answer = work()
            except DatabaseUnusable as fault:
                misses += 1
                if misses == PATIENT_MISSES:
                    self._publish(Said(Level.WARNING, f"{fault} Trying again until it can be written.", utcnow()))
                delay = min(LONGEST_DELAY, FIRST_DELAY * GROWTH ** min(misses, 32))
                await asyncio.sleep(delay * (1 - 0.2 * self._rng.random()))
            else:
                if misses >= PATIENT_MISSES:
                    self._publish(Said(Level.INFO, "The results database can be written again.", utcnow()))
                return answer
