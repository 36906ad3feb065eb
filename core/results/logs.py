"""What attempts logged, kept by claim: a row for each attempt that logged something, the newest of each task."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.details import AttemptLog, LogLine
from core.models import Claim
from core.results.reading import Read
from core.strict_json import as_json

MOST_ATTEMPTS = 20
"""Attempts at one task whose logs are kept: the newest."""

MOST_LOGS = 20_000
"""Attempts whose logs are kept over a start of the program: the newest."""
MOST_CHARACTERS = 64 * 1024 * 1024
"""Characters of logs that are kept over a start of the program."""

KEEP = """
INSERT OR REPLACE INTO prismq_log (server, task_id, started_at, attempt, worker_id, lines, dropped)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""

PRUNE = f"""
DELETE FROM prismq_log WHERE server = ?1 AND task_id = ?2 AND started_at <= (
    SELECT started_at FROM prismq_log WHERE server = ?1 AND task_id = ?2
    ORDER BY started_at DESC LIMIT 1 OFFSET {MOST_ATTEMPTS}
)
"""

PRUNE_OLD = "DELETE FROM prismq_log WHERE started_at < ?"
PRUNE_MANY = """
DELETE FROM prismq_log WHERE rowid IN (
    SELECT number FROM (
        SELECT rowid AS number, row_number() OVER newest AS place, sum(length(lines)) OVER newest AS size
        FROM prismq_log WINDOW newest AS (ORDER BY started_at DESC, rowid DESC ROWS UNBOUNDED PRECEDING)
    ) WHERE place > ? OR size > ?
)
"""

OF_TASK = """
SELECT attempt, worker_id, started_at, lines, dropped FROM prismq_log JOIN prismq_server s ON s.id = server
WHERE s.name = ? AND task_id = ? ORDER BY started_at DESC
"""


def keep(connection: sqlite3.Connection, server: int, logs: Sequence[tuple[int, AttemptLog]]) -> None:
    """Keep logs, each with the task that it is of. Inside a transaction; without logs nothing is written."""
    for task_id, log in logs:
        lines = as_json([[each.at.isoformat(), each.level, each.logger, each.text] for each in log.lines])
        claim = Claim.of(task_id, log.started_at)
        connection.execute(KEEP, (server, *claim, log.number, log.worker_id, lines, log.dropped))
        connection.execute(PRUNE, (server, task_id))


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Delete logs of attempts that began earlier than that, and the oldest of too many; answers how many."""
    gone = connection.execute(PRUNE_OLD, (Claim.of(0, before).started_at,)).rowcount
    return gone + connection.execute(PRUNE_MANY, (MOST_LOGS, MOST_CHARACTERS)).rowcount


def of_task(read: Read, server: str, task_id: int) -> list[AttemptLog]:
    """The logs that are kept of a task, newest attempt first."""
    return [as_log(row) for row in read(OF_TASK, (server, task_id))]


def as_log(row: Sequence[Any]) -> AttemptLog:
    """A row of the table as it is used."""
    number, worker_id, started_at, lines, dropped = row
    told = [LogLine(datetime.fromisoformat(at), level, logger, text) for at, level, logger, text in json.loads(lines)]
    return AttemptLog(number, worker_id, datetime.fromisoformat(started_at), tuple(told), dropped)
