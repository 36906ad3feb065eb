"""Every error carries its status, the server's text made safe, and a sentence with what the caller can do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import (
    AnotherServer,
    ClaimLost,
    CoreError,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotPossibleHere,
    RateLimited,
    ServerFault,
    TaskManagerError,
    TooLarge,
    Unreachable,
)
from core.taskmanager.channel import Answer
from core.taskmanager.envelope import LONGEST_TEXT
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.over_http import HttpChannel
from core.taskmanager.retry import Retrying
from tests.contract.observed import DEADLOCK
from tests.taskmanager.faulty import Scripted, failed, said


def gate(status: int, title: str, text: str, **headers: str) -> Answer:
    """An error of the gate in front of the service: no ``success``, sent as HTML."""
    return Answer(
        status, {"content-type": "text/html"} | headers, json.dumps({"error": title, "message": text}).encode()
    )


def details(*reasons: str) -> Answer:
    told = {"success": False, "error": "Validation failed", "details": reasons, "timestamp": 1}
    return Answer(400, {}, json.dumps(told).encode())


TOO_LONG = "SQLSTATE[22001]: String data, right truncated: 1406 Data too long for column 'result'"
TABLE: list[tuple[Answer, type[TaskManagerError], int, str, str]] = [
    (gate(401, "Unauthorized", "No key"), NotAuthenticated, 401, "No key", "Set TASKMANAGER_API_KEY"),
    (gate(403, "Access Denied", "Your IP is blocked"), NotAllowed, 403, "Your IP is blocked", "ask whoever runs it"),
    (
        failed("Task is claimed by another worker", 403),
        ClaimLost,
        403,
        "Task is claimed by another worker",
        "stop work",
    ),
    (failed("Task is not in claimed state", 400), ClaimLost, 400, "Task is not in claimed state", "stop working on it"),
    (failed("claim lost", 409), ClaimLost, 409, "claim lost", "stop working on it"),
    (gate(413, "Request Too Large", "over 1 MB"), TooLarge, 413, "over 1 MB", "send less"),
    (failed(TOO_LONG, 500), TooLarge, 500, TOO_LONG, "send less"),
    (failed("Another was meant", 421), AnotherServer, 421, "Another was meant", "start anew to work for this one"),
    (gate(429, "Too Many Requests", "slow", **{"retry-after": "9"}), RateLimited, 429, "slow", "9 s: try again after"),
    (failed("Task not found", 404), NotFound, 404, "Task not found", "List the tasks"),
    (failed("Task type not found", 404), NotFound, 404, "Task type not found", "Register the type"),
    (failed("Endpoint not found", 404), NotFound, 404, "Endpoint not found", "may be older than this program"),
    (details("Field 'worker_id' is bad"), Invalid, 400, "Validation failed", "correct this: Field 'worker_id' is bad"),
    (failed("expected number, got integer", 400), Invalid, 400, "expected number, got integer", "5.0, not 5"),
    (Answer(404, {}, b"<html>"), ServerFault, 404, "", "check TASKMANAGER_API_URL"),
    (Answer(302, {"location": "https://x/api"}, b""), ServerFault, 302, "", "set TASKMANAGER_API_URL to that"),
    (failed(DEADLOCK), ServerFault, 500, DEADLOCK, "Try again later"),
    (Answer(502, {}, b"<html>"), ServerFault, 502, "", "Try again later"),
    (failed("1292 Truncated"), ServerFault, 500, "1292 Truncated", "likely to fail again"),
    (Answer(500, {}, b""), ServerFault, 500, "", "likely to fail again"),
    (said({"neither": "id nor status"}), ServerFault, 200, "", "is it one that we support"),
    (Answer(200, {}, b"<html>It works!</html>"), ServerFault, 200, "", "is TASKMANAGER_API_URL right"),
]


async def fault_of(*answers: Answer | Exception) -> TaskManagerError:
    client = ExtendedCalls(Scripted(*answers))
    client.retrying = Retrying(tries=1)
    with pytest.raises(TaskManagerError) as fault:
        await client.update_progress(12, "w", 5)
    return fault.value


@pytest.mark.parametrize(("answer", "kind", "status", "text", "advice"), TABLE)
async def test_an_error_has_its_status_the_servers_text_and_what_to_do(
    answer: Answer, kind: type[TaskManagerError], status: int, text: str, advice: str
):
    fault = await fault_of(answer)
    assert type(fault) is kind
    assert (fault.status, fault.server_text) == (status, text)
    assert advice in str(fault)
    assert str(fault)[-1] in ".?"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500, 503])
async def test_what_a_server_says_is_made_safe_to_show(status: int):
    nasty = "\x1b]0;evil\x07\x1b[31mred\x00\r\nline \u202e\u2066" + "x" * 5000
    for answer in (failed(nasty, status), gate(status, "Error", nasty), details(nasty)):
        fault = await fault_of(answer)
        assert len(fault.server_text) <= LONGEST_TEXT
        assert len(str(fault)) <= LONGEST_TEXT + 200
        for shown in (fault.server_text, str(fault), *getattr(fault, "details", ())):
            assert shown.isprintable(), ascii(shown)


async def test_every_kind_of_error_from_a_server_is_in_the_table():
    from_servers = {each for each in TaskManagerError.__subclasses__() if each is not Unreachable}
    assert {kind for _, kind, *_ in TABLE} == from_servers


async def test_an_unreachable_server_has_no_status_and_says_where_to_look():
    client = ExtendedCalls(HttpChannel("http://127.0.0.1:1/api", ""))
    client.retrying = Retrying(tries=1)
    with pytest.raises(Unreachable, match="is TASKMANAGER_API_URL right") as fault:
        await client.get_task(1)
    assert (fault.value.status, fault.value.server_text, fault.value.unclear) == (None, "", False)
    await client.aclose()


@pytest.mark.parametrize(
    ("call", "kind", "advice"),
    [
        (lambda c: c.create_task("t", ["x"]), Invalid, "must be an object"),
        (lambda c: c.claim_task("w", 1, "name"), Invalid, "there are created_at, priority, id, attempts"),
        (lambda c: c.complete_task(1, "w", True, "x" * 70_000), TooLarge, "keeps at most 65,535"),
        (lambda c: c.history(1), NotPossibleHere, "What a task shows"),
    ],
)
async def test_what_is_refused_on_our_side_has_no_status_and_says_what_is_possible(
    call: Any, kind: type[CoreError], advice: str
):
    plain = Answer(200, {}, b'{"openapi": "3.1.1", "paths": {}}')
    client = ExtendedCalls(Scripted(plain, said({"items": [], "count": 0})))
    with pytest.raises(kind, match=advice) as fault:
        await call(client)
    assert getattr(fault.value, "status", None) is None
