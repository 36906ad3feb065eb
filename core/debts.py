"""A report that is owed, and the TaskManager as whoever sends it sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.models import Claim, Report, RowOutcome, Task, utcnow

MAY_BE_OVER = 0.75
"""Share of the time of a claim after which it may be over before its report arrives."""


class Reports(Protocol):
    """The TaskManager, as the deliverer sees it. Errors are those of `core.errors`."""

    async def complete_many(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """Send reports; one answer each. A report without an answer is sent again."""
        ...

    async def get_task(self, task_id: int) -> Task:
        """Read a task as it is now."""
        ...

    @property
    def puts_off(self) -> bool:
        """Whether a report may put its task off until a time."""
        ...

    @property
    def takes_final(self) -> bool:
        """Whether a report may say that a failure is final."""
        ...

    @property
    def claim_timeout(self) -> float:
        """Seconds after which a claim may be given to another."""
        ...


@dataclass(slots=True, eq=False)
class Debt:
    """A report on its way. ``read_first``: it may have arrived before, or be about a claim that is over.

    ``unreadable``: its task could not be read. ``refusals``: answers of no that had no reason. ``faults``: how often
    in a row the server failed at a call with it.
    """

    claim: Claim
    report: Report
    task_type: str
    read_first: bool = False
    unreadable: bool = False
    refusals: int = 0
    faults: int = 0

    def must_be_read(self, claim_timeout: float) -> bool:
        """Whether sending it unread might end a later claim: servers need not ask which one a report is about."""
        if self.read_first:
            return True
        age = (utcnow() - datetime.fromisoformat(self.claim.started_at)).total_seconds()
        return not 0 <= age < MAY_BE_OVER * claim_timeout
