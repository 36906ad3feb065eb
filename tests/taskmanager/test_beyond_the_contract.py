"""Calls that only some servers have: used where they are, refused with an alternative where they are not."""

from __future__ import annotations

import asyncio

import pytest

from core.config import Config
from core.errors import Invalid, NotFound, NotPossibleHere
from core.filters import TaskFilter
from core.models import Report, TaskStatus, WorkerState
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.capabilities import OBSERVED
from tests.contract.observed import ObservedTaskManager

Client = AsyncTaskManagerClient


async def queue_of(tasks: Client, amount: int) -> int:
    known = await tasks.register_task_type("example.echo", "1", {"type": "object"})
    for n in range(amount):
        await tasks.create_task("example.echo", {"n": n})
    return known.id


async def test_the_embedded_one_can_do_all_of_it(embedded: Client):
    assert not embedded.can_wait
    here = await embedded.capabilities()
    assert {
        "claim-batch",
        "complete-batch",
        "bulk",
        "history",
        "stats",
        "changes",
        "heartbeat",
        "workers",
        "versions",
    } <= here.names
    assert {
        "filter",
        "address",
        "cancelled",
        "same",
        "list-types",
        "priority",
        "wait",
        "release",
        "retry",
        "cancel",
        "delete",
    } <= here.names
    assert embedded.can_wait and here.empty_params_ok


async def test_the_real_one_is_known_by_the_shape_of_its_answers(real: Client):
    assert await real.capabilities() == OBSERVED
    assert not real.can_wait


async def test_what_the_real_one_lacks_is_refused_with_an_alternative(real: Client):
    for call in (
        real.history(1),
        real.stats(),
        real.changes(0),
        real.heartbeat("w", "host", 1, "idle", "FIFO", []),
        real.workers(),
        real.type_versions("example.echo"),
        real.same_task("example.echo", {"n": 1}),
        real.bulk("retry", [1]),
        real.bulk("release", [1]),
        real.bulk("cancel", [1]),
        real.bulk("delete", [1]),
    ):
        with pytest.raises(NotPossibleHere, match=r"This TaskManager cannot .+\. \w+"):
            await call
    assert await real.release_many("w", [1]) is False


async def test_the_task_that_a_new_one_would_be_is_told_before_it_is_created(embedded: Client):
    await queue_of(embedded, 3)
    found = await embedded.same_task("example.echo", {"n": 1.0})
    assert found is not None and found.id == 2
    assert (await embedded.create_task("example.echo", {"n": 1.0})).id == 2
    assert await embedded.same_task("example.echo", {"n": True}) is None
    assert await embedded.same_task("example.other", {"n": 1}) is None
    assert (await embedded.list_tasks()).total == 3


async def test_a_claim_waits_for_a_task_to_come(embedded: Client):
    type_id = await queue_of(embedded, 0)
    waiting = asyncio.ensure_future(
        embedded.claim_many("w", [type_id], limit=2, sort_by="id", sort_order="ASC", wait=10)
    )
    await asyncio.sleep(0)
    await embedded.create_task("example.echo", {"n": 1})
    assert [task.id for task in await waiting] == [1]


async def test_a_batch_claim_tells_whole_tasks(embedded: Client):
    type_id = await queue_of(embedded, 3)
    claimed = await embedded.claim_many("w", [type_id], limit=2, sort_by="id", sort_order="DESC")
    assert [(task.id, task.params, task.claimed_by, task.attempts) for task in claimed] == [
        (3, {"n": 2}, "w", 1),
        (2, {"n": 1}, "w", 1),
    ]


async def test_a_report_about_an_earlier_claim_is_refused(embedded: Client):
    type_id = await queue_of(embedded, 1)
    await embedded.claim_task("w", type_id)
    await embedded.release_many("w", [1])
    await embedded.claim_task("w", type_id)
    (outcome,) = await embedded.complete_many("w", [Report(1, "w", 1, True)])
    assert (outcome.ok, outcome.code) == (False, 409)


async def test_an_operator_may_release_cancel_retry_and_delete(embedded: Client):
    type_id = await queue_of(embedded, 2)
    await embedded.claim_task("w", type_id, "id")
    assert await embedded.release_many("w", [1])
    assert (await embedded.get_task(1)).status == TaskStatus.PENDING
    assert [each.ok for each in await embedded.bulk("cancel", [1, 77])] == [True, False]
    assert (await embedded.get_task(1)).status == TaskStatus.FAILED
    assert (await embedded.bulk("retry", [1], dry_run=True))[0].ok
    assert (await embedded.get_task(1)).status == TaskStatus.FAILED
    await embedded.bulk("retry", [1])
    assert (await embedded.get_task(1)).attempts == 0
    await embedded.bulk("delete", [1])
    assert [task.id for task in (await embedded.list_tasks()).tasks] == [2]


async def test_many_rows_are_sent_in_several_calls(embedded: Client):
    outcomes = await embedded.bulk("cancel", range(1, 1202))
    assert [each.id for each in outcomes] == list(range(1, 1202))
    assert not any(each.ok for each in outcomes)


async def test_the_history_of_a_task_is_told_oldest_first(embedded: Client):
    type_id = await queue_of(embedded, 1)
    await embedded.claim_task("w", type_id)
    await embedded.complete_task(1, "w", False, error="boom")
    history = await embedded.history(1)
    assert [entry.event for entry in history] == ["created", "claimed", "retry"]
    assert (history[1].worker, history[2].message) == ("w", "boom")


