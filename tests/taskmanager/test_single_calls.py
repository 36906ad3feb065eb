"""A server that takes one task a call is asked by several calls at once: nothing is lost, doubled, or out of turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.config import Config
from core.engine import Engine
from core.errors import NotAuthenticated
from core.models import Report, Task, TaskResult, TaskStatus
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.connect import DirectChannel
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from core.taskmanager.side_by_side import AT_ONCE
from core.workers import BaseWorker, WorkerFactory
from tests.contract.observed import ObservedTaskManager
from tests.taskmanager.faulty import Backwards, LosingChannel
from tests.taskmanager.meeting import Meeting
from tests.taskmanager.workplace import AT_ONCE as WITHOUT_WAITS

SCHEMA = {"type": "object"}

WIDENING = 15
"""Tasks of a claim after which as many are made together as may be: it brings 1, 2, 4 and 8."""


async def fill(client: ExtendedCalls, amount: int, name: str = "example.echo") -> int:
    """Tasks of a type; its id."""
    known = await client.register_task_type(name, "1", SCHEMA)
    for n in range(amount):
        await client.create_task(name, {"of": name, "n": n})
    return known.id


@pytest.fixture
def meeting() -> Meeting:
    return Meeting(ObservedTaskManager(api_key=None))


@pytest.fixture
def url(meeting: Meeting) -> Iterator[str]:
    with meeting.serving() as url:
        yield url


@pytest.fixture
async def client(url: str) -> AsyncIterator[AsyncTaskManagerClient]:
    async with AsyncTaskManagerClient(Config.bare(), url=url) as client:
        client.retrying = Retrying(tries=1)
        yield client


async def claim_all(client: ExtendedCalls, type_ids: list[int], limit: int = AT_ONCE) -> list[Task]:
    """Claim until there is nothing; no claim brings more than was asked for."""
    found: list[Task] = []
    while some := await client.claim_many("w", type_ids, limit=limit, sort_by="id"):
        assert len(some) <= limit
        found += some
    return found


async def test_reports_about_different_tasks_are_under_way_together_but_only_so_many(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    tasks = await claim_all(client, [await fill(client, 25)])
    meeting.gather["complete"] = AT_ONCE
    reporting = asyncio.create_task(client.complete_many("w", [Report(each.id, "w", 1, True) for each in tasks]))
    await meeting.all_there()
    meeting.let_go()
    assert [(each.id, each.ok) for each in await reporting] == [(task.id, True) for task in tasks]
    assert meeting.most["complete"] == AT_ONCE
    assert Counter(meeting.service.reports) == {(task.id, 1, "w"): 1 for task in tasks}


async def test_reports_about_one_task_go_one_after_the_other_in_their_order(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    await claim_all(client, [await fill(client, 4)])
    reports = [Report(1 + n % 4, "w", 1, True, {"n": n}) for n in range(12)]
    await client.complete_many("w", reports)
    for task_id in range(1, 5):
        path = f"/api/tasks/{task_id}/complete"
        assert meeting.most[path] == 1
        assert [body["result"]["n"] for at, body in meeting.bodies if at == path] == [
            n for n in range(12) if 1 + n % 4 == task_id
        ]


async def test_a_report_that_fails_among_others_is_the_only_one_that_is_still_owed(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    tasks = await claim_all(client, [await fill(client, 20)])
    meeting.fail["/api/tasks/7/complete"] = [500]
    outcomes = await client.complete_many("w", [Report(each.id, "w", 1, True) for each in tasks])
    assert [each.id for each in outcomes] == [task.id for task in tasks]
    assert [(each.id, each.code) for each in outcomes if not each.ok] == [(7, 500)]
    assert sorted(meeting.service.reports) == [(task.id, 1, "w") for task in tasks if task.id != 7]


async def test_after_a_fault_that_all_would_meet_no_other_report_is_begun_and_those_taken_are_told(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    tasks = await claim_all(client, [await fill(client, 50)])
    reports = [Report(each.id, "w", 1, True) for each in tasks]
    meeting.fail = {f"/api/tasks/{each.id}/complete": [401] for each in tasks[5:]}
    outcomes = await client.complete_many("w", reports)
    assert [each.ok for each in outcomes] == [True] * 5 + [False] * 45
    assert {each.code for each in outcomes[5:]} == {401}
    assert len([path for path, _ in meeting.bodies if path.endswith("/complete")]) < 5 + 2 * AT_ONCE
    with pytest.raises(NotAuthenticated):
        await client.complete_many("w", reports[-5:])


async def test_claims_are_under_way_together_and_bring_the_tasks_in_their_order(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    type_id = await fill(client, 40)
    first = await client.claim_many("w", [type_id], limit=AT_ONCE, sort_by="id")
    meeting.gather["claim"] = 8
    claiming = asyncio.create_task(client.claim_many("w", [type_id], limit=8, sort_by="id"))
    await meeting.all_there()
    meeting.let_go()
    second = await claiming
    assert [task.id for task in (*first, *second)] == list(range(1, AT_ONCE + 9))
    await claim_all(client, [type_id], limit=25)
    assert meeting.most["claim"] <= AT_ONCE


async def test_with_fewer_tasks_than_room_all_of_them_are_claimed_and_none_is_lost(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    type_id = await fill(client, 3 * AT_ONCE + 3)
    found = await claim_all(client, [type_id])
    assert [task.id for task in found] == list(range(1, 3 * AT_ONCE + 4))
    rows = meeting.service.tasks.values()
    assert {(row.status, row.claimed_by, row.attempts) for row in rows} == {("claimed", "w", 1)}


async def test_an_empty_queue_is_asked_once_for_each_type_however_much_room_there_is(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    types = [await fill(client, 12 * (n == 1), f"example.type-{n}") for n in range(3)]
    assert len(await claim_all(client, types)) == 12
    meeting.bodies.clear()
    for _ in range(3):
        assert await client.claim_many("w", types, limit=AT_ONCE, sort_by="id") == []
    assert Counter(body["task_type_id"] for _, body in meeting.bodies) == dict.fromkeys(types, 3)


async def test_types_with_a_backlog_share_the_room_and_one_without_takes_none_of_it(client: AsyncTaskManagerClient):
    types = [await fill(client, amount, f"example.type-{n}") for n, amount in enumerate((60, 0, 60))]
    for _ in range(4):
        found = await client.claim_many("w", types, limit=12, sort_by="id")
        assert Counter(task.task_type_id for task in found) == {types[0]: 6, types[2]: 6}


async def test_a_fault_ends_a_claim_of_several_with_what_it_has_and_the_next_begins_with_one(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    type_id = await fill(client, 40)
    await client.claim_many("w", [type_id], limit=WIDENING, sort_by="id")
    meeting.fail["/api/tasks/claim"] = [500]
    found = await client.claim_many("w", [type_id], limit=AT_ONCE, sort_by="id")
    assert len(found) == AT_ONCE - 1
    found += await claim_all(client, [type_id])
    assert sorted(task.id for task in found) == list(range(WIDENING + 1, 41))


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("lost", [1, AT_ONCE])
async def test_tasks_whose_claims_were_not_answered_are_found_and_none_is_handed_out_twice(
    lost: int, carried_out: bool
):
    channel = LosingChannel(DirectChannel(ObservedTaskManager(api_key=None)))
    client = ExtendedCalls(channel)
    client.retrying = WITHOUT_WAITS
    type_id = await fill(client, 40)
    found = await client.claim_many("w", [type_id], limit=WIDENING, sort_by="id")
    for _ in range(lost):
        channel.lose("/tasks/claim", carried_out=carried_out)
    found += await claim_all(client, [type_id])
    assert sorted(task.id for task in found) == list(range(1, 41))
    assert {task.attempts for task in found} == {1}


async def test_a_task_is_found_whose_claim_was_not_answered_while_those_beside_it_found_none():
    losing = LosingChannel(DirectChannel(ObservedTaskManager(api_key=None)))
    channel = Backwards(losing)
    client = ExtendedCalls(channel)
    client.retrying = WITHOUT_WAITS
    type_id = await fill(client, 4)
    assert len(await client.claim_many("w", [type_id], limit=3, sort_by="id")) == 3
    losing.lose("/tasks/claim")
    channel.together = 4
    [last] = await client.claim_many("w", [type_id], limit=4, sort_by="id")
    assert (last.id, last.attempts) == (4, 1)


async def test_what_was_never_made_together_is_not_assumed_to_go_well(meeting: Meeting, client: AsyncTaskManagerClient):
    type_id = await fill(client, 6)
    for _ in range(5):
        await client.claim_many("w", [type_id], limit=1, sort_by="id")
    meeting.bodies.clear()
    assert len(await client.claim_many("w", [type_id], limit=AT_ONCE, sort_by="id")) == 1
    assert len(meeting.bodies) == 2


@pytest.mark.parametrize("sort_by", ["priority", "attempts"])
@pytest.mark.parametrize("sort_order", ["ASC", "DESC"])
async def test_tasks_that_are_equal_in_what_is_sorted_by_come_in_the_order_of_their_ids(sort_by: str, sort_order: str):
    channel = Backwards(DirectChannel(ObservedTaskManager(api_key=None)))
    client = ExtendedCalls(channel)
    type_id = await fill(client, 3)
    await client.claim_many("w", [type_id], limit=1, sort_by=sort_by, sort_order=sort_order)
    channel.together = 2
    found = await client.claim_many("w", [type_id], limit=2, sort_by=sort_by, sort_order=sort_order)
    assert [task.id for task in found] == [2, 3]


async def test_what_several_claims_took_that_were_cancelled_comes_with_the_next(
    meeting: Meeting, client: AsyncTaskManagerClient
):
    type_id = await fill(client, 3 * AT_ONCE)
    found = await client.claim_many("w", [type_id], limit=WIDENING, sort_by="id")
    meeting.gather["claim"] = AT_ONCE
    claiming = asyncio.create_task(client.claim_many("w", [type_id], limit=AT_ONCE, sort_by="id"))
    await meeting.all_there()
    meeting.let_go()
    while sum(row.status == "claimed" for row in meeting.service.tasks.values()) == WIDENING:  # noqa: ASYNC110  # no event tells of it
        await asyncio.sleep(0)
    claiming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await claiming
    found += await claim_all(client, [type_id])
    assert sorted(task.id for task in found) == list(range(1, 3 * AT_ONCE + 1))
    assert {task.attempts for task in found} == {1}


class Quick(BaseWorker):
    """Done at once."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"n": task.parameters["n"]})


