"""Failures that are final at once, and tasks that are put off until a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.server.app import create_app
from core.server.database import Database
from core.server.times import iso
from tests.server.client import Api, Clock


async def test_a_failure_that_no_attempt_can_mend_is_final_at_once(api: Api) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    reply = await api.complete(task_id, success=False, error="the video is private", retryable=False)
    assert reply.data == {"id": task_id, "status": "failed"}
    assert await api.claim() is None
    task = await api.task(task_id)
    assert (task["status"], task["attempts"], task["error_message"]) == ("failed", 1, "the video is private")
    last = (await api.history(task_id))[-1]
    assert (last["event"], last["message"]) == ("failed", "not retried: the video is private")


async def test_a_person_can_retry_what_is_not_retried_by_itself(api: Api) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retryable=False)
    assert (await api.bulk("retry", ids=[task_id]))["changed"] == 1
    again = await api.claimed()
    assert (again["id"], again["attempts"], again["max_attempts"]) == (task_id, 1, 3)


async def test_a_task_that_is_put_off_waits_for_its_time_and_keeps_its_attempts(api: Api, clock: Clock) -> None:
    await api.register()
    task_id = await api.create()
    for number in range(1, 6):  # more often than there are attempts
        task = await api.claimed()
        assert (task["attempts"], task["max_attempts"]) == (number, 3 + number - 1)
        reply = await api.complete(task_id, success=False, error="no quota", retry_at=at(clock, 60))
        assert reply.data["status"] == "pending (retry)"
        told = await api.task(task_id)
        assert (told["status"], told["retry_at"], told["deferrals"]) == ("pending", at(clock, 60), number)
        clock.seconds += 59.9
        assert await api.claim() is None
        clock.seconds += 0.1
    last = (await api.history(task_id))[-1]
    assert (last["event"], last["message"]) == ("deferred", f"not before {at(clock, 0)}: no quota")
    assert [row["pending"] for row in (await api.get("/api/stats")).data["types"]] == [1]


async def test_a_time_that_is_over_makes_an_ordinary_failure(api: Api, clock: Clock) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retry_at=at(clock, 0))
    task = await api.claimed()
    assert (task["attempts"], task["max_attempts"]) == (2, 3)


async def test_a_claim_that_waits_is_answered_when_a_task_may_be_tried_again(database: Database) -> None:
    api = Api(create_app(database))
    await api.register()
    task_id = await api.create()
    await api.claimed()
    soon = (datetime.now(UTC) + timedelta(seconds=0.3)).isoformat()
    await api.complete(task_id, success=False, error="no", retry_at=soon)
    async with asyncio.timeout(8):  # less than it would look after by itself
        tasks = await api.batch([1], wait=30)
    assert [task["id"] for task in tasks] == [task_id]


async def test_a_person_can_end_the_wait_of_a_task_that_is_put_off(api: Api, clock: Clock) -> None:
    await api.register()
    task_id, other = await api.create(n=1), await api.create(n=2)
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retry_at=at(clock, 60))
    outcomes = (await api.bulk("retry", ids=[task_id, other]))["outcomes"]
    assert [(each["id"], each["code"]) for each in outcomes] == [(task_id, 200), (other, 400)]
    task = await api.claimed()
    assert (task["id"], task["attempts"], task["max_attempts"]) == (task_id, 1, 3)


async def test_a_task_that_is_put_off_can_be_cancelled_and_stays_ended(api: Api, clock: Clock) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retry_at=at(clock, 60))
    assert (await api.bulk("cancel", ids=[task_id]))["changed"] == 1
    clock.seconds += 61
    assert await api.claim() is None
    assert (await api.task(task_id))["status"] == "failed"


@pytest.mark.parametrize("fields", [{"retry_at": "soon"}, {"retry_at": 5}, {"retryable": "no"}])
async def test_what_says_not_whether_to_retry_is_refused(api: Api, fields: dict[str, Any]) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    reply = await api.complete(task_id, success=False, **fields)
    assert reply.status == 400
    assert next(iter(fields)) in reply.error


async def test_tasks_that_all_wait_for_their_time_have_no_oldest(api: Api, clock: Clock) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retry_at=at(clock, 60))
    [row] = (await api.get("/api/stats")).data["types"]
    assert (row["pending"], row["put_off"], row["oldest_pending_at"]) == (1, 1, None)
    clock.seconds += 61
    [row] = (await api.get("/api/stats")).data["types"]
    assert (row["pending"], row["put_off"]) == (1, 0), "its time has come"


def at(clock: Clock, seconds: float) -> str:
    """So many seconds from now, as the wire tells it."""
    return str(iso(round((clock.seconds + seconds) * 1000)))
