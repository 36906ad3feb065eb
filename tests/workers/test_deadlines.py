"""A claim lasts for a while: it is renewed, spoken of, past its time, or lost, and what is lost is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from core.errors import ClaimLost, Unreachable
from core.events import Said, TaskProcessed
from core.models import Task, TaskResult, TaskStatus, utcnow
from core.workers import BaseWorker
from core.workers.deadlines import ClaimTime, Step, claim_time, is_lost
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.workers.fakes import FakeTasks, Heard, MemorySettlement
from tests.workers.workers_at_hand import Async, Told, Waiting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRACE = 0.05
"""Seconds that code which does not listen gets in these tests."""
SHORT = 0.4
"""Seconds that a claim lasts in these tests."""
LOST = "Task 1 is not claimed by w any more: it is stopped, and nothing of this attempt is kept."


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_claim_is_spoken_of_once_before_its_end_and_looked_up_after_it_now_and_then():
    claim = ClaimTime(300, NOON)
    assert [claim.step(at(n)) for n in (0, 224, 225, 226, 299)] == [None, None, Step.SPEAK, None, None]
    assert not claim.late
    assert [claim.step(at(n)) for n in (300, 301, 329, 330, 331)] == [Step.LOOK, None, None, Step.LOOK, None]
    assert claim.late


def test_a_claim_that_is_renewed_is_neither_spoken_of_nor_looked_up():
    claim = ClaimTime(300, NOON)
    for n in range(0, 1000, 100):
        claim.renew(at(n))
        assert claim.step(at(n + 100)) is None
    assert claim.deadline == at(1200)


def test_a_claim_that_is_renewed_after_its_end_is_not_late_any_more():
    claim = ClaimTime(300, NOON)
    assert claim.step(at(301)) is Step.LOOK
    claim.renew(at(302))
    assert not claim.late
    assert claim.step(at(590)) is None, "it was spoken of already"


def test_an_older_answer_does_not_shorten_a_claim():
    claim = ClaimTime(300, at(10))
    claim.renew(NOON)
    assert claim.deadline == at(310)


@pytest.mark.parametrize(("told", "since"), [(-20, -20), (-7200, 0), (3600, 0), (None, 0)])
def test_a_claim_counts_from_when_the_server_says_unless_that_cannot_be(told: float | None, since: float):
    task = Task(1, "T", claimed_at=None if told is None else at(told))
    assert claim_time(task, NOON, 300).since == at(since)


@pytest.mark.parametrize(
    ("now", "lost"),
    [
        ({}, False),
        ({"claimed_by": "another"}, True),
        ({"attempts": 3}, True),
        ({"status": TaskStatus.PENDING, "claimed_by": None}, True),
        ({"status": TaskStatus.COMPLETED}, True),
    ],
)
def test_a_claim_is_lost_when_the_task_is_anothers_or_in_another_attempt(now: dict[str, Any], lost: bool):
    held = Task(1, "T", status=TaskStatus.CLAIMED, claimed_by="w", attempts=2)
    assert is_lost(replace(held, **now), held, "w") is lost


@pytest.fixture
async def pool(tasks: FakeTasks, settlement: MemorySettlement, heard: Heard) -> AsyncGenerator[Pool]:
    """A pool whose claims last for `SHORT` seconds."""
    pool = Pool(tasks, settlement, heard.publish, claim_timeout=SHORT, rng=Random(1), grace=GRACE)
    yield pool
    await pool.close(now=True)


Start = Callable[..., Any]


async def test_a_task_that_takes_longer_than_its_claim_is_said_marked_and_finished(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    tasks.add()
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: any(hand.late for hand in pool.statuses()[0].in_hand))
    [hand] = pool.statuses()[0].in_hand
    assert hand.deadline is not None and hand.deadline <= utcnow()
    await heard.until(lambda: tasks.calls["get_task"] >= 2)
    worker.go.set()
    await pool.finished("w")
    assert [report.success for report in tasks.reports] == [True]
    before, after = [said.text for said in heard.of(Said)]
    assert before.startswith("Task 1 has been in hand for 0.3") and "its claim of 0.4 s ends in 0" in before
    assert after.startswith("Task 1 ran past its claim of 0.4 s, and w still works on it")


async def test_a_heartbeat_that_is_answered_renews_the_claims_of_its_worker(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool
):
    tasks.add()
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: worker.started)
    first = pool.statuses()[0].in_hand[0].deadline
    ending = asyncio.get_running_loop().time() + 2 * SHORT

    def beat() -> bool:
        pool.heard("w", utcnow(), [1], [])
        return asyncio.get_running_loop().time() > ending

    await heard.until(beat)
    assert pool.statuses()[0].in_hand[0].deadline >= first + timedelta(seconds=SHORT)
    worker.go.set()
    await pool.finished("w")
    assert (heard.of(Said), tasks.calls["get_task"]) == ([], 0)


@pytest.mark.parametrize("renews", [True, False])
async def test_progress_renews_a_claim_only_where_the_server_does_that(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, renews: bool
):
    tasks.progress_renews = renews
    tasks.add()
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: worker.started)
    first = pool.statuses()[0].in_hand[0].deadline
    worker.report_progress(50)
    await heard.until(lambda: tasks.progress)
    await heard.until(lambda: renews is (pool.statuses()[0].in_hand[0].deadline != first) or None)
    worker.go.set()


async def test_a_claim_that_another_took_is_noticed_at_its_deadline_and_nothing_is_kept(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    tasks.add()
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: worker.started)
    tasks.take_from(1)
    await pool.finished("w")
    assert (settlement.kept, tasks.reports, heard.of(TaskProcessed)) == ([], [], [])
    assert [said.text for said in heard.of(Said)][-1] == LOST
    assert pool.totals() == (0, 0)


async def test_a_server_that_is_away_at_the_deadline_is_asked_again(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool
):
    tasks.faults["get_task"] += [Unreachable("No answer."), Unreachable("No answer.")]
    tasks.add()
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: worker.started)
    tasks.take_from(1)
    await pool.finished("w")
    assert tasks.calls["get_task"] == 3


async def test_a_heartbeat_that_tells_of_a_loss_stops_that_task_and_no_other(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    tasks.add(2)
    worker = start(Waiting, concurrency=2, max_iterations=1)
    await heard.until(lambda: len(worker.started) == 2)
    pool.heard("w", utcnow(), [1, 2], [1, 99])
    pool.heard("w", utcnow(), [1, 2], [1])
    await heard.until(lambda: pool.in_hand() == 1)
    worker.go.set()
    await pool.finished("w")
    assert list(settlement.results()) == [2]
    assert [said.text for said in heard.of(Said)].count(LOST) == 1


async def test_an_answer_about_an_earlier_claim_does_not_stop_a_later_one(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    asked_at = utcnow()
    tasks.add()
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: worker.started)
    pool.heard("w", asked_at, [1], [1])
    worker.go.set()
    await pool.finished("w")
    assert list(settlement.results()) == [1]


async def test_code_that_hears_of_the_loss_and_ends_by_itself_is_not_kept_either(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    class Listening(Async):
        async def process_task(self, task: Task) -> TaskResult:
            self.report_progress(10)
            await heard.until(lambda: self.is_cancelled)
            return TaskResult(True, {"title": "half of it"})

    tasks.add()
    tasks.faults["update_progress"].append(ClaimLost("taken over"))
    start(Listening, max_iterations=1)
    await pool.finished("w")
    assert (settlement.kept, tasks.reports) == ([], [])


async def test_a_thread_that_does_not_listen_is_left_behind_and_may_save_nothing(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    go, over, seen = threading.Event(), threading.Event(), list[str]()

    def does(worker: BaseWorker, task: Task) -> TaskResult:
        if task.attempts > 1 or task.id > 1:
            return TaskResult(True)
        go.wait(10)
        with suppress(ClaimLost):
            seen.append(worker.save({"title": "too late"}))
        over.set()
        return TaskResult(True)

    tasks.add(2)
    start(type("Deaf", (Told,), {"does": staticmethod(does)}))
    await heard.until(pool.in_hand)
    tasks.take_from(1)
    await heard.until(lambda: tasks.tasks[2].status is TaskStatus.COMPLETED)
    go.set()
    assert await asyncio.to_thread(over.wait, 5)
    assert (seen, list(settlement.results())) == ([], [2])


async def test_a_task_given_to_the_same_worker_again_is_kept_once(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool, settlement: MemorySettlement
):
    tasks.add()
    worker = start(Waiting, concurrency=2)
    await heard.until(lambda: worker.started == [1])
    tasks.tasks[1] = replace(tasks.tasks[1], status=TaskStatus.PENDING)
    tasks.add(type_id=2)
    await heard.until(lambda: worker.started == [1, 1])
    worker.go.set()
    await heard.until(lambda: tasks.tasks[1].status is TaskStatus.COMPLETED and pool.in_hand() == 0)
    assert [each.task.attempts for each in settlement.kept] == [2]


async def test_the_claims_of_a_worker_that_left_are_watched_no_more(
    tasks: FakeTasks, heard: Heard, pool: Pool, make: Callable[..., BaseWorker]
):
    tasks.add()
    pool.start(WorkerPlan.of(make(Async, max_iterations=1)))
    await pool.finished("w")
    pool.heard("w", utcnow(), [1], [1])
    pool.heard("nobody", utcnow(), [1], [1])
    assert heard.of(Said) == []


class SlowAnswers(FakeTasks):
    """Claims at once, and answers after the claim has gone to somebody else."""

    async def claim_many(self, *args: Any, **options: Any) -> list[Task]:
        """Claim; the answer is on its way for longer than a claim lasts."""
        claimed = await super().claim_many(*args, **options)
        for task in claimed[:1]:
            await asyncio.sleep(1.5 * SHORT)
            self.take_from(task.id)
        return claimed


async def test_a_claim_that_was_over_before_its_answer_came_is_not_begun(make: Callable[..., Any], heard: Heard):
    tasks = SlowAnswers(can_wait=False)
    settlement = MemorySettlement(tasks)
    pool = Pool(tasks, settlement, heard.publish, claim_timeout=SHORT, rng=Random(1))
    tasks.add()
    tasks.add()
    pool.start(WorkerPlan.of(make(Async, concurrency=2, max_iterations=1), types=("T",)))
    await pool.finished("w")
    await pool.close()
    assert [outcome.task.id for outcome in settlement.kept] == [2]


async def test_a_fault_of_our_own_in_the_watch_over_claims_is_said_and_the_watch_goes_on(
    start: Start, tasks: FakeTasks, heard: Heard, pool: Pool
):
    tasks.add()
    tasks.faults["get_task"].append(ZeroDivisionError("a fault of ours"))
    worker = start(Waiting, max_iterations=1)
    await heard.until(lambda: worker.started == [1])
    tasks.take_from(1)
    await heard.until(lambda: LOST in [said.text for said in heard.of(Said)])
    broken = "The watch over the time of claims broke off, and begins anew: ZeroDivisionError: a fault of ours"
    assert broken in [said.text for said in heard.of(Said)]
    worker.go.set()
