"""The calls of the documented contract, as third-party clients make them."""

import asyncio
import re
import time

import pytest

from core.server.database import Database
from tests.server.client import Api, Clock

CHANNEL = "PrismQ.YouTube.Channel.Scrape"


async def test_health_tells_which_taskmanager_this_is(api: Api, database: Database, clock: Clock) -> None:
    reply = await api.get("/api/health")
    assert reply.status == 200
    assert reply.json["timestamp"] == int(clock.seconds)
    told = reply.data
    assert (told["status"], told["database"]) == ("healthy", "connected")
    assert told["server_id"] == database.server_id


async def test_calls_work_at_api_and_at_the_root_with_or_without_a_last_slash(api: Api) -> None:
    await api.register()
    for path in ("/api/task-types/echo", "/task-types/echo", "/api/task-types/echo/"):
        assert (await api.get(path)).data["name"] == "echo"


async def test_a_new_type_is_created_and_a_known_one_updated(api: Api) -> None:
    new = await api.post("/task-types/register", name=CHANNEL, version="1.0.0", param_schema={"type": "object"})
    assert new.status == 201
    assert new.json["message"] == "Task type registered successfully"
    assert new.data == {"id": 1, "name": CHANNEL, "version": "1.0.0", "created": True}
    known = await api.post("/task-types/register", name=CHANNEL, version="2.0.0", param_schema={})
    assert known.status == 200
    assert known.json["message"] == "Task type updated successfully"
    assert known.data == {"id": 1, "name": CHANNEL, "version": "2.0.0", "updated": True}
    read = (await api.type_named(CHANNEL)).data
    assert (read["version"], read["param_schema"], read["is_active"]) == ("2.0.0", {}, True)


@pytest.mark.parametrize("missing", ["name", "version", "param_schema"])
async def test_registering_names_the_missing_field(api: Api, missing: str) -> None:
    fields = {"name": "a", "version": "1", "param_schema": {}}
    del fields[missing]
    reply = await api.post("/task-types/register", **fields)
    assert (reply.status, reply.error) == (400, f"Missing required field: {missing}")


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"required": "a"}, [], "text", 3])
async def test_a_schema_that_is_none_is_refused(api: Api, schema: object) -> None:
    reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
    assert reply.status == 400
    assert "schema" in reply.error.lower()


@pytest.mark.parametrize("name", ["a/b", "Käse %2F 100%", "register", "claim", "api/x", "日本"])
async def test_any_name_can_be_read_back(api: Api, name: str) -> None:
    await api.register(name)
    assert (await api.type_named(name)).data["name"] == name


async def test_an_unknown_type_is_not_found(api: Api) -> None:
    assert (await api.type_named("nobody")).status == 404
    assert (await api.post("/tasks", type="nobody", params={})).error == "Task type not found"


async def test_types_are_listed_with_their_use(api: Api, database: Database) -> None:
    await api.register("b")
    await api.register("a")
    await api.create("b", x=1)
    listed = (await api.get("/task-types")).data
    assert listed["count"] == 2
    assert [(row["name"], row["usage_count"]) for row in listed["task_types"]] == [("a", 0), ("b", 1)]
    assert listed["task_types"][1]["last_used_at"].endswith("Z")
    await database.write(
        lambda writer: writer.connection.execute("UPDATE task_types SET is_active = 0 WHERE name = 'a'")
    )
    active = (await api.get("/task-types", active_only="true")).data["task_types"]
    assert [row["name"] for row in active] == ["b"]
    assert (await api.post("/tasks", type="a", params={})).error == "Task type is not active"
    await api.register("a")
    assert (await api.type_named("a")).data["is_active"] is True


async def test_a_task_is_created_pending_with_its_priority_and_key(api: Api) -> None:
    await api.register()
    reply = await api.post("/tasks", type="echo", params={"x": 1}, priority=-3)
    assert (reply.status, reply.json["message"]) == (201, "Task created successfully")
    data = reply.data
    assert (data["id"], data["type"], data["status"], data["priority"]) == (1, "echo", "pending", -3)
    assert re.fullmatch("[0-9a-f]{64}", data["dedupe_key"])


