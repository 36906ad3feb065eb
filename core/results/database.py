"""The results database: what is kept in it, and saving ideas."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from core.config import Config
from core.details import AttemptLog
from core.errors import BadSetting
from core.models import Claim, Report, Task, TaskResult
from core.outcome import Outcome
from core.results import ideas, logs, reading, settling
from core.results.faults import DatabaseAway, DatabaseMoved
from core.results.file import DatabaseFile
from core.results.schema import IDEA_TABLE
from core.saved import IdeaQuery
from core.snapshot import ResultRow

THREAD_PATIENCE = 30.0
LOOP_PATIENCE = 0.1
"""Seconds that a save waits for the database, in a thread and on an event loop."""
RETRY_SECONDS = 0.2
"""Seconds after which a save in a thread is tried again while the database cannot be written."""

for_task: ContextVar[tuple[Task, str] | None] = ContextVar("for_task", default=None)


class Database(DatabaseFile):
    """The IdeaInspiration database at ``path`` (none: the one that ``config``, or the settings, name).

    Safe from any thread. It is created with its folder when it is missing; an existing one gets our own tables and is
    not altered otherwise. Raises `DatabaseUnusable` with one sentence when it cannot be used.
    """

    def __init__(self, path: str | Path | None = None, *, config: Config | None = None) -> None:
        super().__init__(Path(path) if path is not None else (config or Config()).database)

    def __reduce__(self) -> tuple[Callable[[str, str], Database], tuple[str, str]]:
        """Sent to another process, it is opened there anew."""
        return opened_there, (str(self.path), self.server)

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
        self, server: str, process_id: str, outcomes: Sequence[Outcome], taken: Sequence[Claim] = ()
    ) -> list[tuple[TaskResult, Report]]:
        """Keep outcomes and owe their reports, in one transaction; forget the reports about claims ``taken``.

        Answers for each outcome what was kept (a failed result where its ``save`` raised) and the report. Raises
        `DatabaseBusy` at once when another program is writing, `DatabaseUnusable`, and `core.results.faults.
        TransactionEnded` when a ``save`` ended the transaction; an outcome that cannot be written raises as it will.
        """
        with self.transaction(0) as connection:
            self.server_number()  # known before the savepoints, so that none of them can take it back
            return settling.settle(connection, self.server_number(server), process_id, outcomes, taken)

    def count(self) -> int:
        """How many ideas there are, those of others included."""
        return self.read(f"SELECT count(*) FROM {IDEA_TABLE}")[0][0]

    def newest(self, limit: int = 100) -> list[ResultRow]:
        """The newest ideas, with where they came from."""
        return self.query(limit=limit)

    def query(self, text: str = "", limit: int = 100, offset: int = 0) -> list[ResultRow]:
        """Ideas, newest first, that have ``text`` in one of the fields that are searched (see `core.saved`)."""
        return reading.ideas(self.read, self.idea_columns.known, self.server, IdeaQuery(text), limit, offset)

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

    def prune_logs(self, before: datetime) -> int:
        """Delete logs of attempts that began earlier than that, and the oldest of too many, whatever server they are
        of; answers how many. Raises as `keep_log`."""
        with self.transaction(0) as connection:
            return logs.prune(connection, before)

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
