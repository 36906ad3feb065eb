"""The deliverer of reports: what is settled is owed, and sent again and again until it is taken or refused.

Their table lives in the results database, beside what they report. The reports of one worker go in the order in which
they were settled; those of different workers do not wait for each other.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from core.errors import (
    ClaimLost,
    CoreError,
    DatabaseUnusable,
    Invalid,
    NotFound,
    RateLimited,
    TooLarge,
)
from core.events import Event, Level, ReportRefused, ReportsWaiting, Said, TaskCompleted, TaskFailed
from core.models import Claim, Report, RowOutcome, Task, TaskResult, utcnow
from core.outcome import Outcome
from core.results.database import Database
from core.results.ledger import Ledger
from core.results.owed import ReportState
from core.results.verdict import Verdict, verdict_on
from core.snapshot import AttemptLog
from core.texts import cut
from core.workers.backoff import Backoff

BATCH = 100
"""Reports that are sent in one call at most."""
LOG_PATIENCE = 1.0
"""Seconds for which it is tried to keep the log of a task that is given back."""
MOST_WAITING = 1000
"""Reports that may wait while they cannot be delivered; with more, nobody claims until half of them are delivered."""
RESEND = Backoff(first=1.0, factor=2.0, ceiling=60.0)


class Reports(Protocol):
    """The TaskManager, as the deliverer sees it. Errors are those of `core.errors`."""

    async def complete_many(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """Send reports; one answer each. A report without an answer is sent again."""
        ...

    async def get_task(self, task_id: int) -> Task:
        """Read a task as it is now."""
        ...


@dataclass(slots=True, eq=False)
class Debt:
    """A report on its way. ``sent``: it may have arrived before. ``refusals``: answers of no that had no reason."""

    claim: Claim
    report: Report
    task_type: str
    sent: bool = False
    refusals: int = 0


class Deliverer:
    """Settles outcomes and delivers their reports. Everything is for one event loop.

    ``process_id`` is this start's row in `core.results.processes`; ``server`` the only one that reports go to.
    """

    def __init__(
        self,
        reports: Reports,
        database: Database,
        *,
        server: str,
        process_id: str,
        publish: Callable[[Event], None],
        rng: random.Random | None = None,
    ) -> None:
        self._reports = reports
        self._publish = publish
        self._rng = rng or random.Random()
        self.hold: Callable[[str, str], None] = lambda cause, why: None
        """Told why nobody should claim, by cause; with an empty text when that is over. For whoever has a pool."""
        self._is_full = False
        self._ledger = Ledger(database, server, process_id, publish, self._rng, lambda why: self.hold("results", why))
        self._debts: dict[Claim, Debt] = {}
        self._queues: defaultdict[str, deque[Debt]] = defaultdict(deque)
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._running = False
        self._broken: asyncio.Future[None] | None = None
        self._hurry = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._gave_up = False
        self._shown = 0

    @property
    def waiting(self) -> int:
        """How many reports are owed and not yet taken or refused."""
        return len(self._debts)

    async def settle(self, outcomes: Sequence[Outcome]) -> Sequence[TaskResult]:
        """Commit outcomes and owe their reports; see `core.workers.ports.Settlement`.

        While the database cannot be written it tries again, says so once, and has claiming stop. An outcome that never
        can be kept is kept as failed.
        """
        kept = await self._ledger.settle(outcomes)
        for outcome, (_, report) in zip(outcomes, kept, strict=True):
            self._owe(Debt(outcome.claim, report, outcome.task.task_type))
        self._send()
        return [result for result, _ in kept]

    async def keep_log(self, task: Task, log: AttemptLog) -> None:
        """See `core.workers.ports.Settlement`. Whoever gives tasks back is in a hurry: it is tried for a moment."""
        try:
            async with asyncio.timeout(LOG_PATIENCE):
                await self._ledger.keep_log(task.id, log)
        except (TimeoutError, DatabaseUnusable) as fault:
            why = str(fault) or "the results database could not be written in time"
            self._publish(Said(Level.WARNING, f"What task {task.id} logged is not kept: {why}", utcnow()))

    def load(self) -> int:
        """Take up reports of this process that an earlier one left (see `Processes.take_over`); answers how many."""
        found = [Debt(owed.claim, owed.report, owed.task_type, sent=True) for owed in self._ledger.waiting()]
        new = [debt for debt in found if debt.claim not in self._debts]
        for debt in new:
            self._owe(debt)
        if new:
            self._show()
            self._send()
        return len(new)

    async def resend(self, claims: Sequence[Claim]) -> list[Claim]:
        """Owe reports again that were kept aside: each task is read, then its report sent. Answers which they are."""
        again = await self._ledger.resend(claims)
        for owed in again:
            self._owe(Debt(owed.claim, owed.report, owed.task_type, sent=True))
        self._send()
        return [owed.claim for owed in again]

    async def discard(self, claims: Sequence[Claim]) -> list[Claim]:
        """Delete reports that were kept aside; answers which they are."""
        return await self._ledger.discard(claims)

    async def run(self) -> None:
        """Deliver until cancelled. Raises only what no report can be blamed for."""
        self._running = True
        broken = self._broken = asyncio.get_running_loop().create_future()
        try:
            self.load()
            self._send()
            await broken
        finally:
            self._running = False
            for sender in self._senders.values():
                sender.cancel()
            await asyncio.gather(*self._senders.values(), return_exceptions=True)
            self._ledger.forget()

    async def drain(self, timeout: float) -> int:
        """Try now, and wait up to ``timeout`` seconds until nothing is owed; answers how many reports are left."""
        self._hurry.set()
        if not self._gave_up:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._quiet.wait()
        self._ledger.forget()
        return self.waiting

    def give_up(self) -> None:
        """Nobody waits for deliveries any more: `drain`, also one under way, ends at once."""
        self._gave_up = True
        self._quiet.set()

    def leave_at_once(self) -> None:
        """Wait no longer for a database that cannot be written: what it cannot take now is done again by others."""
        self._ledger.give_up()

    def _owe(self, debt: Debt) -> None:
        self._debts[debt.claim] = debt
        self._queues[debt.report.worker_id].append(debt)
        self._quiet.clear()

    def _send(self) -> None:
        if not self._running:
            return
        for worker_id, queue in self._queues.items():
            if queue and worker_id not in self._senders:
                sender = self._senders[worker_id] = asyncio.create_task(self._send_of(worker_id, queue))
                sender.add_done_callback(self._on_end)

    async def _send_of(self, worker_id: str, queue: deque[Debt]) -> None:
        """Send the reports of one worker until none is left."""
        misses = 0
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), BATCH))]
                pause = await self._attempt(worker_id, batch)
                left = [debt for debt in batch if self._debts.get(debt.claim) is debt]
                queue.extendleft(reversed(left))
                misses = misses + 1 if left else 0
                self._show(troubled=bool(left))
                self._bound(troubled=bool(left))
                if left:
                    await self._pause(max(pause, RESEND.delay(misses, self._rng)))
        finally:
            del self._senders[worker_id]
            if not queue:
                self._queues.pop(worker_id, None)

    def _on_end(self, sender: asyncio.Task[None]) -> None:
        fault = None if sender.cancelled() else sender.exception()
        if fault is not None and self._broken is not None and not self._broken.done():
            self._broken.set_exception(fault)

    async def _attempt(self, worker_id: str, batch: list[Debt]) -> float:
        """Send a batch once; answers the seconds that the server asks us to wait."""
        try:
            to_send = [debt for debt in batch if not debt.sent or not await self._settled_before(debt)]
            if to_send:
                await self._complete(worker_id, to_send)
        except CoreError as fault:
            return fault.retry_after if isinstance(fault, RateLimited) else 0.0
        return 0.0

    async def _complete(self, worker_id: str, debts: list[Debt]) -> None:
        """Send reports, and see what became of each. Raises `CoreError` when some are not answered."""
        for debt in debts:
            debt.sent = True
        try:
            rows = await self._reports.complete_many(worker_id, [debt.report for debt in debts])
        except (Invalid, TooLarge, ClaimLost, NotFound) as fault:
            if len(debts) > 1:
                for debt in debts:
                    await self._complete(worker_id, [debt])
                return
            code = fault.status or (413 if isinstance(fault, TooLarge) else 409)
            rows = [RowOutcome(debts[0].report.task_id, False, None, code, str(fault))]
        answers: defaultdict[int, deque[RowOutcome]] = defaultdict(deque)
        for row in rows:
            answers[row.id].append(row)
        for debt in debts:
            of_it = answers[debt.report.task_id]
            if of_it:
                await self._answered(debt, of_it.popleft())

    async def _answered(self, debt: Debt, row: RowOutcome) -> None:
        """A report was taken, or refused: for good, or to be sent again."""
        if row.ok:
            self._take(debt, row.status or "")
            return
        if row.code in (401, 408, 425, 429) or row.code >= 500 or await self._settled_before(debt):
            return
        debt.refusals += 1
        if row.code in (400, 413, 422) or debt.refusals >= 3:
            await self._never_taken(debt, row.error or f"the server answered {row.code}")

    async def _never_taken(self, debt: Debt, reason: str) -> None:
        """A report was refused for good though the claim holds: a success is a failure then, so that it ends."""
        report = debt.report
        if not report.success:
            await self._put_aside(debt, ReportState.DEAD, reason)
            return
        error = cut(f"The TaskManager does not take the result, which is kept here: {reason}")
        await self._ledger.turn_into_failure(debt.claim, error)
        debt.report, debt.refusals = replace(report, success=False, result=None, error=error), 0
        self._publish(Said(Level.ERROR, f"Task {report.task_id} is reported as failed. {error}", utcnow()))

    async def _settled_before(self, debt: Debt) -> bool:
        """Read the task that a report is about; whether there is nothing more to send. Raises `CoreError`."""
        try:
            verdict = verdict_on(debt.report, await self._reports.get_task(debt.report.task_id))
        except NotFound:
            verdict = Verdict(reason=f"Task {debt.report.task_id} is not on the server any more.")
        if verdict.open:
            return False
        if verdict.status is not None:
            self._take(debt, verdict.status)
        else:
            await self._put_aside(debt, ReportState.REFUSED, verdict.reason)
        return True

    def _take(self, debt: Debt, status: str) -> None:
        report, now = debt.report, utcnow()
        self._settled(debt)
        self._ledger.cross_off(debt.claim)
        if report.success:
            self._publish(TaskCompleted(report.task_id, debt.task_type, report.worker_id, now))
        else:
            requeued = status.startswith("pending")
            self._publish(
                TaskFailed(report.task_id, debt.task_type, report.worker_id, report.error or "", requeued, now)
            )

    async def _put_aside(self, debt: Debt, state: ReportState, reason: str) -> None:
        report = debt.report
        await self._ledger.put_aside(debt.claim, state, reason)
        self._settled(debt)
        if state is ReportState.REFUSED:
            self._publish(ReportRefused(report.task_id, report.worker_id, reason, utcnow()))
        else:
            text = f"The report about task {report.task_id} will never be taken, and is kept in the outbox: {reason}"
            self._publish(Said(Level.ERROR, text, utcnow()))

    def _settled(self, debt: Debt) -> None:
        if self._debts.get(debt.claim) is debt:
            del self._debts[debt.claim]
        if not self._debts:
            self._quiet.set()

    def _bound(self, *, troubled: bool) -> None:
        """Let nobody claim while too many reports wait that cannot be delivered."""
        if troubled and not self._is_full and self.waiting > MOST_WAITING:
            self._is_full = True
            self.hold("outbox", f"{self.waiting:,} reports wait to be delivered")
        elif self._is_full and self.waiting <= MOST_WAITING // 2:
            self._is_full = False
            self.hold("outbox", "")

    def _show(self, *, troubled: bool = True) -> None:
        count = self.waiting if troubled or self.waiting == 0 else self._shown
        if count != self._shown:
            self._shown = count
            self._publish(ReportsWaiting(count))

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
