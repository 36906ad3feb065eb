"""Reports of a worker on the tasks that it holds: progress, and how they ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from core.server.envelope import Answer, encode
from core.server.fields import flag, id_in_path, optional_text, optional_time, positive, required, text, whole
from core.server.refusal import Refused
from core.server.service import Call, Service
from core.server.tasks import NOT_FOUND
from core.server.times import iso
from core.server.writer import Writer

MOST_REPORTS = 1000
LEAST_WAIT = 1000
"""Milliseconds that a task waits at least when it is put off: a report may come late, and clocks differ."""


@dataclass(frozen=True, slots=True)
class Report:
    """How one task ended, as its worker tells it. `attempts` (optional) names the claim that is meant.

    Of a failure: not `retryable` says that no attempt can do better, so that it is final; `retry_at` (milliseconds
    since 1970) that none can before then, through no fault of the task, whenever the report comes.
    """

    task_id: int
    success: bool
    result: str | None
    error: str | None
    attempts: int | None = None
    retryable: bool = True
    retry_at: int | None = None


class Held(NamedTuple):
    """What must be known of a task before its owner may change it."""

    status: str
    claimed_by: str | None
    attempts: int
    type_id: int
    cancelled: int
    deferrals: int
    retry_at: int | None


async def report_progress(service: Service, call: Call) -> Answer:
    """POST /tasks/{id}/progress: percent and message; the claim is extended."""
    task_id = id_in_path(call.path["id"], NOT_FOUND)
    worker = text(call.body, "worker_id")
    progress = whole(call.body, "progress", default=None, low=0, high=100)
    message = optional_text(call.body, "message")

    def store(writer: Writer) -> None:
        now = service.now()
        task = held(writer, task_id)
        refuse_stranger(task, worker)
        told = f"{progress}% - {message}" if message else f"{progress}%"
        sequence = writer.note(task_id, at=now, event="progress", attempts=task.attempts, worker=worker, message=told)
        writer.connection.execute(
            "UPDATE tasks SET progress = ?, heard_at = ?, claimable = 0, seq = ? WHERE id = ?",
            (progress, now, sequence, task_id),
        )

    await service.database.write(store)
    return Answer({"id": task_id, "progress": progress}, "Task progress updated successfully")


async def complete(service: Service, call: Call) -> Answer:
    """POST /tasks/{id}/complete: completed, failed for good, or pending again, at once or from a time on."""
    task_id = id_in_path(call.path["id"], NOT_FOUND)
    worker = text(call.body, "worker_id")
    report = _report(task_id, call.body)
    status = await service.database.write(lambda writer: settle(writer, service, worker, report))
    return Answer({"id": task_id, "status": status}, "Task completed")


async def complete_batch(service: Service, call: Call) -> Answer:
    """POST /tasks/complete-batch: an outcome a report, in the order given, whatever happens to the others."""
    worker = text(call.body, "worker_id")
    given = required(call.body, "reports")
    if not isinstance(given, list) or not 1 <= len(cast(list[Any], given)) <= MOST_REPORTS:
        raise Refused(400, f"reports must be a list of 1 to {MOST_REPORTS} objects")
    reports = [_report_in_batch(item) for item in cast(list[Any], given)]

    def store(writer: Writer) -> list[dict[str, Any]]:
        return [_outcome(writer, service, worker, report) for report in reports]

    return Answer({"outcomes": await service.database.write(store)})


def settle(writer: Writer, service: Service, worker: str, report: Report) -> str:
    """Store a report. Gives the status as `complete` answers it; refused when the claim is not the worker's."""
    task = held(writer, report.task_id)
    refuse_stranger(task, worker)
    if report.attempts is not None and report.attempts != task.attempts:
        raise Refused(409, "claim lost", extra={"status": task.status})
    now = service.now()
    if report.retry_at is not None:
        return _defer(writer, task, worker, report, max(report.retry_at, now + LEAST_WAIT), now)
    is_final = report.success or not report.retryable or task.attempts - task.deferrals >= service.max_attempts
    status = "completed" if report.success else "failed" if is_final else "pending"
    sequence = writer.note(
        report.task_id,
        at=now,
        event="retry" if status == "pending" else status,
        attempts=task.attempts,
        worker=worker,
        message=report.error if report.retryable else f"not retried: {report.error or 'no error told'}",
    )
    if is_final:
        writer.connection.execute(
            "UPDATE tasks SET status = ?, claimable = 0, completed_at = ?, error_message = ?, result = ?,"
            " progress = CASE WHEN ? THEN 100 ELSE progress END, seq = ? WHERE id = ?",
            (status, now, report.error, report.result, report.success, sequence, report.task_id),
        )
    else:
        writer.connection.execute(
            "UPDATE tasks SET status = 'pending', claimable = 1, claimed_by = NULL, claimed_at = NULL,"
            " error_message = ?, result = ?, seq = ? WHERE id = ?",
            (report.error, report.result, sequence, report.task_id),
        )
    writer.moved(task.type_id, "claimed", status)
    return status if is_final else "pending (retry)"


