"""Bodies that are not what they should be: told why with 400, never 500."""

import json

import pytest

from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api

CALLS = (
    "/task-types/register",
    "/tasks",
    "/tasks/claim",
    "/tasks/claim-batch",
    "/tasks/complete-batch",
    "/tasks/bulk",
    "/tasks/1/progress",
    "/tasks/1/complete",
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
    assert "1000" in reply.error
    told = await api.send("POST", "/task-types/register", b"{}", headers={"content-length": "1001"})
    assert told.status == 413


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
