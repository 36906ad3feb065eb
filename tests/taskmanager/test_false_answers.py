"""An answer is believed only when it can be one to what was asked; otherwise the TaskManager is asked what it did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import ServerFault
from core.taskmanager.channel import Answer
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from tests.taskmanager.faulty import Scripted, said
from tests.taskmanager.workplace import AT_ONCE

ROW = {"id": 12, "type": "t", "attempts": 1, "max_attempts": 3, "claimed_by": "w", "params": []}


def client_of(*answers: Answer | Exception) -> ExtendedCalls:
    client = ExtendedCalls(Scripted(*answers))
    client.retrying = AT_ONCE
    return client


def now(**fields: Any) -> Answer:
    """The task as it is read."""
    return said({"items": [ROW | fields]})


FALSE_REPORTS = [
    (True, {"id": 99, "status": "completed"}),
    (True, {"id": 12, "status": "claimed"}),
    (True, {"id": 12, "status": "failed"}),
    (True, {"id": "12", "status": "pending (retry)"}),
    (False, {"id": 12, "status": "completed"}),
    (False, {"id": 12, "status": "claimed"}),
    (False, {"id": "13", "status": "failed"}),
]


@pytest.mark.parametrize(("success", "answer"), FALSE_REPORTS)
async def test_a_report_is_not_believed_taken_while_the_task_is_claimed_still(success: bool, answer: dict[str, Any]):
    with pytest.raises(ServerFault, match="unknown shape"):
        await client_of(said(answer), now(status="claimed")).complete_task(12, "w", success)


@pytest.mark.parametrize(("success", "answer"), FALSE_REPORTS)
async def test_what_the_task_shows_counts_where_the_answer_to_a_report_is_false(success: bool, answer: dict[str, Any]):
    ended = "completed" if success else "failed"
    taken = await client_of(said(answer), now(status=ended)).complete_task(12, "w", success)
    assert (taken.id, taken.status) == (12, ended)


@pytest.mark.parametrize("number", [12, "12", "012"])
async def test_an_id_may_be_told_as_text(number: object):
    for success, status in ((True, "completed"), (False, "failed"), (False, "pending (retry)")):
        taken = await client_of(said({"id": number, "status": status})).complete_task(12, "w", success)
        assert (taken.id, taken.status, taken.requeued) == (12, status, status.startswith("pending"))


async def test_another_task_is_not_taken_for_the_one_that_was_asked_for():
    with pytest.raises(ServerFault, match="#5"):
        await client_of(now(id=5)).get_task(12)
    with pytest.raises(ServerFault, match="#5"):
        await client_of(said({"id": 5, "progress": 50})).update_progress(12, "w", 50)


async def test_another_type_is_not_taken_for_the_one_that_was_asked_for():
    with pytest.raises(ServerFault, match="Other"):
        await client_of(said({"id": 5, "name": "Other", "version": "1"})).get_task_type("example.echo")


@pytest.mark.parametrize("spelled", ["example.echo", "Example.ECHO", "exämple.echo"])
async def test_a_type_is_known_though_its_name_is_spelled_as_it_was_registered_first(spelled: str):
    found = await client_of(said({"id": 5, "name": spelled, "version": "1"})).get_task_type("Example.Echo")
    assert (found.id, found.name) == (5, spelled)


async def test_a_type_that_was_registered_under_another_name_is_not_taken_for_ours():
    with pytest.raises(ServerFault, match="Other"):
        await client_of(said({"id": 5, "name": "Other", "version": "1"})).register_task_type("example.echo", "1", {})


@pytest.mark.parametrize("answer", [{"id": "7", "status": "pending"}, {"id": 7, "deduplicated": True}])
async def test_a_task_of_another_type_is_not_taken_for_the_one_that_was_created(answer: dict[str, Any]):
    with pytest.raises(ServerFault, match="Other"):
        await client_of(said(answer | {"type": "Other"})).create_task("example.echo", {"n": 1})
    for name in ("Example.ECHO", "exämple.echo"):
        created = await client_of(said(answer | {"type": name})).create_task("example.echo", {"n": 1})
        assert (created.id, created.type) == (7, name)


async def test_another_progress_is_not_taken_for_the_one_that_was_told():
    with pytest.raises(ServerFault, match="40 %"):
        await client_of(said({"id": 12, "progress": 40})).update_progress(12, "w", 50)
    assert (await client_of(said({"id": "12", "progress": "50"})).update_progress(12, "w", 50)).progress == 50


CLAIM = {"id": 5, "type": "t", "attempts": 1, "priority": 0, "params": {}}
"""A claim's answer as the real service gives it: without a status, an owner or the id of a type."""

FALSE_CLAIMS = [
    *({**CLAIM, "status": status} for status in ("pending", "pending (retry)", "completed", "failed", "bogus", "")),
    *({**CLAIM, "task_type_id": type_id} for type_id in (2, "2", 0, "x")),
    {"tasks": [CLAIM, {**CLAIM, "id": 6}]},
    {"tasks": [CLAIM, CLAIM]},
]


