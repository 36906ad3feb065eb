"""Claims and reports, which must not simply be made twice: when an answer is lost, look what happened first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from core.errors import ClaimLost, NotFound, TaskManagerError
from core.models import Json, Report, ReportTaken, Task
from core.taskmanager import wire
from core.taskmanager.envelope import Said, nothing_to_claim
from core.taskmanager.line import Call, Line, get, post, understood
from core.taskmanager.unclear import Held, became, had_no_effect, is_unclear, lost_its_retries

CLAIMED_LISTED = 1000
"""Claimed tasks that are looked through for one of ours: more than a fleet of workers holds."""

Answered = TypeVar("Answered")


class Settling:
    """Sends claims and reports until it is known what became of them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._held = Held()

    async def read_task(self, task_id: int) -> Task:
        """A task with all that is known of it. Raises `NotFound`."""
        what = f"task #{task_id}"
        said = await self._line.ask(get(what, f"/tasks/{task_id}"))
        row = understood(what, lambda: wire.one(said.data))
        if row is None:
            raise NotFound(f"The TaskManager has no task #{task_id}.", status=404)
        return understood(what, lambda: wire.task(row))

    async def claim(
        self, call: Call, worker_id: str, type_ids: Sequence[int], names: frozenset[str], limit: int
    ) -> list[Task]:
        """The tasks that a claim took, at most ``limit``; ``names`` are those of the types, where they are known."""

        async def once() -> list[Task]:
            try:
                said = await self._line.ask_once(call)
            except TaskManagerError as fault:
                if nothing_to_claim(fault):
                    return []
                if not is_unclear(fault):
                    raise
                return await self._found(fault, worker_id, names, limit)
            return understood(call.what, lambda: claimed_rows(said, worker_id, type_ids))

        tasks = await self._line.retrying.call(call.what, once, repeatable=False, say=self._line.say)
        for task in tasks:
            self._held.know(task)
        return tasks

    async def _found(self, fault: TaskManagerError, worker_id: str, names: frozenset[str], limit: int) -> list[Task]:
        """What an unanswered claim took; raises its fault, as one without effect, where it took nothing."""
        said = await self._after(
            fault,
            lambda: self._line.ask(get("claimed tasks", "/tasks", {"status": "claimed", "limit": CLAIMED_LISTED})),
        )
        claimed = understood("claimed tasks", lambda: wire.page(said.data, CLAIMED_LISTED, 0))
        taken = self._held.unknown(claimed.tasks, worker_id, names)[:limit]
        if not taken:
            raise had_no_effect(fault) from fault
        return [await self._after(fault, lambda each=task: self.read_task(each.id)) for task in taken]

    async def complete(self, report: Report) -> ReportTaken:
        """Report the end of a task. Raises `ClaimLost`."""
        sent = 0
        call = completion(report)

        async def once() -> ReportTaken:
            nonlocal sent
            sent += 1
            try:
                said = await self._line.ask_once(call)
            except ClaimLost as lost:
                # 400 on a repeated report may only say that the first one, whose answer failed, has worked.
                if sent == 1 or lost.status != 400:
                    raise
                return await self.what_became_of(report, lost)
            except TaskManagerError as fault:
                if not is_unclear(fault):
                    raise
                return await self.what_became_of(report, fault)
            return understood(call.what, lambda: wire.report_taken(said.data))

        return await self._line.retrying.call(call.what, once, repeatable=False, say=self._line.say)

    async def what_became_of(self, report: Report, fault: TaskManagerError) -> ReportTaken:
        """What a report did whose answer was ``fault``; raises that fault where it did nothing."""
        task = await self._after(fault, lambda: self.read_task(report.task_id))
        taken = became(report, task)
        if taken is None:
            raise had_no_effect(fault) from fault
        if lost_its_retries(taken, task) and self._line.say is not None:
            self._line.say(f"#{task.id} has failed for good after {task.attempts} of {task.max_retries} attempts")
        return taken

    async def _after(self, fault: TaskManagerError, look: Callable[[], Awaitable[Answered]]) -> Answered:
        """Look what happened; when that fails too, the first fault stands."""
        try:
            return await look()
        except NotFound:
            raise
        except TaskManagerError as second:
            raise fault from second


def completion(report: Report) -> Call:
    """The call that reports the end of a task."""
    body: dict[str, Json] = {"worker_id": report.worker_id, "success": report.success}
    if report.result is not None:
        body["result"] = report.result
    if report.error is not None:
        body["error"] = report.error
    what = f"complete of #{report.task_id}"
    return post(what, f"/tasks/{report.task_id}/complete", body, repeatable=False)


def claimed_rows(said: Said, worker_id: str, type_ids: Sequence[int]) -> list[Task]:
    """The tasks in the answer to a claim, one or many."""
    type_id = type_ids[0] if len(type_ids) == 1 else None
    data = wire.mapping(said.data)
    found = [data] if "id" in data else wire.rows(data)
    return [wire.claimed(row, worker_id, said.at, type_id) for row in found]