def _defer(writer: Writer, task: Held, worker: str, report: Report, retry_at: int, now: int) -> str:
    """Let a task wait until `retry_at`. The attempt does not count against the limit."""
    sequence = writer.note(
        report.task_id,
        at=now,
        event="deferred",
        attempts=task.attempts,
        worker=worker,
        message=f"not before {iso(retry_at)}: {report.error or 'no error told'}",
    )
    writer.connection.execute(
        "UPDATE tasks SET status = 'pending', claimable = 0, claimed_by = NULL, claimed_at = NULL,"
        " error_message = ?, result = ?, retry_at = ?, deferrals = deferrals + 1, seq = ? WHERE id = ?",
        (report.error, report.result, retry_at, sequence, report.task_id),
    )
    writer.moved(task.type_id, "claimed", "pending")
    return "pending (retry)"


def held(writer: Writer, task_id: int) -> Held:
    """The task, or a refusal with 404."""
    row = writer.connection.execute(
        "SELECT status, claimed_by, attempts, type_id, cancelled, deferrals, retry_at FROM tasks WHERE id = ?",
        (task_id,),
    ).fetchone()
    if row is None:
        raise Refused(404, NOT_FOUND)
    return Held._make(row)


def refuse_stranger(task: Held, worker: str) -> None:
    """Refuse with 400 or 403 unless `worker` holds the task."""
    if task.cancelled and task.claimed_by == worker:
        raise Refused(403, "Task was cancelled", extra={"status": task.status})
    if task.status != "claimed":
        raise Refused(400, "Task is not in claimed state", extra={"status": task.status})
    if task.claimed_by != worker:
        raise Refused(403, "Task is claimed by another worker", extra={"status": task.status})


def outcome(task_id: int, status: str) -> dict[str, Any]:
    """What became of one task of many, when it went well."""
    return {"id": task_id, "ok": True, "status": status, "code": 200, "error": None}


def refused_outcome(task_id: int, refusal: Refused) -> dict[str, Any]:
    """What became of one task of many, when it was refused; `status` is None for an unknown task."""
    return {
        "id": task_id,
        "ok": False,
        "status": refusal.extra.get("status"),
        "code": refusal.status,
        "error": refusal.error,
    }


def _outcome(writer: Writer, service: Service, worker: str, report: Report) -> dict[str, Any]:
    # Every refusal comes before the first change, so a refused report leaves nothing to undo.
    try:
        return outcome(report.task_id, settle(writer, service, worker, report))
    except Refused as refusal:
        return refused_outcome(report.task_id, refusal)


def _report(task_id: int, fields: Mapping[str, Any]) -> Report:
    required(fields, "success")
    success = flag(fields, "success")
    result = fields.get("result")
    error = optional_text(fields, "error")
    attempts = None if fields.get("attempts") is None else positive(fields["attempts"], "attempts")
    told = None if result is None else encode(result)
    retryable = fields.get("retryable") is None or flag(fields, "retryable")
    retry_at = optional_time(fields, "retry_at")
    if success:
        return Report(task_id, success, told, error, attempts)
    return Report(task_id, success, told, error, attempts, retryable, retry_at if retryable else None)


def _report_in_batch(item: Any) -> Report:
    if not isinstance(item, dict):
        raise Refused(400, "reports must be a list of objects")
    fields = cast(dict[str, Any], item)
    return _report(positive(required(fields, "id"), "id"), fields)
