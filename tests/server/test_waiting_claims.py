"""Claims that wait for a task: woken at once, ended in time, and never made for a client that is gone."""

import asyncio
import json
import threading
from typing import Any

import pytest

from core.server.app import create_app
from core.server.database import Database
from core.server.leaving import Leaving
from tests.server.client import Api, Clock, let_it_begin


async def test_a_waiting_claim_gets_a_task_the_moment_it_is_created(api: Api) -> None:
    await api.register()
    waiting = asyncio.ensure_future(api.batch([1], wait=20))
    await let_it_begin()
    assert not waiting.done()
    await api.create(x=1)
    async with asyncio.timeout(0.5):
        assert [task["id"] for task in await waiting] == [1]


async def test_a_waiting_claim_hears_of_a_retry_and_of_a_release(api: Api) -> None:
    await api.register()
    await api.create(x=1)
    for give_back in (
        lambda: api.complete(1, success=False),
        lambda: api.bulk("release", ids=[1], force=True),
    ):
        await api.claim()
        waiting = asyncio.ensure_future(api.batch([1], wait=20))
        await let_it_begin()
        await give_back()
        async with asyncio.timeout(0.5):
            assert await waiting
        await api.bulk("release", ids=[1], force=True)


async def test_a_waiting_claim_notices_a_claim_that_grew_too_old(api: Api, clock: Clock) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim("ann")
    clock.seconds += 299.9
    waiting = asyncio.ensure_future(api.batch([1], "bob", wait=20))
    await let_it_begin()
    clock.seconds += 0.2
    async with asyncio.timeout(1.5):
        assert [task["attempts"] for task in await waiting] == [2]


async def test_a_waiting_claim_ends_empty_after_its_wait(api: Api) -> None:
    await api.register()
    async with asyncio.timeout(2):
        assert await api.batch([1], wait=0.05) == []


async def test_a_waiting_claim_in_another_loop_and_thread_is_woken(database: Database, clock: Clock) -> None:
    api = Api(create_app(database, clock=clock))
    await api.register()
    waits = threading.Event()

    async def wait_there() -> list[dict]:
        waiting = asyncio.ensure_future(Api(create_app(database, clock=clock)).batch([1], wait=20))
        await let_it_begin()
        waits.set()
        return await waiting

    there = asyncio.ensure_future(asyncio.to_thread(lambda: asyncio.run(wait_there())))
    assert await asyncio.to_thread(waits.wait, 5)
    await api.create(x=1)
    async with asyncio.timeout(0.8):  # sooner than it would look by itself
        assert len(await there) == 1


async def test_a_worker_that_says_it_claims_nothing_more_is_answered_at_once(api: Api) -> None:
    await api.register()
    waiting = asyncio.create_task(api.batch([1], "w-1", wait=30))
    other = asyncio.create_task(api.batch([1], "w-2", wait=30))
    await let_it_begin()
    await api.post("/api/workers/w-1/heartbeat", state="draining")
    assert await asyncio.wait_for(waiting, 2) == []
    assert not other.done()
    made = await api.create(x=1)
    assert [task["id"] for task in await asyncio.wait_for(other, 2)] == [made]


def test_only_so_many_leaving_workers_are_remembered() -> None:
    leaving = Leaving(most=3)
    for worker in ("a", "b", "c", "a", "d"):
        leaving.add(worker)
    assert [worker in leaving for worker in "abcd"] == [True, False, True, True]
    leaving.discard("a")
    leaving.discard("nobody")
    assert len(leaving) == 2


async def test_a_worker_that_stopped_or_is_back_is_not_leaving_any_more(database: Database, clock: Clock) -> None:
    app = create_app(database, clock=clock)
    api = Api(app)
    for state in ("stopped", "idle"):
        await api.post("/workers/w/heartbeat", state="draining")
        assert "w" in app.service.leaving
        await api.post("/workers/w/heartbeat", state=state)
        assert "w" not in app.service.leaving
    for n in range(1500):
        await api.post(f"/workers/w-{n}/heartbeat", state="draining")
    assert len(app.service.leaving) == 1000


@pytest.mark.parametrize("when", ["before the task", "together with the task"])
async def test_nothing_is_claimed_for_a_caller_that_disconnects(api: Api, when: str) -> None:
    await api.register()
    hang_up = asyncio.Event()
    body = json.dumps({"worker_id": "gone", "task_type_ids": [1], "wait": 20}).encode()
    call = api.send_and_hang_up(hang_up, "POST", "/tasks/claim-batch", body[:9], body[9:])
    waiting = asyncio.ensure_future(call)
    await let_it_begin()
    hang_up.set()
    if when == "before the task":
        await asyncio.wait_for(waiting, 2)
    made = await api.create(x=1)
    await asyncio.wait_for(waiting, 2)
    assert (await api.task(made))["status"] == "pending"


async def test_a_caller_that_only_repeats_its_request_waits_like_any_other(api: Api) -> None:
    await api.register()
    body = json.dumps({"worker_id": "w", "task_type_ids": [1], "wait": 20}).encode()
    answers: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        answers.append(message.get("body", b""))

    scope = {"type": "http", "method": "POST", "path": "/tasks/claim-batch", "query_string": b"", "headers": []}
    waiting = asyncio.ensure_future(api.app(scope | {"client": ("embedded", 0)}, receive, send))
    await let_it_begin()
    await api.create(x=1)
    await asyncio.wait_for(waiting, 2)
    assert json.loads(b"".join(answers))["data"]["count"] == 1
