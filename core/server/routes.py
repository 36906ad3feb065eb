"""Every call of the TaskManager: path, method, handler, and the words that describe it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from core.server import changes, claims, listing, operator, overview, reports, task_types, tasks, workers
from core.server.envelope import Answer
from core.server.service import Call, Service

Handler = Callable[[Service, Call], Awaitable[Answer]]
Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
WHOLE: Shape = {"type": "integer"}
FLAG: Shape = {"type": "boolean"}
OBJECT: Shape = {"type": "object"}
WORKER: Shape = {"type": "string", "minLength": 1, "maxLength": 255}
IDS: Shape = {"type": "array", "items": {"type": "integer", "minimum": 1}}
STATUS: Shape = {"type": "string", "enum": ["pending", "claimed", "completed", "failed"]}
SORT: Shape = {"type": "string", "enum": list(claims.SORTS)}
ORDER: Shape = {"type": "string", "enum": ["ASC", "DESC"]}
WAIT: Shape = {"type": "number", "minimum": 0, "maximum": 30, "description": "seconds"}
FILTER: Shape = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "description": "part of id, type, params, error or worker, in any case"},
        "status": {"type": "array", "items": STATUS},
        "type": {"type": "array", "items": {"type": "string", "description": "a name, or a pattern with %"}},
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `body` and `query` map field names to JSON Schemas; `required` names body fields."""

    method: str
    path: str
    handler: Handler
    summary: str
    answers: str
    body: dict[str, Shape] = field(default_factory=dict[str, Shape])
    required: tuple[str, ...] = ()
    query: dict[str, Shape] = field(default_factory=dict[str, Shape])
    refusals: tuple[int, ...] = ()
    is_new: tuple[int, ...] = (200,)


