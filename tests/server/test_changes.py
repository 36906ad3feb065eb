"""The feed of changes, and waiting for one."""

import asyncio

import pytest

from core.server import changes
from core.server.database import Database
from tests.server.client import Api, let_it_begin


async def test_each_changed_task_is_told_once_in_its_newest_state(api: Api) -> None:
    await api.register()
    await api.create_many(3)
    start = (await api.changes(0))["next"]
    await api.claim()
    await api.complete(1)
    await api.claim()
    feed = await api.changes(start)
    assert [(c["task"]["id"], c["task"]["status"]) for c in feed["changes"]] == [(1, "completed"), (2, "claimed")]
    assert not feed["reset"]
    assert (await api.changes(feed["next"]))["changes"] == []


async def test_small_pages_tell_everything_in_order(api: Api) -> None:
    await api.register()
    first = await api.create(x="first")
    start = (await api.changes(0))["next"]
    await api.create_many(9)
    await api.bulk("delete", ids=[first, 4])
    told, after = [], start
    while page := await api.changes(after, limit=2):
        if not page["changes"]:
            break
        told += page["changes"]
        after = page["next"]
    assert [c["seq"] for c in told] == sorted(c["seq"] for c in told)
    assert {c["task"]["id"] for c in told if c["task"]} == {2, 3, 5, 6, 7, 8, 9, 10}
    assert {c["deleted"] for c in told if not c["task"]} == {1, 4}


async def test_a_reader_from_the_beginning_is_told_everything(api: Api) -> None:
    await api.register()
    made = [await api.create(x=1), await api.create(x=2)]
    feed = await api.changes(0)
    assert (feed["reset"], [each["task"]["id"] for each in feed["changes"]]) == (False, made)


async def test_a_reader_that_knows_too_much_must_read_anew_from_now_on(api: Api) -> None:
    await api.register()
    await api.create(x=1)
    feed = await api.changes(2**53)
    assert (feed["reset"], feed["changes"]) == (True, [])
    assert (await api.changes(feed["next"]))["reset"] is False


async def test_a_reader_too_far_behind_must_read_anew(api: Api, database: Database) -> None:
    await api.register()
    await api.create(x=1)
    await database.write(lambda writer: [writer.renew() for _ in range(changes.KEPT)] and None)
    assert (await api.changes(1))["reset"] is False
    await api.create(x=2)
    assert (await api.changes(1))["reset"] is True


async def test_a_wait_ends_with_the_first_change(api: Api) -> None:
    await api.register()
    await api.create(x=1)
    start = (await api.changes(0))["next"]
    waiting = asyncio.ensure_future(api.changes(start, wait=20))
    await let_it_begin()
    assert not waiting.done()
    await api.create(x=2)
    async with asyncio.timeout(0.5):
        assert [c["task"]["id"] for c in (await waiting)["changes"]] == [2]


async def test_a_wait_ends_when_its_reader_hangs_up(api: Api) -> None:
    hang_up = asyncio.Event()
    waiting = asyncio.ensure_future(api.send_and_hang_up(hang_up, "GET", "/changes", b"", query="wait=20"))
    await let_it_begin()
    assert not waiting.done()
    hang_up.set()
    await asyncio.wait_for(waiting, 2)


async def test_a_wait_without_a_change_ends_empty(api: Api) -> None:
    feed = await api.changes(0, wait=0.05)
    assert (feed["changes"], feed["next"], feed["reset"]) == ([], 0, False)


@pytest.mark.parametrize("waiters", [50])
async def test_many_waiters_cost_next_to_nothing(api: Api, database: Database, waiters: int) -> None:
    await api.register()
    polls = [asyncio.ensure_future(api.batch([1], f"w{n}", wait=20)) for n in range(waiters)]
    await let_it_begin()
    before = database.read(lambda connection: connection.total_changes)
    await api.create(x=1)
    done, pending = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED, timeout=2)
    assert len(done) == 1
    assert database.read(lambda connection: connection.total_changes) - before < 20
    for poll in pending:
        poll.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
