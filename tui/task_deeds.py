"""What the screens do to tasks. Only what fits is asked for: the status of each is looked at first."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import cached_property

from core.actions import cancel_risk
from core.bulk import Action, Meant, Order
from core.models import LIVE_STATES, RowOutcome, Task, TaskStatus
from core.snapshot import Link
from tui.deeds import Deeds, Settled
from tui.key_map import keyed
from tui.look import count, ids, short_name
from tui.retried import Retried
from tui.wording import fits, left_out, outcome, unfit


class TaskDeeds(Deeds):
    """What can be done to tasks. Which tasks is settled when the key is pressed, whatever moves afterwards."""

    @cached_property
    def retried(self) -> Retried:
        """The one that was retried last by itself."""
        return Retried()

    def seen(self, task: Task, *, say: bool = True) -> None:
        """A task as it is now: where it is the one that was retried, and has ended, that is said, or not any more."""
        said = self.retried.end(task)
        if said and say:
            self.say(said, wrong=task.status is TaskStatus.FAILED)

    def bulk(self, order: Order, meant: Meant, settled: Settled, caution: str = "") -> None:
        """Show what the order would do to these tasks, or to all that match a filter, and do it after a yes.
        ``caution``: a sentence that is to be known before."""
        from tui.screens.bulk import BulkScreen

        self.app.push_screen(BulkScreen(self, order, meant, settled, caution))

    def _several(self, action: Action, tasks: Sequence[Task], fitting: Sequence[Task], settled: Settled) -> bool:
        """Whether these are more than one, or in need of another way than the direct one: then a dry run is shown."""
        if len(fitting) == 1 and self._direct(action):
            return False
        self.bulk(Order(action), tuple(task.id for task in tasks), settled)
        return True

    def _direct(self, action: Action) -> bool:
        server = self.snapshot().server
        return server.link is not Link.LIVE or action.value in server.can

    def retry(self, tasks: Sequence[Task], settled: Settled) -> None:
        """Give the failed ones of these all their attempts anew; a dry run comes first when there is more than one."""
        fitting = self._fitting("retried", tasks)
        if fitting and not self._several(Action.RETRY, tasks, fitting, settled):

            def watched(rows: list[RowOutcome]) -> None:
                self.retried.task = fitting[0] if any(row.ok for row in rows) else None
                settled(rows)

            self._retry([task.id for task in fitting], watched, left_out("retried", tasks))

    def retry_ids(self, task_ids: Sequence[int], settled: Settled, caution: str = "") -> None:
        """Give failed tasks all their attempts anew; a dry run comes first when there is more than one, which tells
        the ``caution``."""
        if len(task_ids) > 1 or not self._direct(Action.RETRY):
            self.bulk(Order(Action.RETRY), tuple(task_ids), settled, caution)
        else:
            self._retry(task_ids, settled, ())

    def _retry(self, task_ids: Sequence[int], settled: Settled, unasked: Sequence[RowOutcome]) -> None:
        async def deed() -> str:
            return await self._settle("retried", self.verbs.retry(task_ids), settled, unasked)

        self.carry_out(deed)

    def release(self, tasks: Sequence[Task], settled: Settled) -> None:
        """Make the claimed ones of these pending again; warns when their owners are alive."""
        fitting = self._fitting("released", tasks)
        if not fitting or self._several(Action.RELEASE, tasks, fitting, settled):
            return
        task_ids = [task.id for task in fitting]

        def risk() -> str:
            return f"Any worker of its type may claim it again. {self._release_risk(fitting)}"

        async def deed() -> str:
            force = any(task.claimed_by not in self._ours() for task in fitting if task.claimed_by)
            call = f"release {ids(task_ids)}" + (" by force (workers of other processes)" if force else "")
            question, no = f"Release {self._named(fitting)}?", "leave it with its worker"
            if not await self.confirmed(question, risk, call, yes="make it pending again", no=no):
                return ""
            unasked = left_out("released", tasks)
            return await self._settle("released", self.verbs.release(task_ids, force=force), settled, unasked)

        self.carry_out(deed)

    def cancel(self, tasks: Sequence[Task], settled: Settled) -> None:
        """End those of these that have not ended."""
        fitting = self._fitting("cancelled", tasks)
        if not fitting or self._several(Action.CANCEL, tasks, fitting, settled):
            return
        task_ids = [task.id for task in fitting]

        async def deed() -> str:
            call = f"cancel {ids(task_ids)}"
            question, no = f"Cancel the task {self._named(fitting)}?", "leave it as it is"
            if not await self.confirmed(
                question, lambda: self._cancel_risk(fitting[0]), call, yes="cancel the task", no=no
            ):
                return ""
            unasked = left_out("cancelled", tasks)
            return await self._settle(
                "cancelled", self.verbs.cancel(task_ids), settled, unasked, keyed("; {retry} brings it back")
            )

        self.carry_out(deed)

    def delete(self, tasks: Sequence[Task], settled: Settled) -> None:
        """Remove those of these that nobody works on, for good."""
        fitting = self._fitting("deleted", tasks)
        if not fitting or self._several(Action.DELETE, tasks, fitting, settled):
            return

        async def deed() -> str:
            plan = await self.working(self.verbs.plan_bulk(Order(Action.DELETE), (fitting[0].id,)))
            unasked = left_out("deleted", tasks)
            if not plan.act:
                return outcome("deleted", [*(row.outcome for row in plan.rows), *unasked])
            question, call = f"Delete the task {self._named(fitting)}?", "; ".join(plan.calls)
            if not await self.confirmed(question, plan.risk, call, yes="delete it for good", no="keep it"):
                return ""
            rows = await self.working(self.verbs.bulk(plan, plan.act))
            settled([row.outcome for row in rows])
            return outcome("deleted", [*(row.outcome for row in rows), *unasked])

        self.carry_out(deed, what="deletion")

    def clone(self, tasks: Sequence[Task], settled: Settled) -> None:
        """Make copies of several tasks, after a dry run."""
        self.bulk(Order(Action.CLONE), tuple(task.id for task in tasks), settled)

    def _fitting(self, done: str, tasks: Sequence[Task]) -> list[Task]:
        """Those to which that can be done; where there are none, the user is told why."""
        fitting = [task for task in tasks if fits(done, task)]
        if not tasks:
            self.say(f"There is no task here to be {done}.")
        elif not fitting:
            self.say(unfit(done, tasks))
        return fitting

    async def _settle(
        self,
        done: str,
        call: Awaitable[list[RowOutcome]],
        settled: Settled,
        unasked: Sequence[RowOutcome],
        back: str = "",
    ) -> str:
        """What became of these; ``back`` tells how that is undone, where nothing went wrong and the server can."""
        rows = await self.working(call)
        settled(rows)
        is_undone = not unasked and all(row.ok for row in rows) and self._direct(Action.RETRY)
        return outcome(done, [*rows, *unasked]) + (back if is_undone else "")

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

    def _cancel_risk(self, task: Task) -> str:
        """What is lost by it as the task is now: a question may stand for a while."""
        now = next((each for each in self.snapshot().view.tasks if each.id == task.id), task)
        who = short_name(now.claimed_by) if now.claimed_by else "Its worker"
        return cancel_risk(1, int(now.status is TaskStatus.CLAIMED), who)
