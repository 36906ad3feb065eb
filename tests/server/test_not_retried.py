"""Failures that are final at once, and tasks that are put off until a time."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.server.app import create_app
from core.server.claims import DUE_AT_ONCE
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


@pytest.mark.parametrize("seconds", [-86_400, 0, 0.5])
async def test_a_time_that_is_over_puts_the_task_off_for_a_second_and_costs_no_attempt(
    api: Api, clock: Clock, seconds: float
) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retry_at=at(clock, seconds))
    assert (await api.task(task_id))["retry_at"] == at(clock, 1)
    clock.seconds += 0.999
    assert await api.claim() is None
    clock.seconds = round(clock.seconds + 0.001, 3)
    task = await api.claimed()
    assert (task["attempts"], task["max_attempts"]) == (2, 4)


NEVER = ["9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999999-14:00", "9999-01-01T00:00:00Z"]


@pytest.mark.parametrize("never", NEVER)
async def test_a_time_at_the_end_of_the_calendar_puts_off_for_ever(api: Api, clock: Clock, never: str) -> None:
    await api.register()
    task_id = await api.create()
    await api.claimed()
    assert (await api.complete(task_id, success=False, error="no", retry_at=never)).status == 200
    assert (await api.task(task_id))["retry_at"] == "9998-12-31T23:59:59.999Z"
    clock.seconds += 1_000_000_000
    assert await api.claim() is None


@pytest.mark.parametrize("never", NEVER)
async def test_a_time_at_the_end_of_the_calendar_spoils_no_other_report(api: Api, never: str) -> None:
    await api.register()
    await api.create_many(2)
    good, put_off = [task["id"] for task in await api.batch([1], limit=2)]
    reports = [{"id": good, "success": True}, {"id": put_off, "success": False, "error": "no", "retry_at": never}]
    told = await api.post("/api/tasks/complete-batch", worker_id="ann", reports=reports)
    assert [each["status"] for each in told.data["outcomes"]] == ["completed", "pending (retry)"]
    assert (await api.task(good))["status"] == "completed"


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


async def test_a_task_whose_time_has_come_can_still_be_retried_by_hand(api: Api, clock: Clock) -> None:
    await api.register()
    task_id = await put_off(api, clock)
    clock.seconds += 61
    assert (await api.bulk("retry", ids=[task_id]))["changed"] == 1
    task = await api.claimed()
    assert (task["attempts"], task["max_attempts"]) == (1, 3)


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


async def test_a_task_whose_time_has_come_is_the_oldest_before_anybody_claims(api: Api, clock: Clock) -> None:
    await api.register()
    await api.register("other")
    task_id = await put_off(api, clock)
    clock.seconds += 30
    later = await api.create(later=True)
    assert await told_oldest(api) == [(await api.task(later))["created_at"], None]
    clock.seconds += 30
    assert await told_oldest(api) == [(await api.task(task_id))["created_at"], None]


async def test_a_claim_takes_the_first_in_its_order_however_many_become_due_at_once(
    api: Api, clock: Clock, database: Database
) -> None:
    await api.register()
    amount = DUE_AT_ONCE + 300
    await api.create_many(amount - 1)
    await api.create(priority=9, last=True)
    taken = [*await api.batch([1], limit=1000), *await api.batch([1], limit=1000)]
    reports = [
        {"id": each["id"], "success": False, "error": "no", "retry_at": at(clock, 60 + (each["priority"] == 9))}
        for each in taken
    ]
    for start in (0, 1000):
        await api.post("/api/tasks/complete-batch", worker_id="ann", reports=reports[start : start + 1000])
    clock.seconds += 61
    assert (await api.claimed(sort_by="priority", sort_order="DESC"))["priority"] == 9
    assert len(await api.batch([1], limit=1000)) + len(await api.batch([1], limit=1000)) == amount - 1


async def test_what_an_older_program_ended_stays_ended_when_its_time_comes(
    api: Api, clock: Clock, database: Database
) -> None:
    await api.register()
    task_id = await put_off(api, clock)
    with closing(sqlite3.connect(database.path)) as older, older:  # it knows no retry_at, and leaves it
        older.execute("UPDATE tasks SET status = 'failed', claimable = 0 WHERE id = ?", (task_id,))
        older.execute("UPDATE counters SET amount = (status = 'failed')")
    clock.seconds += 61
    assert await told_oldest(api) == [None]
    assert await api.claim() is None
    assert (await api.task(task_id))["status"] == "failed"
    assert "retry_at" not in await api.task(task_id)


async def put_off(api: Api, clock: Clock) -> int:
    """A task that waits for 60 seconds."""
    task_id = await api.create()
    await api.claimed()
    await api.complete(task_id, success=False, error="no", retry_at=at(clock, 60))
    return task_id


async def told_oldest(api: Api) -> list[str | None]:
    """For each type, when the oldest one was created that may be claimed."""
    return [row["oldest_pending_at"] for row in (await api.get("/api/stats")).data["types"]]


def at(clock: Clock, seconds: float) -> str:
    """So many seconds from now, as the wire tells it."""
    return str(iso(round((clock.seconds + seconds) * 1000)))
