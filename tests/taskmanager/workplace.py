"""Two workers on a troubled way to one TaskManager: what they are told is compared with how things are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import ClaimLost, ServerFault, Unreachable
from core.models import Report, RowOutcome, Task, TaskStatus
from core.taskmanager.channel import Channel
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from tests.taskmanager.faulty import Trouble, TroubledChannel

AT_ONCE = Retrying(tries=4, seconds=10, first_wait=0.0, longest_wait=0.0)
LONG = 10_000.0
"""Seconds after which every claim is too old."""

Draw = Callable[[], tuple[Trouble, float]]


@dataclass
class Clock:
    """The server's clock."""

    now: float = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Worker:
    """A worker, with what it believes: what it holds, what it still owes, what it has done."""

    id: str
    client: ExtendedCalls
    channel: TroubledChannel
    in_hand: dict[int, Task] = field(default_factory=dict[int, Task])
    owed: dict[int, Report] = field(default_factory=dict[int, Report])
    done: list[int] = field(default_factory=list[int])


class Workplace:
    """The troubles are drawn by ``draw`` for as long as ``troubled``."""

    def __init__(self, channel: Channel, clock: Clock, draw: Draw) -> None:
        self.clock = clock
        self.troubled = False
        self.truth = ExtendedCalls(channel)
        self._draw = draw
        self.workers = [self._worker(channel, name) for name in ("ann", "ben")]
        self._type_id = 0
        self._numbers: set[int] = set()
        self._handed_out: Counter[tuple[int, int]] = Counter()

    def _worker(self, channel: Channel, name: str) -> Worker:
        troubled = TroubledChannel(channel, lambda: self._draw() if self.troubled else (Trouble.NONE, 0.0))
        client = ExtendedCalls(troubled)
        client.retrying = AT_ONCE
        return Worker(name, client, troubled)

    async def open(self, tasks: int) -> None:
        """Some tasks to begin with, and troubles from now on."""
        known = await self.truth.register_task_type("example.echo", "1", {"type": "object"})
        self._type_id = known.id
        for worker in self.workers:
            await worker.client.get_task_type("example.echo")
        for number in range(tasks):
            await self.create(self.workers[0], number)
        self.troubled = True

    async def create(self, worker: Worker, number: int) -> None:
        """Create a task; afterwards it is there, once, or the call has failed."""
        self._numbers.add(number)
        try:
            created = await worker.client.create_task("example.echo", {"number": number})
        except (Unreachable, ServerFault):
            return
        assert (await self.truth.get_task(created.id)).params == {"number": number}

    async def look(self, worker: Worker, _: int) -> None:
        """What the server can do is told as it is, or not at all."""
        try:
            told = await worker.client.capabilities()
        except (Unreachable, ServerFault):
            return
        assert told == await self.truth.capabilities()

    async def claim(self, worker: Worker, amount: int) -> None:
        """Claim one task, or several at once."""
        late = worker.channel.arrived_late
        try:
            if amount == 1:
                one = await worker.client.claim_task(worker.id, self._type_id, "id")
                tasks = [] if one is None else [one]
            else:
                tasks = await worker.client.claim_many(worker.id, [self._type_id], limit=amount, sort_by="id")
        except (Unreachable, ServerFault):
            return
        for task in tasks:
            self._handed_out[task.id, task.attempts] += 1
            assert self._handed_out[task.id, task.attempts] == 1, f"{task} was handed out twice"
            worker.in_hand[task.id] = task
            worker.owed.pop(task.id, None)
        if worker.channel.arrived_late == late:
            await self._check_claim(worker, tasks, whole=amount == 1)

    async def _check_claim(self, worker: Worker, tasks: list[Task], *, whole: bool) -> None:
        for task in tasks:
            now = await self.truth.get_task(task.id)
            assert (now.status, now.claimed_by, now.attempts) == (TaskStatus.CLAIMED, worker.id, task.attempts)
            assert now.params == task.params
        if whole and not tasks:
            assert (await self.truth.list_tasks(TaskStatus.PENDING)).tasks == ()

    async def report(self, worker: Worker, choice: int, *, success: bool, batch: bool) -> None:
        """Report on a task in hand."""
        if not worker.in_hand:
            return
        task = worker.in_hand.pop(sorted(worker.in_hand)[choice % len(worker.in_hand)])
        result = {"by": worker.id, "attempt": task.attempts}
        report = Report(task.id, worker.id, task.attempts, success, result, None if success else "boom")
        worker.owed[task.id] = report
        await self.deliver(worker, report, batch=batch)

    async def deliver(self, worker: Worker, report: Report, *, batch: bool) -> None:
        """Deliver a report; what the client says of it must be so."""
        late = worker.channel.arrived_late
        before = await self.truth.get_task(report.task_id)
        told = await (self._in_a_batch if batch else self._alone)(worker, report)
        now = await self.truth.get_task(report.task_id)
        steady = worker.channel.arrived_late == late
        if isinstance(told, str):
            del worker.owed[report.task_id]
            self._check_taken(worker, report, told, now)
        elif isinstance(told, ClaimLost):
            del worker.owed[report.task_id]
            holds = (now.status, now.claimed_by, now.attempts) == (TaskStatus.CLAIMED, worker.id, report.attempts)
            assert not (steady and holds), f"{told!r}, but it is not"
        elif not told.unclear and steady:
            assert now == before, f"{told!r} says that nothing was done"

    async def _alone(self, worker: Worker, report: Report) -> str | ClaimLost | Unreachable | ServerFault:
        try:
            taken = await worker.client.complete_task(
                report.task_id, worker.id, report.success, report.result, report.error
            )
        except (ClaimLost, Unreachable, ServerFault) as fault:
            return fault
        return taken.status

    async def _in_a_batch(self, worker: Worker, report: Report) -> str | ClaimLost | Unreachable | ServerFault:
        try:
            (outcome,) = await worker.client.complete_many(worker.id, [report])
        except (Unreachable, ServerFault) as fault:
            return fault
        assert outcome.id == report.task_id
        return meaning(outcome)

    def _check_taken(self, worker: Worker, report: Report, status: str, now: Task) -> None:
        if not report.success:
            assert status in ("pending (retry)", "failed")
            assert (now.status, now.claimed_by, now.attempts) != (TaskStatus.CLAIMED, worker.id, report.attempts)
            return
        assert status == now.status == TaskStatus.COMPLETED
        assert now.claimed_by == worker.id
        assert isinstance(now.result, dict) and now.result["by"] == worker.id
        worker.done.append(report.task_id)

    async def progress(self, worker: Worker, percent: int) -> None:
        """Tell how far a task in hand is."""
        for task_id in sorted(worker.in_hand)[:1]:
            try:
                await worker.client.update_progress(task_id, worker.id, percent)
            except (Unreachable, ServerFault, ClaimLost):
                continue
            assert (await self.truth.get_task(task_id)).progress == percent

    async def recover(self) -> None:
        """All is well again: everything that was left undone is done, by repeating what is owed and by working on."""
        self.troubled = False
        for worker in self.workers:
            await worker.channel.pass_on(100)
            for report in tuple(worker.owed.values()):
                await self.deliver(worker, report, batch=False)
            for number in sorted(self._numbers):
                await self.create(worker, number)
            while worker.in_hand:
                await self.report(worker, 0, success=True, batch=True)
        for _ in range(4):
            self.clock.now += LONG
            await self.claim(self.workers[0], 50)
            while self.workers[0].in_hand:
                await self.report(self.workers[0], 0, success=True, batch=False)

    async def check_the_end(self) -> None:
        """Every task has ended, once, as those believe who believe something of it."""
        tasks = (await self.truth.list_tasks(limit=500)).tasks
        there = [(await self.truth.get_task(each.id)).params["number"] for each in tasks]
        assert sorted(there) == sorted(self._numbers)
        assert {each.status for each in tasks} <= {TaskStatus.COMPLETED, TaskStatus.FAILED}
        done = Counter(task_id for worker in self.workers for task_id in worker.done)
        assert set(done.values()) <= {1}, "two reports that a task is done were taken"
        by_id = {each.id: each for each in tasks}
        for worker in self.workers:
            assert not worker.owed and not worker.in_hand
            for task_id in worker.done:
                assert (by_id[task_id].status, by_id[task_id].claimed_by) == (TaskStatus.COMPLETED, worker.id)


def meaning(outcome: RowOutcome) -> str | ClaimLost | Unreachable:
    """What a row of a batch says: taken, lost, or still owed. Nothing else may happen to these tasks."""
    if outcome.ok:
        return outcome.status or ""
    if outcome.code in (400, 403, 409):
        return ClaimLost(outcome.error or "", status=outcome.code)
    assert outcome.code >= 500, outcome
    return Unreachable(outcome.error or "", unclear=True)
