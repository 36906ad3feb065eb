"""Many reports by single calls, several at a time: for servers that have no call for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from core.answers import ReportTaken
from core.errors import (
    AnotherServer,
    NotAllowed,
    NotAuthenticated,
    RateLimited,
    TaskManagerError,
)
from core.models import Report, RowOutcome
from core.taskmanager.delivering import about, done, failed
from core.taskmanager.envelope import nobody_serves
from core.taskmanager.held import Doubts
from core.taskmanager.side_by_side import side_by_side

STOPPING = (NotAuthenticated, NotAllowed, RateLimited, AnotherServer)
"""After one of these, the next report would fare no better."""


class SingleReports:
    """Delivers reports, each by a call of its own: those about one task in their order, others side by side.

    ``report_one`` delivers one; ``doubts`` gives what the client is in doubt about.
    """

    def __init__(self, report_one: Callable[[Report], Awaitable[ReportTaken]], doubts: Callable[[], Doubts]) -> None:
        self._report_one = report_one
        self._doubts = doubts

    async def deliver(self, reports: Sequence[Report]) -> list[RowOutcome]:
        """An outcome a report; of those that are not sent any more, after a fault that they would meet too, it says so.

        Raises that fault when nothing can be said about any report.
        """
        outcomes: dict[int, RowOutcome] = {}
        stopped: dict[int, TaskManagerError] = {}
        of_task: defaultdict[int, list[int]] = defaultdict(list)
        for place, report in enumerate(reports):
            of_task[report.task_id].append(place)
        in_turn = partial(self._in_turn, reports, outcomes, stopped)
        try:
            await side_by_side(partial(in_turn, places) for places in of_task.values())
        except BaseException:  # the caller may well repeat what was done already
            self._doubts().add(about([reports[place] for place in outcomes]))
            raise
        if not stopped:
            return [outcomes[place] for place in range(len(reports))]
        first = next(iter(stopped.values()))
        if not outcomes:
            raise first
        unsent = {place: failed(each.task_id, stopped.get(place, first)) for place, each in enumerate(reports)}
        return [outcomes.get(place) or unsent[place] for place in range(len(reports))]

    async def _in_turn(
        self,
        reports: Sequence[Report],
        outcomes: dict[int, RowOutcome],
        stopped: dict[int, TaskManagerError],
        places: Sequence[int],
    ) -> None:
        """Deliver those at these places, until one is ``stopped``."""
        for place in places:
            if stopped:
                return
            try:
                outcomes[place] = done(await self._report_one(reports[place]))
            except TaskManagerError as fault:
                if isinstance(fault, STOPPING) or nobody_serves(fault):
                    stopped[place] = fault
                else:
                    outcomes[place] = failed(reports[place].task_id, fault)
