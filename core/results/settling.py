"""Keeping outcomes: results and the reports that are owed for them, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from core.details import AttemptLog
from core.errors import CoreError
from core.models import Claim, Report, TaskResult
from core.outcome import Outcome, failure
from core.results import logs
from core.results.faults import TransactionEnded, away, passing
from core.strict_json import as_json, encode
from core.texts import cut

SUMMARY_LIMIT = 32 * 1024
"""Bytes of JSON that a report's result may have."""

KEEP = """
INSERT INTO prismq_result (server, task_id, task_type, worker_id, attempt, success, items, seconds,
                           data, metrics, error, finished_at, started_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (server, task_id) DO UPDATE SET
    task_type = excluded.task_type, worker_id = excluded.worker_id, attempt = excluded.attempt,
    success = excluded.success, items = excluded.items, seconds = excluded.seconds, data = excluded.data,
    metrics = excluded.metrics, error = excluded.error, finished_at = excluded.finished_at,
    started_at = excluded.started_at
WHERE excluded.started_at >= started_at
    OR (excluded.worker_id = worker_id AND excluded.attempt > attempt AND attempt > 0)
"""

OWE = """
INSERT INTO prismq_outbox (server, task_id, task_type, worker_id, attempt, process, state, success, result, error,
                           reason, owed_at, started_at, retryable, retry_at)
VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, NULL, ?, ?, ?, ?)
ON CONFLICT (server, task_id, started_at) DO UPDATE SET
    task_type = excluded.task_type, worker_id = excluded.worker_id, attempt = excluded.attempt,
    process = excluded.process, state = 'waiting', success = excluded.success, result = excluded.result,
    error = excluded.error, reason = NULL, owed_at = excluded.owed_at, retryable = excluded.retryable,
    retry_at = excluded.retry_at
"""

SUPERSEDE = """
UPDATE prismq_outbox SET state = 'refused', reason = 'A later claim of the task has been reported.'
WHERE server = ?1 AND task_id = ?2 AND process = ?3 AND state = 'waiting' AND started_at != ?4
    AND (started_at < ?4 OR (worker_id = ?5 AND attempt BETWEEN 1 AND ?6 - 1))
    AND EXISTS (SELECT 1 FROM prismq_outbox o WHERE o.server = ?1 AND o.task_id = ?2 AND o.started_at = ?4
                AND o.state = 'waiting')
"""
GIVE_WAY = """
UPDATE prismq_outbox SET state = 'refused', reason = 'A later claim of the task has been reported.'
WHERE server = ?1 AND task_id = ?2 AND process = ?3 AND state = 'waiting' AND started_at = ?4
    AND EXISTS (SELECT 1 FROM prismq_outbox o WHERE o.server = ?1 AND o.task_id = ?2 AND o.process = ?3
                AND o.state = 'waiting' AND o.started_at != ?4)
"""
"""Only the report of the newest claim is owed; that of an earlier one is kept. A claim is the newer one when it began
later; also when it did not, by a clock that was set back, but is a later attempt of the same worker. An attempt of a
lower number that began later is the newer one too: attempts are counted anew after a retry."""

FORGET = "DELETE FROM prismq_outbox WHERE server = ? AND task_id = ? AND started_at = ?"


def settle(
    connection: sqlite3.Connection,
    server: int,
    process_id: str,
    outcomes: Sequence[Outcome],
    taken: Sequence[Claim],
) -> list[tuple[TaskResult, Report]]:
    """See `core.results.Database.settle`; inside its transaction. Raises sqlite3.Error and `TransactionEnded`."""
    forget(connection, server, taken)
    kept = [saved(connection, outcome) for outcome in outcomes]
    ideas = idea_ids(connection, server, [outcome.task.id for outcome in outcomes])
    results: list[tuple[Any, ...]] = []
    owed: list[tuple[Any, ...]] = []
    answers: list[tuple[TaskResult, Report]] = []
    for outcome, result in zip(outcomes, kept, strict=True):
        task, worker_id = outcome.task, outcome.worker_id
        data = None if result.data is None else outcome.data or as_json(result.data)
        metrics = (outcome.metrics or as_json(dict(result.metrics))) if result.metrics else None
        error = cut(result.error or "failed") if not result.success else None
        summary, text = summarised(result, data, metrics, ideas.get(task.id, []))
        at, began = outcome.finished_at.isoformat(timespec="milliseconds"), outcome.claim.started_at
        seconds = (outcome.finished_at - outcome.started_at).total_seconds()
        key = (server, task.id, task.task_type, worker_id, task.attempts)
        results.append((*key, result.success, result.items_processed, seconds, data, metrics, error, at, began))
        again = None if result.retry_at is None else result.retry_at.isoformat()
        owed.append((*key, process_id, result.success, text, error, at, began, result.retryable, again))
        fate = (result.retryable, result.retry_at)
        answers.append((result, Report(task.id, worker_id, task.attempts, result.success, summary, error, *fate)))
    connection.executemany(KEEP, results)
    connection.executemany(OWE, owed)
    logs.keep(connection, server, logged_by(outcomes))
    twice = owed_twice(connection, server, process_id, [outcome.task.id for outcome in outcomes])
    for outcome in outcomes:
        task_id, began = outcome.claim
        if task_id not in twice:
            continue
        of_claim = (server, task_id, process_id, began)
        connection.execute(SUPERSEDE, (*of_claim, outcome.worker_id, outcome.task.attempts))
        connection.execute(GIVE_WAY, of_claim)
    return answers


