"""Reports are sent until they are taken or refused, and survive everything in between."""

import asyncio
import sqlite3

import core.sending as sending_room
from core.errors import Invalid, NotAuthenticated, ServerFault, Unreachable
from core.events import ReportsWaiting, Said, TaskCompleted, TaskFailed
from core.models import RowOutcome, TaskResult
from core.outbox import Deliverer
from core.results.owed import Outbox, ReportState
from core.workers.backoff import Backoff
from tests.results.conftest import SERVER, an_outcome, claimed, kept, running
from tests.workers.fakes import FakeTasks


async def test_reports_settled_together_are_sent_in_one_call_and_forgotten(tasks, database, heard, deliverer):
    await claimed(tasks, 5)
    async with running(deliverer):
        await deliverer.settle([an_outcome(n) for n in range(1, 6)])
        assert await deliverer.drain(5) == 0
    assert tasks.calls["complete_many"] == 1
    assert [event.task_id for event in heard.of(TaskCompleted)] == [1, 2, 3, 4, 5]
    assert kept(database) == []


async def test_a_failure_says_whether_it_will_be_tried_again(tasks, heard, deliverer):
    await claimed(tasks)
    async with running(deliverer):
        await deliverer.settle([an_outcome(1, TaskResult(False, error="no"))])
        await deliverer.drain(5)
    [failed] = heard.of(TaskFailed)
    assert (failed.error, failed.requeued) == ("no", True)


async def test_nothing_is_sent_before_it_is_durable(tasks, database, path, heard, deliverer):
    await claimed(tasks)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with running(deliverer):
        settling = asyncio.create_task(deliverer.settle([an_outcome(1)]))
        await heard.until(lambda: heard.of(Said))
        assert not settling.done()
        assert tasks.calls["complete_many"] == 0
        other.execute("COMMIT")
        other.close()
        await settling
        assert await deliverer.drain(5) == 0
    assert "kept in memory; claiming stops" in heard.of(Said)[0].text
    assert len(heard.of(Said)) == 2


async def test_a_server_that_is_away_is_tried_until_it_is_back(tasks, database, heard, deliverer):
    await claimed(tasks)
    tasks.faults["complete_many"] += [Unreachable("No answer."), NotAuthenticated("Wrong key.")]
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(TaskCompleted))
    assert [event.count for event in heard.of(ReportsWaiting)] == [1, 0]
    assert tasks.calls["get_task"] == 2, "each time before it is sent again, the task is read"


async def test_a_report_that_arrived_though_nobody_heard_is_not_sent_again(tasks, heard, deliverer):
    await claimed(tasks)

    class Deaf(FakeTasks):
        async def complete_many(self, worker_id, reports):
            await super().complete_many(worker_id, reports)
            raise Unreachable("The answer was lost.", unclear=True)

    tasks.__class__ = Deaf
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(TaskCompleted))
    assert tasks.calls["complete_many"] == 1


async def test_a_report_that_waited_never_ends_a_later_claim_of_the_same_worker(
    tasks, database, heard, deliverer, monkeypatch
):
    monkeypatch.setattr(sending_room, "RESEND", Backoff(60, 1, 60))  # until somebody is in a hurry
    await claimed(tasks, 2)
    tasks.faults["complete_many"].append(Unreachable("No answer.", unclear=True))
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(ReportsWaiting))
        await deliverer.settle([an_outcome(2)])
        for number in (1, 2):
            tasks.take_from(number, "w")
        assert await deliverer.drain(5) == 0
    assert tasks.reports == []
    assert [state for state, _ in kept(database)] == [ReportState.REFUSED] * 2


async def test_a_task_that_cannot_be_read_holds_up_no_report_but_its_own(tasks, heard, deliverer):
    class Odd(FakeTasks):
        is_odd = True

        async def get_task(self, task_id):
            if task_id == 1 and self.is_odd:
                raise ServerFault("The answer is not understood.", temporary=False)
            return await super().get_task(task_id)

    await claimed(tasks, 4)
    tasks.__class__ = Odd
    tasks.faults["complete_many"].append(Unreachable("No answer.", unclear=True))
    async with running(deliverer):
        await deliverer.settle([an_outcome(n) for n in (1, 2, 3)])
        await heard.until(lambda: len(heard.of(TaskCompleted)) == 2)
        await deliverer.settle([an_outcome(4)])
        await heard.until(lambda: len(heard.of(TaskCompleted)) == 3)
        assert deliverer.waiting == 1
        Odd.is_odd = False
        assert await deliverer.drain(5) == 0
    assert [event.task_id for event in heard.of(TaskCompleted)] == [2, 3, 4, 1]


async def test_reports_that_an_answer_does_not_mention_are_sent_again(tasks, heard, deliverer):
    await claimed(tasks, 3)

    class Forgetful(FakeTasks):
        async def complete_many(self, worker_id, reports):
            first = self.calls["complete_many"] == 0
            rows = await super().complete_many(worker_id, reports[:1] if first else reports)
            return [RowOutcome(99, True, "completed"), *reversed(rows)]

    tasks.__class__ = Forgetful
    async with running(deliverer):
        await deliverer.settle([an_outcome(n) for n in (1, 2, 3)])
        assert await deliverer.drain(5) == 0
    assert sorted(event.task_id for event in heard.of(TaskCompleted)) == [1, 2, 3]
    assert sorted(report.task_id for report in tasks.reports) == [1, 2, 3]


