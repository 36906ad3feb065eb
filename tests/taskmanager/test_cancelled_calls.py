"""A call that is cancelled, or whose answer breaks off, leaves nothing half done: what it did is found later."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.errors import ClaimLost, Unreachable
from core.models import Report, TaskStatus
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.channel import Answer, Channel, Query
from core.taskmanager.connect import DirectChannel
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from core.taskmanager.side_by_side import AT_ONCE
from tests.contract.observed import ObservedTaskManager


class Stuck:
    """A way on which the answers to some paths never come, or a ``fault`` in their place; ``acted`` is set when the
    server has acted."""

    def __init__(self, inner: Channel) -> None:
        self._inner = inner
        self.on: str | None = None
        self.let_through = 0
        self.acted = asyncio.Event()
        self.fault: Exception | None = None

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `Channel`."""
        answer = await self._inner.send(method, path, query, body, headers, timeout)
        if self.on is not None and path.endswith(self.on) and method == "POST":
            if self.let_through == 0:
                self.acted.set()
                if self.fault is not None:
                    raise self.fault
                await asyncio.get_running_loop().create_future()
            self.let_through -= 1
        return answer

    async def close(self) -> None:
        """As `Channel`."""


class Desk:
    """A client on such a way, and a queue of tasks."""

    def __init__(self, inner: Channel) -> None:
        self.channel = Stuck(inner)
        self.tasks = ExtendedCalls(self.channel)
        self.type_id = 0

    async def open(self, amount: int) -> None:
        self.type_id = (await self.tasks.register_task_type("example.echo", "1", {"type": "object"})).id
        for n in range(amount):
            await self.tasks.create_task("example.echo", {"n": n})
        await self.tasks.capabilities()

    async def cancelled(self, call: Awaitable[Any], on: str, let_through: int = 0) -> None:
        """Cancel a call when the server has acted on it, before its answer has come."""
        self.channel.on, self.channel.let_through = on, let_through
        under_way = asyncio.ensure_future(call)
        await self.channel.acted.wait()
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        self.channel.on = None

    async def held(self) -> list[int]:
        return sorted(task.id for task in (await self.tasks.list_tasks("claimed")).tasks)


