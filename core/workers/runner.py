"""The life of one task, on one page: process, settle, say so."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from contextvars import copy_context
from functools import partial
from typing import Protocol, cast

from core.errors import CoreError
from core.events import TaskProcessed
from core.models import Task, TaskResult, utcnow
from core.texts import cut
from core.workers.base import BaseWorker
from core.workers.hand import Hand
from core.workers.outcomes import Checked, checked, failed, sentence, takes_long
from core.workers.ports import Outcome, Publish
from core.workers.process_host import ProcessHosts
from core.workers.threads import Raised, Threads


class Settle(Protocol):
    """Keeps one outcome; answers what was kept."""

    async def __call__(self, outcome: Outcome) -> TaskResult: ...


class Runner:
    """Takes tasks through their lives. Lives run side by side; each is awaited by whoever gave the task."""

    def __init__(self, settle: Settle, publish: Publish, threads: Threads, processes: ProcessHosts) -> None:
        self._settle = settle
        self._publish = publish
        self._threads = threads
        self._processes = processes

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
        timer = asyncio.timeout(task_timeout)
        try:
            async with timer:
                with worker.holding(hand):
                    found = await self._work(worker, hand)
        except BaseException as raised:  # whatever an author's code raises is that task's failure
            fault = raised.fault if isinstance(raised, Raised) else raised
            if isinstance(raised, GeneratorExit) or (isinstance(raised, asyncio.CancelledError) and hand.is_abandoned):
                raise
            if timer.expired():
                hand.abandon()
                found = failed(f"Timed out after {task_timeout:g} s (task_timeout).")
            else:
                found = failed(sentence(fault))
        result = found.result
        save = partial(save_results, worker, hand, result) if has_something_to_save(worker, result) else None
        return Outcome(hand.task, hand.worker_id, result, hand.since, utcnow(), save, found.data, found.metrics)

    async def _work(self, worker: BaseWorker, hand: Hand) -> Checked:
        """Have it done where it belongs. A large result is checked, and written as JSON, beside the loop."""
        if worker.cpu_bound:
            return await self._processes.run(worker, hand)
        if inspect.iscoroutinefunction(worker.process_task):
            answer: object = await cast("Awaitable[object]", worker.process_task(hand.task))
        else:
            context = copy_context()
            answer = await self._threads.run(lambda: context.run(processed, worker, hand.task))
            if isinstance(answer, Checked):
                return answer
            answer = await cast("Awaitable[object]", answer)
        return await self._threads.run(partial(checked, answer)) if takes_long(answer) else checked(answer)


def processed(worker: BaseWorker, task: Task) -> Checked | Awaitable[object]:
    """Do a task in this thread; answers the checked result, or what must be awaited for it on the loop."""
    answer: object = worker.process_task(task)
    return answer if inspect.isawaitable(answer) else checked(answer)


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
        except (Exception, SystemExit) as fault:  # an author's own code may raise anything
            raise CoreError(cut(f"The results could not be saved: {sentence(fault)}")) from fault