@pytest.mark.parametrize("again", [{"a": 1, "b": [{"c": 1, "d": 2}]}, {"b": [{"d": 2.0, "c": 1}], "a": 1.0}])
async def test_equal_params_are_the_same_task_also_when_it_is_finished(api: Api, again: dict) -> None:
    await api.register()
    first = await api.create(a=1, b=[{"c": 1, "d": 2}])
    await api.claim()
    await api.complete(first)
    reply = await api.post("/tasks", type="echo", params=again)
    assert (reply.status, reply.json["message"]) == (200, "Task already exists (deduplicated)")
    assert reply.data["id"] == first
    assert (reply.data["status"], reply.data["deduplicated"], reply.data["duplicate"]) == ("completed", True, True)


async def test_true_and_one_are_different_params(api: Api) -> None:
    await api.register()
    assert await api.create(x=1) != await api.create(x=True)


async def test_many_equal_creates_at_once_make_one_task(api: Api) -> None:
    await api.register()
    replies = await asyncio.gather(*(api.post("/tasks", type="echo", params={"x": 1}) for _ in range(50)))
    assert sorted(reply.status for reply in replies) == [200] * 49 + [201]
    assert {reply.data["id"] for reply in replies} == {1}


async def test_failed_validation_names_each_path_and_rule(api: Api) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "list": {"items": {"minimum": 3}}},
        "required": ["url"],
    }
    await api.register(schema=schema)
    reply = await api.post("/tasks", type="echo", params={"n": "x", "list": [5, 1]})
    assert reply.status == 400
    details = reply.json["details"]
    assert len(details) == 3
    assert any("$.n" in text and "type" in text for text in details)
    assert any("$.list[1]" in text and "minimum" in text for text in details)
    assert any("url" in text and "required" in text for text in details)


async def test_empty_params_are_valid_where_the_schema_allows_them(api: Api) -> None:
    await api.register()
    assert (await api.post("/tasks", type="echo", params={})).status == 201


@pytest.mark.parametrize(
    ("items", "code"),
    [([1, 2], 201), ([1, 1.0], 400), ([1, True], 201), ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], 400), ([[1], [1]], 400)],
)
async def test_items_that_must_be_unique_are_compared_as_json(api: Api, items: list, code: int) -> None:
    await api.register(schema={"properties": {"list": {"uniqueItems": True}, "other": {"uniqueItems": False}}})
    assert (await api.post("/tasks", type="echo", params={"list": items, "other": [1, 1]})).status == code


async def test_a_long_list_of_objects_is_checked_in_no_time(api: Api) -> None:
    await api.register(schema={"properties": {"list": {"uniqueItems": True}, "whole": {"items": {"type": "integer"}}}})
    began = time.perf_counter()
    assert (await api.post("/tasks", type="echo", params={"list": [{"n": n} for n in range(20_000)]})).status == 201
    assert (await api.post("/tasks", type="echo", params={"whole": ["x"] * 150_000})).status == 400
    assert time.perf_counter() - began < 5


async def test_the_schemas_own_draft_is_used(api: Api) -> None:
    old = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "properties": {"n": {"minimum": 1, "exclusiveMinimum": True}},
    }
    await api.register(schema=old)
    assert (await api.post("/tasks", type="echo", params={"n": 1})).status == 400


async def test_a_remote_reference_is_never_fetched(api: Api) -> None:
    schema = {"properties": {"x": {"$ref": "http://127.0.0.1:9/schema.json"}}}
    reply = await api.post("/task-types/register", name="far", version="1", param_schema=schema)
    if reply.status == 201:
        reply = await api.post("/tasks", type="far", params={"x": 1})
    assert reply.status == 400
    assert "never fetched" in reply.error


async def test_a_schema_that_goes_in_circles_is_refused_in_words(api: Api) -> None:
    await api.register(schema={"allOf": [{"$ref": "#"}]})
    assert "without end" in (await api.post("/tasks", type="echo", params={})).error


@pytest.mark.parametrize("priority", ["1", 1.5, True, []])
async def test_priority_must_be_a_whole_number(api: Api, priority: object) -> None:
    await api.register()
    assert (await api.post("/tasks", type="echo", params={}, priority=priority)).status == 400


