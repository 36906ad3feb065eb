"""Fakes at the ports: a TaskManager in memory with the documented rules, and an ear for events."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from core.details import AttemptLog
from core.errors import ClaimLost, NotFound
from core.events import Event, WorkerChanged
from core.models import Report, RowOutcome, Task, TaskResult, TaskStatus, WorkerState, utcnow
from core.outcome import Outcome

DEADLINE = 10.0
Kind = TypeVar("Kind")


class Heard(list[Event]):
    """Events, in the order in which they were published; `until` waits for what a test is about."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def publish(self, event: Event) -> None:
        """Hear an event."""
        self.append(event)
        self._news.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until a condition holds, which is looked at after each event and now and then."""
        async with asyncio.timeout(DEADLINE):
            while not holds():
                self._news.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self._news.wait()
                except TimeoutError:
                    continue

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind."""
        return [event for event in self if isinstance(event, kind)]

    def states(self, worker_id: str) -> list[WorkerState]:
        """The states that a worker went through."""
        return [each.status.state for each in self.of(WorkerChanged) if each.status.id == worker_id]


class FakeTasks:
    """A TaskManager in memory. ``faults`` are raised by the next calls of a name; ``calls`` counts them.

    ``takes_back``: how many tasks of one `release_many` it takes back, None: all.
    """

    def __init__(self, *, can_wait: bool = True, can_release: bool = True) -> None:
        self.can_wait = can_wait
        self.can_release = can_release
        self.takes_back: int | None = None
        self.progress_renews = self.puts_off = self.takes_final = False
        self.tasks: dict[int, Task] = {}
        self.faults: defaultdict[str, deque[Exception]] = defaultdict(deque)
        self.calls: Counter[str] = Counter()
        self.claims: list[dict[str, Any]] = []
        self.progress: list[tuple[int, int, str | None]] = []
        self.reports: list[Report] = []
        self._created = asyncio.Event()
        self._leaving: set[str] = set()
        self.can_end_wait = True
        self.claim_timeout = 300.0

    def add(
        self, count: int = 1, *, type_id: int = 1, type_name: str = "T", priority: int = 0, **params: Any
    ) -> list[int]:
        """Create tasks; answers their ids."""
        ids = list(range(len(self.tasks) + 1, len(self.tasks) + 1 + count))
        for number in ids:
            self.tasks[number] = Task(
                number, type_name, {"n": number, **params}, priority=priority, task_type_id=type_id, created_at=utcnow()
            )
        self._created.set()
        return ids

    async def claim_many(
        self,
        worker_id: str,
        task_type_ids: Sequence[int],
        *,
        limit: int,
        sort_by: str,
        sort_order: str,
        wait: float = 0,
    ) -> list[Task]:
        """See `core.workers.ports.Tasks`."""
        self._answer("claim_many")
        self._leaving.discard(worker_id)
        self.claims.append({"sort_by": sort_by, "sort_order": sort_order, "limit": limit, "types": list(task_type_ids)})
        try:
            async with asyncio.timeout(wait):
                while not (found := self._claimable(task_type_ids, sort_by, sort_order)):
                    self._created.clear()
                    await self._created.wait()
                    if worker_id in self._leaving:
                        return []
        except TimeoutError:
            return []
        return [self._claim(task, worker_id) for task in found[:limit]]

    async def end_wait(self, worker_id: str, task_ids: Sequence[int] = ()) -> None:
        """See `core.workers.ports.Tasks`."""
        self._answer("end_wait")
        if self.can_end_wait:
            self._leaving.add(worker_id)
            self._created.set()

    async def update_progress(self, task_id: int, worker_id: str, progress: int, message: str | None = None) -> object:
        """See `core.workers.ports.Tasks`."""
        self._answer("update_progress")
        self._owned(task_id, worker_id)
        self.progress.append((task_id, progress, message))
        return None

    async def release_many(self, worker_id: str, task_ids: Sequence[int]) -> bool:
        """See `core.workers.ports.Tasks`."""
        self._answer("release_many")
        taken_back = task_ids[: self.takes_back] if self.can_release else []
        for number in taken_back:
            self.tasks[number] = replace(self._owned(number, worker_id), status=TaskStatus.PENDING)
        if taken_back:
            self._created.set()
        return len(taken_back) == len(task_ids)

    async def complete_many(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """See `core.debts.Reports`."""
        self._answer("complete_many")
        return [self._complete(report) for report in reports]

    async def get_task(self, task_id: int) -> Task:
        """See `core.debts.Reports`."""
        self._answer("get_task")
        if task_id not in self.tasks:
            raise NotFound(f"There is no task {task_id}.")
        return self.tasks[task_id]

    def take_from(self, task_id: int, by: str = "another worker") -> None:
        """The claim timed out, and another worker, or the same one again, was given the task."""
        self._claim(self.tasks[task_id], by)

    def statuses(self) -> Counter[TaskStatus]:
        """How many tasks are where."""
        return Counter(task.status for task in self.tasks.values())

    def _answer(self, call: str) -> None:
        self.calls[call] += 1
        if self.faults[call]:
            raise self.faults[call].popleft()

    def _claimable(self, types: Sequence[int], sort_by: str, sort_order: str) -> list[Task]:
        pending = [t for t in self.tasks.values() if t.status is TaskStatus.PENDING and t.task_type_id in types]
        key: Callable[[Task], int] = (lambda t: t.id) if sort_by == "id" else (lambda t: t.priority)
        return sorted(pending, key=key, reverse=sort_order == "DESC")

    def _claim(self, task: Task, worker_id: str) -> Task:
        claimed = replace(
            task, status=TaskStatus.CLAIMED, claimed_by=worker_id, attempts=task.attempts + 1, claimed_at=utcnow()
        )
        self.tasks[task.id] = claimed
        return claimed

    def _owned(self, task_id: int, worker_id: str) -> Task:
        task = self.tasks[task_id]
        if task.status is not TaskStatus.CLAIMED or task.claimed_by != worker_id:
            raise ClaimLost(f"Task {task_id} is not claimed by {worker_id}.", status=403)
        return task

    def _complete(self, report: Report) -> RowOutcome:
        try:
            task = self._owned(report.task_id, report.worker_id)
        except ClaimLost as fault:
            return RowOutcome(report.task_id, False, None, 403, str(fault))
        self.reports.append(report)
        again = not report.success and task.attempts < task.max_retries
        status = TaskStatus.COMPLETED if report.success else TaskStatus.PENDING if again else TaskStatus.FAILED
        self.tasks[task.id] = replace(task, status=status, result=report.result, error=report.error)
        self._created.set()
        return RowOutcome(task.id, True, "pending (retry)" if again else str(status))


class MemorySettlement:
    """Keeps outcomes in memory, and reports them to the fake at once; ``batches`` are the sizes of the commits."""

    def __init__(self, tasks: FakeTasks) -> None:
        self.kept: list[Outcome] = []
        self.batches: list[int] = []
        self.logs: list[tuple[Task, AttemptLog]] = []
        self._tasks = tasks

    async def keep_log(self, task: Task, log: AttemptLog) -> None:
        """See `core.workers.ports.Settlement`."""
        self.logs.append((task, log))

    async def settle(self, outcomes: Sequence[Outcome]) -> Sequence[TaskResult]:
        """See `core.workers.ports.Settlement`."""
        self.batches.append(len(outcomes))
        self.kept += outcomes
        for each in outcomes:
            report = Report(
                each.task.id, each.worker_id, each.task.attempts, each.result.success, None, each.result.error
            )
            await self._tasks.complete_many(each.worker_id, [report])
        return [each.result for each in outcomes]

    def results(self) -> dict[int, TaskResult]:
        """What was kept, by task."""
        return {each.task.id: each.result for each in self.kept}
