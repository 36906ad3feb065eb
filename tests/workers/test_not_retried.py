"""What an author says of a failure: that no attempt can mend it, or none before a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from core.config import Config
from core.errors import CoreError
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


class NotToday(RetryLater):
    """An author's own kind, which forgets to say when."""

    def __init__(self) -> None:
        pass


class Sometime(RetryLater):
    """One that says it with what is no time."""

    def __init__(self) -> None:
        CoreError.__init__(self, "No quota.")
        self.at = "soon"  # pyright: ignore[reportAttributeAccessIssue]


class Unsure(RetryLater):
    """One that cannot be asked."""

    def __init__(self) -> None:
        CoreError.__init__(self, "No quota.")

    @property
    def at(self) -> datetime:  # pyright: ignore[reportIncompatibleVariableOverride]
        raise LookupError


@pytest.mark.parametrize("kind", [NotToday, Sometime, Unsure])
@pytest.mark.parametrize("when", ["processing", "saving"])
async def test_an_authors_own_retry_later_that_tells_no_time_is_an_ordinary_failure(kind: Any, when: str) -> None:
    class Odd(BaseWorker):
        def process_task(self, task: Task) -> TaskResult:
            if when == "processing":
                raise kind
            return TaskResult(True, {"n": 1})

        def save_results(self, task: Task, result: TaskResult) -> None:
            raise kind

    result = await perform(Odd)
    assert (result.success, result.retryable, result.retry_at) == (False, True, None)
    assert ("The results could not be saved" in str(result.error)) == (when == "saving")
    if when == "processing":
        assert f"({kind.__name__} must say with a datetime with a zone when to try again.)" in str(result.error)


class NoOffset(tzinfo):
    """A zone that does not know how far it is from UTC."""

    def utcoffset(self, dt: datetime | None) -> None:
        return None


class Answering(BaseWorker):
    """Answers with what it is given."""

    result: TaskResult

    def process_task(self, task: Task) -> TaskResult:
        return self.result


async def test_a_time_in_any_zone_is_kept_in_utc() -> None:
    at = datetime(2999, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    worker = type("Odd", (Answering,), {"result": TaskResult(False, error="no", retry_at=at)})
    kept = (await perform(worker)).retry_at
    assert kept is not None
    assert (kept, kept.tzinfo) == (LATER, UTC)


@pytest.mark.parametrize("at", ["soon", datetime(2999, 1, 1), LATER])
async def test_a_success_stays_one_whatever_it_says_of_trying_again(at: Any) -> None:
    worker = type("Odd", (Answering,), {"result": TaskResult(True, {"n": 1}, retryable=False, retry_at=at)})
    assert await perform(worker) == TaskResult(True, {"n": 1})


@pytest.mark.parametrize("at", ["tomorrow", datetime(2999, 1, 1), 12, datetime(2999, 1, 1, tzinfo=NoOffset())])
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
