"""The tables of the results database: PrismQ's IdeaInspiration, and our own, whose names begin with ``prismq_``."""

from __future__ import annotations

import sqlite3

OURS = """
CREATE TABLE IF NOT EXISTS prismq_server (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE             -- the UUID of an embedded TaskManager, else the normalised URL
);
CREATE TABLE IF NOT EXISTS prismq_result ( -- one row a task: its newest claim
    server INTEGER NOT NULL, task_id INTEGER NOT NULL, task_type TEXT NOT NULL,
    worker_id TEXT NOT NULL, attempt INTEGER NOT NULL, success INTEGER NOT NULL,
    items INTEGER NOT NULL, seconds REAL NOT NULL,
    data TEXT, metrics TEXT, error TEXT, finished_at TEXT NOT NULL,
    started_at TEXT NOT NULL DEFAULT '',   -- when the claim began: attempts are counted anew after a retry
    PRIMARY KEY (server, task_id)
);
CREATE TABLE IF NOT EXISTS prismq_idea (   -- where an idea came from
    number INTEGER PRIMARY KEY,
    server INTEGER NOT NULL, task_id INTEGER NOT NULL, item_key TEXT NOT NULL,
    idea_id NOT NULL, task_type TEXT NOT NULL, worker_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    saved_at TEXT NOT NULL,
    UNIQUE (server, task_id, item_key)
);
CREATE INDEX IF NOT EXISTS prismq_idea_id ON prismq_idea (idea_id);
CREATE TABLE IF NOT EXISTS prismq_outbox ( -- reports that are owed, or that were refused for good
    server INTEGER NOT NULL, task_id INTEGER NOT NULL, task_type TEXT NOT NULL,
    worker_id TEXT NOT NULL, attempt INTEGER NOT NULL, process TEXT NOT NULL,
    state TEXT NOT NULL,                   -- waiting, refused (the claim was lost) or dead (will never be taken)
    success INTEGER NOT NULL, result TEXT, error TEXT, reason TEXT, owed_at TEXT NOT NULL,
    started_at TEXT NOT NULL DEFAULT '',   -- when the claim began: one row a claim
    retryable INTEGER NOT NULL DEFAULT 1,  -- 0: a failure that no attempt can mend
    retry_at TEXT,                         -- a failure that no attempt can mend before then
    PRIMARY KEY (server, task_id, started_at)
);
CREATE INDEX IF NOT EXISTS prismq_outbox_process ON prismq_outbox (process, state);
CREATE TABLE IF NOT EXISTS prismq_log (    -- one row a claim whose attempt logged something
    server INTEGER NOT NULL, task_id INTEGER NOT NULL, started_at TEXT NOT NULL,
    attempt INTEGER NOT NULL, worker_id TEXT NOT NULL,
    lines TEXT NOT NULL,                   -- JSON list of [time, level, logger, text], oldest first
    dropped INTEGER NOT NULL,              -- how many lines came before them
    PRIMARY KEY (server, task_id, started_at)
);
CREATE TABLE IF NOT EXISTS prismq_source ( -- rows of ideas by their source, where PrismQ's table has no index for it
    platform TEXT NOT NULL, source_id TEXT NOT NULL, idea_row INTEGER NOT NULL,
    PRIMARY KEY (platform, source_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS prismq_source_read ( -- one row: up to where PrismQ's table is in prismq_source
    number INTEGER PRIMARY KEY CHECK (number = 1),
    last_row INTEGER NOT NULL,
    looks TEXT NOT NULL                    -- what that row looked like
);
CREATE TABLE IF NOT EXISTS prismq_process ( -- one row a start of the program
    id TEXT PRIMARY KEY, server INTEGER NOT NULL, prefix TEXT NOT NULL, host TEXT NOT NULL,
    pid INTEGER NOT NULL, process_started REAL NOT NULL, started_at TEXT NOT NULL,
    worker_ids TEXT NOT NULL,              -- JSON list: ids that were given by hand
    taken_by TEXT                          -- the start that looks after what this one left behind
);
"""

IDEA_TABLE = "IdeaInspiration"

IDEA_COLUMNS: dict[str, type[str] | type[int]] = {
    "id": str,
    "title": str,
    "description": str,
    "content": str,
    "keywords": str,
    "source_type": str,
    "metadata": str,
    "source_id": str,
    "source_url": str,
    "source_platform": str,
    "source_created_by": str,
    "source_created_at": str,
    "score": int,
    "category": str,
    "subcategory_relevance": str,
    "contextual_category_scores": str,
    "created_at": str,
    "updated_at": str,
}
"""Columns of IdeaInspiration where we create it; lists and dicts are kept as JSON text."""

LATER_COLUMNS = (
    ("prismq_result", "started_at", "TEXT NOT NULL DEFAULT ''"),
    ("prismq_outbox", "started_at", "TEXT NOT NULL DEFAULT ''"),
    ("prismq_outbox", "retryable", "INTEGER NOT NULL DEFAULT 1"),
    ("prismq_outbox", "retry_at", "TEXT"),
)
"""Columns that tables get where they were made without them."""

STATEMENTS = tuple(statement for statement in OURS.split(";\n") if statement.strip())


def prepare(connection: sqlite3.Connection) -> None:
    """Make our tables, or bring those of an earlier version up to date with all that they hold. In a transaction."""
    for statement in STATEMENTS:
        connection.execute(statement)
    for table, column, kind in LATER_COLUMNS:
        if column not in columns_of(connection, table):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    if not columns_of(connection, "prismq_outbox")["started_at"]:
        key_by_claim(connection)


def columns_of(connection: sqlite3.Connection, table: str) -> dict[str, bool]:
    """The columns of a table, and whether each is part of its primary key."""
    return {row[1]: bool(row[5]) for row in connection.execute(f"PRAGMA table_info({table})")}


def key_by_claim(connection: sqlite3.Connection) -> None:
    """Make the outbox anew with a row a claim, where it had a row a task: a key cannot be changed in place."""
    names = ", ".join(columns_of(connection, "prismq_outbox"))
    connection.execute("ALTER TABLE prismq_outbox RENAME TO prismq_outbox_by_task")
    connection.execute("DROP INDEX IF EXISTS prismq_outbox_process")
    for statement in STATEMENTS:
        connection.execute(statement)
    connection.execute(f"INSERT INTO prismq_outbox ({names}) SELECT {names} FROM prismq_outbox_by_task")
    connection.execute("DROP TABLE prismq_outbox_by_task")
