"""What an operator does to many tasks, and what the numbers say."""

import json

import pytest

from tests.server.client import Api, Clock


async def fail_for_good(api: Api, task_id: int) -> None:
    for _ in range(3):
        await api.claim()
        await api.complete(task_id, success=False, error="broke")


async def test_retry_gives_a_failed_task_all_its_attempts_back(api: Api) -> None:
    await api.register()
    task_id = await api.create(x=1)
    await fail_for_good(api, task_id)
    told = await api.bulk("retry", ids=[task_id, 99])
    assert told["outcomes"] == [
        {"id": task_id, "ok": True, "status": "pending", "code": 200, "error": None},
        {"id": 99, "ok": False, "status": None, "code": 404, "error": "Task not found"},
    ]
    task = await api.task(task_id)
    assert (task["attempts"], task["claimed_by"], task["completed_at"]) == (0, None, None)
    assert (await api.claimed())["attempts"] == 1
    assert (await api.bulk("retry", ids=[task_id]))["outcomes"][0]["code"] == 400


async def test_release_keeps_the_attempts_and_needs_the_owner_or_force(api: Api) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim("ann")
    assert (await api.post("/tasks/bulk", action="release", ids=[1])).status == 400
    assert (await api.bulk("release", ids=[1], worker_id="bob"))["outcomes"][0]["code"] == 403
    assert (await api.bulk("release", ids=[1], worker_id="ann"))["outcomes"][0]["status"] == "pending"
    assert (await api.claimed("bob"))["attempts"] == 2
    assert (await api.bulk("release", ids=[1], force=True))["outcomes"][0]["ok"]
    assert (await api.complete(1, "bob")).status == 400


@pytest.mark.parametrize("is_claimed", [True, False])
async def test_a_cancelled_task_has_failed_and_its_owner_is_told_403(api: Api, is_claimed: bool) -> None:
    await api.register()
    await api.create(x=1)
    if is_claimed:
        await api.claim("ann")
    assert (await api.bulk("cancel", ids=[1]))["outcomes"][0]["status"] == "failed"
    task = await api.task(1)
    assert (task["status"], task["error_message"]) == ("failed", "cancelled")
    assert await api.claim("bob") is None
    code = 403 if is_claimed else 400
    assert (await api.complete(1, "ann")).status == code
    assert (await api.post("/tasks/1/progress", worker_id="ann", progress=3)).status == code
    assert (await api.complete(1, "bob")).status == 400


async def test_a_worker_whose_own_error_is_that_word_is_told_apart_from_who_was_cancelled(api: Api) -> None:
    await api.register()
    await api.create_many(3)
    for _ in range(3):
        await api.claim("ann", sort_by="id")
        await api.complete(1, "ann", success=False, error="cancelled")
    await api.bulk("cancel", ids=[2])
    listed = {row["id"]: row for row in (await api.get("/tasks")).data["tasks"]}
    changed = {row["task"]["id"]: row["task"] for row in (await api.changes(0))["changes"]}
    for rows in (listed, changed, {n: await api.task(n) for n in (1, 2, 3)}):
        assert [rows[n]["error_message"] for n in (1, 2)] == ["cancelled", "cancelled"]
        assert [rows[n].get("cancelled") for n in (1, 2, 3)] == [False, True, None]
    for told, ids in ((True, [2]), (False, [3, 1])):
        found = (await api.get("/tasks", filter=json.dumps({"cancelled": told}))).data["tasks"]
        assert [row["id"] for row in found] == ids
    await api.bulk("retry", ids=[2])
    assert "cancelled" not in await api.task(2)


async def test_it_is_told_how_many_were_ever_cancelled(api: Api) -> None:
    await api.register("a")
    await api.register("b")
    await api.create_many(3, "a")
    await api.bulk("cancel", ids=[1, 2], dry_run=True)
    await api.bulk("cancel", ids=[1, 2, 99])
    await api.bulk("retry", ids=[1])
    await api.bulk("delete", ids=[2])
    assert {row["name"]: row["cancelled"] for row in (await api.get("/stats")).data["types"]} == {"a": 2, "b": 0}


