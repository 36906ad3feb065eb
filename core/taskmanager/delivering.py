"""Many reports in one call, and what the answer means for each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from core.answers import ReportTaken
from core.errors import (
    AnotherServer,
    ClaimLost,
    Invalid,
    NotFound,
    ServerFault,
    TaskManagerError,
    TooLarge,
    Unreachable,
)
from core.models import Report, RowOutcome
from core.taskmanager import wire, wire_extensions
from core.taskmanager.line import Line, post, understood
from core.taskmanager.settling import Settling
from core.taskmanager.unclear import is_unclear, may_have_acted

MOST_IN_A_CALL = 500
"""Rows in one batch call; more are sent in several."""

NOT_DONE = (400, 403, 409)
"""Codes that a repeated report may get because the first one, whose answer failed, has worked."""

UNAVAILABLE = 503
"""The code of a report that could not be sent: it is still owed."""

UNSAID = "The TaskManager's answer says nothing about this report: it is still owed."


class Delivering:
    """Delivers reports by calls that take many."""

    def __init__(self, line: Line, settling: Settling) -> None:
        self._line = line
        self._settling = settling

    async def deliver(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """An outcome a report. Raises when nothing could be said about any."""
        outcomes: list[RowOutcome] = []
        for first in range(0, len(reports), MOST_IN_A_CALL):
            try:
                outcomes += await self._batch(worker_id, reports[first : first + MOST_IN_A_CALL])
            except asyncio.CancelledError:  # the caller may well repeat what was done already
                self._settling.doubts.add(about(reports[:first]))
                raise
            except TaskManagerError as fault:
                if not outcomes:
                    raise
                return outcomes + [failed(each.task_id, fault) for each in reports[first:]]
        return outcomes

    async def _batch(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        keys, doubts = about(reports), self._settling.doubts
        unclear = doubts.any_of(keys)
        sent = int(unclear)
        doubts.add(keys)
        call = post(
            f"complete of {len(reports)} tasks",
            "/tasks/complete-batch",
            {"worker_id": worker_id, "reports": [wire_extensions.report(each) for each in reports]},
        )

        async def once() -> list[RowOutcome]:
            nonlocal sent, unclear
            sent += 1
            try:
                said = await self._line.ask_once(call)
                return understood(call.what, lambda: [wire_extensions.outcome(row) for row in wire.rows(said.data)])
            except TaskManagerError as fault:
                unclear = unclear or is_unclear(fault)
                raise

        try:
            told = await self._line.retrying.call(call.what, once, say=self._line.say)
        except TaskManagerError as fault:
            raise may_have_acted(fault) if unclear else fault from fault.__cause__
        outcomes = in_order([each.task_id for each in reports], told, UNSAID)
        outcomes = [believed(*pair) for pair in zip(reports, outcomes, strict=True)]
        repeated = sent > 1
        if repeated:
            outcomes = [await self._judged(*pair) for pair in zip(reports, outcomes, strict=True)]
        doubts.clear(key for key, outcome in zip(keys, outcomes, strict=True) if outcome.code != UNAVAILABLE)
        return outcomes

    async def _judged(self, report: Report, outcome: RowOutcome) -> RowOutcome:
        """The outcome of a report that was perhaps sent twice: what the task shows counts."""
        if outcome.ok or outcome.code not in NOT_DONE:
            return outcome
        try:
            task = await self._settling.read_task(report.task_id)
            taken = self._settling.judged(report, task)
        except (ClaimLost, NotFound):
            return outcome
        except TaskManagerError as fault:
            return failed(report.task_id, Unreachable(str(fault)))
        return outcome if taken is None else done(taken)


def about(reports: Sequence[Report]) -> list[tuple[int, str]]:
    """What is in doubt when a report is: a task, and whose report it was."""
    return [(each.task_id, each.worker_id) for each in reports]


def believed(report: Report, outcome: RowOutcome) -> RowOutcome:
    """The outcome, unless it says that the report was taken, and in the same breath that it cannot have been."""
    if not outcome.ok:
        return outcome
    try:
        wire.fitting_end(outcome.status or "", success=report.success)
    except ValueError as fault:
        return RowOutcome(report.task_id, False, None, UNAVAILABLE, f"{UNSAID} ({fault})")
    return outcome if outcome.code < 300 else RowOutcome(report.task_id, False, None, UNAVAILABLE, UNSAID)


def in_order(asked: Sequence[int], told: Iterable[RowOutcome], unsaid: str) -> list[RowOutcome]:
    """One outcome for each id that was asked about, in that order; one that was not told has code 503."""
    by_id: dict[int, deque[RowOutcome]] = {}
    for each in told:
        by_id.setdefault(each.id, deque()).append(each)
    return [
        by_id[task_id].popleft() if by_id.get(task_id) else RowOutcome(task_id, False, None, UNAVAILABLE, unsaid)
        for task_id in asked
    ]


def done(taken: ReportTaken) -> RowOutcome:
    """A report that was taken."""
    return RowOutcome(taken.id, ok=True, status=taken.status)


def failed(task_id: int, fault: TaskManagerError) -> RowOutcome:
    """A report that was refused, or not sent or not taken yet (then its code is 401, 429 or from 500 on)."""
    return RowOutcome(task_id, ok=False, code=code_of(fault), error=str(fault))


def code_of(fault: TaskManagerError) -> int:
    """The HTTP status that says what a fault means for a report: from 500 on it is still owed."""
    match fault:
        case Unreachable() | ServerFault():
            code = fault.status or UNAVAILABLE
            return code if code >= 500 else UNAVAILABLE
        case TooLarge():
            return 413
        case AnotherServer():
            return UNAVAILABLE
        case Invalid(status=None):
            return 400
        case ClaimLost(status=None):
            return 409
        case _:
            return fault.status or UNAVAILABLE
