"""How tasks end: progress, completion, retries, and who may report."""

import sqlite3
from contextlib import closing

import pytest

from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api, Clock


@pytest.fixture
async def held(api: Api) -> int:
    """A task that ann holds."""
    await api.register()
    await api.create(x=1)
    return (await api.claimed())["id"]


async def test_progress_is_kept_and_written_to_the_history(api: Api, held: int) -> None:
    reply = await api.post(f"/tasks/{held}/progress", worker_id="ann", progress=40, message="half")
    assert reply.data == {"id": held, "progress": 40}
    assert (await api.task(held))["progress"] == 40
    line = (await api.history(held))[-1]
    assert (line["event"], line["worker"], line["message"]) == ("progress", "ann", "40% - half")


@pytest.mark.parametrize("progress", [-1, 101, "5", 5.0, True, None])
async def test_progress_is_a_whole_number_of_percent(api: Api, held: int, progress: object) -> None:
    assert (await api.post(f"/tasks/{held}/progress", worker_id="ann", progress=progress)).status == 400


@pytest.mark.parametrize(("call", "fields"), [("progress", {"progress": 1}), ("complete", {"success": True})])
async def test_only_the_holder_reports_and_only_while_it_holds(api: Api, held: int, call: str, fields: dict) -> None:
    stranger = await api.post(f"/tasks/{held}/{call}", worker_id="bob", **fields)
    assert (stranger.status, stranger.error) == (403, "Task is claimed by another worker")
    await api.complete(held)
    late = await api.post(f"/tasks/{held}/{call}", worker_id="ann", **fields)
    assert (late.status, late.error) == (400, "Task is not in claimed state")
    unknown = await api.post(f"/tasks/99/{call}", worker_id="ann", **fields)
    assert (unknown.status, unknown.error) == (404, "Task not found")


@pytest.mark.parametrize(
    "fields", [{}, {"success": None}, {"success": "yes"}, {"success": 1}, {"success": True, "error": 5}]
)
async def test_a_report_must_say_success_as_true_or_false(api: Api, held: int, fields: dict) -> None:
    assert (await api.post(f"/tasks/{held}/complete", worker_id="ann", **fields)).status == 400
    assert (await api.task(held))["status"] == "claimed"


async def test_a_failed_task_is_pending_again_until_its_third_attempt(api: Api, held: int) -> None:
    for attempt in (1, 2):
        reply = await api.complete(held, success=False, error=f"broke {attempt}")
        assert reply.data == {"id": held, "status": "pending (retry)"}
        task = await api.task(held)
        assert (task["status"], task["claimed_by"], task["claimed_at"]) == ("pending", None, None)
        assert (task["error_message"], task["completed_at"]) == (f"broke {attempt}", None)
        assert (await api.claimed())["attempts"] == attempt + 1
        assert (await api.task(held))["error_message"] == f"broke {attempt}"
    assert (await api.complete(held, success=False, error="broke 3")).data["status"] == "failed"
    assert await api.claim() is None
    task = await api.task(held)
    assert (task["status"], task["claimed_by"], task["error_message"]) == ("failed", "ann", "broke 3")
    assert [line["event"] for line in await api.history(held)] == [
        "created",
        "claimed",
        "retry",
        "claimed",
        "retry",
        "claimed",
        "failed",
    ]


async def test_a_new_claim_starts_at_no_progress_and_success_clears_the_error(api: Api, held: int) -> None:
    await api.post(f"/tasks/{held}/progress", worker_id="ann", progress=80)
    await api.complete(held, success=False, error="broke")
    await api.claim()
    assert (await api.task(held))["progress"] == 0
    await api.complete(held, result={"n": 1})
    task = await api.task(held)
    assert (task["error_message"], task["result"], task["claimed_by"]) == (None, {"n": 1}, "ann")


async def test_the_number_of_attempts_is_the_servers_setting(database: Database, clock: Clock) -> None:
    api = Api(create_app(database, max_attempts=1, clock=clock))
    await api.register()
    await api.create(x=1)
    assert (await api.claimed())["max_attempts"] == 1
    assert (await api.complete(1, success=False)).data["status"] == "failed"


async def test_a_batch_of_reports_has_an_outcome_each_in_the_order_given(api: Api) -> None:
    await api.register()
    await api.create_many(4)
    await api.batch([1], limit=3)
    await api.claim("bob")
    reports = [
        {"id": 3, "success": False, "error": "broke"},
        {"id": 4, "success": True},
        {"id": 99, "success": True},
        {"id": 1, "success": True, "result": {"n": 1}, "attempts": 1},
        {"id": 2, "success": True, "attempts": 7},
        {"id": 1, "success": True},
    ]
    reply = await api.post("/tasks/complete-batch", worker_id="ann", reports=reports)
    assert reply.status == 200
    told = [(o["id"], o["ok"], o["status"], o["code"], o["error"]) for o in reply.data["outcomes"]]
    assert told == [
        (3, True, "pending (retry)", 200, None),
        (4, False, "claimed", 403, "Task is claimed by another worker"),
        (99, False, None, 404, "Task not found"),
        (1, True, "completed", 200, None),
        (2, False, "claimed", 409, "claim lost"),
        (1, False, "completed", 400, "Task is not in claimed state"),
    ]


@pytest.mark.parametrize(
    "reports", [None, [], {}, [1], [{"id": 1}], [{"success": True}], [{"id": "x", "success": True}]]
)
async def test_a_batch_of_no_reports_is_refused(api: Api, reports: object) -> None:
    assert (await api.post("/tasks/complete-batch", worker_id="ann", reports=reports)).status == 400


async def test_signs_of_life_extend_a_claim_and_leave_its_beginning_as_it_was(api: Api, clock: Clock) -> None:
    await api.register()
    task_id = await api.create(x=1)
    await api.claimed()
    began = (await api.task(task_id))["claimed_at"]
    for sign in ("progress", "heartbeat"):
        clock.seconds += 200
        if sign == "progress":
            await api.post(f"/api/tasks/{task_id}/progress", worker_id="ann", progress=10)
        else:
            await api.post("/api/workers/ann/heartbeat", state="busy", task_ids=[task_id])
        assert (await api.task(task_id))["claimed_at"] == began
    clock.seconds += 200
    assert await api.claim(worker="bob") is None
    clock.seconds += 101
    assert (await api.claim(worker="bob"))["id"] == task_id


async def test_a_stored_result_that_has_lost_its_end_is_no_answer(api: Api, database: Database) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim()
    await api.complete(1, result={"a": "b"})
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute('UPDATE tasks SET result = \'{"a": "b\' WHERE id = 1')
    with pytest.raises(ValueError, match="Unterminated string"):  # which a client is told as a fault of the server
        await api.get("/tasks/1")
