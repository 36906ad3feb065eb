"""Keeping outcomes: results and the reports that are owed for them, in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from core.errors import CoreError
from core.models import Report, Task, TaskResult

SUMMARY_LIMIT = 32 * 1024
"""Bytes of JSON that a report's result may have."""
ERROR_LIMIT = 8 * 1024
"""Bytes (UTF-8) that a report's error may have."""

KEEP = """
INSERT INTO prismq_result (server, task_id, task_type, worker_id, attempt, success, items, seconds,
                           data, metrics, error, finished_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (server, task_id) DO UPDATE SET
    task_type = excluded.task_type, worker_id = excluded.worker_id, attempt = excluded.attempt,
    success = excluded.success, items = excluded.items, seconds = excluded.seconds, data = excluded.data,
    metrics = excluded.metrics, error = excluded.error, finished_at = excluded.finished_at
WHERE excluded.attempt >= attempt
"""

OWE = """
INSERT INTO prismq_outbox (server, task_id, task_type, worker_id, attempt, process, state, success, result, error,
                           reason, owed_at)
VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, NULL, ?)
ON CONFLICT (server, task_id) DO UPDATE SET
    task_type = excluded.task_type, worker_id = excluded.worker_id, attempt = excluded.attempt,
    process = excluded.process, state = 'waiting', success = excluded.success, result = excluded.result,
    error = excluded.error, reason = NULL, owed_at = excluded.owed_at
WHERE excluded.attempt >= attempt
"""

FORGET = "DELETE FROM prismq_outbox WHERE server = ? AND task_id = ? AND attempt = ? AND worker_id = ?"


class Settled(Protocol):
    """An outcome, as the runner gives it."""

    @property
    def task(self) -> Task: ...
    @property
    def worker_id(self) -> str: ...
    @property
    def result(self) -> TaskResult: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def finished_at(self) -> datetime: ...
    @property
    def save(self) -> Callable[[], object] | None: ...


def settle(
    connection: sqlite3.Connection,
    server: int,
    process_id: str,
    outcomes: Sequence[Settled],
    taken: Sequence[Report],
) -> list[tuple[TaskResult, Report]]:
    """See `core.results.Database.settle`; inside its transaction. Raises sqlite3.Error."""
    forget(connection, server, taken)
    kept = [saved(connection, outcome) for outcome in outcomes]
    ideas = idea_ids(connection, server, [outcome.task.id for outcome in outcomes])
    results: list[tuple[Any, ...]] = []
    owed: list[tuple[Any, ...]] = []
    answers: list[tuple[TaskResult, Report]] = []
    for outcome, result in zip(outcomes, kept, strict=True):
        task, worker_id = outcome.task, outcome.worker_id
        data, metrics = as_json(result.data), as_json(dict(result.metrics) if result.metrics else None)
        error = cut(result.error or "failed") if not result.success else None
        summary, text = summarised(result, data, metrics, ideas.get(task.id, []))
        at = outcome.finished_at.isoformat(timespec="milliseconds")
        seconds = (outcome.finished_at - outcome.started_at).total_seconds()
        key = (server, task.id, task.task_type, worker_id, task.attempts)
        results.append((*key, result.success, result.items_processed, seconds, data, metrics, error, at))
        owed.append((*key, process_id, result.success, text, error, at))
        answers.append((result, Report(task.id, worker_id, task.attempts, result.success, summary, error)))
    connection.executemany(KEEP, results)
    connection.executemany(OWE, owed)
    return answers


def forget(connection: sqlite3.Connection, server: int, taken: Sequence[Report]) -> None:
    """Delete reports that are not owed any more."""
    if taken:
        connection.executemany(FORGET, [(server, each.task_id, each.attempts, each.worker_id) for each in taken])


def saved(connection: sqlite3.Connection, outcome: Settled) -> TaskResult:
    """Have the outcome's results saved; answers it, or a failed one, with nothing saved, where that raised.

    Raises sqlite3.Error when the whole transaction is lost.
    """
    if outcome.save is None:
        return outcome.result
    connection.execute("SAVEPOINT outcome")
    try:
        outcome.save()
    except Exception as fault:  # an author's save_results may raise anything
        if not connection.in_transaction:
            raise sqlite3.OperationalError(str(fault)) from fault
        connection.execute("ROLLBACK TO outcome")
        connection.execute("RELEASE outcome")
        text = str(fault) if isinstance(fault, CoreError) else f"{type(fault).__name__}: {fault}"
        return TaskResult(False, error=cut(text), metrics=outcome.result.metrics)
    connection.execute("RELEASE outcome")
    return outcome.result


def idea_ids(connection: sqlite3.Connection, server: int, task_ids: Sequence[int]) -> dict[int, list[str]]:
    """The ids of the ideas that were saved for these tasks."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(task_ids), 500):
        part = task_ids[start : start + 500]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT task_id, idea_id FROM prismq_idea WHERE server = ? AND task_id IN ({marks}) ORDER BY number"
        for task_id, idea_id in connection.execute(sql, (server, *part)):
            found.setdefault(task_id, []).append(str(idea_id))
    return found


def summarised(
    result: TaskResult, data: str | None, metrics: str | None, ideas: Sequence[str]
) -> tuple[dict[str, Any] | None, str | None]:
    """What the report of a success tells as its result, and that as JSON: as much as fits `SUMMARY_LIMIT`."""
    if not result.success:
        return None, None
    unique = list(dict.fromkeys(ideas))
    summary: dict[str, Any] = {"items_processed": result.items_processed}
    if metrics is not None and len(metrics) < SUMMARY_LIMIT // 4:
        summary["metrics"] = dict(result.metrics or {})
    summary["idea_ids"] = unique[:400]
    if len(unique) > 400:
        summary["ideas"] = len(unique)
    text = json.dumps(summary)
    if data is None or len(text) + len(data) + len(', "data": ') > SUMMARY_LIMIT:
        return summary, text
    summary["data"] = result.data
    return summary, f'{text[:-1]}, "data": {data}}}'


def as_json(value: object) -> str | None:
    """The value as JSON in ASCII, None for None."""
    return None if value is None else json.dumps(value)


def cut(text: str) -> str:
    """The text, at most `ERROR_LIMIT` bytes long, marked when it was cut."""
    raw = text.encode("utf-8", "replace")
    mark = " … (cut)"
    if len(raw) <= ERROR_LIMIT:
        return raw.decode("utf-8")
    return raw[: ERROR_LIMIT - len(mark.encode())].decode("utf-8", "ignore") + mark
