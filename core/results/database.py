"""The results database: opening it, its transactions, and saving ideas."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from core.config import Config
from core.errors import BadSetting, DatabaseUnusable
from core.models import Claim, Report, Task, TaskResult
from core.results import ideas, logs, reading, settling
from core.results.faults import DatabaseAway, DatabaseDamaged, DatabaseMoved, is_busy, unusable
from core.results.opening import FileId, file_at, opened
from core.results.schema import IDEA_TABLE
from core.snapshot import AttemptLog, ResultRow

BUSY_MILLISECONDS = 20
"""How long sqlite itself waits for another program's transaction; longer waits are ours, with the lock let go."""
OPENING_SECONDS = 5.0
"""How long the first opening waits for another program's transaction."""
THREAD_PATIENCE = 30.0
LOOP_PATIENCE = 2.0
"""Seconds that a save waits for the database, in a thread and on an event loop."""
RETRY_SECONDS = 0.2
"""Seconds after which a save in a thread is tried again while the database cannot be written."""

for_task: ContextVar[tuple[Task, str] | None] = ContextVar("for_task", default=None)


class Database:
    """The IdeaInspiration database at ``path`` (none: the one that ``config``, or the settings, name).

    Safe from any thread. It is created with its folder when it is missing; an existing one gets our own tables and is
    not altered otherwise. Raises `DatabaseUnusable` with one sentence when it cannot be used.
    """

    def __init__(self, path: str | Path | None = None, *, config: Config | None = None) -> None:
        self.path = Path(path) if path is not None else (config or Config()).database
        self.server = ""
        self._lock = threading.RLock()
        self._servers: dict[str, int] = {}
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

    def __reduce__(self) -> tuple[Callable[[str, str], Database], tuple[str, str]]:
        """Sent to another process, it is opened there anew."""
        return opened_there, (str(self.path), self.server)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file, self._damaged = None, False
            self.tables.close()

    def bind(self, server: str) -> None:
        """Say which TaskManager the tasks are of that are saved from now on."""
        self.server = server

    @contextmanager
    def saving(self, task: Task, worker_id: str) -> Generator[None]:
        """Says for which task (and attempt) `save` in this context is."""
        token = for_task.set((task, worker_id))
        try:
            yield
        finally:
            for_task.reset(token)

    def save(self, idea: Mapping[str, Any], *, key: str | None = None, position: int | None = None) -> str:
        """Save one idea for the task of this context under its item key; answers the idea's id.

        Committed at once, or with the transaction that this thread is in. The key, unless given, is made of the
        source, or else of the content; ``position`` takes the content's place unless that content is known. Raises
        `DatabaseUnusable`, `core.results.idea.BadIdea`, and `BadSetting` outside a task. A thread waits up to
        `THREAD_PATIENCE` seconds for a database that cannot be written; an event loop for other programs only.
        """
        of = for_task.get()
        if of is None:
            raise BadSetting("An idea is saved for a task: say which with `with database.saving(task, worker_id):`.")
        nested, in_thread = self._owner == threading.get_ident(), not on_event_loop()
        until = time.monotonic() + (THREAD_PATIENCE if in_thread else LOOP_PATIENCE)
        while True:
            try:
                with self.transaction(max(0.0, until - time.monotonic())) as connection:
                    return ideas.save(connection, self.idea_columns, self.server_number(), *of, idea, key, position)
            except DatabaseAway as fault:
                may_wait = in_thread or isinstance(fault, DatabaseMoved)
                if nested or not may_wait or time.monotonic() >= until:
                    raise
            time.sleep(RETRY_SECONDS if in_thread else 0)

    def saved_keys(self, task: Task) -> list[str]:
        """Item keys that any attempt at this task has saved, oldest first."""
        sql = (
            "SELECT item_key FROM prismq_idea JOIN prismq_server s ON s.id = server "
            "WHERE s.name = ? AND task_id = ? ORDER BY number"
        )
        return [row[0] for row in self.read(sql, (self.server, task.id))]

    def settle(
        self, server: str, process_id: str, outcomes: Sequence[settling.Settled], taken: Sequence[Claim] = ()
    ) -> list[tuple[TaskResult, Report]]:
        """Keep outcomes and owe their reports, in one transaction; forget the reports about claims ``taken``.

        Answers for each outcome what was kept (a failed result where its ``save`` raised) and the report. Raises
        `DatabaseBusy` at once when another program is writing, `DatabaseUnusable`, and `core.results.faults.
        TransactionEnded` when a ``save`` ended the transaction; an outcome that cannot be written raises as it will.
        """
        with self.transaction(0) as connection:
            self.server_number()  # known before the savepoints, so that none of them can take it back
            return settling.settle(connection, self.server_number(server), process_id, outcomes, taken)

    def doubt(self) -> bool:
        """Open the file anew with the next call, our tables included; False when there is none (it was closed)."""
        self._damaged = self._file is not None
        return self._damaged

    def count(self) -> int:
        """How many ideas there are, those of others included."""
        return self.read(f"SELECT count(*) FROM {IDEA_TABLE}")[0][0]

    def newest(self, limit: int = 100) -> list[ResultRow]:
        """The newest ideas, with where they came from."""
        return self.query(limit=limit)

    def query(self, text: str = "", limit: int = 100, offset: int = 0) -> list[ResultRow]:
        """Ideas, newest first, that have ``text`` in title, description or source (case does not matter)."""
        return reading.ideas(self.read, self.idea_columns.known, self.server, text, limit, offset)

    def of_task(self, task_id: int) -> list[ResultRow]:
        """The ideas saved for a task of the bound server, oldest first."""
        return reading.of_task(self.read, self.idea_columns.known, self.server, task_id)

    def result_of(self, task_id: int) -> dict[str, Any] | None:
        """What is kept of a task of the bound server: its newest claim's result, with data and metrics."""
        return reading.result_of(self.read, self.server, task_id)

    def keep_log(self, server: str, task_id: int, log: AttemptLog) -> None:
        """Keep what an attempt logged that has no outcome. Raises `DatabaseBusy` at once, and `DatabaseUnusable`."""
        with self.transaction(0) as connection:
            logs.keep(connection, self.server_number(server), [(task_id, log)])

    def logs_of(self, task_id: int) -> list[AttemptLog]:
        """What the attempts at a task of the bound server logged, newest first."""
        return logs.of_task(self.read, self.server, task_id)

    def kept_aside(self) -> int:
        """How many reports to the bound server were refused or are dead."""
        sql = (
            "SELECT count(*) FROM prismq_outbox JOIN prismq_server s ON s.id = server "
            "WHERE s.name = ? AND state != 'waiting'"
        )
        return self.read(sql, (self.server,))[0][0]

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
        """Whether what is open is not the file at the path any more."""
        return self._file is not None and file_at(self.path) != self._file

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
            raise DatabaseAway(f"The results database {self.path} cannot be opened: {fault.strerror}.") from fault
        self._damaged = False
        self.reopened += 1


def opened_there(path: str, server: str) -> Database:
    """The database at that path, bound to that server."""
    database = Database(path)
    database.bind(server)
    return database


def on_event_loop() -> bool:
    """Whether this thread runs an event loop, which must not be held up for long."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
