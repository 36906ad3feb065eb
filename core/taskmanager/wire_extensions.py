"""JSON <-> models, for the calls beyond the documented contract: batches, history, statistics, changes, workers."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Changes
from core.models import (
    HistoryEntry,
    InHand,
    Json,
    Report,
    RowOutcome,
    Task,
    TypeStats,
    TypeVersion,
    WorkerState,
    WorkerStatus,
)
from core.taskmanager.wire import Row, fate, mapping, moment, rows, task, text, whole


def report(each: Report) -> Row:
    """One report of a batch; ``attempts`` 0 means that the caller does not know which claim it was."""
    told: dict[str, Json] = {"id": each.task_id, "success": each.success, "result": each.result, "error": each.error}
    told = told if each.is_documented else told | fate(each)
    return told | {"attempts": each.attempts} if each.attempts else told


def outcome(row: Row) -> RowOutcome:
    """One row of the answer to a batch call."""
    return RowOutcome(
        int(row["id"]),
        ok=bool(row["ok"]),
        status=text(row.get("status")),
        code=whole(row.get("code"), 200 if row["ok"] else 400),
        error=text(row.get("error")),
    )


def history(data: Json) -> tuple[HistoryEntry, ...]:
    """The life of a task, oldest first."""
    return tuple(
        HistoryEntry(
            at=moment(row.get("at")),
            event=str(row["event"]),
            worker=text(row.get("worker")),
            attempts=None if row.get("attempts") is None else int(row["attempts"]),
            message=text(row.get("message")),
        )
        for row in rows(data)
    )


def stats(data: Json) -> tuple[TypeStats, ...]:
    """Counts by type."""
    return tuple(
        TypeStats(
            id=int(row["id"]),
            name=str(row["name"]),
            pending=whole(row.get("pending")),
            claimed=whole(row.get("claimed")),
            completed=whole(row.get("completed")),
            failed=whole(row.get("failed")),
            oldest_pending_at=moment(row.get("oldest_pending_at")),
            put_off=whole(row.get("put_off")),
            cancelled=whole(row.get("cancelled")),
            versions=whole(row.get("versions")),
        )
        for row in rows(data)
    )


def versions(data: Json) -> tuple[TypeVersion, ...]:
    """The versions of a type, newest first."""
    found = (
        TypeVersion(
            number=int(row["number"]),
            version=str(row["version"]),
            param_schema=mapping(row["param_schema"]),
            is_active=bool(row.get("is_active", True)),
            registered_at=moment(row.get("registered_at")),
            tasks=None if row.get("tasks") is None else int(row["tasks"]),
        )
        for row in rows(data)
    )
    return tuple(sorted(found, key=lambda each: each.number, reverse=True))


def changes(data: Json) -> Changes:
    """What changed, each task once in its newest state; a change without a task tells the id of a ``deleted`` one."""
    newest: dict[int, Task | None] = {}
    for row in rows(data):
        if row.get("task") is None:
            newest[int(row["deleted"])] = None
        else:
            changed = task(row["task"])
            newest[changed.id] = changed
    said = mapping(data)
    return Changes(
        tuple(each for each in newest.values() if each is not None),
        next=int(said["next"]),
        reset=bool(said.get("reset")),
        deleted=tuple(task_id for task_id, each in newest.items() if each is None),
    )


def lost(data: Json) -> tuple[int, ...]:
    """Tasks that a heartbeat listed, and that its worker does not hold (any more)."""
    listed: Sequence[object] = mapping(data).get("lost") or ()
    return tuple(whole(each) for each in listed)


def workers(data: Json) -> tuple[WorkerStatus, ...]:
    """Who is alive, as the server was told."""
    return tuple(worker(row) for row in rows(data))


def worker(row: Row) -> WorkerStatus:
    """One worker that sent heartbeats; one that sends none any more without having stopped is silent."""
    seen = moment(row.get("last_seen_at"))
    since = moment(row.get("first_seen_at")) or seen
    held: Sequence[object] = row.get("task_ids") or ()
    pid = row.get("pid")
    state = worker_state(row.get("state"))
    silent = row.get("alive") is False and state != WorkerState.STOPPED
    return WorkerStatus(
        id=str(row["id"]),
        state=WorkerState.SILENT if silent else state,
        strategy=str(row.get("strategy") or ""),
        in_hand=tuple(InHand(whole(each), "", 0, since) for each in held) if since is not None else (),
        last_seen=seen,
        note="It has not been heard of for a while." if silent else "",
        local=False,
        host=str(row.get("host") or ""),
        pid=None if pid is None else int(pid),
    )


def worker_state(value: object) -> WorkerState:
    """The state of a worker; one that we do not know is read as idle."""
    try:
        return WorkerState(str(value))
    except ValueError:
        return WorkerState.IDLE
