"""The open file of the results database: its transactions, and following it where it was deleted or replaced."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import DatabaseUnusable
from core.results import ideas
from core.results.faults import DatabaseAway, DatabaseDamaged, DatabaseMoved, is_busy, unusable
from core.results.opening import FileId, file_at, opened

BUSY_MILLISECONDS = 20
"""How long sqlite itself waits for another program's transaction; longer waits are ours, with the lock let go."""
OPENING_SECONDS = 5.0
"""How long the first opening waits for another program's transaction."""


class DatabaseFile:
    """The database at ``path``, open. Safe from any thread. It is made with its folder when it is missing.

    Raises `DatabaseUnusable` with one sentence when it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.server = ""
        self._servers: dict[str, int] = {}
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._file: FileId | None = None
        self._damaged = False
        self.reopened = 0
        """How often the file was opened anew since it was deleted, replaced or damaged while in use."""
        try:
            self._open(OPENING_SECONDS)
        except (sqlite3.Error, OSError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else fault
            raise DatabaseUnusable(f"The results database {self.path} cannot be used: {why}.") from fault

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file, self._damaged = None, False
            self.tables.close()

    def doubt(self) -> bool:
        """Open the file anew with the next call, our tables included; False when there is none (it was closed)."""
        self._damaged = self._file is not None
        return self._damaged

    def data_version(self) -> tuple[int, int, int]:
        """Another value after every change, of ours or of other programs. Cheap."""
        with self._lock:
            return self.read("PRAGMA data_version")[0][0], self.tables.conn.total_changes, self.reopened

    @contextmanager
    def transaction(self, patience: float) -> Generator[sqlite3.Connection]:
        """BEGIN IMMEDIATE .. COMMIT, waiting up to ``patience`` seconds for other programs; nested ones join in.

        Raises `DatabaseUnusable`: `DatabaseBusy` or `DatabaseAway` for what passes by itself, as `DatabaseMoved` when
        what was committed went into a file that is not there any more.
        """
        nested = self._begin(patience)
        connection = self.tables.conn
        try:
            if nested:
                yield connection
                return
            try:
                yield connection
                connection.execute("COMMIT")
                if self._is_elsewhere():
                    raise DatabaseMoved(self.path)
            except BaseException:
                self._servers.clear()  # what was learned may have been rolled back
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as fault:
            raise self._unusable(fault) from fault
        finally:
            if not nested:
                self._owner = None
            self._lock.release()

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows of a query. Raises `DatabaseUnusable`."""
        with self._lock:
            if self._owner is None:
                self._follow()
            try:
                return self.tables.conn.execute(sql, values).fetchall()
            except sqlite3.Error as fault:
                raise self._unusable(fault, verb="read") from fault

    def server_number(self, server: str | None = None) -> int:
        """The number under which our tables know a server (none: the bound one). Inside a transaction."""
        name = self.server if server is None else server
        if name not in self._servers:
            connection = self.tables.conn
            connection.execute("INSERT OR IGNORE INTO prismq_server (name) VALUES (?)", (name,))
            row = connection.execute("SELECT id FROM prismq_server WHERE name = ?", (name,)).fetchone()
            self._servers[name] = row[0]
        return self._servers[name]

    def _begin(self, patience: float) -> bool:
        """Take the lock and begin; True when this thread was in a transaction already."""
        until = time.monotonic() + patience
        while True:
            self._lock.acquire()
            try:
                if self._owner is not None:  # it is this thread, which has the lock
                    return True
                self._follow()
                self.tables.conn.execute("BEGIN IMMEDIATE")
                self._owner = threading.get_ident()
                return False
            except sqlite3.Error as fault:
                self._lock.release()
                if not is_busy(fault) or time.monotonic() >= until:
                    raise self._unusable(fault) from fault
            except BaseException:
                self._lock.release()
                raise
            time.sleep(0.005 + 0.02 * random.random())

    def _unusable(self, fault: sqlite3.Error, *, verb: str = "written") -> DatabaseUnusable:
        """The error that tells of this fault. A damaged file is opened anew with the next call."""
        told = unusable(self.path, fault, verb=verb)
        self._damaged = self._damaged or isinstance(told, DatabaseDamaged)
        return told

    def _open(self, timeout: float) -> None:
        """Open the file that is at the path now. Raises sqlite3.Error and OSError."""
        self.tables = opened(self.path, timeout)
        try:
            self.idea_columns = ideas.Columns.of(self.tables.conn)
            self.tables.conn.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            self._file = None if str(self.path) == ":memory:" else file_at(self.path)
        except BaseException:
            self.tables.close()
            raise

    def _is_elsewhere(self) -> bool:
        """Whether what is open is not the file at the path any more. Raises `DatabaseAway` when nobody can tell."""
        try:
            return self._file is not None and file_at(self.path) != self._file
        except OSError as fault:
            raise self._out_of_reach(fault) from fault

    def _out_of_reach(self, fault: OSError) -> DatabaseAway:
        return DatabaseAway(f"The results database {self.path} cannot be opened: {fault.strerror}.")

    def _follow(self) -> None:
        """Open the file anew when it was deleted, replaced or damaged. With the lock, outside of transactions.

        Raises `DatabaseUnusable` while that cannot be done.
        """
        try:
            elsewhere = self._is_elsewhere()
            if not elsewhere and not self._damaged:
                return
            self._damaged = True  # until it is open again
            self._servers.clear()
            self.tables.close()
            self._open(BUSY_MILLISECONDS / 1000)
        except sqlite3.Error as fault:
            raise unusable(self.path, fault) from fault
        except OSError as fault:
            raise self._out_of_reach(fault) from fault
        self._damaged = False
        self.reopened += 1
