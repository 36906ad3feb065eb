"""JSON <-> models: every spelling of a task, a type, a time or a list that a TaskManager may send becomes one shape.

Readers raise KeyError, TypeError, ValueError, OverflowError, OSError (of a time) or RecursionError on what they cannot
understand; `core.taskmanager.line` turns those into a `ServerFault`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, cast
from unicodedata import combining, normalize
from urllib.parse import quote

from core.answers import CreatedTask, Health, ProgressTaken, ReportTaken, TaskPage
from core.errors import Invalid
from core.models import MAX_ATTEMPTS, Json, Report, Task, TaskStatus, TaskType

Row = Mapping[str, Any]

LISTS = ("items", "tasks", "task_types", "types", "workers", "outcomes", "changes", "versions")
"""Names under which servers put the rows of a list."""

TIMES = frozenset(
    {
        *("created_at", "updated_at", "claimed_at", "completed_at", "last_used_at", "oldest_pending_at", "at"),
        *("retry_at", "registered_at"),
    }
)
"""Names of what holds a time, where servers tell times without a zone."""

REQUEUED = "pending (retry)"

ENDS_OF_SUCCESS = (TaskStatus.COMPLETED,)
ENDS_OF_FAILURE = (TaskStatus.FAILED, TaskStatus.PENDING)
"""What a task can be after a report that was taken."""


def packed(body: Json, what: str) -> bytes:
    """The body as JSON. Raises `Invalid` for what JSON cannot say."""
    try:
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as fault:
        raise Invalid(f"{what} cannot be sent: it holds something that is not JSON ({fault}).", status=None) from None


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")


def rows(data: Json) -> list[Row]:
    """The rows of a list, wrapped or bare."""
    if isinstance(data, Mapping):
        wrapped = cast("Row", data)
        data = next((wrapped[name] for name in LISTS if isinstance(wrapped.get(name), list)), None)
    if not isinstance(data, list):
        raise TypeError("no list")
    return [mapping(each) for each in cast("list[object]", data)]


def one(data: Json) -> Row | None:
    """A single row, bare or wrapped in a list; None where that is empty."""
    wrapped = mapping(data)
    if "id" in wrapped:
        return wrapped
    found = rows(wrapped)
    return found[0] if found else None


def mapping(value: object) -> Row:
    """The value, which must be an object; PHP sends an empty one as a list."""
    if isinstance(value, Mapping):
        return cast("Row", value)
    if value in (None, []):
        return {}
    raise TypeError(f"{type(value).__name__} instead of an object")


def moment(value: object) -> datetime | None:
    """A time as aware UTC. The wire may have no zone; then it is UTC, unless `zoned` was told of another."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    time = datetime.fromisoformat(str(value))
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def zoned(data: Json, zone: tzinfo) -> Json:
    """The data with ``zone`` written behind each time that has none; parameters and results are left alone."""
    if isinstance(data, list):
        return [zoned(each, zone) for each in cast("list[Json]", data)]
    if not isinstance(data, dict):
        return data
    row = cast("dict[str, Json]", data)
    told = {name: with_zone(each, zone) if name in TIMES else each for name, each in row.items()}
    return told | {name: zoned(told[name], zone) for name in (*LISTS, "task") if name in told}


def with_zone(value: Json, zone: tzinfo) -> Json:
    """The time with its zone, where it is a time and has none; what is no time is told of by its reader."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return value
    return value if time is None or time.tzinfo is not None else time.replace(tzinfo=zone).isoformat()


def whole(value: object, default: int = 0) -> int:
    """An integer that may be sent as text."""
    return default if value is None else int(cast("int | str", value))


def text(value: object) -> str | None:
    """A text, or None."""
    return None if value is None else str(value)


def status(value: object) -> TaskStatus:
    """A status; ``pending (retry)`` is pending."""
    return TaskStatus(str(value).partition(" ")[0].lower())


def task(row: Row, *, type_id: int | None = None) -> Task:
    """A task as ``GET /tasks/{id}``, a list, a claim or a change tells it."""
    return Task(
        id=int(row["id"]),
        task_type=str(row["type"]),
        parameters=mapping(row.get("params")),
        priority=whole(row.get("priority")),
        status=status(row.get("status", TaskStatus.PENDING)),
        attempts=whole(row.get("attempts")),
        max_retries=whole(row.get("max_attempts"), MAX_ATTEMPTS + whole(row.get("deferrals"))),
        created_at=moment(row.get("created_at")),
        claimed_at=moment(row.get("claimed_at")),
        completed_at=moment(row.get("completed_at")),
        claimed_by=text(row.get("claimed_by")),
        progress=whole(row.get("progress")),
        result=row.get("result"),
        error=text(row.get("error_message")),
        task_type_id=whole(row["task_type_id"]) if row.get("task_type_id") is not None else type_id,
        partial="params" not in row,
        dedupe_key=text(row.get("dedupe_key")),
        retry_at=moment(row.get("retry_at")),
        brief=mapping(row.get("brief")),
        cancelled=told if isinstance(told := row.get("cancelled"), bool) else None,
    )


def fate(report: Report) -> dict[str, Json]:
    """What a report says beyond the documented contract: that a failure is final, or until when a task is put off."""
    told: dict[str, Json] = {} if report.retryable else {"retryable": False}
    return told if report.retry_at is None else told | {"retry_at": report.retry_at.isoformat()}


def asked_task(row: Row, task_id: int) -> Task:
    """The task that was asked for, and no other."""
    id_of(row, task_id)
    return task(row)


def id_of(row: Row, asked: int) -> int:
    """The id in an answer about one task, as a number or as text. Raises ValueError for another task's."""
    told = int(row["id"])
    if told != asked:
        raise ValueError(f"it is about #{told}, not about #{asked}")
    return told