def logged_by(outcomes: Sequence[Outcome]) -> list[tuple[int, AttemptLog]]:
    """What these attempts logged, with their tasks; nothing for those that logged nothing."""
    told = [(each.task.id, each.logged()) for each in outcomes if each.logged is not None]
    return [(task_id, log) for task_id, log in told if log is not None]


def forget(connection: sqlite3.Connection, server: int, taken: Sequence[Claim]) -> None:
    """Delete the reports about these claims."""
    connection.executemany(FORGET, [(server, *claim) for claim in taken])


def saved(connection: sqlite3.Connection, outcome: Outcome) -> TaskResult:
    """Have the outcome's results saved; answers it, or a failed one, with nothing saved, where that raised.

    Raises when the whole transaction is lost: `DatabaseAway` or sqlite3.Error where the disk is to blame, else
    `TransactionEnded`.
    """
    if outcome.save is None:
        return outcome.result
    connection.execute("SAVEPOINT outcome")
    try:
        outcome.save()
    except Exception as fault:  # an author's save_results may raise anything
        disk = away(fault) or (passing(fault) if not connection.in_transaction else None)
        if disk is not None:
            raise disk from fault
        leave_savepoint(connection, "ROLLBACK TO outcome", "RELEASE outcome")
        text = str(fault) if isinstance(fault, CoreError) else f"{type(fault).__name__}: {fault}"
        return failure(fault, text, outcome.result.metrics)
    leave_savepoint(connection, "RELEASE outcome")
    return outcome.result


def leave_savepoint(connection: sqlite3.Connection, *statements: str) -> None:
    """Keep, or take back, what was saved. Raises `TransactionEnded` when it is not ours to decide any more."""
    try:
        for statement in statements:
            connection.execute(statement)
    except sqlite3.Error as fault:
        if passing(fault) is not None:
            raise
        raise TransactionEnded from fault


def owed_twice(connection: sqlite3.Connection, server: int, process_id: str, task_ids: Sequence[int]) -> set[int]:
    """Those of these tasks about which more than one report of this process waits."""
    found: set[int] = set()
    for part in parts(task_ids):
        marks = ", ".join("?" * len(part))
        sql = (
            f"SELECT task_id FROM prismq_outbox WHERE server = ? AND task_id IN ({marks}) AND process = ? "
            "AND state = 'waiting' GROUP BY task_id HAVING count(*) > 1"
        )
        found.update(row[0] for row in connection.execute(sql, (server, *part, process_id)))
    return found


def parts(task_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many at a time as one statement takes."""
    for start in range(0, len(task_ids), 500):
        yield task_ids[start : start + 500]


def idea_ids(connection: sqlite3.Connection, server: int, task_ids: Sequence[int]) -> dict[int, list[str]]:
    """The ids of the ideas that were saved for these tasks."""
    found: dict[int, list[str]] = {}
    for part in parts(task_ids):
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
    if metrics is not None and size(metrics) < SUMMARY_LIMIT // 4:
        summary["metrics"] = dict(result.metrics or {})
    summary["idea_ids"] = unique[:400]
    if len(unique) > 400:
        summary["ideas"] = len(unique)
    text = encode(summary)  # its parts are known to be JSON: metrics were written as such already
    if data is None or size(text) + size(data) + len(',"data":') > SUMMARY_LIMIT:
        return summary, text
    summary["data"] = result.data
    return summary, f'{text[:-1]},"data":{data}}}'


def size(text: str) -> int:
    """Its bytes; a long text's characters, which are no more."""
    return len(text) if len(text) > SUMMARY_LIMIT else len(text.encode())
