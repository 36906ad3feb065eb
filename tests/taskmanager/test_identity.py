"""Who answers at an address: remembered, and asked anew once a connection has failed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.errors import AnotherServer, ServerFault, Unreachable
from core.models import Report
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager import AsyncTaskManagerClient, TaskManagerClient
from core.taskmanager.channel import Answer
from core.taskmanager.retry import Retrying
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.taskmanager.faulty import said

EXTENDED = Answer(200, {}, b'{"paths": {"/stats": {"get": {}}}}')
PLAIN = Answer(200, {}, b'{"paths": {}, "openapi": "3.1.1"}')


class Changing:
    """A server whose identity can be changed, and that can be away behind its proxy."""

    def __init__(self) -> None:
        self.identity = "one"
        self.away = False
        self.document = EXTENDED
        self.asked: list[str] = []

    def answer(self, path: str) -> Answer:
        """What it answers."""
        self.asked.append(path)
        if self.away:
            return Answer(502, {}, b"<html>Bad gateway</html>")
        listed = said({"items": [], "count": 0})
        healthy = said({"status": "healthy", "timestamp": 1, "server_id": self.identity})
        return {"/openapi.json": self.document, "/tasks": listed}.get(path, healthy)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        answer = self.answer(scope["path"].removeprefix("/api"))
        await send({"type": "http.response.start", "status": answer.status, "headers": []})
        await send({"type": "http.response.body", "body": answer.body})


@pytest.fixture
def server() -> Changing:
    return Changing()


@pytest.fixture
def url(server: Changing) -> Iterator[str]:
    with serving(server) as origin:
        yield f"{origin}/api"


@pytest.fixture
async def client(url: str) -> AsyncIterator[AsyncTaskManagerClient]:
    async with AsyncTaskManagerClient(Config.bare(), url=url) as client:
        client.retrying = Retrying(tries=1)
        yield client


async def test_it_is_asked_once_while_all_goes_well(client: AsyncTaskManagerClient, server: Changing):
    assert [await client.identity() for _ in range(3)] == ["one"] * 3
    assert server.asked == ["/health"]


async def test_it_is_asked_anew_after_a_connection_has_failed(client: AsyncTaskManagerClient, server: Changing):
    assert await client.identity() == "one"
    server.away = True
    with pytest.raises(ServerFault):
        await client.list_tasks()
    with pytest.raises(ServerFault):
        await client.identity()
    server.away, server.identity = False, "two"
    assert await client.identity() == "two"
    assert await client.identity() == "two"
    assert server.asked.count("/health") == 3


async def test_whether_it_is_still_the_same_server_is_always_asked(client: AsyncTaskManagerClient, server: Changing):
    one = await client.identity()
    assert await client.still(one)
    server.identity = "two"
    assert not await client.still(one)
    assert await client.identity() == "two"
    server.away = True
    with pytest.raises(ServerFault):
        await client.still("two")


async def test_what_another_server_can_do_is_found_out_anew(client: AsyncTaskManagerClient, server: Changing):
    await client.identity()
    assert "stats" in await client.capabilities()
    server.identity, server.document = "two", PLAIN
    assert "stats" in await client.capabilities()
    assert not await client.still("one")
    assert "stats" not in await client.capabilities()


class Named(ObservedTaskManager):
    """Has an identity of its own."""

    identity = "one"

    def _route(self, method: str, path: str, query: bytes, body: bytes) -> Any:
        found = super()._route(method, path, query, body)
        return found | {"server_id": self.identity} if path == "/health" else found


async def test_how_much_work_there_was_at_one_server_is_not_expected_of_another():
    server = Named(api_key=None)
    with server.serving() as url:
        async with AsyncTaskManagerClient(Config.bare(), url=url) as client:
            one = await client.identity()
            type_id = (await client.register_task_type("t", "1", {"type": "object"})).id
            for n in range(15):
                await client.create_task("t", {"n": n})
            assert len(await client.claim_many("w", [type_id], limit=15)) == 15
            server.identity = "two"
            assert not await client.still(one)
            before = server.calls["/tasks/claim"]
            assert await client.claim_many("w", [type_id], limit=10) == []
            assert server.calls["/tasks/claim"] == before + 1


async def test_another_server_in_its_place_does_nothing_of_what_it_is_told(tmp_path: Path):
    first, second = (Database.open(tmp_path / f"{name}.db") for name in ("first", "second"))
    served = {"now": create_app(first)}

    async def whoever_is_there(scope: Any, receive: Any, send: Any) -> None:
        await served["now"](scope, receive, send)

    with serving(whoever_is_there) as origin:
        async with AsyncTaskManagerClient(Config.bare(), url=f"{origin}/api") as client:
            client.keep_to(await client.identity())
            await client.register_task_type("t", "1", {"type": "object"})
            served["now"] = create_app(second)
            for call in (
                client.create_task("t", {"n": 1}),
                client.claim_many("w", [1], limit=1),
                client.complete_many("w", [Report(1, "w", 1, True)]),
                client.health_check(),
            ):
                with pytest.raises(AnotherServer, match="kept"):
                    await call
            served["now"] = create_app(first)
            assert (await client.list_task_types())[0].name == "t"
        async with AsyncTaskManagerClient(Config.bare(), url=f"{origin}/api") as other:
            served["now"] = create_app(second)
            assert await other.list_task_types() == []
    first.close()
    second.close()


async def test_a_server_without_an_identity_of_its_own_is_told_none(observed_url: str):
    async with AsyncTaskManagerClient(Config.bare(), url=observed_url, api_key="test-key") as client:
        client.keep_to(await client.identity())
        assert client._line.meant is None


async def test_a_broken_connection_counts_as_a_failed_one(server: Changing):
    with serving(server) as origin:
        client = AsyncTaskManagerClient(Config.bare(), url=f"{origin}/api")
        client.retrying = Retrying(tries=1)
        assert await client.identity() == "one"
    with pytest.raises(Unreachable):
        await client.list_tasks()
    with pytest.raises(Unreachable):
        await client.identity()
    await client.aclose()


def test_a_blocking_client_can_ask_it_too(url: str):
    with TaskManagerClient(Config.bare(), url=url) as client:
        assert client.still(client.identity())
