"""Who gets which task, and when."""

import asyncio
import random

import pytest

from tests.server.client import Api, Clock


async def ids_in_order(api: Api, **fields: str) -> list[int]:
    ids = []
    while (task := await api.claim(**fields)) is not None:
        ids.append(task["id"])
    return ids


async def test_fifo_and_lifo_are_exact_within_one_instant(api: Api) -> None:
    await api.register()
    made = await api.create_many(12)
    assert [(await api.claimed())["id"] for _ in range(6)] == made[:6]
    assert await ids_in_order(api, sort_by="created_at", sort_order="desc") == made[:5:-1]


async def test_fifo_is_the_order_of_arrival_when_the_clock_is_set_back(api: Api, clock: Clock) -> None:
    await api.register()
    first = await api.create(x=1)
    clock.seconds -= 3600
    second = await api.create(x=2)
    assert await ids_in_order(api) == [first, second]


@pytest.mark.parametrize(
    ("sort", "order", "key"),
    [
        ("id", "ASC", lambda task: task[0]),
        ("id", "DESC", lambda task: -task[0]),
        ("priority", "DESC", lambda task: (-task[1], task[0])),
        ("priority", "ASC", lambda task: (task[1], task[0])),
        ("attempts", "ASC", lambda task: (task[2], task[0])),
        ("attempts", "DESC", lambda task: (-task[2], task[0])),
    ],
)
@pytest.mark.parametrize("at_once", [1, 4, 50])
async def test_every_order_is_exact_and_ties_go_to_the_oldest(
    api: Api, clock: Clock, sort: str, order: str, key: object, at_once: int
) -> None:
    chance = random.Random(7)
    await api.register()
    tasks = []
    for n in range(20):
        priority, attempts = chance.randint(-2, 2), chance.randint(0, 2)
        tasks.append((await api.create(priority=priority, n=n), priority, attempts))
    for _ in range(2):
        held = await api.batch([1], limit=50)
        keep = {task[0] for task in tasks if task[2] >= held[0]["attempts"]}
        for task in held:
            if task["id"] in keep:
                await api.complete(task["id"], success=False)
        await api.bulk("release", ids=[t["id"] for t in held if t["id"] not in keep] or [999], worker_id="ann")
    now_attempts = {task[0]: (await api.task(task[0]))["attempts"] for task in tasks}
    expected = sorted(((i, p, now_attempts[i]) for i, p, _ in tasks), key=key)  # type: ignore[arg-type]
    got: list[int] = []
    while batch := await api.batch([1], limit=at_once, sort_by=sort, sort_order=order):
        got += [task["id"] for task in batch]
    assert got == [task[0] for task in expected]


async def test_a_task_is_handed_out_once_whoever_asks_at_the_same_time(api: Api) -> None:
    await api.register()
    made = await api.create_many(60)
    askers = [api.claim(f"worker-{n}") for n in range(40)] + [api.batch([1], f"many-{n}", limit=3) for n in range(10)]
    got: list[int] = []
    for answer in await asyncio.gather(*askers):
        tasks = answer if isinstance(answer, list) else [answer]
        got += [task["id"] for task in tasks if task]
    assert len(got) == len(set(got)) == 60
    assert set(got) == set(made)


async def test_several_types_are_served_in_turn_also_one_by_one(api: Api) -> None:
    types = [await api.register(name) for name in ("a", "b", "c")]
    for name in ("a", "b", "c"):
        await api.create_many(4, name)
    assert [task["type"] for task in await api.batch(types, limit=6)] == ["a", "b", "c", "a", "b", "c"]
    one_by_one = [(await api.batch(types, limit=1))[0]["type"] for _ in range(3)]
    assert sorted(one_by_one) == ["a", "b", "c"]


async def test_a_claim_exactly_as_old_as_the_timeout_is_kept_and_an_older_one_taken_over(
    api: Api, clock: Clock
) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim("ann")
    clock.seconds += 300
    assert await api.claim("bob") is None
    clock.seconds += 0.001
    task = await api.claimed("bob")
    assert task["attempts"] == 2
    assert (await api.complete(1, "ann")).status == 403
    assert (await api.complete(1, "bob")).data["status"] == "completed"
    assert [line["event"] for line in await api.history(1)] == ["created", "claimed", "claimed", "completed"]


async def test_an_expired_claim_stays_claimed_and_its_owner_may_still_complete_it(api: Api, clock: Clock) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim("ann")
    clock.seconds += 301
    assert (await api.task(1))["status"] == "claimed"
    assert (await api.complete(1, "ann")).status == 200


async def test_an_expired_claim_competes_with_pending_tasks_in_the_order_asked(api: Api, clock: Clock) -> None:
    await api.register()
    await api.create(priority=1, n=1)
    await api.claim()
    clock.seconds += 301
    await api.create(priority=2, n=2)
    await api.create(priority=0, n=3)
    assert await ids_in_order(api, sort_by="priority", sort_order="DESC") == [2, 1, 3]


@pytest.mark.parametrize("extend", ["progress", "heartbeat"])
async def test_its_owner_extends_a_claim(api: Api, clock: Clock, extend: str) -> None:
    await api.register()
    await api.create(x=1)
    await api.claim("ann")
    clock.seconds += 301
    assert await api.claim("ann", type_id=99) is None  # marks the old claim, takes nothing
    if extend == "progress":
        await api.post("/tasks/1/progress", worker_id="ann", progress=5)
    else:
        assert (await api.post("/workers/ann/heartbeat", task_ids=[1])).data["extended"] == [1]
    assert await api.claim("bob") is None
    clock.seconds += 301
    assert (await api.claimed("bob"))["id"] == 1


async def test_reclaims_have_no_limit(api: Api, clock: Clock) -> None:
    await api.register()
    await api.create(x=1)
    for attempt in range(1, 7):
        assert (await api.claimed())["attempts"] == attempt
        clock.seconds += 301
    await api.claim()
    assert (await api.complete(1, success=False)).data["status"] == "failed"


@pytest.mark.parametrize(
    "fields",
    [
        {"wait": 31},
        {"wait": "1"},
        {"wait": -1},
        {"limit": 0},
        {"limit": 1001},
        {"limit": True},
        {"task_type_ids": []},
        {"task_type_ids": 1},
        {"task_type_ids": [0]},
        {"task_type_ids": [[1]]},
        {"worker_id": None},
    ],
)
async def test_a_batch_claim_with_a_wrong_field_is_refused(api: Api, fields: dict) -> None:
    reply = await api.post("/tasks/claim-batch", **({"worker_id": "a", "task_type_ids": [1]} | fields))
    assert reply.status == 400
