"""Opening the file of the results database, and telling whether it is still that file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlite_utils

from core.results.schema import IDEA_COLUMNS, IDEA_TABLE, prepare

FileId = tuple[int, int]
"""Device and inode: which file it is, whatever it is called."""


def file_at(path: Path) -> FileId | None:
    """Which file is at that path now; None where there is none. Raises OSError when that cannot be told."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def opened(path: Path, timeout: float) -> sqlite_utils.Database:
    """The database at ``path`` with all tables, made with its folder when it is missing.

    Waits up to ``timeout`` seconds for other programs. Raises sqlite3.Error and OSError.
    """
    if str(path) != ":memory:":
        path.parent.mkdir(parents=True, exist_ok=True)
        if file_at(path) is None:
            forget_journal(path)
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=timeout)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        tables = sqlite_utils.Database(connection)
        connection.execute("BEGIN IMMEDIATE")
        prepare(connection)
        if IDEA_TABLE not in tables.table_names():
            tables.create_table(IDEA_TABLE, IDEA_COLUMNS, pk="id")
            connection.execute(f"CREATE INDEX idea_source ON {IDEA_TABLE} (source_platform, source_id)")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return tables


def forget_journal(path: Path) -> None:
    """Delete the journal that a deleted database left: others may still share its index, and it is not of the new."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
