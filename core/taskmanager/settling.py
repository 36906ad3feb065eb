"""Claims and reports, which must not simply be made twice: when an answer is lost, look what happened first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from core.answers import ReportTaken
from core.errors import ClaimLost, Invalid, NotFound, TaskManagerError, TooLarge
from core.models import Json, Report, Task
from core.taskmanager import wire
from core.taskmanager.envelope import Said, nothing_to_claim
from core.taskmanager.held import Doubts, Held
from core.taskmanager.line import Call, Line, get, post, understood
from core.taskmanager.retry import Retrying
from core.taskmanager.unclear import became, had_no_effect, is_unclear, lost_its_retries, may_have_acted

CLAIMED_LISTED = 1000
"""Claimed tasks that are looked through for one of ours: more than a fleet of workers holds."""

CLAIM_TIMEOUT = 300.0
"""Seconds after which a claim may be taken over, unless another number is known."""

SETTLED = (ClaimLost, Invalid, TooLarge)
"""After one of these, nothing that was sent about a task is in doubt any more."""

ONCE = Retrying(tries=1)

Answered = TypeVar("Answered")


class Settling:
    """Sends claims and reports until it is known what became of them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._held = Held()
        self.doubts = Doubts()
        self.claim_timeout = CLAIM_TIMEOUT

    def forget(self) -> None:
        """Another server answers now: what was known of the claims at the last one is worth nothing."""
        self._held, self.doubts = Held(), Doubts()

    async def read_task(self, task_id: int) -> Task:
        """A task with all that is known of it. Raises `NotFound`."""
        what = f"task #{task_id}"
        said = await self._line.ask(get(what, f"/tasks/{task_id}"))
        row = understood(what, lambda: wire.one(said.data))
        if row is None:
            raise NotFound(f"The TaskManager has no task #{task_id}.", status=404)
        return understood(what, lambda: wire.asked_task(row, task_id))

    async def claim(
        self,
        call: Call,
        worker_id: str,
        type_ids: Sequence[int],
        names: frozenset[str],
        limit: int,
        *,
        once: bool = False,
    ) -> list[Task]:
        """The tasks that a claim took, at most ``limit``; ``names`` are those of the types, where they are known.

        What an earlier claim took whose answer was lost, or that was cancelled, is found and comes first. ``once``:
        it is not tried again.
        """
        with self._held.claiming(worker_id):
            tasks = await self._left_over(worker_id, type_ids, names, limit)
            if not tasks:
                tasks = await self._claim(
                    call, worker_id, type_ids, names, limit, ONCE if once else self._line.retrying
                )
            for task in tasks:
                self._held.know(task)
        return tasks

    def in_doubt(self, worker_id: str, type_ids: Iterable[int]) -> bool:
        """Whether an earlier claim of these types by this worker may have taken a task without our knowledge, or one is
        under way."""
        return self.doubts.any_of([(worker_id, type_id) for type_id in type_ids])

    async def _left_over(
        self, worker_id: str, type_ids: Sequence[int], names: frozenset[str], limit: int
    ) -> list[Task]:
        """What an earlier claim of these types took without our knowledge."""
        if not self.in_doubt(worker_id, type_ids):
            return []
        found = await self._taken_unknown(worker_id, names)
        if found is not None and len(found) <= limit:
            self.doubts.clear((worker_id, type_id) for type_id in type_ids)
        return (found or [])[:limit]

    async def _claim(
        self,
        call: Call,
        worker_id: str,
        type_ids: Sequence[int],
        names: frozenset[str],
        limit: int,
        retrying: Retrying,
    ) -> list[Task]:
        sending = [(worker_id, type_id) for type_id in type_ids]
        unclear = False

        async def once() -> list[Task]:
            nonlocal unclear
            self.doubts.add(sending)
            try:
                said = await self._line.ask_once(call)
                tasks = understood(call.what, lambda: claimed_rows(said, worker_id, type_ids, limit))
            except TaskManagerError as fault:
                if is_unclear(fault):
                    unclear = True
                    return await self._found(fault, worker_id, names, limit)
                self.doubts.answered(sending)
                if nothing_to_claim(fault):
                    return []
                raise
            self.doubts.answered(sending)
            return tasks

        try:
            return await retrying.call(call.what, once, repeatable=False, say=self._line.say)
        except TaskManagerError as fault:
            raise may_have_acted(fault) if unclear else fault from fault.__cause__

    async def _found(self, fault: TaskManagerError, worker_id: str, names: frozenset[str], limit: int) -> list[Task]:
        """What an unanswered claim took; raises its fault, as one without effect, where it took nothing."""
        taken = await self._after(fault, lambda: self._taken_unknown(worker_id, names))
        if taken is None:
            raise fault
        if not taken:
            raise had_no_effect(fault) from fault
        return taken[:limit]

    async def _taken_unknown(self, worker_id: str, names: frozenset[str]) -> list[Task] | None:
        """What this worker holds without our knowledge; None while another claim of it makes that impossible to say."""
        before = self._held.alone(worker_id)
        if before is None:
            return None
        what = get("claimed tasks", "/tasks", {"status": "claimed", "limit": CLAIMED_LISTED})
        said = await self._line.ask(what)
        listed = understood(what.what, lambda: wire.page(said.data, CLAIMED_LISTED, 0)).tasks
        taken = self._held.unknown(listed, worker_id, names)
        whole = [task for each in taken for task in await self._read_if_there(each.id)]
        lasting = [task for task in whole if self._lasts(task, said.at)]
        return self._held.unknown(lasting, worker_id, names) if self._held.alone(worker_id) == before else None

    def _lasts(self, task: Task, now: int | None) -> bool:
        """Whether a claim is not too old by the server's clock: else it must be claimed anew like any other."""
        return now is None or task.claimed_at is None or now - task.claimed_at.timestamp() < self.claim_timeout

    async def _read_if_there(self, task_id: int) -> list[Task]:
        try:
            return [await self.read_task(task_id)]
        except NotFound:
            return []

    def not_handed_over(self, worker_id: str, tasks: Sequence[Task]) -> None:
        """The caller was cancelled before it got these; the next claim finds them."""
        self._held.forget(tasks)
        self.doubts.add((worker_id, task.task_type_id) for task in tasks)

    async def complete(self, report: Report) -> ReportTaken:
        """Report the end of a task. Raises `ClaimLost`."""
        about = [(report.task_id, report.worker_id)]
        doubtful = self.doubts.any_of(about)
        self.doubts.add(about)
        try:
            taken = await self._complete(report, doubtful=doubtful)
        except SETTLED:
            self.doubts.clear(about)
            raise
        self.doubts.clear(about)
        return taken

    async def _complete(self, report: Report, *, doubtful: bool) -> ReportTaken:
        sent, unclear = 0, doubtful
        call = completion(report)

        async def once() -> ReportTaken:
            nonlocal sent, unclear
            sent += 1
            try:
                said = await self._line.ask_once(call)
                return understood(
                    call.what, lambda: wire.report_taken(said.data, report.task_id, success=report.success)
                )
            except ClaimLost as lost:
                # 400 on a repeated report may only say that the first one, whose answer failed, has worked.
                if lost.status != 400 or (sent == 1 and not doubtful):
                    raise
                return await self.what_became_of(report, lost)
            except TaskManagerError as fault:
                if not is_unclear(fault):
                    raise
                unclear = True
                return await self.what_became_of(report, fault)

        try:
            return await self._line.retrying.call(call.what, once, repeatable=False, say=self._line.say)
        except TaskManagerError as fault:
            raise may_have_acted(fault) if unclear else fault from fault.__cause__

    async def what_became_of(self, report: Report, fault: TaskManagerError) -> ReportTaken:
        """What a report did whose answer was ``fault``; raises that fault where it did nothing."""
        task = await self._after(fault, lambda: self.read_task(report.task_id))
        taken = self.judged(report, task)
        if taken is None:
            raise had_no_effect(fault) from fault
        return taken

    def judged(self, report: Report, task: Task) -> ReportTaken | None:
        """What a report did, given the task as it is now; None: nothing yet. Says when a task lost its retries."""
        taken = became(report, task)
        lost = taken is not None and report.retryable and lost_its_retries(taken, task)
        if lost and self._line.say is not None:
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
    if not report.is_documented:
        body |= wire.fate(report)
    what = f"complete of #{report.task_id}"
    return post(what, f"/tasks/{report.task_id}/complete", body, repeatable=False)


def claimed_rows(said: Said, worker_id: str, type_ids: Sequence[int], limit: int) -> list[Task]:
    """The tasks in the answer to a claim, one or many. Raises ValueError for more than ``limit``, or one twice."""
    data = wire.mapping(said.data)
    found = [data] if "id" in data else wire.rows(data)
    tasks = [wire.claimed(row, worker_id, said.at, type_ids) for row in found]
    if len(tasks) > limit or len({task.id for task in tasks}) < len(tasks):
        raise ValueError(f"{len(tasks)} tasks for a claim of {limit}, or one of them twice")
    return tasks
