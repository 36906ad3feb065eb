"""Every statement that grows with the queue is answered from an index, without a scan and without a sort."""

from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import Any

import pytest

from core.server import claims
from core.server.database import Database
from tests.server.client import Api, Clock

ORDERS = [(sort, order) for sort in claims.SORTS for order in ("ASC", "DESC")]


@contextmanager
def heard(database: Database) -> Any:
    """The statements that the database runs meanwhile, values written out."""
    said: list[str] = []
    database.read(lambda connection: connection.set_trace_callback(said.append))
    try:
        yield said
    finally:
        database.read(lambda connection: connection.set_trace_callback(None))


def plan(database: Database, statement: str) -> list[str]:
    rows = database.read(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
    return [row[3] for row in rows]


def assert_all_sought(database: Database, said: list[str], least: int) -> None:
    """No statement on tasks or history scans or sorts; at least so many were looked at."""
    words = ("SELECT", "UPDATE", "INSERT", "DELETE", "WITH")
    looked = [each for each in said if each.startswith(words) and ("tasks" in each or "history" in each)]
    assert len(looked) >= least, said
    for statement in looked:
        for step in plan(database, statement):
            assert "TEMP B-TREE" not in step, (statement, step)
            assert not step.startswith(("SCAN tasks", "SCAN t", "SCAN history", "SCAN tombstones")), (statement, step)


@pytest.fixture
async def busy(api: Api, clock: Clock, database: Database) -> Api:
    """Three types, with tasks that are pending, claimed, claimed too long ago, completed, and tried before."""
    types = [await api.register(name) for name in ("a", "b", "c")]
    for name in ("a", "b", "c"):
        await api.create_many(40, name, priority=1)
        await api.create(name, priority=2, more=True)
    for task in await api.batch(types, limit=30):
        await api.complete(task["id"], success=task["id"] % 2 == 0)
    await api.batch(types, limit=12)
    clock.seconds += 301
    await api.batch(types, "bob", limit=3)
    await database.write(lambda writer: writer.connection.execute("ANALYZE") and None)
    return api


@pytest.mark.parametrize(("sort", "order"), ORDERS)
@pytest.mark.parametrize("expired", [False, True])
async def test_no_claim_in_any_order_scans_or_sorts(
    busy: Api, clock: Clock, database: Database, sort: str, order: str, expired: bool
) -> None:
    fields = {"sort_by": sort, "sort_order": order}
    clock.seconds += 301 if expired else 0
    with heard(database) as said:
        assert await busy.claim("cy", 1, **fields)
        assert len(await busy.batch([1, 2, 3], "cy", limit=20, **fields)) == 20
        assert await busy.batch([99], "cy", wait=0.001, **fields) == []
    assert_all_sought(database, said, least=20)
    assert any("claimed_by_age" in statement for statement in said)


@pytest.mark.parametrize("types", [1, 3])
async def test_taking_over_old_claims_alone_scans_and_sorts_nothing(
    api: Api, clock: Clock, database: Database, types: int
) -> None:
    known = [await api.register(name) for name in ("a", "b", "c")[:types]]
    await api.create_many(30, "a")
    await api.batch(known, limit=30)
    clock.seconds += 301
    with heard(database) as said:
        assert len(await api.batch(known, "bob", limit=30, sort_by="attempts")) == 30
    assert_all_sought(database, said, least=30)


# Lists are proved where they are tested: what they sort is one page.
CALLS: dict[str, Callable[[Api], Awaitable[Any]]] = {
    "create": lambda api: api.create("a", new=True),
    "a known create": lambda api: api.post("/tasks", type="a", params={"n": 1}),
    "complete": lambda api: api.complete(1),
    "complete-batch": lambda api: api.post(
        "/tasks/complete-batch", worker_id="x", reports=[{"id": 1, "success": True}]
    ),
    "progress": lambda api: api.post("/tasks/1/progress", worker_id="ann", progress=1),
    "heartbeat": lambda api: api.post("/workers/ann/heartbeat", task_ids=[1, 2, 3]),
    "read": lambda api: api.task(1),
    "history": lambda api: api.history(1),
    "stats": lambda api: api.get("/stats"),
    "changes": lambda api: api.changes(50, limit=20),
    "retry": lambda api: api.bulk("retry", ids=[1, 2]),
    "release": lambda api: api.bulk("release", ids=[20, 21], force=True),
    "cancel": lambda api: api.bulk("cancel", ids=[20, 21]),
    "delete": lambda api: api.bulk("delete", ids=[1, 2, 3]),
}


@pytest.mark.parametrize("name", CALLS)
async def test_no_other_call_scans_or_sorts_either(busy: Api, database: Database, name: str) -> None:
    with heard(database) as said:
        await CALLS[name](busy)
    assert_all_sought(database, said, least=1)


async def test_the_check_itself_would_notice_a_scan(busy: Api, database: Database) -> None:
    with pytest.raises(AssertionError):
        assert_all_sought(database, ["SELECT id FROM tasks WHERE priority > 1"], least=1)
    with pytest.raises(AssertionError):
        assert_all_sought(database, ["SELECT id FROM tasks WHERE type_id = 1 ORDER BY created_at"], least=1)
