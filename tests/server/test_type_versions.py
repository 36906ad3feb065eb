"""What a task type was before: kept at each registration that made it another, and told."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from core.server import type_versions
from core.server.database import Database
from tests.server.client import Api, Clock, Reply
from tests.server.served import Served

OBJECT = {"type": "object"}
LIMITED = {"type": "object", "properties": {"limit": {"type": "integer", "default": 10}, "url": {"type": "string"}}}


async def registered(api: Api, version: str = "1.0.0", schema: Any = None, name: str = "echo") -> Reply:
    return await api.post("/task-types/register", name=name, version=version, param_schema=schema or OBJECT)


async def versions(api: Api, name: str = "echo") -> list[dict[str, Any]]:
    reply = await api.get(f"/task-types/{quote(name, safe='')}/versions")
    assert reply.data["count"] == len(reply.data["versions"])
    return reply.data["versions"]


async def test_each_registration_that_changes_something_is_kept_newest_first(api: Api, clock: Clock) -> None:
    await registered(api)
    clock.seconds += 60
    await registered(api, "1.1.0", LIMITED)
    clock.seconds += 60
    await registered(api, "1.1.0", OBJECT)
    assert await versions(api) == [
        {"number": 3, "version": "1.1.0", "is_active": True, "registered_at": "2023-11-14T22:15:20.000Z",
         "tasks": 0, "param_schema": OBJECT},
        {"number": 2, "version": "1.1.0", "is_active": True, "registered_at": "2023-11-14T22:14:20.000Z",
         "tasks": 0, "param_schema": LIMITED},
        {"number": 1, "version": "1.0.0", "is_active": True, "registered_at": "2023-11-14T22:13:20.000Z",
         "tasks": 0, "param_schema": OBJECT},
    ]  # fmt: skip


async def test_the_same_again_is_no_version_whatever_the_order_of_its_members(api: Api, clock: Clock) -> None:
    await registered(api, schema=LIMITED)
    clock.seconds += 60
    turned = {"properties": dict(reversed(LIMITED["properties"].items())), "type": "object"}
    turned["properties"]["limit"] = {"default": 10.0, "type": "integer"}
    for schema in (LIMITED, turned):
        assert (await registered(api, schema=schema)).data["updated"] is True
    assert [each["registered_at"] for each in await versions(api)] == ["2023-11-14T22:13:20.000Z"]
    assert (await api.type_named("echo")).data["updated_at"] == "2023-11-14T22:14:20.000Z"


async def test_a_registration_that_is_refused_is_no_version(api: Api) -> None:
    await registered(api)
    assert (await registered(api, schema={"type": 5})).status == 400
    assert len(await versions(api)) == 1


async def test_tasks_are_counted_under_the_version_at_which_they_were_created(api: Api) -> None:
    await registered(api)
    await api.create(n=0)
    # In one transaction: two tasks, the other version, one task more, and one that is there already.
    posts = [{"n": 1}, {"n": 2}, None, {"n": 3}, {"n": 0}]
    await asyncio.gather(
        *(
            registered(api, "2.0.0") if params is None else api.post("/tasks", type="echo", params=params)
            for params in posts
        )
    )
    assert [(each["version"], each["tasks"]) for each in await versions(api)] == [("2.0.0", 1), ("1.0.0", 3)]
    await api.bulk("delete", ids=[1, 2, 3, 4])
    assert [each["tasks"] for each in await versions(api)] == [1, 3]


async def test_a_type_that_was_off_is_another_when_it_is_registered_as_it_was(api: Api, database: Database) -> None:
    await registered(api)
    await database.write(lambda writer: writer.connection.execute("UPDATE task_types SET is_active = 0") and None)
    await registered(api)
    await registered(api)
    assert [each["number"] for each in await versions(api)] == [2, 1]


async def test_only_the_newest_versions_are_kept(api: Api, database: Database) -> None:
    await registered(api, name="other")
    for n in range(type_versions.MOST_VERSIONS + 5):
        await registered(api, f"1.0.{n}")
        await api.create(n=n)
    told = await versions(api)
    assert [each["number"] for each in told] == list(range(105, 5, -1))
    assert {each["tasks"] for each in told} == {1}
    assert len(await versions(api, "other")) == 1
    rows = database.read(lambda connection: connection.execute("SELECT count(*) FROM task_type_versions").fetchone())
    assert rows == (101,)


async def test_stats_tell_how_many_versions_of_each_type_are_kept(api: Api) -> None:
    await registered(api, name="once")
    for number in range(type_versions.MOST_VERSIONS + 3):
        await registered(api, f"1.0.{number}")
    told = {row["name"]: row["versions"] for row in (await api.get("/stats")).data["types"]}
    assert told == {"echo": len(await versions(api)), "once": 1} == {"echo": type_versions.MOST_VERSIONS, "once": 1}


async def test_versions_with_long_schemas_are_fewer_but_the_newest_is_always_kept(api: Api) -> None:
    long = {"type": "object", "description": "x" * 900_000}
    for n in range(7):
        await registered(api, f"1.0.{n}", long)
    assert [each["version"] for each in await versions(api)] == ["1.0.6", "1.0.5", "1.0.4", "1.0.3"]


@pytest.mark.parametrize("name", ["register", "versions", "a/b", "a/versions", "50% é"])
async def test_a_type_of_any_name_has_its_versions(api: Api, name: str) -> None:
    await registered(api, "7", name=name)
    assert [each["version"] for each in await versions(api, name)] == ["7"]
    assert (await api.type_named(name)).data["version"] == "7"


async def test_a_type_that_is_not_known_has_none(api: Api) -> None:
    reply = await api.get("/task-types/nope/versions")
    assert (reply.status, reply.error) == (404, "Task type not found")
    assert (await api.post("/task-types/nope/versions")).status == 405


def test_versions_are_told_over_http_and_outlive_the_server(tmp_path: Path) -> None:
    def told_after(version: str) -> list[str]:
        served = Served(tmp_path / "t.db")
        try:
            body = {"name": "a/b", "version": version, "param_schema": LIMITED}
            assert served.client.post("/task-types/register", json=body).is_success
            told = served.client.get("/task-types/a%2Fb/versions").json()
        finally:
            served.end()
        return [each["version"] for each in told["data"]["versions"]]

    assert told_after("1.0") == ["1.0"]
    assert told_after("1.1") == ["1.1", "1.0"]
