"""TaskManager databases of any size, filled by SQL in one transaction, with books that are right."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from core.server.database import Database

EVENTS = {"pending": ("created",), "completed": ("created", "claimed", "completed")}


def filled(path: Path, amount: int, types: int, name: str = "type-{}") -> Path:
    """A database of `amount` tasks of `types` types: every second one is pending, the others are completed."""
    Database.open(path).close()
    now = int(time.time() * 1000) - amount
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("PRAGMA synchronous = OFF")
        connection.create_function(
            "hashed", 1, lambda n: f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4, deterministic=True
        )
        connection.execute("BEGIN")
        for type_id in range(1, types + 1):
            _add_type(connection, type_id, name.format(type_id), now)
        _add_tasks(connection, amount, types, now)
        _keep_the_books(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def _add_type(connection: sqlite3.Connection, type_id: int, name: str, now: int) -> None:
    connection.execute(
        "INSERT INTO task_types (id, name, version, param_schema, created_at, updated_at)"
        " VALUES (?, ?, '1', '{\"type\":\"object\"}', ?, ?)",
        (type_id, name, now, now),
    )


def _add_tasks(connection: sqlite3.Connection, amount: int, types: int, now: int) -> None:
    connection.execute(
        "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1)"
        " INSERT INTO tasks (id, type_id, status, claimable, seq, priority, progress, attempts, claimed_by, claimed_at,"
        " heard_at, completed_at, created_at, dedupe_key, params, result)"
        " SELECT n, 1 + (n / 2) % ?2, iif(n % 2, 'pending', 'completed'), n % 2, n, (n / 2 * 7919) % 10,"
        " iif(n % 2, 0, 100), 1 - n % 2, iif(n % 2, NULL, 'somebody'), iif(n % 2, NULL, ?3 + n),"
        " iif(n % 2, NULL, ?3 + n),"
        " iif(n % 2, NULL, ?3 + n), ?3 + n, hashed(n), '{\"n\":' || n || '}', iif(n % 2, NULL, '{}') FROM counted",
        (amount, types, now),
    )
    for status, events in EVENTS.items():
        for place, event in enumerate(events):
            connection.execute(
                "INSERT INTO history SELECT id, seq * 3 + ?, created_at, ?, NULL, 0, NULL FROM tasks WHERE status = ?",
                (place - 3 * amount, event, status),
            )


def _keep_the_books(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO counters SELECT type_id, status, count(*) FROM tasks GROUP BY type_id, status")
    connection.execute(
        "UPDATE task_types SET usage_count = (SELECT count(*) FROM tasks WHERE type_id = task_types.id),"
        " last_used_at = created_at"
    )
    connection.execute("UPDATE sequence SET value = (SELECT max(seq) FROM tasks)")