async def test_a_claim_tells_what_to_do(api: Api) -> None:
    await api.register()
    await api.create(x=[1, {"y": "é"}], priority=4)
    reply = await api.post("/tasks/claim", worker_id="  ann ", task_type_id=1)
    assert reply.json["message"] == "Task claimed successfully"
    data = reply.data
    assert (data["id"], data["type"], data["params"], data["attempts"], data["priority"]) == (
        1,
        "echo",
        {"x": [1, {"y": "é"}]},
        1,
        4,
    )
    task = await api.task(1)
    assert (task["status"], task["claimed_by"], task["progress"]) == ("claimed", "ann", 0)


async def test_an_empty_queue_answers_404(api: Api) -> None:
    await api.register()
    reply = await api.post("/tasks/claim", worker_id="ann", task_type_id=1)
    assert (reply.status, reply.error) == (404, "No available tasks")


@pytest.mark.parametrize(
    "fields",
    [
        {"worker_id": ""},
        {"worker_id": "   "},
        {"worker_id": "x" * 256},
        {"worker_id": 7},
        {"task_type_id": 0},
        {"task_type_id": -1},
        {"task_type_id": "x"},
        {"task_type_id": None},
        {"task_type_id": 1.5},
        {"sort_by": "params"},
        {"sort_order": "UP"},
        {"type_pattern": 5},
    ],
)
async def test_a_claim_with_a_wrong_field_is_refused(api: Api, fields: dict) -> None:
    reply = await api.post("/tasks/claim", **({"worker_id": "ann", "task_type_id": 1} | fields))
    assert reply.status == 400
    assert reply.error


async def test_a_type_pattern_narrows_a_claim(api: Api) -> None:
    await api.register("PrismQ.One")
    await api.create("PrismQ.One")
    assert await api.claim(type_pattern="Other.%") is None
    assert await api.claim(type_pattern="PrismQ.%") is not None


async def test_a_read_task_has_the_documented_keys_and_utc_times(api: Api) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim()
    await api.complete(1, result={"found": 3})
    task = await api.task(1)
    documented = "id type status params result error_message priority progress attempts claimed_by"
    documented += " claimed_at completed_at created_at"
    assert set(documented.split()) <= set(task)
    assert (task["result"], task["claimed_by"]) == ({"found": 3}, "ann")
    assert task["created_at"] == "2023-11-14T22:13:20.000Z"


@pytest.mark.parametrize(
    "said", ["0", "-1", "x", "1.0", "99999999999999999999", "9223372036854775808", "%C3", "1a", "7"]
)
async def test_an_id_that_no_task_has_is_not_found(api: Api, said: str) -> None:
    assert (await api.get(f"/tasks/{said}")).status == 404
    assert (await api.get(f"/tasks/{said}/history")).status == 404
    assert (await api.post(f"/tasks/{said}/complete", worker_id="a", success=True)).status == 404
    assert (await api.post(f"/tasks/{said}/progress", worker_id="a", progress=1)).status == 404


async def test_a_wrong_method_is_told_the_right_ones(api: Api) -> None:
    reply = await api.send("DELETE", "/api/tasks")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert reply.error
    assert (await api.send("GET", "/api/tasks/claim")).status == 405
    options = await api.send("OPTIONS", "/api/tasks/1")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


async def test_head_answers_as_get_without_a_body(api: Api) -> None:
    reply = await api.send("HEAD", "/api/health")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 0


async def test_an_unknown_path_is_not_found_in_the_envelope(api: Api) -> None:
    assert (await api.get("/api/nothing")).error == "Endpoint not found"


async def test_no_answer_may_be_cached(api: Api) -> None:
    for path in ("/health", "/nothing", "/openapi.json", "/docs/", "/tasks/x"):
        assert (await api.get(path)).headers["cache-control"] == "no-store, no-cache, must-revalidate, max-age=0"


async def test_a_task_is_told_with_params_and_result_as_they_were_given(api: Api) -> None:
    odd = {'a "quoted" }': ["\u2028", "å\\n", {"deep": [None, True, -0.5, 2**53]}], "": {}, "id": 77}
    await api.register("Odd")
    number = await api.create("Odd", **odd)
    before = (await api.get(f"/tasks/{number}")).data
    assert (before["id"], before["params"], before["result"]) == (number, odd, None)
    await api.claimed()
    await api.complete(number, result=[odd, "}"])
    after = (await api.get(f"/tasks/{number}")).data
    assert (after["id"], after["params"], after["result"]) == (number, odd, [odd, "}"])
    assert list(after["params"]) == list(odd)
