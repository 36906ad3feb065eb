"""The life of one task, on one page: process, settle, say so."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from contextlib import nullcontext
from contextvars import copy_context
from functools import partial
from typing import Protocol, cast

from core.errors import CoreError, PermanentError, RetryLater
from core.events import TaskProcessed
from core.models import Task, TaskResult, utcnow
from core.outcome import Outcome, said_by
from core.texts import cut
from core.workers.abandoned import Abandoned
from core.workers.base import BaseWorker
from core.workers.driving import GRACE, attended
from core.workers.hand import Hand
from core.workers.outcomes import Checked, broken_off, checked, failed, sentence, takes_long
from core.workers.ports import Publish
from core.workers.process_host import ProcessHosts
from core.workers.threads import Raised, Threads

UNTIMED = nullcontext()


class Settle(Protocol):
    """Keeps one outcome; answers what was kept."""

    async def __call__(self, outcome: Outcome) -> TaskResult: ...


class Runner:
    """Takes tasks through their lives. Lives run side by side; each is awaited by whoever gave the task.

    Async code that is told to stop has ``grace`` seconds for that. Runs that go on are counted in ``abandoned``.
    """

    def __init__(  # what a life passes through, put together in one place
        self,
        settle: Settle,
        publish: Publish,
        threads: Threads,
        processes: ProcessHosts,
        abandoned: Abandoned | None = None,
        grace: float = GRACE,
    ) -> None:
        self._settle = settle
        self._publish = publish
        self._threads = threads
        self._processes = processes
        self._abandoned = Abandoned() if abandoned is None else abandoned
        self._grace = grace

    async def run(self, worker: BaseWorker, hand: Hand, task_timeout: float | None) -> TaskResult:
        """Take a task through its whole life; answers the result that was kept of it.

        Raises CancelledError when the task was abandoned or lost before its outcome was settled; nothing is kept then.
        """
        outcome = await self._process(worker, hand, task_timeout)
        if hand.ended or hand.lost:
            raise asyncio.CancelledError  # it went on though it was told to stop, and its task is not ours any more
        hand.settling = True
        kept = await self._settle(outcome)
        seconds = (outcome.finished_at - outcome.started_at).total_seconds()
        self._publish(
            TaskProcessed(
                hand.task, hand.worker_id, kept.success, kept.error, kept.items_processed, seconds, outcome.finished_at
            )
        )
        return kept

    async def _process(self, worker: BaseWorker, hand: Hand, task_timeout: float | None) -> Outcome:
        timer = None if task_timeout is None else asyncio.timeout(task_timeout)
        try:
            async with timer or UNTIMED:
                with worker.holding(hand):
                    found = await self._work(worker, hand)
        except GeneratorExit:  # of the loop's own end: an author's comes as `Raised`
            raise
        except BaseException as raised:  # whatever an author's code raises is that task's failure
            if isinstance(raised, asyncio.CancelledError) and hand.is_abandoned:
                raise
            found = broken_off(raised.fault if isinstance(raised, Raised) else raised)
        if timer is not None and timer.expired():  # also when the code caught that, and answered all the same
            hand.abandon()
            last = f" The last that was heard of it: {hand.message}." if hand.message else ""
            found = failed(f"Timed out after {task_timeout:g} s (task_timeout).{last}")
        result = found.result
        save = partial(save_results, worker, hand, result) if has_something_to_save(worker, result) else None
        now = utcnow()
        return Outcome(hand.task, hand.worker_id, result, hand.since, now, save, found.data, found.metrics, hand.logged)

    async def _work(self, worker: BaseWorker, hand: Hand) -> Checked:
        """Have it done where it belongs. A large result is checked, and written as JSON, beside the loop."""
        if worker.cpu_bound:
            return await self._processes.run(worker, hand)
        left = partial(self._abandoned.add, hand.worker_id)
        if inspect.iscoroutinefunction(worker.process_task):
            answer = await attended(processed_here(worker, hand.task), hand.cancel, left, self._grace)
        else:
            context = copy_context()
            answer = await self._threads.run(lambda: context.run(processed, worker, hand.task), left)
            if not isinstance(answer, Checked):
                promised = cast("Awaitable[object]", answer)
                answer = await attended(awaited_here(promised), hand.cancel, left, self._grace)
        return answer if isinstance(answer, Checked) else await self._threads.run(partial(checked, answer))


def processed(worker: BaseWorker, task: Task) -> Checked | Awaitable[object]:
    """Do a task in this thread; answers the checked result, or what must be awaited for it on the loop."""
    answer: object = worker.process_task(task)
    return answer if inspect.isawaitable(answer) else checked(answer)


async def processed_here(worker: BaseWorker, task: Task) -> object:
    """Do a task on the loop; answers the checked result, or one that is too large to be checked there."""
    return await awaited_here(cast("Awaitable[object]", worker.process_task(task)))


async def awaited_here(promised: Awaitable[object]) -> object:
    """What was promised, checked, or as it is when it is too large to be checked on the loop."""
    answer = await promised
    return answer if takes_long(answer) else checked(answer)


def has_something_to_save(worker: BaseWorker, result: TaskResult) -> bool:
    """Whether ``save_results`` must be called: not for a failure, nor where it would do nothing."""
    if not result.success:
        return False
    if type(worker).save_results is not BaseWorker.save_results:
        return True
    data: object = result.data
    return isinstance(data, dict) and ("title" in data or "items" in data)


def save_results(worker: BaseWorker, hand: Hand, result: TaskResult) -> None:
    """Call the author's ``save_results`` with the tools meaning this task. Raises what it raises, readably."""
    with worker.holding(hand), worker.results_db.saving(hand.task, hand.worker_id):
        try:
            worker.save_results(hand.task, result)
        except BaseException as fault:  # an author's own code may raise anything
            raise not_saved(fault) from fault


def not_saved(fault: BaseException) -> CoreError:
    """The error of an author's ``save_results``, told readably; it keeps its word on whether and when to try again."""
    text = cut(f"The results could not be saved: {sentence(fault)}")
    match fault:
        case PermanentError():
            return PermanentError(text)
        case RetryLater() if (at := said_by(fault)) is not None:
            return RetryLater(text, at=at)
        case _:
            return CoreError(text)
