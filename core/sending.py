"""The reports that are owed, on their way: sent again and again until each is taken or refused."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from core.debts import Debt, Reports
from core.errors import (
    AnotherServer,
    ClaimLost,
    CoreError,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    ServerFault,
    TooLarge,
    Unreachable,
)
from core.events import Event, Level, ReportRefused, ReportsWaiting, Said, TaskCompleted, TaskFailed
from core.models import Claim, RowOutcome, utcnow
from core.results.ledger import Ledger
from core.results.owed import ReportState
from core.results.verdict import Verdict, verdict_on
from core.texts import cut
from core.workers.backoff import Backoff

BATCH = 100
"""Reports that are sent in one call at most."""
MOST_WAITING = 1000
"""Reports that may wait while they cannot be delivered; with more, nobody claims until half of them are delivered."""
MOST_FAULTS = 2
"""Calls in a row at which the server may fail before their reports are sent one by one: perhaps it is one of them."""
MOST_ALONE = 3
"""Reports alone at which the server may fail in a row before it is taken to fail at all of them."""
RESEND = Backoff(first=1.0, factor=2.0, ceiling=60.0)
OF_ALL = (Unreachable, RateLimited, NotAuthenticated, NotAllowed, AnotherServer)
"""Faults of a call that are not about the task that it reads."""

Lane = tuple[str, Claim | None]
"""Reports that go in their order: those of one worker; one goes by itself whose task cannot be read, or at which the
server fails while it takes others."""


class Sender:
    """Sends what is owed. Everything is for one event loop. ``hold`` is told why nobody should claim, while too many
    reports wait, and an empty text when that is over."""

    def __init__(
        self,
        reports: Reports,
        ledger: Ledger,
        publish: Callable[[Event], None],
        rng: random.Random,
        hold: Callable[[str], None],
    ) -> None:
        self._reports = reports
        self._ledger = ledger
        self._publish = publish
        self._rng = rng
        self._hold = hold
        self._is_full = False
        self._debts: dict[Claim, Debt] = {}
        self._queues: defaultdict[Lane, deque[Debt]] = defaultdict(deque)
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
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

    def owes(self, claim: Claim) -> bool:
        """Whether the report about this claim is owed."""
        return claim in self._debts

    async def run(self) -> None:
        """Deliver until cancelled. Raises only what no report can be blamed for."""
        self._running = True
        broken = self._broken = asyncio.get_running_loop().create_future()
        try:
            self._send()
            await broken
        finally:
            self._running = False
            for lane in self._lanes.values():
                lane.cancel()
            await asyncio.gather(*self._lanes.values(), return_exceptions=True)
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

    def owe(self, debts: Sequence[Debt]) -> None:
        """Send these too, after what the same workers owe already."""
        for debt in debts:
            self._debts[debt.claim] = debt
            self._queues[debt.report.worker_id, None].append(debt)
            self._quiet.clear()
        self._send()

    def show(self, *, troubled: bool = True) -> None:
        """Say how many reports wait; while they are taken without ``troubled`` tries, only that none does."""
        count = self.waiting if troubled or self.waiting == 0 else self._shown
        if count != self._shown:
            self._shown = count
            self._publish(ReportsWaiting(count))

    def _send(self) -> None:
        if not self._running:
            return
        for lane, queue in self._queues.items():
            if queue and lane not in self._lanes:
                sending = self._lanes[lane] = asyncio.create_task(self._send_of(lane, queue))
                sending.add_done_callback(self._on_end)

    async def _send_of(self, lane: Lane, queue: deque[Debt]) -> None:
        """Send the reports of one lane until none is left."""
        misses = 0
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), BATCH))]
                pause = await self._attempt(lane[0], batch)
                left = [debt for debt in batch if self._is_owed(debt)]
                if len(left) < len(batch):  # the server is well: what it cannot tell is about those tasks
                    left = self._set_apart(left)
                queue.extendleft(reversed(left))
                misses = misses + 1 if left else 0
                self.show(troubled=bool(left))
                self._bound(troubled=bool(left))
                if left:
                    await self._pause(max(pause, RESEND.delay(misses, self._rng)))
                    for debt in queue:  # also those that came meanwhile: what they are about may be another's by now
                        debt.read_first = True
        finally:
            del self._lanes[lane]
            if not queue:
                self._queues.pop(lane, None)

    def _set_apart(self, left: list[Debt]) -> list[Debt]:
        """Send those by themselves from now on whose tasks cannot be read, or at which alone the server fails; answers
        the others."""
        apart = [debt for debt in left if debt.unreadable or debt.faults > MOST_FAULTS]
        for debt in apart:
            self._queues[debt.report.worker_id, debt.claim].append(debt)
        if apart:
            self._send()
        return [debt for debt in left if debt not in apart]

    def _is_owed(self, debt: Debt) -> bool:
        return self._debts.get(debt.claim) is debt

    def _on_end(self, sending: asyncio.Task[None]) -> None:
        fault = None if sending.cancelled() else sending.exception()
        if fault is not None and self._broken is not None and not self._broken.done():
            self._broken.set_exception(fault)

    async def _attempt(self, worker_id: str, batch: list[Debt]) -> float:
        """Send a batch once; answers the seconds that the server asks us to wait."""
        try:
            lasts = self._reports.claim_timeout
            to_send = [debt for debt in batch if not debt.must_be_read(lasts) or await self._is_to_send(debt)]
            together = [debt for debt in to_send if debt.faults < MOST_FAULTS]
            if together:
                await self._complete(worker_id, together)
            await self._complete_alone(worker_id, [debt for debt in to_send if debt.faults >= MOST_FAULTS])
        except CoreError as fault:
            return fault.retry_after if isinstance(fault, RateLimited) else 0.0
        return 0.0

    async def _complete_alone(self, worker_id: str, debts: list[Debt]) -> None:
        """Send reports one by one, first those that were alone least often. Raises `ServerFault` when the server fails
        at `MOST_ALONE` of them in a row, and any other `CoreError` at once."""
        in_a_row = 0
        for debt in sorted(debts, key=lambda each: each.faults):
            try:
                await self._complete(worker_id, [debt])
                in_a_row = 0
            except ServerFault:
                in_a_row += 1
                if in_a_row == MOST_ALONE:
                    raise

    async def _complete(self, worker_id: str, debts: list[Debt]) -> None:
        """Send reports, and see what became of each. Raises `CoreError` when some are not answered."""
        for debt in debts:
            debt.read_first = True
        try:
            rows = await self._told(worker_id, debts)
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

    async def _told(self, worker_id: str, debts: list[Debt]) -> list[RowOutcome]:
        """Send reports in one call, and count for each how often in a row the server fails at that."""
        try:
            rows = await self._reports.complete_many(worker_id, [debt.report for debt in debts])
        except ServerFault:
            for debt in debts:
                debt.faults += 1
            raise
        for debt in debts:
            debt.faults = 0
        return rows

    async def _answered(self, debt: Debt, row: RowOutcome) -> None:
        """A report was taken, or refused: for good, or to be sent again."""
        if row.ok:
            self._take(debt, row.status or "")
            return
        if row.code in (401, 408, 425, 429) or row.code >= 500 or not await self._is_to_send(debt):
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

    async def _is_to_send(self, debt: Debt) -> bool:
        """Read the task that a report is about; whether to send it now. Raises `CoreError` of faults `OF_ALL`."""
        debt.unreadable = False
        try:
            task = await self._reports.get_task(debt.report.task_id)
            verdict = verdict_on(debt.report, task, takes_final=self._reports.takes_final)
        except NotFound:
            verdict = Verdict(reason=f"Task {debt.report.task_id} is not on the server any more.")
        except OF_ALL:
            raise
        except CoreError:
            debt.unreadable = True  # it stays owed, and holds up no other
            return False
        if verdict.open:
            return True
        if verdict.status is not None:
            self._take(debt, verdict.status)
        else:
            await self._put_aside(debt, ReportState.REFUSED, verdict.reason)
        return False

    def _take(self, debt: Debt, status: str) -> None:
        report, now = debt.report, utcnow()
        self._settled(debt)
        self._ledger.cross_off(debt.claim)
        if report.success:
            self._publish(TaskCompleted(report.task_id, debt.task_type, report.worker_id, now))
        else:
            requeued = status.startswith("pending")
            retry_at = report.retry_at if requeued and self._reports.puts_off else None
            about = (report.task_id, debt.task_type, report.worker_id, report.error or "", requeued, now)
            self._publish(TaskFailed(*about, report.retryable, retry_at))

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
        if self._is_owed(debt):
            del self._debts[debt.claim]
        if not self._debts:
            self._quiet.set()

    def _bound(self, *, troubled: bool) -> None:
        """Let nobody claim while too many reports wait that cannot be delivered."""
        if troubled and not self._is_full and self.waiting > MOST_WAITING:
            self._is_full = True
            self._hold(f"{self.waiting:,} reports wait to be delivered")
        elif self._is_full and self.waiting <= MOST_WAITING // 2:
            self._is_full = False
            self._hold("")

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
