"""What an author says of a failure: that no attempt can mend it, or none before a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from core.config import Config
from core.models import Task, TaskResult, utcnow
from core.workers import BaseWorker, PermanentError, RetryLater
from core.workers.hand import Hand
from core.workers.process_host import ProcessHosts
from core.workers.runner import Runner
from core.workers.testing import MemoryIdeas, keep, perform
from core.workers.threads import Threads

LATER = datetime(2999, 1, 1, tzinfo=UTC)


class InAThread(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        raise fault_of(task)


class OnTheLoop(BaseWorker):
    async def process_task(self, task: Task) -> TaskResult:
        raise fault_of(task)


class InAProcess(BaseWorker):
    cpu_bound = True

    def process_task(self, task: Task) -> TaskResult:
        raise fault_of(task)


def fault_of(task: Task) -> Exception:
    if task.parameters["kind"] == "permanent":
        return PermanentError("The video is private.")
    return RetryLater("No quota.", at=LATER)


@pytest.mark.parametrize("worker", [InAThread, OnTheLoop, InAProcess])
async def test_an_error_says_whether_and_when_to_try_again_wherever_the_code_runs(worker: type[BaseWorker]) -> None:
    private = await perform(worker, kind="permanent")
    assert (private.error, private.retryable, private.retry_at) == ("The video is private.", False, None)
    quota = await perform(worker, kind="later")
    assert (quota.error, quota.retryable, quota.retry_at) == ("No quota.", True, LATER)


def test_a_time_without_a_zone_is_refused_where_it_is_said() -> None:
    with pytest.raises(ValueError, match="zone"):
        RetryLater("No quota.", at=datetime(2999, 1, 1))


class Answering(BaseWorker):
    """Answers with what it is given."""

    result: TaskResult

    def process_task(self, task: Task) -> TaskResult:
        return self.result


@pytest.mark.parametrize("at", ["tomorrow", datetime(2999, 1, 1), 12])
async def test_a_result_with_no_usable_time_is_an_ordinary_failure_and_says_so(at: Any) -> None:
    worker = type("Odd", (Answering,), {"result": TaskResult(False, error="no", retry_at=at, retryable="")})
    result = await perform(worker)
    assert (result.success, result.retryable, result.retry_at) == (False, False, None)
    assert str(result.error).startswith("no (The result's retry_at must be a datetime with a zone, not ")


NEVER = [datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))]


@pytest.mark.parametrize("never", NEVER)
async def test_the_end_of_the_calendar_is_a_time_that_can_be_kept_and_told(never: datetime) -> None:
    class Raising(BaseWorker):
        def process_task(self, task: Task) -> TaskResult:
            raise RetryLater("Not by itself.", at=never)

    told = type("Told", (Answering,), {"result": TaskResult(False, error="no", retry_at=never)})
    for worker in (Raising, told):
        at = (await perform(worker)).retry_at
        assert at is not None
        assert at.astimezone(timezone(timedelta(hours=14))).year == 9999


class Unsaved(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"n": 1})

    def save_results(self, task: Task, result: TaskResult) -> None:
        raise PermanentError("It is no idea.")


async def test_what_save_results_raises_is_final_too() -> None:
    result = await perform(Unsaved)
    assert (result.error, result.retryable) == ("The results could not be saved: It is no idea.", False)


class Noted(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        fault = KeyError("views")
        fault.add_note("3 of 9 rows are saved.")
        raise fault


async def test_notes_that_are_added_to_an_error_are_told_with_it() -> None:
    assert (await perform(Noted)).error == "KeyError: 'views'. 3 of 9 rows are saved."


class Hanging(BaseWorker):
    """Tells how far it is, and goes on for ever."""

    async def process_task(self, task: Task) -> TaskResult:
        self.report_progress(40, "40 of 50 rows")
        await asyncio.Event().wait()
        return TaskResult(True)


async def test_a_time_out_tells_what_was_heard_last() -> None:
    threads = Threads()
    processes = ProcessHosts(threads)
    worker = Hanging(worker_id="w", config=Config.bare(), results_db=MemoryIdeas(), task_type_ids=[1])
    runner = Runner(keep, lambda event: None, threads, processes)
    try:
        result = await runner.run(worker, Hand(Task(1, "T"), "w", utcnow(), lambda hand: None), 0.05)
    finally:
        processes.close()
        threads.close()
    assert result.error == "Timed out after 0.05 s (task_timeout). The last that was heard of it: 40 of 50 rows."
    assert result.retryable
