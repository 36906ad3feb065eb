"""Tasks are claimed, done and settled, whatever kind of worker does them."""

import asyncio
import threading
import time
from contextlib import suppress

from core.errors import ClaimLost, Unreachable
from core.events import TaskClaimed, TaskProcessed, TaskProgressed
from core.models import TaskResult, TaskStatus
from core.workers.claiming import STRATEGIES
from core.workers.plan import WorkerPlan
from tests.workers.workers_at_hand import Async, Blocking, Told, Waiting


def told(does):
    return type("ToldThis", (Told,), {"does": staticmethod(does)})


async def outcome_of(does, start, tasks, settlement, heard, **kwargs):
    [number] = tasks.add()
    start(told(does), **kwargs)
    await heard.until(lambda: number in settlement.results())
    return settlement.results()[number]


async def test_every_task_is_done_once_and_said(start, tasks, heard, settlement):
    tasks.add(25)
    start(Async, concurrency=10)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 25)
    await heard.until(lambda: len(heard.of(TaskProcessed)) == 25)
    assert [each.task.id for each in heard.of(TaskClaimed)] == list(range(1, 26))
    assert sorted(each.task.id for each in settlement.kept) == list(range(1, 26))


async def test_outcomes_that_are_ready_together_are_committed_together(start, tasks, heard, settlement):
    tasks.add(20)
    start(Async, concurrency=10)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 20)
    assert settlement.batches == [10, 10]


async def test_free_slots_are_filled_by_one_claim(start, tasks, heard):
    tasks.add(20)
    start(Async, concurrency=10)
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 20)
    assert [claim["limit"] for claim in tasks.claims[:2]] == [10, 10]


async def test_a_plain_function_runs_beside_the_loop(start, tasks, heard, settlement):
    tasks.add()
    start(Blocking)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].data == {"thread": False}


async def test_blocking_tasks_run_side_by_side(start, tasks, heard, settlement):
    together = threading.Barrier(4, timeout=5)

    def does(worker, task):
        together.wait()
        return TaskResult(True)

    tasks.add(4)
    start(told(does), concurrency=4)
    await heard.until(lambda: len(settlement.kept) == 4)
    assert all(result.success for result in settlement.results().values())


async def test_no_more_tasks_are_in_hand_than_asked_for(start, tasks, heard, pool):
    tasks.add(5)
    worker = start(Waiting, concurrency=2)
    await heard.until(lambda: len(worker.started) == 2)
    assert pool.in_hand() == 2
    worker.go.set()
    await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 5)


async def test_what_an_author_raises_fails_the_task_readably(start, tasks, heard, settlement):
    def does(worker, task):
        raise ValueError("no such channel")

    result = await outcome_of(does, start, tasks, settlement, heard)
    assert (result.success, result.error) == (False, "ValueError: no such channel")


async def test_an_author_who_exits_fails_the_task_not_the_program(start, tasks, heard, settlement):
    def does(worker, task):
        raise SystemExit(3)

    assert (await outcome_of(does, start, tasks, settlement, heard)).error == "SystemExit: 3"


async def test_an_async_author_who_exits_fails_the_task_not_the_program(start, tasks, heard, settlement):
    class Leaving(Async):
        async def process_task(self, task):
            raise KeyboardInterrupt

    tasks.add()
    start(Leaving, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].error == "KeyboardInterrupt"


async def test_an_answer_that_is_no_task_result_is_an_error_that_says_so(start, tasks, heard, settlement):
    result = await outcome_of(lambda worker, task: {"ok": True}, start, tasks, settlement, heard)
    assert result.error == "process_task must return a TaskResult, not dict."


async def test_a_failed_task_is_tried_again_until_its_attempts_are_used_up(start, tasks, heard, settlement):
    tasks.add()
    start(told(lambda worker, task: TaskResult(False, error="no")))
    await heard.until(lambda: tasks.statuses()[TaskStatus.FAILED] == 1)
    assert [each.task.attempts for each in settlement.kept] == [1, 2, 3]


async def test_an_async_task_ends_at_its_timeout(start, tasks, heard, settlement):
    tasks.add()
    start(Waiting, task_timeout=0.05, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert "Timed out after 0.05 s" in settlement.results()[1].error


async def test_a_time_out_of_the_authors_own_is_not_ours(start, tasks, heard, settlement):
    class Impatient(Async):
        async def process_task(self, task):
            raise TimeoutError("the site is slow")

    tasks.add()
    start(Impatient, task_timeout=5, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].error == "TimeoutError: the site is slow"


async def test_a_blocking_task_that_timed_out_is_told_to_stop_and_may_save_nothing(start, tasks, heard, settlement):
    seen = {}
    over = threading.Event()

    def does(worker, task):
        while not worker.is_cancelled:
            time.sleep(0.005)
        with suppress(ClaimLost):
            worker.save({"title": "too late"})
            seen["saved"] = True
        over.set()
        return TaskResult(True)

    result = await outcome_of(does, start, tasks, settlement, heard, task_timeout=0.05, max_iterations=1)
    assert "Timed out" in result.error
    await asyncio.to_thread(over.wait, 5)
    assert not seen


async def test_the_tools_mean_the_task_of_their_context(start, tasks, heard, settlement):
    together = threading.Barrier(3, timeout=5)

    def does(worker, task):
        together.wait()
        worker.report_progress(task.id * 10, f"task {task.id}")
        worker.save({"title": f"idea of {task.id}"})
        together.wait()
        return TaskResult(True, {"keys": len(worker.saved())})

    tasks.add(3)
    start(told(does), concurrency=3)
    await heard.until(lambda: len(settlement.kept) == 3)
    assert {each.task_id: each.message for each in heard.of(TaskProgressed)} == {n: f"task {n}" for n in (1, 2, 3)}
    assert [settlement.results()[n].data for n in (1, 2, 3)] == [{"keys": 1}] * 3


async def test_progress_is_seen_at_once_and_sent_seldom(start, tasks, heard, settlement):
    class Chatty(Async):
        async def process_task(self, task):
            for percent in range(100):
                self.report_progress(percent)
            await asyncio.sleep(0.05)
            return TaskResult(True)

    tasks.add()
    start(Chatty)
    await heard.until(lambda: settlement.kept)
    assert [each.percent for each in heard.of(TaskProgressed)] == list(range(100))
    assert tasks.calls["update_progress"] == 1


async def test_work_goes_on_when_progress_cannot_be_told(start, tasks, heard, settlement):
    class Chatty(Async):
        async def process_task(self, task):
            self.report_progress(10)
            await asyncio.sleep(0.02)
            return TaskResult(not self.is_cancelled)

    tasks.faults["update_progress"].append(Unreachable("no"))
    tasks.add()
    start(Chatty, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.results()[1].success


async def test_a_task_of_many_types_goes_to_the_worker_of_its_type(pool, make, tasks, heard, settlement):
    tasks.add(type_id=1, type_name="A")
    tasks.add(type_id=2, type_name="B")
    handlers = {1: make(Async), 2: make(told(lambda worker, task: TaskResult(True, "from B")))}
    pool.start(WorkerPlan("w", handlers, ("A", "B"), STRATEGIES["FIFO"], concurrency=2))
    await heard.until(lambda: len(settlement.kept) == 2)
    assert settlement.results()[1].data == {"n": 1}
    assert settlement.results()[2].data == "from B"
