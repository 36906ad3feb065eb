"""Who may call, with and without a key."""

import httpx
import pytest

from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api

SOMEBODY = ("127.0.0.1", 50_000)


async def test_with_a_key_every_call_but_the_open_ones_asks_for_it(database: Database) -> None:
    api = Api(create_app(database, api_key="sécret"), client=SOMEBODY)
    for path in ("/api/health", "/api/health/", "/health", "/api/openapi.json", "/api/docs/", "/docs"):
        assert (await api.get(path)).status == 200
    for path in ("/api/tasks", "/tasks", "/nothing", "/api/task-types/health"):
        missing = await api.get(path)
        assert (missing.status, missing.error) == (401, "The X-API-Key header is missing")
    assert (await api.send("GET", "/tasks", headers={"x-api-key": "wrong"})).error == "The X-API-Key is wrong"
    right = await api.send("GET", "/tasks", headers={"x-api-key": "sécret", "origin": "http://elsewhere.example"})
    assert right.status == 200


async def test_the_key_is_asked_of_an_embedded_caller_too(database: Database) -> None:
    assert (await Api(create_app(database, api_key="secret")).get("/tasks")).status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8750", "127.0.0.1.evil.example", "", "10.0.0.1", "a:b:c"]
)
async def test_without_a_key_a_foreign_host_is_refused(database: Database, host: str) -> None:
    api = Api(create_app(database), client=SOMEBODY)
    reply = await api.send("GET", "/api/tasks", headers={"host": host})
    assert reply.status == 403
    assert reply.error


@pytest.mark.parametrize("host", ["localhost:8750", "127.0.0.1", "[::1]:8750", "LOCALHOST", "127.0.0.2:1"])
async def test_without_a_key_this_machine_may_call(database: Database, host: str) -> None:
    api = Api(create_app(database), client=SOMEBODY)
    assert (await api.send("GET", "/api/tasks", headers={"host": host})).status == 200
    own_page = {"host": host, "origin": f"http://{host}"}
    assert (await api.send("GET", "/api/tasks", headers=own_page)).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "file://"])
async def test_without_a_key_a_foreign_page_is_refused(database: Database, origin: str) -> None:
    api = Api(create_app(database), client=SOMEBODY)
    headers = {"host": "127.0.0.1:8750", "origin": origin}
    body = b'{"name":"a","version":"1","param_schema":{}}'
    assert (await api.send("POST", "/task-types/register", body, headers=headers)).status == 403


async def test_an_embedded_caller_needs_no_host(database: Database) -> None:
    assert (await Api(create_app(database)).send("GET", "/tasks", headers={"host": "anything"})).status == 200


async def test_it_is_an_asgi_application_like_any_other(database: Database) -> None:
    transport = httpx.ASGITransport(app=create_app(database))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/api") as client:
        new = await client.post("/task-types/register", json={"name": "a/b c", "version": "1", "param_schema": {}})
        assert new.status_code == 201
        assert (await client.get("/task-types/a%2Fb%20c")).json()["data"]["name"] == "a/b c"
