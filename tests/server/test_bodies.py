"""Bodies that are not what they should be: told why with 400, never 500."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from core.server.app import create_app
from core.server.database import Database
from core.server.refusal import Refused
from core.server.schema_check import refuse_bad_params, refuse_bad_schema
from tests.server.client import Api, Clock

CALLS = (
    "/task-types/register",
    "/tasks",
    "/tasks/claim",
    "/tasks/claim-batch",
    "/tasks/complete-batch",
    "/tasks/bulk",
    "/tasks/1/progress",
    "/tasks/1/complete",
    "/workers/w/heartbeat",
)

BAD = {
    "empty": (b"", "empty"),
    "blank": (b"  \n", "empty"),
    "cut off": (b'{"a":', "line 1"),
    "trailing comma": (b'{"a":1,}', "line 1"),
    "not utf-8": (b'{"a":"\xff"}', "UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf{}", "line 1"),
    "nan": (b'{"a":NaN}', "NaN"),
    "infinity": (b'{"a":-Infinity}', "Infinity"),
    "huge float": (b'{"a":1e999}', "too large"),
    "huge int": (b'{"a":9223372036854775808}', "64 bits"),
    "very huge int": (b'{"a":' + b"9" * 10_000 + b"}", "64 bits"),
    "key twice": (b'{"a":1,"b":{"c":1,"c":2}}', "twice"),
    "half a surrogate": (b'{"a":"\\ud800"}', "surrogate"),
    "half a surrogate as key": (b'{"\\udc00":1}', "surrogate"),
    "101 levels": (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "deeper"),
    "many levels": (b"[" * 100_000 + b"]" * 100_000, "deeper"),
    "a list": (b"[]", "object"),
    "null": (b"null", "object"),
    "a text": (b'"x"', "object"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_body_is_refused_with_the_reason_by_every_call(api: Api, name: str) -> None:
    body, reason = BAD[name]
    for path in CALLS:
        reply = await api.send("POST", path, body)
        assert reply.status == 400
        assert reason in reply.error


@pytest.mark.parametrize(
    "value", [None, True, 0, -5, 2**62, 1.5, "", "x", "\x00", "é" * 300, [], [1], [{}], {}, {"a": 1}]
)
async def test_no_value_in_any_field_breaks_the_server(api: Api, value: object) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim()
    good = {
        "/task-types/register": {"name": "b", "version": "1", "param_schema": {}},
        "/tasks": {"type": "echo", "params": {}, "priority": 1},
        "/tasks/claim": {
            "worker_id": "w",
            "task_type_id": 1,
            "type_pattern": "%",
            "sort_by": "id",
            "sort_order": "ASC",
        },
        "/tasks/claim-batch": {
            "worker_id": "w",
            "task_type_ids": [1],
            "limit": 1,
            "sort_by": "id",
            "sort_order": "ASC",
        },
        "/tasks/complete-batch": {"worker_id": "w", "reports": [{"id": 1, "success": True}]},
        "/tasks/bulk": {"action": "retry", "ids": [1], "dry_run": True, "worker_id": "w", "force": True},
        "/tasks/1/progress": {"worker_id": "w", "progress": 1, "message": "m"},
        "/tasks/1/complete": {"worker_id": "w", "success": True, "result": {}, "error": "e"},
        "/workers/w/heartbeat": {"host": "h", "pid": 1, "state": "s", "strategy": "s", "task_ids": [1]},
    }
    for path, fields in good.items():
        for field in fields:
            reply = await api.post(path, **(fields | {field: value}))
            assert reply.status < 500
            assert reply.json["success"] is (reply.status < 300)


@pytest.mark.parametrize("name", ["limit", "offset", "after_id", "after", "wait"])
@pytest.mark.parametrize("value", ["x", "-1", "1.5", "nan", "1e3", "99999999999999999999999", "٣", "1_0"])
async def test_a_bad_number_in_a_query_is_refused(api: Api, name: str, value: str) -> None:
    path = "/changes" if name in ("after", "wait") else "/tasks"
    if (name, value) == ("wait", "1.5"):
        value = "31"
    assert (await api.get(path, **{name: value})).status == 400


@pytest.mark.parametrize(
    "query", ["limit=%ff", "type=%C3", "&".join("a=1" for _ in range(200)), "filter={", "filter=[]"]
)
async def test_a_bad_query_is_refused(api: Api, query: str) -> None:
    assert (await api.send("GET", "/tasks", query=query)).status == 400


async def test_a_body_at_the_limit_passes_and_a_longer_one_is_413(database: Database) -> None:
    api = Api(create_app(database, max_body=1000))
    body = json.dumps({"name": "a", "version": "1", "param_schema": {}}).encode()
    fits = body + b" " * (1000 - len(body))
    assert (await api.send("POST", "/task-types/register", fits)).status == 201
    reply = await api.send("POST", "/task-types/register", fits + b" ")
    assert reply.status == 413
    assert "1000 bytes" in reply.json["message"]
    told = await api.send("POST", "/task-types/register", b"{}", headers={"content-length": "1001"})
    assert told.status == 413


async def test_a_huge_body_is_413_for_every_call_whether_its_size_is_told_or_not(api: Api) -> None:
    huge = b'{"a":"' + b"x" * (1 << 20) + b'"}'
    for path in CALLS:
        for headers in ({}, {"content-length": str(len(huge))}):
            reply = await api.send("POST", path, huge, headers=headers)
            assert reply.status == 413
            assert "1 MB" in reply.json["message"]


@pytest.mark.parametrize(
    ("limit", "said"), [(1 << 20, "1 MB"), (8 << 20, "8 MB"), (1_000_000, "1000000 bytes"), (512, "512 bytes")]
)
async def test_a_body_that_is_too_large_is_told_of_as_the_real_service_does(
    database: Database, clock: Clock, limit: int, said: str
) -> None:
    api = Api(create_app(database, clock=clock, max_body=limit))
    reply = await api.send("POST", "/tasks", b"{}", headers={"content-length": str(limit + 1)})
    assert (reply.status, reply.json) == (
        413,
        {
            "success": False,
            "error": "Request Too Large",
            "message": f"Request body exceeds maximum allowed size of {said}",
            "timestamp": "2023-11-14T22:13:20.000Z",
        },
    )


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_filter_in_a_query_is_refused_with_the_reason(api: Api, name: str) -> None:
    body, reason = BAD[name]
    if not body.strip():
        return
    reply = await api.send("GET", "/tasks", query=f"filter={quote(body)}")
    assert reply.status == 400
    assert reason in reply.error or name == "not utf-8"


def nested(key: str, levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {key: value}
    return value


@pytest.mark.parametrize("key", ["not", "items", "additionalProperties", "anything"])
async def test_the_deepest_schema_and_the_deepest_params_are_told_apart_from_a_fault(api: Api, key: str) -> None:
    deep = await api.post("/task-types/register", name="deep", version="1", param_schema=nested(key, 97))
    assert deep.status in (201, 400)
    await api.register("circle", {"properties": {"a": {"$ref": "#"}}})
    reply = await api.post("/tasks", type="circle", params=nested("a", 97))
    assert reply.status in (201, 400)


def far_down(levels: int, call: Callable[[], None]) -> None:
    if levels:
        far_down(levels - 1, call)
    else:
        call()


def test_what_is_nested_too_deeply_to_check_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="nested too deeply"):
        far_down(600, lambda: refuse_bad_schema(nested("not", 97)))
    circle = '{"properties":{"a":{"$ref":"#"}}}'
    with pytest.raises(Refused, match="nested too deeply"):
        far_down(600, lambda: refuse_bad_params(circle, nested("a", 97)))


async def test_a_refusal_never_repeats_a_huge_value(api: Api) -> None:
    await api.register("small", {"properties": {"n": {"type": "integer"}}, "additionalProperties": False})
    huge = "x" * 500_000
    for params in ({"n": huge}, {huge: 1}):
        reply = await api.post("/tasks", type="small", params=params)
        assert reply.status == 400
        assert len(reply.body) < 5000
    for fields in ({"param_schema": {"type": huge}}, {"param_schema": {"pattern": "(" + huge}}):
        reply = await api.post("/task-types/register", name="a", version="1", **fields)
        assert reply.status == 400
        assert len(reply.body) < 5000
    for body in (b'{"%b":1,"%b":2}' % (huge.encode(), huge.encode()), b'{"action":"%b"}' % huge.encode()):
        assert len((await api.send("POST", "/tasks/bulk", body)).body) < 5000
    for query in (f"status={huge}", f"filter={quote(json.dumps({'status': [huge]}))}", f"filter=%7B%22{huge}%22:1%7D"):
        assert len((await api.send("GET", "/tasks", query=query)).body) < 5000


async def test_bodies_are_parsed_whatever_their_content_type(api: Api) -> None:
    body = json.dumps({"name": "a", "version": "1", "param_schema": {}}).encode()
    reply = await api.send("POST", "/task-types/register", body, headers={"content-type": "text/plain"})
    assert reply.status == 201


async def test_params_and_results_come_back_as_they_were_sent(api: Api) -> None:
    value = {
        "": {},
        "0": [],
        "n": None,
        "f": 1.0,
        "big": 2**63 - 1,
        "text": "\u2028 😀 \x00 </",
        "deep": [[[{"a": [1.5e-7]}]]],
    }
    await api.register()
    task_id = await api.create(**{"v": value})
    assert (await api.claimed())["params"] == {"v": value}
    await api.complete(task_id, result=value)
    assert (await api.task(task_id))["result"] == value
