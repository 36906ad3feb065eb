"""The database half of delivering: commits that are tried until they are done, and reports crossed off when taken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar

from core.details import AttemptLog
from core.errors import CoreError, DatabaseUnusable
from core.events import Event, Level, Said
from core.models import Claim, Report, TaskResult, utcnow
from core.outcome import Outcome
from core.results.database import Database
from core.results.faults import DatabaseAway, DatabaseMoved
from core.results.owed import Outbox, OwedReport, ReportState
from core.texts import cut

FIRST_DELAY, GROWTH, LONGEST_DELAY = 0.02, 1.6, 2.0
"""Seconds until a commit that failed is tried again: at first, times this each time, at most."""
PATIENT_MISSES = 5
"""Commits that may fail in a row (about a quarter of a second) before it is worth saying."""
FORGET_AFTER = 0.05
"""Seconds after which reports that were taken are deleted, when no commit comes that does it on the way. While that
cannot be done, they grow as those of a commit do."""

AWAY = "the results database cannot be written"
"""Why nobody may claim meanwhile."""

Answer = TypeVar("Answer")
Kept = tuple[TaskResult, Report]


class Ledger:
    """The outcomes and reports of one process for one server. Everything is for one event loop, and never holds it up
    for longer than sqlite's own short wait. ``hold`` is told why nobody should claim while nothing can be kept, and an
    empty text when that is over."""

    def __init__(
        self,
        database: Database,
        server: str,
        process_id: str,
        publish: Callable[[Event], None],
        rng: random.Random,
        hold: Callable[[str], None],
    ) -> None:
        self._hold = hold
        self._waiting = 0
        self._is_away = False
        self._gave_up = asyncio.Event()
        self._reopened = database.reopened
        self._database = database
        self._outbox = Outbox(database, server)
        self._server = server
        self._process_id = process_id
        self._publish = publish
        self._rng = rng
        self._taken: list[Claim] = []
        self._forgetting: asyncio.TimerHandle | None = None
        self._not_forgotten = 0

    async def settle(self, outcomes: Sequence[Outcome]) -> list[Kept]:
        """Commit outcomes with the reports that are owed; see `Database.settle`. Tries while the database is away.

        An outcome that cannot be kept counts as failed, and hurts no other. Raises what is wrong beyond outcomes.
        """
        with self._waited_for():
            if len(outcomes) > 1:
                try:
                    return await self._settle_together(outcomes)
                except Exception:  # noqa: BLE001  # whose fault it is, and what it says, is seen when each is kept alone
                    pass
            return [await self._settle_alone(outcome) for outcome in outcomes]

    async def _settle_alone(self, outcome: Outcome) -> Kept:
        misses = 0
        while True:
            try:
                [kept] = await self._settle_together([outcome])
                return kept
            except Exception as fault:  # noqa: BLE001  # what a value does to a database, or an author's code, is not ours
                said = str(fault) if isinstance(fault, CoreError) else f"{type(fault).__name__}: {fault}"
            result = TaskResult(False, error=cut(f"The result could not be kept: {said}"))
            failure = replace(outcome, result=result, save=None, data=None, metrics=None)
            try:
                [kept] = await self._settle_together([failure])
                return kept
            except DatabaseUnusable as fault:  # when not even that can be kept, the outcome is not to blame
                if not self._database.doubt():
                    raise
                misses += 1
                await self._missed(fault, misses)

    async def _settle_together(self, outcomes: Sequence[Outcome]) -> list[Kept]:
        taken, self._taken = self._taken, []
        try:
            return await self._committed(lambda: self._database.settle(self._server, self._process_id, outcomes, taken))
        except BaseException:
            self._taken += taken
            raise

    async def keep_log(self, task_id: int, log: AttemptLog) -> None:
        """Keep what an attempt logged that has no outcome. Tries while the database is away, and holds up nobody."""
        misses = 0
        while True:
            try:
                self._database.keep_log(self._server, task_id, log)
            except DatabaseAway as fault:
                misses += 1
                await self._rest(fault, misses)
            else:
                return

    def give_up(self) -> None:
        """Nobody waits for the database any more: what cannot be kept now raises `DatabaseUnusable`."""
        self._gave_up.set()

    def waiting(self) -> list[OwedReport]:
        """Reports in the database that this process owes. Raises `DatabaseUnusable`."""
        return [owed for owed in self._outbox.waiting(self._process_id) if owed.claim not in self._taken]

    async def put_aside(self, claim: Claim, state: ReportState, reason: str) -> None:
        """Keep a report that was not taken, with the reason. Tries while the database is away."""
        await self._committed(lambda: self._outbox.mark(claim, state, reason))

    async def turn_into_failure(self, claim: Claim, error: str) -> None:
        """Owe the report of a failure from now on, not that of a success. Tries while the database is away."""
        await self._committed(lambda: self._outbox.turn_into_failure(claim, error))

    def cross_off(self, claim: Claim) -> None:
        """The report about this claim was taken: it is deleted with the next commit, or soon."""
        self._taken.append(claim)
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
                self._not_forgotten += 1
                return  # nothing is lost: read again by the next start, these tasks tell that they are reported
            self._taken = []
        self._not_forgotten = 0

    async def resend(self, claims: Sequence[Claim]) -> list[OwedReport]:
        """Owe reports again that were kept aside. Tries while the database is away."""
        return await self._committed(lambda: self._outbox.resend(claims, self._process_id))

    async def discard(self, claims: Sequence[Claim]) -> list[Claim]:
        """Delete reports that were kept aside; answers which. Tries while the database is away."""
        return await self._committed(lambda: self._outbox.discard(claims))

    def _try_to_forget(self) -> None:
        self.forget()
        if self._taken:
            delay = min(LONGEST_DELAY, FORGET_AFTER * GROWTH ** min(self._not_forgotten, 32))
            self._forgetting = asyncio.get_running_loop().call_later(delay, self._try_to_forget)

    async def _committed(self, work: Callable[[], Answer]) -> Answer:
        """Do it, again and again while the database is away; says so once, and when it is over."""
        misses = 0
        with self._waited_for():
            while True:
                try:
                    answer = work()
                except DatabaseAway as fault:
                    misses += not isinstance(fault, DatabaseMoved)
                    await self._missed(fault, misses)
                else:
                    self._say_back()
                    return answer

    @contextmanager
    def _waited_for(self) -> Generator[None]:
        """Somebody waits for the database. When nobody does any more, since they gave up, nobody else is held up."""
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting and not self._gave_up.is_set():
                self._let_go("Nothing waits for the results database any more.")

    async def _missed(self, fault: DatabaseUnusable, misses: int) -> None:
        """Wait after so many tries in a row; when they were enough, say once that nothing can be kept now."""
        if misses >= PATIENT_MISSES and not self._is_away and not self._gave_up.is_set():
            self._is_away = True
            text = f"{fault} What was done is kept in memory; claiming stops until it can be written."
            self._publish(Said(Level.WARNING, text, utcnow()))
            self._hold(AWAY)
        await self._rest(fault, misses)

    async def _rest(self, fault: DatabaseUnusable, misses: int) -> None:
        """Wait after so many tries in a row. Raises the fault when nobody waits for the database any more."""
        if self._gave_up.is_set():
            raise fault
        delay = min(LONGEST_DELAY, FIRST_DELAY * GROWTH ** min(misses, 32))
        with suppress(TimeoutError):
            async with asyncio.timeout(delay * (1 - 0.2 * self._rng.random())):
                await self._gave_up.wait()

    def _say_back(self) -> None:
        """Say what happened to the database, now that it could be written."""
        self._let_go("The results database can be written again.")
        if self._reopened != self._database.reopened:
            self._reopened = self._database.reopened
            text = (
                f"The results database {self._database.path} was deleted, replaced or damaged while it was in use, and "
                "has been opened anew. What was in the old file is not in this one."
            )
            self._publish(Said(Level.WARNING, text, utcnow()))

    def _let_go(self, why: str) -> None:
        """Say why everybody may claim again, if they were held up."""
        if self._is_away:
            self._is_away = False
            self._publish(Said(Level.INFO, why, utcnow()))
            self._hold("")
