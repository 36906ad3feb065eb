"""Workers wait, pause, resume, change their strategy and stop, without losing a task."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import BadSetting, DatabaseUnusable, RateLimited, Unreachable
from core.events import Said, WorkerChanged
from core.models import TaskResult, TaskStatus, WorkerState, utcnow
from core.workers.claiming import STRATEGIES
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.workers.fakes import FakeTasks
from tests.workers.workers_at_hand import Async, Told, Waiting


async def test_a_new_task_starts_at_once_where_the_server_can_wait(start, tasks, heard):
    start(Async, poll_interval=60)
    await heard.until(lambda: tasks.calls["claim_many"] == 1)
    tasks.add()
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)
    assert tasks.calls["claim_many"] <= 3


async def test_an_empty_queue_is_asked_more_and_more_seldom(start, tasks, heard, pool):
    tasks.can_wait = False
    start(Async, poll_interval=0.02, backoff_multiplier=3, max_backoff=60)
    await heard.until(lambda: pool.empty_rounds("w") == 4)
    [status] = pool.statuses()
    assert status.state is WorkerState.IDLE
    assert (status.until - status.last_seen).total_seconds() > 0.3
    tasks.add()
    pool.wake()
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)


async def test_a_worker_that_cannot_reach_the_server_says_so_and_goes_on(start, tasks, heard):
    tasks.faults["claim_many"] += [Unreachable("No answer."), RateLimited("Too many calls.", retry_after=0.1)]
    tasks.add()
    start(Async)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)
    backing_off = [e.status for e in heard.of(WorkerChanged) if e.status.state is WorkerState.BACKING_OFF]
    assert {"No answer.", "Too many calls."} <= {status.note for status in backing_off}
    assert any(status.until for status in backing_off)


async def test_the_iterations_are_passes_empty_ones_too(start, tasks, heard, pool):
    start(Async, max_iterations=3, poll_interval=0.01)
    await pool.finished("w")
    assert tasks.calls["claim_many"] == 3
    assert heard.states("w")[-1] is WorkerState.STOPPED


async def test_a_paused_worker_finishes_what_it_has_and_claims_nothing(start, tasks, heard, pool):
    tasks.add(2)
    worker = start(Waiting)
    await heard.until(lambda: worker.started == [1])
    assert pool.pause() == ["w"]
    worker.go.set()
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)
    await heard.until(lambda: heard.states("w")[-1] is WorkerState.PAUSED)
    assert tasks.statuses()[TaskStatus.PENDING] == 1
    pool.resume(["w"])
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 2)


async def test_pausing_ends_the_wait_of_a_claim_at_once(start, tasks, heard, pool):
    start(Async, poll_interval=5)
    await heard.until(lambda: tasks.calls["claim_many"] == 1)
    pool.pause()
    await heard.until(lambda: tasks.calls["end_wait"] == 1 and heard.states("w")[-1] is WorkerState.PAUSED)
    tasks.add()
    assert tasks.statuses() == {TaskStatus.PENDING: 1}


async def test_a_paused_worker_does_not_go_on_telling_what_was_wrong_when_it_claimed_last(start, tasks, heard, pool):
    tasks.faults["claim_many"] += [Unreachable("No answer.")]
    start(Async, poll_interval=60)
    await heard.until(lambda: any(e.status.note == "No answer." for e in heard.of(WorkerChanged)))
    pool.pause()
    [status] = pool.statuses()
    assert (status.state, status.note) == (WorkerState.PAUSED, "")


async def test_what_a_waiting_claim_brings_to_a_paused_worker_is_given_back(start, tasks, heard, pool):
    tasks.can_end_wait = False
    start(Async)
    await heard.until(lambda: tasks.calls["claim_many"] == 1)
    pool.pause()
    tasks.add()
    await heard.until(lambda: tasks.calls["release_many"] == 1 or tasks.calls["claim_many"] == 1)
    await heard.until(lambda: tasks.statuses() == {TaskStatus.PENDING: 1})
    assert not tasks.reports


async def test_where_nothing_can_be_given_back_a_paused_worker_does_it(start, tasks, heard, pool):
    tasks.can_release = tasks.can_end_wait = False
    start(Async, poll_interval=5)
    await heard.until(lambda: tasks.calls["claim_many"] == 1)
    pool.pause()
    tasks.add()
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)


async def test_of_tasks_that_are_given_back_in_part_only_those_that_stay_ours_are_done(start, tasks, heard, pool):
    tasks.can_end_wait, tasks.takes_back = False, 1
    worker = start(Async, concurrency=3)
    await heard.until(lambda: tasks.calls["claim_many"] == 1)
    pool.pause()
    tasks.add(3)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 2)
    assert tasks.tasks[1].status is TaskStatus.PENDING
    assert pool.in_hand() == 0
    assert worker.worker_id == "w"


@pytest.mark.parametrize(("name", "first"), [("FIFO", 1), ("LIFO", 3), ("PRIORITY", 2)])
async def test_a_strategy_says_which_task_is_next(start, tasks, heard, settlement, name, first):
    tasks.add()
    tasks.add(priority=5)
    tasks.add()
    start(Async, strategy=name.lower())
    await heard.until(lambda: settlement.kept)
    assert settlement.kept[0].task.id == first


async def test_another_strategy_holds_from_the_next_claim(start, tasks, heard, pool):
    tasks.add(4)
    worker = start(Waiting)
    await heard.until(lambda: worker.started == [1])
    assert pool.set_strategy(STRATEGIES["LIFO"]) == ["w"]
    worker.go.set()
    await heard.until(lambda: len(worker.started) == 4)
    assert worker.started == [1, 4, 3, 2]
    assert pool.statuses()[0].strategy == "LIFO"


async def test_a_worker_that_is_stopped_finishes_what_it_has(start, tasks, heard, pool):
    tasks.add(2)
    worker = start(Waiting)
    await heard.until(lambda: worker.started == [1])
    await pool.stop(["w"])
    assert pool.statuses()[0].state is WorkerState.DRAINING
    worker.go.set()
    await pool.finished("w")
    assert tasks.statuses() == {TaskStatus.COMPLETED: 1, TaskStatus.PENDING: 1}
    assert pool.statuses()[0].state is WorkerState.STOPPED


async def test_a_worker_that_is_stopped_now_gives_its_tasks_back(start, tasks, heard, pool, settlement):
    tasks.add(3)
    worker = start(Waiting, concurrency=2)
    await heard.until(lambda: worker.started == [1, 2])
    await pool.stop(now=True)
    await pool.finished("w")
    assert tasks.statuses() == {TaskStatus.PENDING: 3}
    assert not settlement.kept
    assert pool.in_hand() == 0


async def test_stopping_now_says_what_could_not_be_given_back(start, tasks, heard, pool):
    tasks.can_release = False
    tasks.add()
    worker = start(Waiting)
    await heard.until(lambda: worker.started == [1])
    await pool.stop(now=True)
    assert any("could not be given back (1)" in said.text for said in heard.of(Said))


async def test_stopping_now_waits_for_no_step_whose_claim_is_not_answered(start, tasks, heard, make, settlement):
    class Silent(FakeTasks):
        async def claim_many(self, *args, **options):
            self.calls["claim_many"] += 1
            await asyncio.Event().wait()

    silent = Silent()
    pool = Pool(silent, settlement, heard.publish, grace=0.05)
    pool.start(replace(WorkerPlan.of(make(Async)), paused=True))
    stepping = asyncio.create_task(pool.step("w"))
    await heard.until(lambda: silent.calls["claim_many"])
    async with asyncio.timeout(5):
        await pool.stop(now=True)
        await pool.finished("w")
    with pytest.raises(BadSetting, match="it stops"):
        await stepping
    await pool.close()


async def test_stopping_now_gives_tasks_back_whose_outcome_cannot_be_kept(start, tasks, heard, pool, settlement):
    async def settle(outcomes):
        begun.set()
        await refused.wait()
        raise DatabaseUnusable("The results database cannot be written.")

    begun, refused = asyncio.Event(), asyncio.Event()
    settlement.settle = settle
    tasks.add()
    start(Async)
    async with asyncio.timeout(5):
        await begun.wait()
    stopping = asyncio.create_task(pool.stop(now=True))
    refused.set()
    await stopping
    assert tasks.statuses() == {TaskStatus.PENDING: 1}
    text = "What was done of these tasks could not be kept, and they have to be done again: 1."
    assert text in [said.text for said in heard.of(Said)]


async def test_many_failures_in_a_row_rest_a_worker(start, tasks, heard):
    class Failing(Told):
        does = staticmethod(lambda worker, task: TaskResult(False, error="the site is down"))

    tasks.add(6)
    start(Failing)
    await heard.until(lambda: heard.states("w")[-1:] == [WorkerState.BACKING_OFF])
    status = heard.of(WorkerChanged)[-1].status
    assert "5 failures in a row" in status.note
    assert "the site is down" in status.note
    assert [said.text for said in heard.of(Said)] == [f"w: {status.note}"]
    assert tasks.calls["claim_many"] == 5


async def test_failures_that_are_final_rest_a_worker_whatever_time_they_name(start, tasks, heard):
    class Failing(Told):
        does = staticmethod(lambda worker, task: TaskResult(False, error="no", retryable=False, retry_at=utcnow()))

    tasks.puts_off = True
    tasks.add(6)
    start(Failing)
    await heard.until(lambda: heard.states("w")[-1:] == [WorkerState.BACKING_OFF])
    assert tasks.calls["claim_many"] == 5


async def test_a_fault_of_our_own_crashes_that_worker_alone_and_is_said(pool, make, tasks, heard):
    tasks.faults["claim_many"].append(RuntimeError("a bug"))
    pool.start(WorkerPlan.of(make(Async, worker_id="unlucky")))
    await pool.finished("unlucky")
    pool.start(WorkerPlan.of(make(Async, worker_id="other")))
    tasks.add()
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 1)
    assert pool.statuses()[0].state is WorkerState.CRASHED
    assert any("unlucky crashed: RuntimeError: a bug" in said.text for said in heard.of(Said))


async def test_workers_that_ended_long_ago_are_forgotten_and_still_counted(pool, make, tasks, heard):
    class Failing(Told):
        does = staticmethod(lambda worker, task: TaskResult(False, error="no"))

    for number in range(30):
        tasks.add()
        kind = Failing if number == 0 else Async
        pool.start(WorkerPlan.of(make(kind, worker_id=f"w{number}", max_iterations=1)))
        await pool.finished(f"w{number}")
    assert [status.id for status in pool.statuses()] == [f"w{number}" for number in range(10, 30)]
    assert pool.totals() == (29, 1)
    await pool.finished("w0")


async def test_a_worker_may_start_again_under_its_id(pool, make, tasks, heard):
    for _ in range(2):
        tasks.add()
        pool.start(WorkerPlan.of(make(Async, max_iterations=1)))
        await pool.finished("w")
    assert len(pool.statuses()) == 1
    assert pool.totals() == (2, 0)


async def test_two_workers_of_one_id_are_refused(start, heard):
    start(Async)
    with pytest.raises(BadSetting, match="already"):
        start(Async)


async def test_a_task_given_to_us_again_cancels_the_older_claim(start, tasks, heard, pool):
    tasks.add()
    worker = start(Waiting, concurrency=2)
    await heard.until(lambda: worker.started == [1])
    tasks.tasks[1] = replace(tasks.tasks[1], status=TaskStatus.PENDING)
    tasks._created.set()
    await heard.until(lambda: worker.started == [1, 1])
    assert [hand.attempts for hand in pool.statuses()[0].in_hand] == [1, 2]
    worker.go.set()


async def test_types_are_asked_for_in_turn(pool, make, tasks):
    worker = make(Async, task_type_ids=[1, 2, 3], max_iterations=3, poll_interval=0.01)
    pool.start(WorkerPlan.of(worker))
    await pool.finished("w")
    firsts = [claim["types"][0] for claim in tasks.claims]
    assert sorted(firsts) == [1, 2, 3]


async def test_a_worker_has_ended_only_when_its_tasks_are_given_back(start, tasks, heard, pool):
    class Slow(FakeTasks):
        async def release_many(self, worker_id, task_ids):
            await heard.until(lambda: heard.states("w")[-1] is WorkerState.DRAINING)
            return await super().release_many(worker_id, task_ids)

    tasks.__class__ = Slow
    tasks.add()
    worker = start(Waiting)
    await heard.until(lambda: worker.started)
    stopping = asyncio.create_task(pool.stop(now=True))
    await pool.finished("w")
    assert tasks.statuses() == {TaskStatus.PENDING: 1}
    await stopping