def claimed(row: Row, worker_id: str, at: int | None, type_ids: Sequence[int]) -> Task:
    """A task as the answer to a claim tells it: that it is claimed, by whom and when goes without saying there.

    Raises ValueError for one that a claim of these types by this worker cannot have taken.
    """
    unsaid = {"status": TaskStatus.CLAIMED, "claimed_by": worker_id, "claimed_at": at}
    told = {**row, **{name: value for name, value in unsaid.items() if row.get(name) is None}}
    found = task(told, type_id=type_ids[0] if len(type_ids) == 1 else None)
    if found.claimed_by != worker_id:
        raise ValueError(f"the claim of {worker_id} went to {found.claimed_by}")
    if found.status is not TaskStatus.CLAIMED:
        raise ValueError(f"#{found.id} is {found.status} after a claim")
    if found.task_type_id not in (None, *type_ids):
        raise ValueError(f"#{found.id} is of type {found.task_type_id}, which was not asked for")
    return found


def task_type(row: Row) -> TaskType:
    """A type as it is read, listed or registered."""
    schema = row.get("param_schema")
    usage = row.get("usage_count")
    return TaskType(
        id=int(row["id"]),
        name=str(row["name"]),
        version=str(row.get("version", "")),
        param_schema=None if schema is None else schema_of(schema),
        is_active=row.get("is_active", True) in (True, 1, "1"),
        created_at=moment(row.get("created_at")),
        updated_at=moment(row.get("updated_at")),
        usage_count=None if usage is None else int(usage),
        last_used_at=moment(row.get("last_used_at")),
        created=bool(row.get("created")),
        updated=bool(row.get("updated")),
    )


def asked_type(row: Row, name: str) -> TaskType:
    """The type that was asked for, and no other. Raises ValueError for one of another name; the real service takes
    names for the same that differ in case or accents."""
    told = task_type(row)
    same_name(told.name, name)
    return told


def same_name(told: str, asked: str) -> str:
    """The name of a type as it was told. Raises ValueError for one that is not the asked one's, however spelled."""
    if bare(told) != bare(asked):
        raise ValueError(f"it is about the type {told!r}, not about {asked!r}")
    return told


def bare(name: str) -> str:
    """A name without case and accents."""
    return "".join(c for c in normalize("NFKD", name.strip().casefold()) if not combining(c))


def schema_of(value: object) -> Row:
    """A schema; the real service sends an empty ``properties`` object as a list, and some store the schema as text."""
    schema = mapping(json.loads(value) if isinstance(value, str) else value)
    return {name: {} if name == "properties" and each == [] else each for name, each in schema.items()}


def created(data: Json, asked: str) -> CreatedTask:
    """The answer to a creation of this type; a duplicate tells neither type nor key. A priority that is not told is
    not honoured. Raises ValueError for another type."""
    row = mapping(data)
    return CreatedTask(
        id=int(row["id"]),
        type=same_name(str(row.get("type", asked)), asked),
        status=status(row.get("status", TaskStatus.PENDING)),
        priority=whole(row.get("priority")),
        dedupe_key=text(row.get("dedupe_key")),
        deduplicated=bool(row.get("deduplicated") or row.get("duplicate")),
    )


def progress(data: Json, task_id: int, percent: int) -> ProgressTaken:
    """The answer to this progress report on this task. Raises ValueError for another one."""
    row = mapping(data)
    told = whole(row["progress"])
    if told != percent:
        raise ValueError(f"it is about {told} %, not about {percent} %")
    return ProgressTaken(id_of(row, task_id), told)


def report_taken(data: Json, task_id: int, *, success: bool) -> ReportTaken:
    """The answer to a completion of this task. Raises ValueError for a status that such a report cannot have."""
    row = mapping(data)
    return taken(id_of(row, task_id), fitting_end(str(row["status"]), success=success))


def fitting_end(ended: str, *, success: bool) -> str:
    """The status after a report. Raises ValueError for one that such a report cannot end in."""
    if status(ended) not in (ENDS_OF_SUCCESS if success else ENDS_OF_FAILURE):
        raise ValueError(f"a report of {'success' if success else 'failure'} cannot end in {ended}")
    return ended


def taken(task_id: int, status_text: str) -> ReportTaken:
    """A completion that ended in this status."""
    return ReportTaken(task_id, status_text, requeued=status_text.startswith(TaskStatus.PENDING))


def page(data: Json, limit: int, offset: int) -> TaskPage:
    """A page of a list."""
    tasks = tuple(task(row) for row in rows(data))
    said: Row = cast("Row", data) if isinstance(data, Mapping) else {}
    total = said.get("total")
    searched = said.get("searched")
    return TaskPage(
        tasks,
        total=None if total is None else int(total),
        limit=whole(said.get("limit"), limit),
        offset=whole(said.get("offset"), offset),
        searched=None if searched is None else int(searched),
        searchable=None if (searchable := said.get("searchable")) is None else int(searchable),
        next=None if (following := said.get("next")) is None else int(following),
    )


def health(data: Json) -> Health:
    """What a server says of itself."""
    row = mapping(data)
    at = row.get("timestamp")
    return Health(str(row["status"]), at if isinstance(at, int) else None, text(row.get("server_id")))


def claim_timeout(data: Json) -> float | None:
    """Seconds after which claims may be taken over, where the server tells."""
    told = mapping(data).get("claim_timeout")
    return float(told) if isinstance(told, int | float) else None
