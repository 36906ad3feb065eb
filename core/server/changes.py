"""The feed of changes: each task once, in its newest state, after the point that the reader knows."""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive

from core.server.envelope import Answer
from core.server.fields import from_query, number
from core.server.long_poll import long_poll
from core.server.refusal import Refused
from core.server.rows import LISTED, listed
from core.server.service import Call, Service

KEPT = 100_000
"""How far back, in changes, a reader may have fallen before it must read anew."""

MOST_CHANGES = 1000
LONGEST_WAIT = 30.0
LOOK_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Feed:
    """A piece of the feed; ask on with `after` = `next`."""

    changes: list[dict[str, Any]]
    next: int
    reset: bool


async def changes(service: Service, call: Call) -> Answer:
    """GET /changes: what changed after `after`; when nothing did, up to `wait` seconds later."""
    after = from_query(call.query, "after", default=0, low=0)
    limit = from_query(call.query, "limit", default=500, low=1, high=MOST_CHANGES)
    wait = _seconds(call.query.get("wait", ""))
    feed = service.database.read(lambda connection: read_feed(connection, after, limit))
    if wait and not feed.changes and not feed.reset:
        feed = await _wait_for_changes(service, call.receive, after, limit, wait)
    return Answer({"changes": feed.changes, "next": feed.next, "reset": feed.reset})


def read_feed(connection: sqlite3.Connection, after: int, limit: int) -> Feed:
    """What changed after `after`. With `reset` nothing is told: read all anew, then go on from `next`."""
    present = int(connection.execute("SELECT value FROM sequence").fetchone()[0])
    if after > present or after < present - KEPT:
        return Feed([], present, reset=True)
    rows = connection.execute(
        f"SELECT t.seq, {LISTED} FROM tasks t INDEXED BY tasks_by_change CROSS JOIN task_types y"
        " ON y.id = t.type_id WHERE t.seq > ? ORDER BY t.seq LIMIT ?",
        (after, limit),
    ).fetchall()
    gone = connection.execute(
        "SELECT seq, task_id FROM tombstones WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
    ).fetchall()
    told = [{"seq": row[0], "task": listed(row[1:])} for row in rows]
    told += [{"seq": seq, "task": None, "deleted": task_id} for seq, task_id in gone]
    told = sorted(told, key=_sequence)[:limit]
    latest = _sequence(told[-1]) if told else after
    return Feed(told, latest if len(told) == limit else max(latest, present), reset=False)


async def _wait_for_changes(service: Service, receive: Receive, after: int, limit: int, wait: float) -> Feed:
    async with long_poll(service, receive, wait) as poll:
        while True:
            feed = service.database.read(lambda connection: read_feed(connection, after, limit))
            if feed.changes or feed.reset or not await poll.heard(LOOK_EVERY):
                return feed


def _sequence(change: dict[str, Any]) -> int:
    return change["seq"]


def _seconds(said: str) -> float:
    if not said.strip():
        return 0.0
    if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,9})?", said.strip()) is None:
        raise Refused(400, f"wait must be a number from 0 to {LONGEST_WAIT:g}")
    return number({"wait": float(said)}, "wait", default=0, low=0, high=LONGEST_WAIT)
