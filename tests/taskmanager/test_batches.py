"""What a batch call answers is matched to what was asked, row by row, whatever the server has left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.models import Report
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.channel import Answer
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from tests.taskmanager.faulty import Scripted, said

CALLS = ("/tasks/complete-batch", "/tasks/bulk", "/workers/{id}/heartbeat")
EXTENDED = Answer(200, {}, json.dumps({"paths": {path: {"post": {}} for path in CALLS}}).encode())


def row(task_id: int, ok: bool = True, code: int = 200) -> dict[str, Any]:
    return {"id": task_id, "ok": ok, "status": "completed" if ok else None, "code": code}


def client_of(*answers: Answer | Exception) -> ExtendedCalls:
    client = ExtendedCalls(Scripted(EXTENDED, *answers))
    client.retrying = Retrying(tries=3, first_wait=0.001, longest_wait=0.002)
    return client


REPORTS = [Report(task_id, "w", 1, True) for task_id in (1, 2, 3)]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ([row(1), row(2), row(3)], [(1, True, 200), (2, True, 200), (3, True, 200)]),
        ([row(3), row(1, False, 409), row(2)], [(1, False, 409), (2, True, 200), (3, True, 200)]),
        ([row(2)], [(1, False, 503), (2, True, 200), (3, False, 503)]),
        ([], [(1, False, 503), (2, False, 503), (3, False, 503)]),
        ([row(9), row(1), row(8), row(1)], [(1, True, 200), (2, False, 503), (3, False, 503)]),
    ],
    ids=["all", "another order", "one", "none", "others"],
)
async def test_reports_are_matched_by_id_and_those_left_out_are_still_owed(told: list[Any], wanted: list[Any]):
    outcomes = await client_of(said({"outcomes": told})).complete_many("w", REPORTS)
    assert [(each.id, each.ok, each.code) for each in outcomes] == wanted
    assert all(each.error for each in outcomes if each.code == 503)


@pytest.mark.parametrize(
    "false",
    [
        {"status": "claimed"},
        {"status": "failed"},
        {"status": "pending"},
        {"status": None},
        {"status": "?"},
        {"code": 500},
    ],
    ids=str,
)
async def test_a_success_that_says_something_else_is_not_believed_and_its_report_still_owed(false: dict[str, Any]):
    outcomes = await client_of(said({"outcomes": [row(1), row(2) | false, row(3)]})).complete_many("w", REPORTS)
    assert [(each.ok, each.code) for each in outcomes] == [(True, 200), (False, 503), (True, 200)]


@pytest.mark.parametrize("action", ["retry", "release", "cancel", "delete"])
async def test_an_action_is_not_believed_done_while_the_task_is_what_it_was(action: str):
    ends = {"retry": "pending", "release": "pending", "cancel": "failed", "delete": "deleted"}
    told = [row(1) | {"status": ends[action]}, row(2) | {"status": "claimed"}]
    outcomes = await client_of(said({"outcomes": told})).bulk(action, [1, 2])
    assert [(each.ok, each.code) for each in outcomes] == [(True, 200), (False, 503)]


async def test_tasks_are_given_back_only_when_the_server_gave_back_each_of_them():
    back, refused = row(1) | {"status": "pending"}, row(2, False, 409)
    assert await client_of(said({"outcomes": [back]})).release_many("w", [1]) is True
    assert await client_of(said({"outcomes": [back, refused]})).release_many("w", [1, 2]) is False
    assert await client_of().release_many("w", []) is True


async def test_two_reports_about_one_task_have_an_outcome_each():
    both = [Report(1, "w", 1, False), Report(1, "w", 2, True)]
    outcomes = await client_of(said({"outcomes": [row(1, False, 409), row(1)]})).complete_many("w", both)
    assert [(each.ok, each.code) for each in outcomes] == [(False, 409), (True, 200)]


async def test_what_was_left_out_of_the_answer_to_an_action_was_not_done():
    outcomes = await client_of(said({"outcomes": [row(3) | {"status": "failed"}]})).bulk("cancel", [1, 3])
    assert [(each.id, each.ok, each.code) for each in outcomes] == [(1, False, 503), (3, True, 200)]


async def test_a_refusal_that_cannot_be_looked_into_leaves_the_report_owed():
    bad_gateway = Answer(502, {}, b"")
    refused = said({"outcomes": [row(1, False, 400)]})
    (outcome,) = await client_of(bad_gateway, refused, bad_gateway).complete_many("w", REPORTS[:1])
    assert (outcome.ok, outcome.code) == (False, 503)


async def test_a_heartbeat_tells_which_tasks_are_lost(embedded: AsyncTaskManagerClient):
    known = await embedded.register_task_type("example.echo", "1", {"type": "object"})
    for n in range(3):
        await embedded.create_task("example.echo", {"n": n})
    await embedded.claim_many("w", [known.id], limit=2, sort_by="id")
    await embedded.claim_many("other", [known.id], limit=1)
    assert await embedded.heartbeat("w", "host", 1, "processing", "FIFO", [1, 2]) == ()
    await embedded.bulk("cancel", [2])
    assert await embedded.heartbeat("w", "host", 1, "processing", "FIFO", [1, 2, 3]) == (2, 3)


async def test_a_heartbeat_whose_answer_tells_nothing_has_lost_nothing():
    assert await client_of(said({"id": "w"})).heartbeat("w", "host", 1, "idle", "FIFO", [1]) == ()
    assert await client_of(said([])).heartbeat("w", "host", 1, "idle", "FIFO", [1]) == ()