@pytest.mark.parametrize("answer", FALSE_CLAIMS)
async def test_a_claim_that_cannot_have_been_so_is_not_believed(answer: dict[str, Any]):
    with pytest.raises(ServerFault, match="unknown shape"):
        await client_of(said(answer), said({"items": []})).claim_task("w", 1)
    task = await client_of(said(answer), now(status="claimed")).claim_task("w", 1)
    assert task is not None and (task.id, task.claimed_by) == (12, "w")


@pytest.mark.parametrize("told", [{}, {"status": "claimed", "task_type_id": 1}, {"status": None, "task_type_id": "1"}])
async def test_a_claim_may_leave_unsaid_what_goes_without_saying(told: dict[str, Any]):
    task = await client_of(said(CLAIM | told)).claim_task("w", 1)
    assert task is not None and (task.id, task.status, task.task_type_id) == (5, "claimed", 1)


BATCHES = Answer(200, {}, b'{"paths": {"/tasks/claim-batch": {"post": {}}}}')


@pytest.mark.parametrize(
    "rows",
    [
        [{**CLAIM, "id": number} for number in (5, 6, 7)],
        [CLAIM, {**CLAIM, "id": "5"}],
        [CLAIM, {**CLAIM, "id": 6, "task_type_id": 3}],
        [CLAIM, {**CLAIM, "id": 6, "status": "pending"}],
    ],
)
async def test_a_batch_with_a_row_that_cannot_be_is_not_believed(rows: list[dict[str, Any]]):
    client = client_of(BATCHES, said({"tasks": rows}), now(status="claimed"))
    assert [task.id for task in await client.claim_many("w", [1, 2], limit=2)] == [12]


async def test_what_a_claim_took_beyond_its_limit_comes_with_the_next_one():
    held = {number: {**ROW, "id": number, "status": "claimed"} for number in (5, 6, 7)}
    taken = said({"tasks": [{**CLAIM, "id": number} for number in held]})
    listed = said({"items": list(held.values())})
    read = {number: said({"items": [row]}) for number, row in held.items()}
    client = client_of(BATCHES, taken, listed, *read.values(), listed, read[7])
    assert [task.id for task in await client.claim_many("w", [1, 2], limit=2)] == [5, 6]
    assert [task.id for task in await client.claim_many("w", [1, 2], limit=2)] == [7]


async def test_a_claim_that_went_to_somebody_else_is_not_ours():
    others = said({"id": 12, "type": "t", "claimed_by": "other", "attempts": 1, "params": {}})
    listed = said({"items": [ROW | {"status": "claimed", "claimed_by": "other"}]})
    with pytest.raises(ServerFault, match="other"):
        await client_of(others, listed).claim_task("w", 1)


async def test_what_a_claim_took_is_found_where_its_answer_is_false():
    others = said({"id": 5, "type": "t", "claimed_by": "other", "attempts": 1, "params": {}})
    task = await client_of(others, now(status="claimed")).claim_task("w", 1)
    assert task is not None and (task.id, task.claimed_by) == (12, "w")


@pytest.mark.parametrize("time", [1e17, -1e17, 67768036191676800, "9999-12-31T23:59:59-05:00", 10**400])
async def test_a_time_that_no_calendar_has_is_a_server_fault(time: object):
    client = client_of(now(status="claimed", created_at=time))
    for call in (client.get_task(12), client.list_tasks()):
        with pytest.raises(ServerFault, match="unknown shape"):
            await call


async def test_a_servers_clock_that_cannot_be_one_is_not_used():
    lost = Answer(502, {}, b"")
    row = ROW | {"status": "claimed", "claimed_at": "2026-01-01 00:00:00"}
    listed = Answer(200, {}, json.dumps({"success": True, "data": {"items": [row]}, "timestamp": 10**400}).encode())
    task = await client_of(lost, listed).claim_task("w", 1)
    assert task is not None and task.id == 12


@pytest.mark.parametrize("parameters", [5, "x", {"name": "filter"}, [5, [1], None], True])
async def test_a_document_with_odd_parameters_still_tells_the_calls(parameters: object):
    document = {"paths": {"/api/x": {"get": {"parameters": parameters}}, "/api/stats": {"get": {}}, "/y": 7}}
    client = client_of(Answer(200, {}, json.dumps(document).encode()))
    assert "stats" in await client.capabilities()


async def test_a_document_that_tells_nothing_leaves_the_server_to_be_probed():
    document = Answer(200, {}, b'{"paths": {"/api/x": {"get": {"parameters": 5}}}}')
    client = ExtendedCalls(Scripted(document, said({"items": []})))
    client.retrying = Retrying(tries=1)
    assert "stats" not in await client.capabilities()
