"""Every call of the TaskManager: path, method, handler, and the words and shapes that describe it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from core.server import (
    changes,
    claims,
    listing,
    operator,
    overview,
    reports,
    schema_check,
    task_types,
    tasks,
    type_versions,
    workers,
)
from core.server import shapes as shape
from core.server.envelope import Answer
from core.server.service import Call, Service
from core.server.shapes import Shape, many, named, thing

Handler = Callable[[Service, Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call.

    `answers` maps each status of success to the shape of its `data`. `body` and `query` map names of fields to
    shapes, `required` names fields of the body. `refusals` are the statuses of refusal that not every call has.
    `description` says in sentences what a summary has no room for.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    answers: dict[int, Shape]
    body: dict[str, Shape] = field(default_factory=dict[str, Shape])
    required: tuple[str, ...] = ()
    query: dict[str, Shape] = field(default_factory=dict[str, Shape])
    refusals: tuple[int, ...] = ()
    description: str = ""


# The order is the order of matching: what workers ask most comes first.
OPERATIONS = (
    Operation(
        "POST",
        "/tasks/claim-batch",
        claims.claim_batch,
        "Claim up to `limit` tasks, waiting up to `wait` seconds for the first; an empty list when there is none",
        {200: thing(tasks=many(named("ClaimedTask")), count=shape.AMOUNT)},
        {
            "worker_id": shape.SHORT,
            "task_type_ids": shape.TYPE_IDS,
            "limit": shape.CLAIM_LIMIT,
            "sort_by": shape.SORT,
            "sort_order": shape.ORDER,
            "wait": shape.WAIT,
        },
        ("worker_id", "task_type_ids"),
    ),
    Operation(
        "POST",
        "/tasks/complete-batch",
        reports.complete_batch,
        "Report on many tasks; each has its own outcome, in the order given",
        {200: thing(outcomes=many(named("Outcome")))},
        {"worker_id": shape.SHORT, "reports": shape.REPORTS},
        ("worker_id", "reports"),
    ),
    Operation(
        "POST",
        "/tasks/claim",
        claims.claim,
        "Claim one task of a type",
        {200: named("ClaimedTask")},
        {
            "worker_id": shape.SHORT,
            "task_type_id": shape.ID,
            "type_pattern": {"type": "string", "description": "SQL LIKE on the type name"},
            "sort_by": shape.SORT,
            "sort_order": shape.ORDER,
        },
        ("worker_id", "task_type_id"),
        refusals=(404,),
    ),
    Operation(
        "POST",
        "/tasks/{id}/complete",
        reports.complete,
        "Report how a claimed task ended; `pending (retry)` when it failed and may be tried again",
        {200: thing(id=shape.ID, status={"type": "string", "enum": ["completed", "failed", "pending (retry)"]})},
        {
            "worker_id": shape.SHORT,
            "success": shape.FLAG,
            "result": shape.ANYTHING,
            "error": shape.TEXT,
            "attempts": {**shape.ID, "description": "of the claim that is meant; refused with 409 if it was lost"},
            "retryable": shape.RETRYABLE,
            "retry_at": shape.RETRY_AT,
        },
        ("worker_id", "success"),
        refusals=(404, 409),
    ),
    Operation(
        "POST",
        "/tasks/{id}/progress",
        reports.report_progress,
        "Tell the progress of a claimed task; extends the claim",
        {200: thing(id=shape.ID, progress=shape.PERCENT)},
        {"worker_id": shape.SHORT, "progress": shape.PERCENT, "message": shape.TEXT},
        ("worker_id", "progress"),
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/tasks",
        listing.list_tasks,
        "List tasks, the newest first unless sorted otherwise; `total` is null where rows had to be looked at",
        {
            200: thing(
                "searched",
                "searchable",
                "next",
                tasks=many(named("ListedTask")),
                count=shape.AMOUNT,
                limit=shape.AMOUNT,
                offset=shape.AMOUNT,
                total=shape.either(shape.AMOUNT),
                searched=shape.AMOUNT,
                searchable=shape.AMOUNT,
                next=shape.either(shape.ID),
            )
        },
        query={
            "status": shape.STATUS,
            "type": shape.PATTERN,
            "limit": {"type": "integer", "minimum": 0, "maximum": listing.MOST_LISTED, "default": 50},
            "offset": {"type": "integer", "minimum": 0, "default": 0},
            "filter": shape.FILTER,
            "after_id": {
                "type": "integer",
                "minimum": 0,
                "description": "go on after this task, in the order asked; not with `around`",
            },
            "around": {
                "type": "integer",
                "minimum": 0,
                "description": "have this task in the middle of the page, where it is one of those asked for; `offset`"
                " then tells where the page begins; refused with 400 together with `after_id`",
            },
            "brief": {
                "type": "integer",
                "minimum": 0,
                "maximum": 1,
                "default": 0,
                "description": "1: tell what each task is about, by its first params",
            },
            "sort_by": shape.SORT,
            "sort_order": shape.ORDER,
        },
        description=f"Where a filter asks for more than types and statuses, a call looks at {listing.SEARCHED:,} tasks:"
        " `searched` says at how many of `searchable`, `next` is the `after_id` to go on with (null at the end).",
    ),
    Operation(
        "POST",
        "/tasks",
        tasks.create,
        "Create a task, or find the one with the same type and equal params",
        {
            201: thing(id=shape.ID, type=shape.TEXT, status=shape.STATUS, priority=shape.WHOLE, dedupe_key=shape.TEXT),
            200: thing(
                id=shape.ID,
                type=shape.TEXT,
                status=shape.STATUS,
                deduplicated=shape.ALWAYS,
                duplicate=shape.ALWAYS,
                dedupe_key=shape.TEXT,
            ),
        },
        {"type": shape.SHORT, "params": shape.OBJECT, "priority": {"type": "integer", "default": 0}},
        ("type", "params"),
        refusals=(404,),
        description=f"The params are checked by the type's schema in at most {schema_check.MOST_STEPS_OF_CHECK:,} steps"
        f" (what takes more is refused with 400): one for each value and part of the schema that it is held against,"
        f" and one for each {schema_check.CHEAP} items of which it tells only the `type`, or that they differ.",
    ),
    Operation(
        "POST",
        "/tasks/bulk",
        operator.bulk,
        "Retry, release, cancel or delete tasks, by ids or by a filter; with `dry_run` only tell what would happen",
        {200: thing(outcomes=many(named("Outcome")), changed=shape.AMOUNT, dry_run=shape.FLAG, more=shape.FLAG)},
        {
            "action": shape.ACTION,
            "ids": many(shape.ID, operator.MOST_CHANGED, 1),
            "filter": shape.FILTER,
            "dry_run": shape.FLAG,
            "worker_id": {**shape.TEXT, "description": "the owner; needed to release, unless forced"},
            "force": shape.FLAG,
        },
        ("action",),
    ),
    Operation(
        "GET",
        "/tasks/{id}/history",
        tasks.read_history,
        "What happened to a task, oldest first",
        {200: thing(items=many(named("HistoryLine")))},
        refusals=(404,),
    ),
    Operation("GET", "/tasks/{id}", tasks.read_task, "Read a task", {200: named("WholeTask")}, refusals=(404,)),
    Operation(
        "GET",
        "/changes",
        changes.changes,
        "What changed after `after`, waiting up to `wait` seconds for the first change; `reset`: read all anew",
        {200: thing(changes=many(named("Change")), next=shape.AMOUNT, reset=shape.FLAG)},
        query={
            "after": {"type": "integer", "minimum": 0, "default": 0},
            "limit": shape.CHANGE_LIMIT,
            "wait": shape.WAIT,
        },
    ),
    Operation(
        "POST",
        "/workers/{id}/heartbeat",
        workers.heartbeat,
        "Tell that a worker is alive; extends its claims of the listed tasks",
        {200: thing(id=shape.TEXT, extended=shape.IDS, lost=shape.IDS, claim_timeout={"type": "number"})},
        {
            "host": shape.TEXT,
            "pid": shape.AMOUNT,
            "state": {"type": "string", "description": "draining: it claims nothing more; stopped: it is gone"},
            "strategy": shape.TEXT,
            "task_ids": many(shape.ID, workers.MOST_TASKS),
        },
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/workers",
        workers.list_workers,
        "Workers that told of themselves",
        {200: thing(workers=many(named("Worker")), count=shape.AMOUNT)},
    ),
    Operation(
        "GET",
        "/stats",
        overview.stats,
        "Amounts a type and status, events a minute",
        {200: thing(types=many(named("TypeStats")), per_minute=named("PerMinute"))},
    ),
    Operation(
        "POST",
        "/task-types/register",
        task_types.register,
        "Register a task type, or replace version and schema of a known one",
        {
            201: thing(id=shape.ID, name=shape.TEXT, version=shape.TEXT, created=shape.ALWAYS),
            200: thing(id=shape.ID, name=shape.TEXT, version=shape.TEXT, updated=shape.ALWAYS),
        },
        {"name": shape.SHORT, "version": shape.SHORT, "param_schema": shape.OBJECT},
        ("name", "version", "param_schema"),
    ),
    Operation(
        "GET",
        "/task-types/register",
        task_types.read_type_named_register,
        "Read the task type that is named register",
        {200: named("TaskType")},
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/task-types",
        task_types.list_types,
        "List task types",
        {200: thing(task_types=many(named("ListedType")), count=shape.AMOUNT)},
        query={"active_only": {"type": "boolean", "description": "only those that take new tasks"}},
    ),
    Operation(
        "GET",
        "/task-types/{name}/versions",
        task_types.read_versions,
        "What a type became at each registration that made it another, newest first",
        {200: thing(versions=many(named("TypeVersion"), type_versions.MOST_VERSIONS), count=shape.AMOUNT)},
        refusals=(404,),
        description=f"The newest {type_versions.MOST_VERSIONS} are kept, and of long schemas fewer. `tasks` is how many"
        " were created under a version, null where that is not known. The versions of a type that was registered before"
        " they were kept begin with what it was then. A name that ends in `/versions` must be URL-encoded.",
    ),
    Operation(
        "GET",
        "/task-types/{name}",
        task_types.read_type,
        "Read a task type by its URL-encoded name",
        {200: named("TaskType")},
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/health",
        overview.health,
        "Whether the TaskManager works, and which one it is; needs no key",
        {
            200: thing(
                status={"const": "healthy"},
                timestamp=shape.AMOUNT,
                database={"const": "connected"},
                server_id=shape.TEXT,
                claim_timeout={"type": "number", "description": "seconds"},
                max_attempts=shape.ID,
            )
        },
    ),
)
"""All calls but the description of them, see `openapi`."""