async def test_the_versions_of_a_type_are_told_newest_first_over_any_way(embedded: Client, served_url: str):
    async with AsyncTaskManagerClient(Config(environ={}), url=served_url, api_key="test-key") as served:
        for tasks in (embedded, served):
            await tasks.register_task_type("a/b", "1.0.0", {"type": "object"})
            await tasks.create_task("a/b", {"n": 1})
            await tasks.register_task_type("a/b", "1.1.0", {"type": "object", "properties": {}})
            newest, first = await tasks.type_versions("a/b")
            assert (newest.number, newest.version, newest.tasks) == (2, "1.1.0", 0)
            assert (first.version, first.tasks, first.is_active, first.param_schema) == (
                "1.0.0",
                1,
                True,
                {"type": "object"},
            )
            assert first.registered_at is not None and first.registered_at.tzinfo is not None
            with pytest.raises(NotFound):
                await tasks.type_versions("nope")


async def test_a_server_of_documented_calls_says_that_it_keeps_the_newest_version_only(real: Client):
    with pytest.raises(NotPossibleHere, match="It keeps the newest version only"):
        await real.type_versions("example.echo")


async def test_tasks_are_counted_by_type(embedded: Client):
    type_id = await queue_of(embedded, 3)
    await embedded.claim_task("w", type_id)
    (counts,) = await embedded.stats()
    assert (counts.name, counts.pending, counts.claimed, counts.completed) == ("example.echo", 2, 1, 0)
    assert counts.oldest_pending_at is not None


async def test_changes_tell_the_newest_state_once_and_what_is_gone(embedded: Client):
    type_id = await queue_of(embedded, 2)
    start = (await embedded.changes(0)).next
    await embedded.claim_task("w", type_id, "id")
    await embedded.complete_task(1, "w", True)
    await embedded.bulk("delete", [2])
    changed = await embedded.changes(start)
    assert [(task.id, task.status) for task in changed.tasks] == [(1, TaskStatus.COMPLETED)]
    assert changed.deleted == (2,) and changed.next > start and not changed.reset


async def test_who_beats_is_listed_and_keeps_its_claims(embedded: Client):
    type_id = await queue_of(embedded, 1)
    await embedded.claim_task("w/ö 1", type_id)
    await embedded.heartbeat("w/ö 1", "host", 4711, WorkerState.BACKING_OFF, "LIFO", [1])
    (worker,) = await embedded.workers()
    assert (worker.id, worker.state, worker.host, worker.pid) == ("w/ö 1", WorkerState.BACKING_OFF, "host", 4711)
    assert not worker.local and [each.task_id for each in worker.in_hand] == [1]


async def test_the_embedded_one_takes_empty_parameters_and_honours_priorities(embedded: Client):
    known = await embedded.register_task_type("a name/with ünusual signs", "1", {"type": "object"})
    await embedded.create_task(known.name, {})
    await embedded.create_task(known.name, {"n": 1}, priority=9)
    first = await embedded.claim_task("w", known.id, "priority", "DESC")
    assert first and (first.id, first.priority) == (2, 9)
    assert (await embedded.get_task_type(known.name)).id == known.id


async def test_what_the_real_one_would_mangle_is_refused_before_it_is_sent(real: Client):
    await queue_of(real, 0)
    for params in ({}, {"0": "a"}, {"0": "a", "1": "b"}):
        with pytest.raises(Invalid, match="takes no empty parameters"):
            await real.create_task("example.echo", params)
    for name in ("with space", "api.fetch", "a/b", "ünusual", "x/api"):
        with pytest.raises(Invalid, match="cannot serve a type named"):
            await real.register_task_type(name, "1", {"type": "object"})


async def test_whole_numbers_may_be_given_for_numbers_of_a_type_that_another_client_registered(
    real: Client, observed_url: str
):
    schema = {"type": "object", "properties": {"rate": {"type": "number"}, "n": {"type": "integer"}}}
    await real.register_task_type("example.rated", "1", schema)
    async with AsyncTaskManagerClient(Config(environ={}), url=observed_url, api_key="test-key") as other:
        for rate in (5, 6):
            created = await other.create_task("example.rated", {"rate": rate, "n": 5})
            assert (created.id, created.deduplicated) == (rate - 4, False)
    assert (await real.get_task(1)).params == {"rate": 5, "n": 5}


async def test_what_is_refused_for_more_than_its_numbers_is_told_of_in_words(
    real: Client, observed: ObservedTaskManager
):
    await queue_of(real, 0)
    observed.types["example.echo"]["param_schema"] = {"properties": {"rate": {"type": "number"}}, "required": ["n"]}
    with pytest.raises(Invalid, match=r"Missing required property: \.n"):
        await real.create_task("example.echo", {"rate": 5})


async def test_a_text_is_searched_in_the_newest_tasks_where_the_server_cannot(real: Client):
    type_id = await queue_of(real, 5)
    await real.claim_task("alice", type_id, "id")
    page = await real.list_tasks(filter=TaskFilter.parse("alice"))
    assert ([task.id for task in page.tasks], page.searched) == ([1], 5)


async def test_the_claim_timeout_is_the_servers_own(embedded: Client, real: Client):
    await embedded.health_check()
    await real.health_check()
    assert (embedded.claim_timeout, real.claim_timeout) == (300.0, 300.0)
