"""A report that the server will not take, or that speaks of a claim that is over, is kept and shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Invalid, TooLarge, Unreachable
from core.events import ReportRefused, Said, TaskCompleted, TaskFailed
from core.models import TaskResult, TaskStatus, utcnow
from core.outbox import Deliverer
from core.results.owed import ReportState
from tests.results.conftest import SERVER, an_outcome, claimed, kept, running
from tests.workers.fakes import FakeTasks


@pytest.mark.parametrize("sent_before", [False, True])
async def test_a_lost_claim_is_refused_kept_and_shown(tasks, database, heard, deliverer, sent_before):
    await claimed(tasks)
    if sent_before:
        tasks.faults["complete_many"].append(Unreachable("No answer.", unclear=True))
    tasks.take_from(1)
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(ReportRefused))
    [(state, reason)] = kept(database)
    assert state is ReportState.REFUSED
    assert "claimed again" in reason
    assert deliverer.waiting == 0
    assert not tasks.reports


async def test_a_task_cancelled_meanwhile_refuses_the_report(tasks, database, heard, deliverer):
    await claimed(tasks)
    tasks.tasks[1] = replace(tasks.tasks[1], status=TaskStatus.FAILED, error="cancelled")
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(ReportRefused))


async def test_a_task_that_is_gone_refuses_the_report(tasks, database, heard, deliverer):
    await claimed(tasks)
    tasks.faults["complete_many"].append(Unreachable("No answer.", unclear=True))
    del tasks.tasks[1]
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(ReportRefused))


async def test_a_report_that_the_server_will_never_take_is_kept_and_said_and_holds_up_no_other(
    tasks, database, heard, deliverer
):
    await claimed(tasks, 2)

    class Picky(FakeTasks):
        async def complete_many(self, worker_id, reports):
            if any(report.task_id == 1 for report in reports):
                raise Invalid("The result is too deep.")
            return await super().complete_many(worker_id, reports)

    tasks.__class__ = Picky
    async with running(deliverer):
        await deliverer.settle([an_outcome(1), an_outcome(2)])
        assert await deliverer.drain(5) == 0
    assert [event.task_id for event in heard.of(TaskCompleted)] == [2]
    assert kept(database) == [(ReportState.DEAD, "The result is too deep.")]
    assert "too deep" in heard.of(Said)[0].text


@pytest.mark.parametrize("refusal", [Invalid("The result is too deep."), TooLarge("The result is too long.")])
async def test_a_success_that_the_server_will_never_take_is_reported_as_a_failure(
    tasks, database, heard, deliverer, refusal
):
    await claimed(tasks)

    class Strict(FakeTasks):
        async def complete_many(self, worker_id, reports):
            if any(report.success for report in reports):
                raise refusal
            return await super().complete_many(worker_id, reports)

    tasks.__class__ = Strict
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: heard.of(TaskFailed))
    [failed] = heard.of(TaskFailed)
    assert str(refusal) in failed.error
    assert tasks.tasks[1].status is TaskStatus.PENDING, "it is not left claimed"
    assert database.result_of(1)["data"] == {"n": 1}
    assert kept(database) == []


async def test_a_success_turned_into_a_failure_is_still_one_after_a_restart(tasks, database, heard, deliverer):
    await claimed(tasks)
    tasks.faults["complete_many"] += [Invalid("The result is too deep."), *[Unreachable("No answer.")] * 1000]
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        await heard.until(lambda: tasks.calls["complete_many"] > 1)
    tasks.faults.clear()
    again = Deliverer(tasks, database, server=SERVER, process_id="me", publish=heard.publish)
    async with running(again):
        await heard.until(lambda: heard.of(TaskFailed))
    assert [(report.success, report.result) for report in tasks.reports] == [(False, None)]


async def test_a_report_whose_claim_may_be_over_is_sent_only_once_the_task_was_read(tasks, heard, deliverer):
    await claimed(tasks, 3)
    tasks.take_from(1, "w")
    async with running(deliverer):
        long_ago = utcnow() - timedelta(seconds=tasks.claim_timeout)
        await deliverer.settle([an_outcome(1, since=long_ago), an_outcome(2, since=long_ago), an_outcome(3)])
        assert await deliverer.drain(5) == 0
    assert [event.task_id for event in heard.of(ReportRefused)] == [1]
    assert [report.task_id for report in tasks.reports] == [2, 3]
    assert tasks.calls["get_task"] == 2


@pytest.mark.parametrize("takes_final", [True, False])
async def test_a_final_failure_whose_task_was_released_is_not_taken_to_have_arrived(
    tasks, database, heard, deliverer, takes_final
):
    await claimed(tasks)
    tasks.takes_final = takes_final
    tasks.faults["complete_many"].append(Unreachable("No answer.", unclear=True))
    async with running(deliverer):
        tasks.tasks[1] = replace(tasks.tasks[1], status=TaskStatus.PENDING, claimed_by=None)
        await deliverer.settle([an_outcome(1, TaskResult(False, error="private", retryable=False))])
        await heard.until(lambda: heard.of(ReportRefused) or heard.of(TaskFailed))
    told = [event.reason for event in heard.of(ReportRefused)]
    assert told == (["Task 1 is pending on the server."] if takes_final else [])
    assert [state for state, _ in kept(database)] == ([ReportState.REFUSED] if takes_final else [])