@pytest.fixture(params=["observed", "embedded"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    if request.param == "observed":
        yield Desk(DirectChannel(ObservedTaskManager(api_key=None)))
    else:
        database = Database.open(tmp_path / "tasks.db")
        yield Desk(DirectChannel(create_app(database)))
        database.close()


async def test_a_task_that_a_cancelled_claim_took_comes_with_the_next_claim(desk: Desk):
    await desk.open(3)
    await desk.cancelled(desk.tasks.claim_task("w", desk.type_id, "id"), on="/claim")
    assert await desk.held() == [1]
    found = await desk.tasks.claim_task("w", desk.type_id, "id")
    assert found and (found.id, found.attempts, found.params) == (1, 1, {"n": 0})
    following = await desk.tasks.claim_task("w", desk.type_id, "id")
    assert following and following.id == 2
    assert await desk.held() == [1, 2]


async def test_the_tasks_that_a_cancelled_claim_of_many_took_come_with_the_next_one(desk: Desk):
    await desk.open(4)
    path = "/claim-batch" if desk.tasks.can_wait else "/claim"

    def claim() -> Awaitable[Any]:
        return desk.tasks.claim_many("w", [desk.type_id], limit=3, sort_by="id")

    await desk.cancelled(claim(), on=path, let_through=0 if desk.tasks.can_wait else 2)
    assert await desk.held() == [1, 2, 3]
    found = await claim()
    assert [(task.id, task.attempts) for task in found] == [(1, 1), (2, 1), (3, 1)]


async def test_what_a_cancelled_claim_took_can_be_given_back(desk: Desk):
    await desk.open(1)
    await desk.cancelled(desk.tasks.claim_task("w", desk.type_id), on="/claim")
    found = await desk.tasks.claim_task("w", desk.type_id)
    assert found
    if not await desk.tasks.release_many("w", [found.id]):
        assert (await desk.tasks.complete_task(found.id, "w", False, error="given back")).requeued
    assert await desk.held() == []


async def test_another_worker_is_not_given_what_a_cancelled_claim_took(desk: Desk):
    await desk.open(2)
    await desk.cancelled(desk.tasks.claim_task("w", desk.type_id, "id"), on="/claim")
    other = await desk.tasks.claim_task("other", desk.type_id, "id")
    assert other and other.id == 2


async def test_two_claims_of_one_worker_at_once_are_not_taken_for_each_other(desk: Desk):
    await desk.open(6)
    await desk.cancelled(desk.tasks.claim_task("w", desk.type_id, "id"), on="/claim")
    claims = await asyncio.gather(*(desk.tasks.claim_task("w", desk.type_id, "id") for _ in range(4)))
    ids = [task.id for task in claims if task]
    assert len(ids) == len(set(ids)) == 4
    while more := await desk.tasks.claim_many("w", [desk.type_id], limit=6, sort_by="id"):
        ids += [task.id for task in more]
    assert sorted(ids) == [1, 2, 3, 4, 5, 6]


async def test_a_report_whose_call_was_cancelled_may_be_repeated(desk: Desk):
    await desk.open(1)
    await desk.tasks.claim_task("w", desk.type_id)
    await desk.cancelled(desk.tasks.complete_task(1, "w", True, {"a": 1}), on="/complete")
    assert (await desk.tasks.complete_task(1, "w", True, {"a": 1})).status == "completed"
    with pytest.raises(ClaimLost):  # now it is known that it was taken
        await desk.tasks.complete_task(1, "w", True, {"a": 1})


async def test_reports_whose_call_was_cancelled_may_be_repeated(desk: Desk):
    await desk.open(3)
    await desk.tasks.claim_many("w", [desk.type_id], limit=3, sort_by="id")
    reports = [Report(task_id, "w", 1, True, {"a": task_id}) for task_id in (1, 2, 3)]
    batch = "complete-batch" in await desk.tasks.capabilities()
    on, let_through = ("/complete-batch", 0) if batch else ("/complete", 1)
    await desk.cancelled(desk.tasks.complete_many("w", reports), on=on, let_through=let_through)
    outcomes = await desk.tasks.complete_many("w", reports)
    assert [(each.ok, each.status) for each in outcomes] == [(True, "completed")] * 3
    assert {task.status for task in (await desk.tasks.list_tasks()).tasks} == {TaskStatus.COMPLETED}


async def test_reports_may_be_repeated_after_a_fault_that_nobody_expected():
    desk = Desk(DirectChannel(ObservedTaskManager(api_key=None)))
    amount = AT_ONCE + 1  # the last one is sent when another was taken
    await desk.open(amount)
    reports = [
        Report(task.id, "w", 1, True)
        for task in await desk.tasks.claim_many("w", [desk.type_id], limit=amount, sort_by="id")
    ]
    desk.channel.on, desk.channel.let_through, desk.channel.fault = "/complete", AT_ONCE, LookupError("a mistake")
    with pytest.raises(LookupError):
        await desk.tasks.complete_many("w", reports)
    desk.channel.on = None
    assert all(each.ok for each in await desk.tasks.complete_many("w", reports))


@pytest.fixture(params=["HTTP/1.1 200 OK\r\n", "", 'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"success":true,'])
def breaking(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server whose answers break off: in the headers, before a word, in the middle of the body."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(request.param.encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    host, port = listening.getsockname()
    yield f"http://{host}:{port}/api"
    stopping.set()
    socket.create_connection((host, port)).close()
    thread.join()
    listening.close()


async def test_an_answer_that_breaks_off_is_unclear(breaking: str):
    async with AsyncTaskManagerClient(Config.bare(), url=breaking) as client:
        client.retrying = Retrying(tries=1)
        for call in (client.health_check(), client.complete_task(1, "w", True), client.claim_task("w", 1)):
            with pytest.raises(Unreachable) as fault:
                await call
            assert fault.value.unclear
