"""Code that does not stop when its task ends: the task fails, its place is free again, and what goes on is counted."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from functools import partial

import pytest

from core.events import Level, Said, WorkerChanged
from core.models import TaskResult, TaskStatus, WorkerState
from core.workers import BaseWorker
from core.workers.pool import Pool
from core.workers.testing import perform
from tests.workers.workers_at_hand import Async, Told


@pytest.fixture
async def pool(tasks, settlement, heard):
    pool = Pool(tasks, settlement, heard.publish, grace=0.05, abandon_limit=2)
    yield pool
    await pool.close(now=True)


@pytest.fixture
def once(tasks):
    """Adds tasks that are not tried again."""

    def add(many, **params):
        for number in tasks.add(many, **params):
            tasks.tasks[number] = replace(tasks.tasks[number], max_retries=1)

    return add


class Stubborn(BaseWorker):
    """The first task catches all that it is told; the others answer at once."""

    refused: type[BaseException] = asyncio.CancelledError

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.told: list[bool] = []

    async def process_task(self, task):
        refusals = 0  # enough for the cancellation and the end by force, so that nothing is left of it after the test
        while task.id == 1 and refusals < 3:
            try:
                await asyncio.sleep(60)
            except self.refused:
                refusals += 1
                self.told.append(self.is_cancelled)
        return TaskResult(True)


class WaitingForAnother(BaseWorker):
    """The first task waits for a task of the author's own that catches all that it is told."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.end = asyncio.Event()

    async def process_task(self, task):
        if task.id == 1:
            await asyncio.create_task(self.stay())
        return TaskResult(True)

    async def stay(self):
        while not self.end.is_set():
            try:
                await self.end.wait()
            except asyncio.CancelledError:
                continue


@pytest.mark.parametrize("refused", [asyncio.CancelledError, BaseException])
async def test_async_code_that_refuses_to_be_cancelled_fails_and_frees_its_place(
    start, tasks, heard, settlement, pool, refused, once
):
    once(2)
    worker = start(type("Refusing", (Stubborn,), {"refused": refused}), task_timeout=0.05)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1 and len(settlement.kept) >= 2)
    assert "Timed out after 0.05 s" in next(each.result.error for each in settlement.kept if each.task.id == 1)
    assert worker.told[0] is True, "it was asked before it was ended"
    await heard.until(lambda: pool.abandoned() == 0)


async def test_a_result_that_comes_after_the_time_out_does_not_count(start, tasks, heard, settlement):
    class Late(BaseWorker):
        async def process_task(self, task):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return TaskResult(True, "late")

    tasks.add()
    start(Late, task_timeout=0.02, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert "Timed out" in settlement.results()[1].error


async def test_cancelled_code_may_clean_up_first(start, tasks, heard, settlement):
    saved = []

    class Tidy(BaseWorker):
        async def process_task(self, task):
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0)
                saved.append(self.save({"title": "half of it"}, key="half"))

    tasks.add()
    start(Tidy, task_timeout=0.02, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert saved == ["half"]
    assert "Timed out" in settlement.results()[1].error


async def test_a_coroutine_that_waits_for_one_that_does_not_end_is_counted_until_it_does(
    start, tasks, heard, pool, once
):
    once(2)
    worker = start(WaitingForAnother, task_timeout=0.05)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)
    counted = pool.statuses()[0].abandoned
    worker.end.set()
    assert counted == 1
    await heard.until(lambda: pool.abandoned() == 0)


