"""What the screens do to tasks. Only what fits is asked for: the status of each is looked at first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.models import LIVE_STATES, RowOutcome, Task, TaskStatus
from tui.deeds import Deeds
from tui.look import count, ids, short_name
from tui.wording import FITTING, left_out, outcome, unfit

Settled = Callable[[list[RowOutcome]], None]
"""Takes the outcome of each row."""


class TaskDeeds(Deeds):
    """What can be done to tasks. Which tasks is settled when the key is pressed, whatever moves afterwards."""

    def retry(self, tasks: Sequence[Task], settled: Settled) -> None:
        """Give the failed ones of these all their attempts anew; asks when there is more than one."""
        if fitting := self._fitting("retried", tasks):
            self.retry_ids([task.id for task in fitting], settled, left_out("retried", tasks))

    def retry_ids(self, task_ids: Sequence[int], settled: Settled, unasked: Sequence[RowOutcome] = ()) -> None:
        """Give failed tasks all their attempts anew; asks when there is more than one."""

        async def deed() -> str:
            if len(task_ids) > 1 and not await self.confirmed(
                f"Retry {count(len(task_ids), 'task')}?",
                "Each gets all its attempts anew; those that are not failed are skipped.",
                f"retry {ids(task_ids)}",
            ):
                return ""
            return await self._settle("retried", self.verbs.retry(task_ids), settled, unasked)

        self.carry_out(deed)

    def release(self, tasks: Sequence[Task], settled: Settled) -> None:
        """Make the claimed ones of these pending again; warns when their owners are alive."""
        fitting = self._fitting("released", tasks)
        if not fitting:
            return
        task_ids = [task.id for task in fitting]

        async def deed() -> str:
            force = any(task.claimed_by not in self._ours() for task in fitting if task.claimed_by)
            call = f"release {ids(task_ids)}" + (" by force (workers of other processes)" if force else "")
            if not await self.confirmed(f"Release {self._named(fitting)}?", self._release_risk(fitting), call):
                return ""
            unasked = left_out("released", tasks)
            return await self._settle("released", self.verbs.release(task_ids, force=force), settled, unasked)

        self.carry_out(deed)

    def cancel(self, tasks: Sequence[Task], settled: Settled) -> None:
        """End those of these for good that have not ended."""
        fitting = self._fitting("cancelled", tasks)
        if not fitting:
            return
        task_ids = [task.id for task in fitting]

        async def deed() -> str:
            claimed = sum(task.status is TaskStatus.CLAIMED for task in fitting)
            lost = f" {count(claimed, 'task')} in hand: that work is lost." if claimed else ""
            question = f"Cancel {self._named(fitting)}?"
            if not await self.confirmed(question, f"This cannot be undone.{lost}", f"cancel {ids(task_ids)}"):
                return ""
            unasked = left_out("cancelled", tasks)
            return await self._settle("cancelled", self.verbs.cancel(task_ids), settled, unasked)

        self.carry_out(deed)

    def _fitting(self, done: str, tasks: Sequence[Task]) -> list[Task]:
        """Those to which that can be done; where there are none, the user is told why."""
        fitting = [task for task in tasks if task.status in FITTING[done]]
        if not tasks:
            self.say(f"There is no task here to be {done}.")
        elif not fitting:
            self.say(unfit(done, tasks))
        return fitting

    async def _settle(
        self, done: str, call: Awaitable[list[RowOutcome]], settled: Settled, unasked: Sequence[RowOutcome]
    ) -> str:
        rows = await self.working(call)
        settled(rows)
        return outcome(done, [*rows, *unasked])

    @staticmethod
    def _named(tasks: Sequence[Task]) -> str:
        return f"#{tasks[0].id} ({tasks[0].task_type})" if len(tasks) == 1 else count(len(tasks), "task")

    def _ours(self) -> set[str]:
        return {worker.id for worker in self.snapshot().workers if worker.local}

    def _release_risk(self, tasks: Sequence[Task]) -> str:
        alive = {worker.id for worker in self.snapshot().workers if worker.state in LIVE_STATES}
        owners = sorted({task.claimed_by for task in tasks if task.claimed_by in alive and task.claimed_by})
        if owners:
            verb = "is" if len(owners) == 1 else "are"
            named = ", ".join(short_name(owner) for owner in owners[:3])
            return f"{named} {verb} alive: another worker will run the work a second time."
        return "No owner is known to be alive; if one is, the work runs twice."
