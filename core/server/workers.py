"""Workers as they tell of themselves: heartbeats that extend claims or end waits, and who is alive."""

import sqlite3
from typing import Any, NamedTuple, cast

from core.server.envelope import Answer, decode, encode
from core.server.fields import LARGEST, optional_text, positives, text, whole
from core.server.service import Call, Service
from core.server.times import iso
from core.server.writer import Writer

MOST_TASKS = 10_000
DRAINING = "draining"
"""The state of a worker that claims nothing more."""
ALIVE_MILLISECONDS = 60_000
FORGOTTEN_MILLISECONDS = 7 * 24 * 3_600_000
"""A worker that was not heard of for a week is no longer listed."""


class _Beat(NamedTuple):
    id: str
    host: str | None
    pid: int | None
    state: str | None
    strategy: str | None
    task_ids: str
    first_seen_at: int
    last_seen_at: int


async def heartbeat(service: Service, call: Call) -> Answer:
    """POST /workers/{id}/heartbeat: `extended` are the listed tasks it holds, `lost` those it does not.

    A claim of this worker that waits for work is answered at once when its state is `draining`.
    """
    worker = text({"worker_id": call.path["id"]}, "worker_id")
    given: object = call.body.get("task_ids")
    task_ids = positives(given, "task_ids", most=MOST_TASKS) if given not in (None, []) else []
    now = service.now()
    said_pid = call.body.get("pid")
    beat = _Beat(
        id=worker,
        host=optional_text(call.body, "host"),
        pid=None if said_pid is None else whole(call.body, "pid", default=None, low=0, high=LARGEST),
        state=optional_text(call.body, "state"),
        strategy=optional_text(call.body, "strategy"),
        task_ids=encode(task_ids),
        first_seen_at=now,
        last_seen_at=now,
    )

    def store(writer: Writer) -> list[int]:
        _remember(writer.connection, beat)
        return [task_id for task_id in task_ids if _extend(writer, task_id, worker, now)]

    extended = await service.database.write(store)
    if beat.state == DRAINING:
        service.leaving.add(worker)
        service.database.ring()
    else:
        service.leaving.discard(worker)
    lost = sorted(set(task_ids) - set(extended))
    return Answer({"id": worker, "extended": extended, "lost": lost, "claim_timeout": service.claim_timeout / 1000})


async def list_workers(service: Service, call: Call) -> Answer:
    """GET /workers: the one heard of last comes first; `alive` means within a minute and not stopped."""

    def query(connection: sqlite3.Connection) -> list[_Beat]:
        rows = connection.execute("SELECT * FROM workers ORDER BY last_seen_at DESC, id LIMIT 1000")
        return [_Beat._make(row) for row in rows]

    now = service.now()
    workers = [_shown(beat, now) for beat in service.database.read(query)]
    return Answer({"workers": workers, "count": len(workers)})


def _remember(connection: sqlite3.Connection, beat: _Beat) -> None:
    known = connection.execute("SELECT 1 FROM workers WHERE id = ?", (beat.id,)).fetchone()
    if known is None:
        connection.execute("DELETE FROM workers WHERE last_seen_at < ?", (beat.last_seen_at - FORGOTTEN_MILLISECONDS,))
    connection.execute(
        "INSERT INTO workers VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " host = coalesce(excluded.host, host), pid = coalesce(excluded.pid, pid), state = excluded.state,"
        " strategy = coalesce(excluded.strategy, strategy),"
        " task_ids = excluded.task_ids, last_seen_at = excluded.last_seen_at",
        beat,
    )


def _extend(writer: Writer, task_id: int, worker: str, now: int) -> bool:
    changed = writer.connection.execute(
        "UPDATE tasks SET heard_at = ?, claimable = 0, seq = ? WHERE id = ? AND status = 'claimed' AND claimed_by = ?",
        (now, writer.renew(), task_id, worker),
    )
    return changed.rowcount == 1


def _shown(beat: _Beat, now: int) -> dict[str, Any]:
    return {
        "id": beat.id,
        "host": beat.host,
        "pid": beat.pid,
        "state": beat.state,
        "strategy": beat.strategy,
        "task_ids": cast(list[int], decode(beat.task_ids)),
        "first_seen_at": iso(beat.first_seen_at),
        "last_seen_at": iso(beat.last_seen_at),
        "alive": beat.state != "stopped" and now - beat.last_seen_at <= ALIVE_MILLISECONDS,
    }
