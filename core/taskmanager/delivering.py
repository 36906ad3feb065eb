"""Many reports at once: in one call where the server has it, else one after the other; an outcome a report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.errors import NotAuthenticated, RateLimited, TaskManagerError, Unreachable
from core.models import Report, ReportTaken, RowOutcome
from core.taskmanager import wire, wire_extensions
from core.taskmanager.line import Line, post, understood
from core.taskmanager.settling import Settling

MOST_IN_A_CALL = 500
"""Rows in one batch call; more are sent in several."""

NOT_DONE = (400, 403, 409)
"""Codes that a repeated report may get because the first one, whose answer failed, has worked."""

UNAVAILABLE = 503
"""The code of a report that could not be sent: it is still owed."""

STOPPING = (Unreachable, NotAuthenticated, RateLimited)
"""After one of these, the next report would fare no better."""


class Delivering:
    """Delivers reports in bulk. ``report_one`` delivers a single one."""

    def __init__(self, line: Line, settling: Settling, report_one: Callable[[Report], Awaitable[ReportTaken]]) -> None:
        self._line = line
        self._settling = settling
        self._report_one = report_one

    async def one_by_one(self, reports: Sequence[Report]) -> list[RowOutcome]:
        """Deliver by single calls. What cannot be sent any more after some were has an outcome that says so."""
        outcomes: list[RowOutcome] = []
        for report in reports:
            try:
                taken = await self._report_one(report)
            except STOPPING as fault:
                if not outcomes:
                    raise
                return outcomes + [failed(each.task_id, fault) for each in reports[len(outcomes) :]]
            except TaskManagerError as fault:
                outcomes.append(failed(report.task_id, fault))
            else:
                outcomes.append(done(taken))
        return outcomes

    async def together(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """Deliver by batch calls."""
        outcomes: list[RowOutcome] = []
        for first in range(0, len(reports), MOST_IN_A_CALL):
            some = reports[first : first + MOST_IN_A_CALL]
            try:
                outcomes += await self._batch(worker_id, some)
            except TaskManagerError as fault:
                if not outcomes:
                    raise
                return outcomes + [failed(each.task_id, fault) for each in reports[first:]]
        return outcomes

    async def _batch(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        sent = 0
        call = post(
            f"complete of {len(reports)} tasks",
            "/tasks/complete-batch",
            {"worker_id": worker_id, "reports": [wire_extensions.report(each) for each in reports]},
        )

        async def once() -> list[RowOutcome]:
            nonlocal sent
            sent += 1
            said = await self._line.ask_once(call)
            return understood(call.what, lambda: [wire_extensions.outcome(row) for row in wire.rows(said.data)])

        outcomes = await self._line.retrying.call(call.what, once, say=self._line.say)
        repeated = sent > 1
        if not repeated:
            return outcomes
        return [await self._judged(*pair) for pair in zip(reports, outcomes, strict=True)]

    async def _judged(self, report: Report, outcome: RowOutcome) -> RowOutcome:
        """The outcome of a report that was perhaps sent twice: what the task shows counts."""
        if outcome.ok or outcome.code not in NOT_DONE:
            return outcome
        refused = TaskManagerError(outcome.error or "", status=outcome.code)
        try:
            return done(await self._settling.what_became_of(report, refused))
        except TaskManagerError:
            return outcome


def done(taken: ReportTaken) -> RowOutcome:
    """A report that was taken."""
    return RowOutcome(taken.id, ok=True, status=taken.status)


def failed(task_id: int, fault: TaskManagerError) -> RowOutcome:
    """A report that was refused, or not sent (then its code is 401, 429 or 503)."""
    return RowOutcome(task_id, ok=False, code=fault.status or UNAVAILABLE, error=str(fault))
