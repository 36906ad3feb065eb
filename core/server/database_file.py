"""Opening the database file: make it, recognise it, or say in a sentence why it cannot be used."""

import sqlite3
import time
import uuid
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from core.server.problem import DatabaseProblem, is_busy

APPLICATION_ID = 0x50515451
"""Written into the file's header, to recognise a TaskManager database."""

SCHEMA_VERSION = 3
UPGRADES = {
    1: (
        "ALTER TABLE tasks ADD COLUMN retry_at INTEGER",
        "ALTER TABLE tasks ADD COLUMN deferrals INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX deferred ON tasks (retry_at) WHERE retry_at IS NOT NULL",
    ),
    2: (
        "CREATE TABLE task_type_versions ("
        " type_id INTEGER NOT NULL REFERENCES task_types (id), number INTEGER NOT NULL, version TEXT NOT NULL,"
        " param_schema TEXT NOT NULL, is_active INTEGER NOT NULL, registered_at INTEGER NOT NULL, used_before INTEGER,"
        " PRIMARY KEY (type_id, number)) STRICT",
        # The first version that is known. Where it was registered once, all its tasks were created under it.
        "INSERT INTO task_type_versions SELECT id, 1, version, param_schema, is_active, updated_at,"
        " CASE WHEN created_at = updated_at THEN 0 END FROM task_types",
        "INSERT INTO meta SELECT 'cancelled ' || type_id, CAST(count(*) AS TEXT) FROM tasks"
        " WHERE cancelled = 1 GROUP BY type_id",
    ),
}
"""By schema: what makes the next one of it, with all that the file holds."""

BUSY_MILLISECONDS = 20
OPENING_PATIENCE = 10.0
"""Seconds that opening waits while another process makes or recovers the same file."""

Value = TypeVar("Value")


def prepare(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection to the TaskManager database at `path`, made when it is missing.

    Raises `DatabaseProblem` when its folder or file cannot be used, or it is not a TaskManager database.
    """
    _make_folder(path)
    try:
        connection = connect(path)
    except sqlite3.Error as error:
        raise DatabaseProblem(f"The TaskManager database {path} cannot be opened: {error}.") from error
    try:
        _patiently(lambda: _prepare(connection, path))
        read_server_id(connection)  # the first look past the header: a file that is damaged is told now
        connection.execute(f"PRAGMA synchronous = {synchronous}")
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseProblem(_why(path, error)) from error
    except DatabaseProblem:
        connection.close()
        raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode that waits only shortly for locks; any thread may use it."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MILLISECONDS / 1000)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def read_server_id(connection: sqlite3.Connection) -> str:
    """The UUID that names this TaskManager wherever its file goes. Raises `DatabaseProblem` where there is none."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'server_id'").fetchone()
    if found is None:
        raise DatabaseProblem("The TaskManager database has no name of its own: it is damaged.")
    return str(found[0])


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseProblem(
            f"The folder {path.parent} for the TaskManager database cannot be made: {error.strerror}."
        ) from error
    if path.is_dir():
        raise DatabaseProblem(f"{path} is a folder, not a TaskManager database.")


def _patiently(step: Callable[[], Value]) -> Value:
    until = time.monotonic() + OPENING_PATIENCE
    while True:
        try:
            return step()
        except sqlite3.Error as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _recognise(connection, path)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise DatabaseProblem(f"The folder of {path} does not allow SQLite's write-ahead log; choose a local disk.")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA cache_size = -4096")
    # Takes the write lock even when there is nothing to make: a file that cannot be written is told now.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _recognise(connection, path):
            _make_tables(connection)
        _upgrade(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _recognise(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is new and empty; `DatabaseProblem` when it is somebody else's."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if tables == 0 and application in (0, APPLICATION_ID):
        return True
    if application != APPLICATION_ID:
        raise DatabaseProblem(f"{path} is a SQLite database, but not a TaskManager database.")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION and version not in UPGRADES:
        raise DatabaseProblem(
            f"{path} was written by another version of the TaskManager (its schema is {version}, "
            f"this program knows {SCHEMA_VERSION})."
        )
    return False


def _make_tables(connection: sqlite3.Connection) -> None:
    script = files("core.server").joinpath("schema.sql").read_text("utf-8")
    for statement in _statements(script):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('server_id', ?)", (str(uuid.uuid4()),))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _upgrade(connection: sqlite3.Connection) -> None:
    while (version := connection.execute("PRAGMA user_version").fetchone()[0]) != SCHEMA_VERSION:
        for statement in UPGRADES[version]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version + 1}")


def _statements(script: str) -> list[str]:
    # executescript would commit the transaction first.
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]


def _why(path: Path, error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_NOTADB:
            return f"{path} is not a SQLite database, so it cannot be the TaskManager's."
        case sqlite3.SQLITE_CORRUPT:
            return f"The TaskManager database {path} is damaged: {error}."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"The TaskManager database {path} or its folder cannot be written: {error}."
        case _:
            return f"The TaskManager database {path} cannot be used: {error}."