async def test_what_was_taken_before_the_server_went_away_is_said_once(tasks, heard, deliverer):
    await claimed(tasks, 2)
    tasks.faults["complete_many"] += [Invalid("One of them is odd.")]

    class Leaving(FakeTasks):
        async def complete_many(self, worker_id, reports):
            if self.calls["complete_many"] == 2:
                self.faults["complete_many"].append(Unreachable("No answer."))
            return await super().complete_many(worker_id, reports)

    tasks.__class__ = Leaving
    async with running(deliverer):
        await deliverer.settle([an_outcome(1), an_outcome(2)])
        assert await deliverer.drain(5) == 0
    assert [event.task_id for event in heard.of(TaskCompleted)] == [1, 2]


async def test_who_gives_up_waits_for_no_delivery(tasks, deliverer):
    await claimed(tasks)
    tasks.faults["complete_many"] += [Unreachable("No answer.")] * 1000
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        draining = asyncio.create_task(deliverer.drain(3600))
        await asyncio.wait([draining], timeout=0)
        deliverer.give_up()
        assert await draining == 1
        assert await deliverer.drain(3600) == 1


async def test_a_server_fault_in_one_row_holds_up_no_other(tasks, heard, deliverer):
    await claimed(tasks, 2)

    class Stumbling(FakeTasks):
        async def complete_many(self, worker_id, reports):
            rows = await super().complete_many(worker_id, reports[1:] if len(reports) > 1 else reports)
            stumbled = [RowOutcome(reports[0].task_id, False, None, 503, "busy")] if len(reports) > 1 else []
            return stumbled + rows

    tasks.__class__ = Stumbling
    async with running(deliverer):
        await deliverer.settle([an_outcome(1), an_outcome(2)])
        await heard.until(lambda: len(heard.of(TaskCompleted)) == 2)
    assert [event.task_id for event in heard.of(TaskCompleted)] == [2, 1]


async def test_draining_gives_up_in_time_and_tells_what_is_left(tasks, database, deliverer):
    await claimed(tasks)
    tasks.faults["complete_many"] += [Unreachable("No answer.")] * 1000
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        assert await deliverer.drain(0.1) == 1
    assert [each.report.task_id for each in Outbox(database, SERVER).waiting("me")] == [1]


async def test_the_next_start_delivers_what_the_last_one_owed(tasks, database, heard, deliverer):
    await claimed(tasks)
    await deliverer.settle([an_outcome(1)])
    again = Deliverer(tasks, database, server=SERVER, process_id="me", publish=heard.publish)
    async with running(again):
        await heard.until(lambda: heard.of(TaskCompleted))
    assert kept(database) == []


async def test_reports_go_only_to_their_server(tasks, database, heard):
    database.settle("another server", "me", [an_outcome(1)])
    here = Deliverer(tasks, database, server=SERVER, process_id="me", publish=heard.publish)
    assert here.load() == 0


async def test_one_report_at_which_the_server_fails_holds_up_no_other(tasks, heard, deliverer):
    await claimed(tasks, 5)

    class Poisoned(FakeTasks):
        async def complete_many(self, worker_id, reports):
            self.sizes.append(len(reports))
            if any(report.task_id == 2 for report in reports):
                raise ServerFault("The TaskManager failed.", status=503, temporary=True)
            return await super().complete_many(worker_id, reports)

    tasks.__class__, tasks.sizes = Poisoned, []
    async with running(deliverer):
        await deliverer.settle([an_outcome(n) for n in range(1, 6)])
        await heard.until(lambda: len(heard.of(TaskCompleted)) == 4)
        assert deliverer.waiting == 1, "that one is still owed, and sent again"
        assert tasks.sizes[:2] == [5, 5], "they are sent together until the server has failed twice"
        assert set(tasks.sizes[2:]) == {1}
        tasks.__class__ = FakeTasks
        await heard.until(lambda: len(heard.of(TaskCompleted)) == 5)


async def test_a_server_that_fails_at_all_reports_is_not_asked_for_each(tasks, heard, deliverer, monkeypatch):
    await claimed(tasks, 20)
    fault = ServerFault("The TaskManager failed.", status=503, temporary=True)
    tasks.faults["complete_many"] += [fault] * 12
    attempts = []
    monkeypatch.setattr(sending_room, "RESEND", Noting(0.02, 1, 0.02, attempts, tasks))
    async with running(deliverer):
        await deliverer.settle([an_outcome(n) for n in range(1, 21)])
        await heard.until(lambda: len(heard.of(TaskCompleted)) == 20)
    assert attempts[:4] == [1, 2, 5, 8], "calls until each pause"


class Noting:
    """A backoff that notes how many calls were made before each pause."""

    def __init__(self, first, factor, ceiling, attempts, tasks):
        self._backoff, self._attempts, self._tasks = Backoff(first, factor, ceiling), attempts, tasks

    def delay(self, misses, rng):
        self._attempts.append(self._tasks.calls["complete_many"])
        return self._backoff.delay(misses, rng)