@pytest.fixture
async def engine(url: str, client: AsyncTaskManagerClient, tmp_path: Path) -> AsyncIterator[Engine]:
    factory = WorkerFactory()
    factory.register("Quick", Quick, param_schema=SCHEMA)
    config = Config.bare(taskmanager_api_url=url, database=tmp_path / "ideas.s3db")
    async with Engine.open(config, factory=factory, monitor=False) as engine:
        yield engine


async def test_a_pool_reports_each_task_once_though_some_reports_fail_at_first(
    meeting: Meeting, client: AsyncTaskManagerClient, engine: Engine
):
    await fill(client, 60, "Quick")
    meeting.fail = {f"/api/tasks/{number}/complete": [500, 503] for number in (5, 23, 24)}
    await engine.start_workers(concurrency=AT_ONCE)
    async with asyncio.timeout(20):
        await engine.drained()
    assert Counter(number for number, _, _ in meeting.service.reports) == dict.fromkeys(range(1, 61), 1)
    assert {row.status for row in meeting.service.tasks.values()} == {TaskStatus.COMPLETED}
    assert engine.rooms.deliverer.waiting == 0


async def test_what_several_claims_bring_while_a_worker_is_stopped_is_done_and_reported(
    meeting: Meeting, client: AsyncTaskManagerClient, engine: Engine
):
    await fill(client, 60, "Quick")
    meeting.gather["claim"], meeting.passing["claim"] = 4, 3  # one alone, then two, then four together
    [worker_id] = await engine.start_workers(concurrency=AT_ONCE)
    await meeting.all_there()
    await engine.stop_workers([worker_id])
    meeting.let_go()
    async with asyncio.timeout(20):
        await engine.over()
        assert await engine.rooms.deliverer.drain(10) == 0
    states = Counter(row.status for row in meeting.service.tasks.values())
    assert states[TaskStatus.CLAIMED] == 0
    assert states[TaskStatus.COMPLETED] == len(meeting.service.reports) >= 7
