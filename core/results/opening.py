"""Opening the file of the results database, and telling whether it is still that file."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils

from core.results.faults import is_busy
from core.results.schema import IDEA_COLUMNS, IDEA_TABLE, prepare

RETRY_SECONDS = 0.01
"""Seconds after which it is tried again while another program is opening, or has the database to itself."""

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
    if str(path) == ":memory:":
        return prepared(path, timeout)
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path.parent, timeout):  # else a journal deleted here may be that of a file made in the meantime
        if file_at(path) is None:
            forget_journal(path)
        return prepared(path, timeout)


@contextmanager
def alone(folder: Path, timeout: float) -> Generator[None]:
    """While this lasts, nobody else opens a results database in this folder.

    Raises OSError when another has not ended within ``timeout`` seconds.
    """
    until = time.monotonic() + timeout
    held = os.open(folder, os.O_RDONLY)
    try:
        while not locked(held):
            if time.monotonic() >= until:
                raise BlockingIOError(errno.EWOULDBLOCK, "another program is opening a database in its folder")
            time.sleep(RETRY_SECONDS)
        yield
    finally:
        fcntl.flock(held, fcntl.LOCK_UN)  # closing is not enough: a process that was forked meanwhile keeps it open
        os.close(held)


def locked(held: int) -> bool:
    """Lock an open file; False when another has it."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def prepared(path: Path, timeout: float) -> sqlite_utils.Database:
    """The database at ``path`` with all tables. Waits and raises as `opened`."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=timeout)
    try:
        switch_to_wal(connection, timeout)
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


def switch_to_wal(connection: sqlite3.Connection, timeout: float) -> None:
    """Have the file use a write-ahead log. Waits here: for this, sqlite itself does not wait for other programs."""
    until = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as fault:
            if not is_busy(fault) or time.monotonic() >= until:
                raise
        else:
            return
        time.sleep(RETRY_SECONDS)


def forget_journal(path: Path) -> None:
    """Delete the journal that a deleted database left: others may still share its index, and it is not of the new."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