async def test_a_deleted_task_is_gone_and_may_be_created_again(api: Api) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim()
    assert (await api.bulk("delete", ids=[1]))["outcomes"][0]["code"] == 400
    await api.complete(1)
    assert (await api.bulk("delete", ids=[1]))["outcomes"][0]["status"] == "deleted"
    assert (await api.get("/tasks/1")).status == 404
    assert (await api.get("/tasks/1/history")).status == 404
    assert await api.create(x=1) == 2


async def test_a_dry_run_tells_all_and_changes_nothing(api: Api) -> None:
    await api.register()
    await api.create_many(5)
    before = (await api.get("/stats")).data["types"], (await api.changes(1))["next"]
    for action in ("cancel", "delete"):
        told = await api.bulk(action, filter={"status": ["pending"]}, dry_run=True)
        assert (told["changed"], told["dry_run"]) == (5, True)
    assert ((await api.get("/stats")).data["types"], (await api.changes(1))["next"]) == before


async def test_a_filter_selects_only_what_the_action_fits(api: Api) -> None:
    await api.register("a")
    await api.register("b")
    await api.create_many(450, "a")
    await api.create_many(3, "b")
    await api.claim(type_id=1)
    told = await api.bulk("delete", filter={"type": ["a%"]})
    assert (told["changed"], len(told["outcomes"]), told["more"]) == (449, 449, False)
    left = (await api.get("/tasks")).data
    assert left["total"] == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "explode", "ids": [1]},
        {"ids": [1]},
        {"action": "retry"},
        {"action": "retry", "ids": []},
        {"action": "retry", "ids": [1], "filter": {"text": "x"}},
        {"action": "retry", "filter": {}},
        {"action": "retry", "filter": {"text": " ", "status": []}},
        {"action": "retry", "filter": "failed"},
        {"action": "retry", "ids": [1], "dry_run": "yes"},
    ],
)
async def test_an_order_that_is_not_clear_is_refused(api: Api, fields: dict) -> None:
    reply = await api.post("/tasks/bulk", **fields)
    assert reply.status == 400
    assert reply.error


async def test_stats_tell_amounts_ages_and_events_a_minute(api: Api, clock: Clock) -> None:
    await api.register("a")
    await api.register("b")
    await api.create_many(5, "a")
    await api.batch([1], limit=3)
    await api.complete(1)
    await api.complete(2, success=False)
    data = (await api.get("/stats")).data
    a, b = data["types"]
    assert {k: a[k] for k in ("name", "pending", "claimed", "completed", "failed")} == {
        "name": "a",
        "pending": 3,
        "claimed": 1,
        "completed": 1,
        "failed": 0,
    }
    assert a["oldest_pending_at"] == "2023-11-14T22:13:20.000Z"
    assert (b["pending"], b["oldest_pending_at"]) == (0, None)
    minutes = data["per_minute"]
    assert [minutes[event][-1] for event in ("created", "claimed", "completed", "failed", "retry")] == [5, 3, 1, 0, 1]
    clock.seconds += 60
    assert (await api.get("/stats")).data["per_minute"]["created"][-2:] == [5, 0]


async def test_workers_tell_of_themselves(api: Api, clock: Clock) -> None:
    await api.register()
    await api.create_many(2)
    await api.batch([1], "ann", limit=2)
    await api.complete(2, "ann")
    beat = await api.post(
        "/workers/ann/heartbeat", host="box", pid=7, state="busy", strategy="FIFO", task_ids=[1, 2, 5]
    )
    assert (beat.data["extended"], beat.data["lost"]) == ([1], [2, 5])
    clock.seconds += 50
    await api.post("/workers/bob%2F1/heartbeat", state="stopped", task_ids=[])
    workers = (await api.get("/workers")).data["workers"]
    assert [(w["id"], w["alive"]) for w in workers] == [("bob/1", False), ("ann", True)]
    assert (workers[1]["host"], workers[1]["pid"], workers[1]["state"], workers[1]["task_ids"]) == (
        "box",
        7,
        "busy",
        [1, 2, 5],
    )
    clock.seconds += 11
    assert [w["alive"] for w in (await api.get("/workers")).data["workers"]] == [False, False]
    assert (await api.post("/workers/ann/heartbeat", state="idle")).status == 200
    ann = (await api.get("/workers")).data["workers"][0]
    assert ann["first_seen_at"] < ann["last_seen_at"]
