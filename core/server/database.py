"""The file in which the embedded TaskManager lives: opened once a process, written in groups."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import ClassVar, Self, TypeVar

from core.server.database_file import connect, prepare, read_server_id
from core.server.loop_side import Done, Listener, LoopSide, Operation
from core.server.problem import DatabaseBusy, DatabaseProblem, is_busy, problem_of
from core.server.refusal import Refused
from core.server.writer import Writer

__all__ = ["Database", "DatabaseBusy", "DatabaseProblem", "Listener"]

Value = TypeVar("Value")

_MODES = ("NORMAL", "FULL")


class Database:
    """A TaskManager's database. All openers of one path in one process share one object.

    It may be used from any event loop and thread: the connection is guarded by a lock that is held for
    short transactions only. Other processes may have the same file open.
    """

    _open: ClassVar[dict[Path, "Database"]] = {}
    _registry: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path, connection: sqlite3.Connection, synchronous: str) -> None:
        self.path = path
        self.server_id = read_server_id(connection)
        self._connection = connection
        self._lock = threading.Lock()
        self._openers = 1
        self._closed = False
        self._sides: dict[asyncio.AbstractEventLoop, LoopSide] = {}
        self._data_version = self._read_data_version()
        # With FULL each commit waits for the disk: on a thread, so that the next group gathers meanwhile.
        self._executor = ThreadPoolExecutor(1, "taskmanager-writer") if synchronous == "FULL" else None

    @classmethod
    def open(cls, path: Path, *, synchronous: str = "NORMAL") -> Self:
        """Open or create the database at `path`; call `close` once for every `open`.

        `synchronous` is NORMAL (a power cut may lose the last commits, a killed process loses none) or
        FULL; the first opener in a process decides. Raises `DatabaseProblem`.
        """
        if synchronous not in _MODES:
            raise DatabaseProblem(f"synchronous must be NORMAL or FULL, not {synchronous!r}.")
        resolved = Path(path).expanduser().resolve()
        with cls._registry:
            known = cls._open.get(resolved)
            if known is not None and isinstance(known, cls):
                known._openers += 1
                return known
            database = cls(resolved, prepare(resolved, synchronous), synchronous)
            cls._open[resolved] = database
            return database

    def close(self) -> None:
        """Release this opener's share; the last one closes the file. Waits end, later calls are refused."""
        with self._registry:
            self._openers -= 1
            if self._openers > 0 or self._closed:
                return
            self._open.pop(self.path, None)
            self._closed = True
        self.ring()
        if self._executor is not None:
            self._executor.shutdown()
        with self._lock:
            self._connection.close()

    @property
    def closed(self) -> bool:
        """Whether the last opener is gone."""
        return self._closed

    def read(self, query: Callable[[sqlite3.Connection], Value]) -> Value:
        """Run a short query at once, on the calling thread; all of it sees one state. Raises `DatabaseProblem`."""
        with self._lock:
            self._refuse_when_closed()
            try:
                return of_one_state(self._connection, query)
            except sqlite3.Error as error:
                raise problem_of(error) from error

    async def read_aside(self, query: Callable[[sqlite3.Connection], Value]) -> Value:
        """Run a query that may take long, on another thread and connection. Raises `DatabaseProblem`."""
        self._refuse_when_closed()
        return await asyncio.to_thread(self._read_aside, query)

    async def write(self, operation: Callable[[Writer], Value]) -> Value:
        """Run `operation` in a transaction and give back its value after COMMIT.

        Operations asked for within a few turns of the event loop are committed together; one that raises
        `Refused` is undone alone. An operation may be run again when the database is locked, so it must
        change nothing but the database. Raises `DatabaseProblem`, `DatabaseBusy` after ten seconds.
        """
        return await self._side().ask(operation)

    def listening(self, types: frozenset[int] | None = None) -> AbstractContextManager[Listener]:
        """A listener for commits of this and of other processes, for the running event loop.

        With `types`, only for those that made tasks of these types claimable.
        """
        return self._side().listening(types)

    def ring(self, types: frozenset[int] | None = None) -> None:
        """Wake the listeners of every loop (those for `types` only, when given)."""
        for side in tuple(self._sides.values()):
            side.ring(types)

    def _read_aside(self, query: Callable[[sqlite3.Connection], Value]) -> Value:
        try:
            with closing(connect(self.path)) as connection:
                return of_one_state(connection, query)
        except sqlite3.Error as error:
            raise problem_of(error) from error

    def _side(self) -> LoopSide:
        loop = asyncio.get_running_loop()
        side = self._sides.get(loop)
        if side is None:
            side = LoopSide(loop, self._commit, self._look_for_foreign_commits, self._executor)
            with self._registry:
                alive = {known: its for known, its in self._sides.items() if not known.is_closed()}
                self._sides = alive | {loop: side}
        return side

    def _commit(self, operations: Sequence[Operation]) -> list[Done] | None:
        """Carry out operations in one transaction. None when another process holds the lock."""
        with self._lock:
            self._refuse_when_closed()
            before = self._connection.total_changes
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                writer = Writer(self._connection)
                done = _carry_out(writer, operations)
                woken = self._finish(writer)
            except sqlite3.Error as error:
                if is_busy(error):
                    return None
                raise problem_of(error) from error
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            changed = self._connection.total_changes != before
        if changed and woken is not None:
            self.ring(woken)
        return done

    def _finish(self, writer: Writer) -> frozenset[int] | None:
        """Commit; the types that have more to claim now. None when the transaction was rolled back."""
        if not self._connection.in_transaction:
            return None
        woken = writer.finish()
        self._connection.execute("COMMIT")
        return woken

    def _look_for_foreign_commits(self) -> None:
        if self._closed:
            self.ring()
            return
        with self._lock:
            seen, self._data_version = self._data_version, self._read_data_version()
        if seen != self._data_version:
            self.ring()

    def _read_data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise DatabaseProblem(f"The TaskManager database {self.path} has been closed.")


def _carry_out(writer: Writer, operations: Sequence[Operation]) -> list[Done]:
    if len(operations) > 1:
        return [_in_savepoint(writer, operation) for operation in operations]
    try:
        return [Done(operations[0](writer))]
    except Refused as refusal:
        writer.connection.execute("ROLLBACK")
        return [Done(refusal=refusal)]


def _in_savepoint(writer: Writer, operation: Operation) -> Done:
    mark = writer.mark()
    writer.connection.execute("SAVEPOINT one")
    try:
        value = operation(writer)
    except Refused as refusal:
        writer.connection.execute("ROLLBACK TO one")
        writer.connection.execute("RELEASE one")
        writer.back_to(mark)
        return Done(refusal=refusal)
    writer.connection.execute("RELEASE one")
    return Done(value)


def of_one_state(connection: sqlite3.Connection, query: Callable[[sqlite3.Connection], Value]) -> Value:
    """The query's value; without a transaction each of its statements would see what others committed meanwhile."""
    connection.execute("BEGIN")
    try:
        return query(connection)
    finally:
        connection.execute("COMMIT")