# The order is the order of matching: what workers ask most comes first.
OPERATIONS = (
    Operation(
        "POST",
        "/tasks/claim-batch",
        claims.claim_batch,
        "Claim up to `limit` tasks, waiting up to `wait` seconds for the first",
        "{tasks: [rows as in claim], count}; empty when there is none",
        {
            "worker_id": WORKER,
            "task_type_ids": IDS,
            "limit": {"type": "integer", "minimum": 1, "maximum": claims.MOST_CLAIMED},
            "sort_by": SORT,
            "sort_order": ORDER,
            "wait": WAIT,
        },
        ("worker_id", "task_type_ids"),
    ),
    Operation(
        "POST",
        "/tasks/complete-batch",
        reports.complete_batch,
        "Report on many tasks; each has its own outcome, in the order given",
        "{outcomes: [{id, ok, status, code, error}]}",
        {
            "worker_id": WORKER,
            "reports": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "success"],
                    "properties": {
                        "id": WHOLE,
                        "success": FLAG,
                        "result": {},
                        "error": TEXT,
                        "attempts": {"type": "integer", "description": "the claim meant; another: 409"},
                    },
                },
            },
        },
        ("worker_id", "reports"),
    ),
    Operation(
        "POST",
        "/tasks/claim",
        claims.claim,
        "Claim one task",
        "{id, type, params, attempts, priority, ...}",
        {
            "worker_id": WORKER,
            "task_type_id": {"type": "integer", "minimum": 1},
            "type_pattern": {"type": "string", "description": "SQL LIKE on the type name"},
            "sort_by": SORT,
            "sort_order": ORDER,
        },
        ("worker_id", "task_type_id"),
        refusals=(404,),
    ),
    Operation(
        "POST",
        "/tasks/{id}/complete",
        reports.complete,
        "Report how a claimed task ended",
        "{id, status}: completed, failed, or pending (retry)",
        {"worker_id": WORKER, "success": FLAG, "result": {}, "error": TEXT},
        ("worker_id", "success"),
        refusals=(403, 404),
    ),
    Operation(
        "POST",
        "/tasks/{id}/progress",
        reports.report_progress,
        "Tell the progress of a claimed task; extends the claim",
        "{id, progress}",
        {
            "worker_id": WORKER,
            "progress": {"type": "integer", "minimum": 0, "maximum": 100},
            "message": TEXT,
        },
        ("worker_id", "progress"),
        refusals=(403, 404),
    ),
    Operation(
        "GET",
        "/tasks",
        listing.list_tasks,
        "List tasks, the newest first unless sorted otherwise",
        "{tasks: [...], count, limit, offset, total}; total is null when a text was searched",
        query={
            "status": STATUS,
            "type": {"type": "string", "description": "a name, or a pattern with %"},
            "limit": {"type": "integer", "minimum": 0, "maximum": listing.MOST_LISTED, "default": 50},
            "offset": {"type": "integer", "minimum": 0, "default": 0},
            "filter": {"type": "string", "description": "JSON of {text?, status?: [..], type?: [..]}"},
            "after_id": {"type": "integer", "description": "go on after this task, in the order asked"},
            "sort_by": SORT,
            "sort_order": ORDER,
        },
    ),
    Operation(
        "POST",
        "/tasks",
        tasks.create,
        "Create a task, or find the one with the same type and equal params",
        "{id, type, status, priority, dedupe_key}; for a known one {id, status, deduplicated: true}",
        {"type": TEXT, "params": OBJECT, "priority": {"type": "integer", "default": 0}},
        ("type", "params"),
        refusals=(404,),
        is_new=(201, 200),
    ),
    Operation(
        "POST",
        "/tasks/bulk",
        operator.bulk,
        "Retry, release, cancel or delete many tasks; with dry_run only tell what would happen",
        "{outcomes: [{id, ok, status, code, error}], changed, dry_run, more}",
        {
            "action": {"type": "string", "enum": list(operator.APPLIES_TO)},
            "ids": IDS,
            "filter": FILTER,
            "dry_run": FLAG,
            "worker_id": WORKER,
            "force": FLAG,
        },
        ("action",),
    ),
    Operation(
        "GET",
        "/tasks/{id}/history",
        tasks.read_history,
        "What happened to a task, oldest first",
        "{items: [{at, event, worker, attempts, message}]}",
        refusals=(404,),
    ),
    Operation("GET", "/tasks/{id}", tasks.read_task, "Read a task", "the whole task", refusals=(404,)),
    Operation(
        "GET",
        "/changes",
        changes.changes,
        "What changed after `after`, waiting up to `wait` seconds for the first change",
        "{changes: [{seq, task}] or [{seq, task: null, deleted: id}], next, reset}; reset: read all anew",
        query={
            "after": {"type": "integer", "minimum": 0, "default": 0},
            "limit": {"type": "integer", "minimum": 1, "maximum": changes.MOST_CHANGES, "default": 500},
            "wait": WAIT,
        },
    ),
    Operation(
        "POST",
        "/workers/{id}/heartbeat",
        workers.heartbeat,
        "Tell that a worker is alive; extends its claims of the listed tasks",
        "{id, extended: [ids], lost: [ids], claim_timeout}",
        {"host": TEXT, "pid": WHOLE, "state": TEXT, "strategy": TEXT, "task_ids": IDS},
    ),
    Operation("GET", "/workers", workers.list_workers, "Workers that told of themselves", "{workers, count}"),
    Operation(
        "GET",
        "/stats",
        overview.stats,
        "Amounts a type and status, events a minute",
        "{types: [{id, name, pending, claimed, completed, failed, oldest_pending_at}], per_minute}",
    ),
    Operation(
        "POST",
        "/task-types/register",
        task_types.register,
        "Register a task type, or replace version and schema of a known one",
        "{id, name, version, created: true} or {id, name, version, updated: true}",
        {"name": TEXT, "version": TEXT, "param_schema": OBJECT},
        ("name", "version", "param_schema"),
        is_new=(201, 200),
    ),
    Operation(
        "GET",
        "/task-types",
        task_types.list_types,
        "List task types",
        "{task_types: [...], count}",
        query={"active_only": FLAG},
    ),
    Operation(
        "GET",
        "/task-types/{name}",
        task_types.read_type,
        "Read a task type by its URL-encoded name",
        "{id, name, version, param_schema, is_active, created_at, updated_at}",
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/health",
        overview.health,
        "Whether the TaskManager works, and which one it is; needs no key",
        "{status, timestamp, database, server_id, claim_timeout, max_attempts}",
    ),
)
"""All calls but the description of them, see `openapi`."""
