"""What the screens do to reports that the TaskManager did not take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.details import KeptReport
from core.models import RowOutcome
from tui.deeds import Deeds
from tui.look import count, ids
from tui.wording import outcome

Settled = Callable[[], None]
"""Told when it is done."""


class ReportDeeds(Deeds):
    """What can be done to reports that are kept aside."""

    def send_again(self, reports: Sequence[KeptReport], settled: Settled) -> None:
        """Owe these again; asks when there is more than one."""
        if not self._some(reports):
            return
        task_ids = [report.claim.task_id for report in reports]

        async def deed() -> str:
            if len(reports) > 1 and not await self.confirmed(
                f"Send {count(len(reports), 'report')} again?",
                "Each task is read first; a report whose claim is lost is kept aside again.",
                f"send reports on {ids(task_ids)}",
                yes="send them again",
                no="keep them aside",
            ):
                return ""
            call = self.verbs.resend_reports([report.claim for report in reports])
            return await self._settle("to be sent again", call, settled)

        self.carry_out(deed)

    def discard(self, reports: Sequence[KeptReport], settled: Settled) -> None:
        """Delete these for good; always asks."""
        if not self._some(reports):
            return
        task_ids = [report.claim.task_id for report in reports]
        them = "it" if len(reports) == 1 else "them"
        one = f"the report of attempt {reports[0].attempt} on #{task_ids[0]}"

        async def deed() -> str:
            if not await self.confirmed(
                f"Discard {one if len(reports) == 1 else count(len(reports), 'report')}?",
                f"This deletes {them} unsent, and cannot be undone. Results that were saved stay.",
                f"discard reports on {ids(task_ids)}",
                yes=f"delete {them}",
                no=f"keep {them} aside",
            ):
                return ""
            call = self.verbs.discard_reports([report.claim for report in reports])
            return await self._settle("discarded", call, settled)

        self.carry_out(deed)

    def _some(self, reports: Sequence[KeptReport]) -> bool:
        if not reports:
            self.say("There is no report here.")
        return bool(reports)

    async def _settle(self, done: str, call: Awaitable[list[RowOutcome]], settled: Settled) -> str:
        rows = await self.working(call)
        settled()
        return outcome(done, rows).replace("task", "report")