async def test_threads_that_go_on_are_counted_until_they_return(start, tasks, heard, settlement, pool):
    go = threading.Event()

    def does(worker, task):
        go.wait(10)
        return TaskResult(True)

    tasks.add()
    start(type("Hanging", (Told,), {"does": staticmethod(does)}), task_timeout=0.05, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    await heard.until(lambda: pool.statuses()[0].abandoned == 1)
    go.set()
    await heard.until(lambda: heard.of(WorkerChanged)[-1].status.abandoned == 0)
    assert pool.abandoned() == 0


async def test_a_worker_with_too_many_of_them_claims_nothing_more_until_one_returns(start, tasks, heard, pool, once):
    go = threading.Semaphore(0)

    def does(worker, task):
        if task.parameters.get("hang"):
            go.acquire(timeout=10)
        return TaskResult(True)

    once(2, hang=True)
    start(type("Hanging", (Told,), {"does": staticmethod(does)}), worker_id="hanging", task_timeout=0.05)
    await heard.until(lambda: pool.abandoned() == 2)
    status = next(each for each in pool.statuses() if each.id == "hanging")
    assert (status.state, status.abandoned) == (WorkerState.BACKING_OFF, 2)
    assert "claims nothing" in status.note
    assert any("claim nothing more" in each.text for each in heard.of(Said) if each.level is Level.WARNING)
    [other] = tasks.add(type_id=2)
    start(Async, worker_id="another", task_type_ids=[2])
    await heard.until(lambda: tasks.tasks[other].status is TaskStatus.COMPLETED)
    claims = [claim for claim in tasks.claims if claim["types"] == [1]]
    [next_one] = tasks.add()
    await heard.until(lambda: len(heard.of(WorkerChanged)) > 0)
    assert [claim for claim in tasks.claims if claim["types"] == [1]] == claims
    go.release()
    await heard.until(lambda: tasks.tasks[next_one].status is TaskStatus.COMPLETED)
    go.release(10)


async def test_a_worker_that_may_claim_nothing_more_can_be_stopped(start, tasks, heard, pool):
    go = threading.Event()
    tasks.add(2)
    start(
        type("Hanging", (Told,), {"does": staticmethod(lambda worker, task: go.wait(10))}),
        task_timeout=0.05,
        concurrency=2,
    )
    await heard.until(lambda: pool.abandoned() >= 2 and not pool.in_hand())
    await pool.stop()
    await pool.finished("w")
    assert pool.statuses()[0].abandoned >= 2
    go.set()


class Leaving(BaseException):
    """Something of an author's own that no ``except Exception`` catches."""


class Unreadable(BaseException):
    """Its text ends the program."""

    def __str__(self):
        raise SystemExit(9)


class UnreadableNote:
    """Its text ends the program too."""

    def __str__(self):
        raise SystemExit(9)


def noted(fault: ValueError, note: object) -> ValueError:
    """The exception, with something odd among its notes."""
    fault.__notes__ = [note]  # type: ignore[list-item]
    return fault


ENDINGS = [
    (SystemExit(3), "SystemExit: 3"),
    (KeyboardInterrupt(), "KeyboardInterrupt"),
    (GeneratorExit("enough"), "GeneratorExit: enough"),
    (StopIteration(1), "StopIteration"),
    (asyncio.CancelledError("mine"), "CancelledError: mine"),
    (Leaving("gone"), "Leaving: gone"),
    (Unreadable(), "Unreadable: its text cannot be read (SystemExit)"),
    (noted(ValueError("told"), UnreadableNote()), "ValueError: told. Its notes cannot be read (SystemExit)."),
    (noted(ValueError("told"), "3 rows"), "ValueError: told. 3 rows"),
]


@pytest.mark.parametrize("place", ["thread", "loop", "promise"])
@pytest.mark.parametrize(("fault", "error"), ENDINGS, ids=lambda value: value if isinstance(value, str) else "")
async def test_whatever_is_raised_fails_that_task_readably_and_nothing_else(
    start, tasks, heard, settlement, pool, place, fault, error
):
    def raises(task):
        if task.id == 1 and task.attempts == 1:
            raise fault
        return TaskResult(True)

    async def promised(task):
        await asyncio.sleep(0)
        return raises(task)

    code = {"thread": raises, "loop": promised, "promise": partial(promised)}[place]
    worker = type("Ending", (BaseWorker,), {"process_task": staticmethod(code)})
    tasks.add(2)
    start(worker)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 2)
    first = next(each for each in settlement.kept if each.task.id == 1)
    assert error in (first.result.error or "")
    assert pool.statuses()[0].state is not WorkerState.CRASHED


@pytest.mark.parametrize(("fault", "error"), ENDINGS, ids=lambda value: value if isinstance(value, str) else "")
async def test_whatever_is_raised_while_results_are_saved_fails_that_task_readably(fault, error):
    class Saving(Async):
        def save_results(self, task, result):
            raise fault

    assert error in ((await perform(Saving)).error or "")
