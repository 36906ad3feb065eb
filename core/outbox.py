"""The deliverer of reports: what is settled is owed, and sent again and again until it is taken or refused.

Their table lives in the results database, beside what they report. The reports of one worker go in the order in which
they were settled, where the server takes many in a call; where it takes one, those about different tasks go side by
side. Those of different workers do not wait for each other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from core.debts import Debt, Reports
from core.details import AttemptLog
from core.errors import DatabaseUnusable
from core.events import Event, Level, Said
from core.models import Claim, Task, TaskResult, utcnow
from core.outcome import Outcome
from core.results.database import Database
from core.results.ledger import Ledger
from core.sending import Sender

LOG_PATIENCE = 1.0
"""Seconds for which it is tried to keep the log of a task that is given back."""


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
        self._publish = publish
        rng = rng or random.Random()
        self.hold: Callable[[str, str], None] = lambda cause, why: None
        """Told why nobody should claim, by cause; with an empty text when that is over. For whoever has a pool."""
        self._ledger = Ledger(database, server, process_id, publish, rng, lambda why: self.hold("results", why))
        self._sender = Sender(reports, self._ledger, publish, rng, lambda why: self.hold("outbox", why))

    @property
    def waiting(self) -> int:
        """How many reports are owed and not yet taken or refused."""
        return self._sender.waiting

    async def settle(self, outcomes: Sequence[Outcome]) -> Sequence[TaskResult]:
        """Commit outcomes and owe their reports; see `core.workers.ports.Settlement`.

        While the database cannot be written it tries again, says so once, and has claiming stop. An outcome that never
        can be kept is kept as failed.
        """
        kept = await self._ledger.settle(outcomes)
        owed = zip(outcomes, kept, strict=True)
        self._sender.owe([Debt(outcome.claim, report, outcome.task.task_type) for outcome, (_, report) in owed])
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
        new = [owed for owed in self._ledger.waiting() if not self._sender.owes(owed.claim)]
        self._sender.owe([Debt(owed.claim, owed.report, owed.task_type, read_first=True) for owed in new])
        if new:
            self._sender.show()
        return len(new)

    async def resend(self, claims: Sequence[Claim]) -> list[Claim]:
        """Owe reports again that were kept aside: each task is read, then its report sent. Answers which they are."""
        again = await self._ledger.resend(claims)
        self._sender.owe([Debt(owed.claim, owed.report, owed.task_type, read_first=True) for owed in again])
        return [owed.claim for owed in again]

    async def discard(self, claims: Sequence[Claim]) -> list[Claim]:
        """Delete reports that were kept aside; answers which they are."""
        return await self._ledger.discard(claims)

    async def run(self) -> None:
        """Deliver until cancelled. Raises only what no report can be blamed for."""
        self.load()
        await self._sender.run()

    async def drain(self, timeout: float) -> int:
        """Try now, and wait up to ``timeout`` seconds until nothing is owed; answers how many reports are left."""
        return await self._sender.drain(timeout)

    def give_up(self) -> None:
        """Nobody waits for deliveries any more: `drain`, also one under way, ends at once."""
        self._sender.give_up()

    def leave_at_once(self) -> None:
        """Wait no longer for a database that cannot be written: what it cannot take now is done again by others."""
        self._ledger.give_up()
