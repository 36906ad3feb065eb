"""Who am I, and who was here before: one row for each start of the program."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psutil

from core.models import utcnow
from core.results.database import Database

SAME_START = 0.5
"""Seconds by which two readings of one process's start may differ."""
PATIENCE = 5.0
"""Seconds to wait for another program's transaction; this happens at the start and at the end only."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the program. Its worker ids are ``prefix-host-pid-mark-number``, or among ``worker_ids``."""

    id: str
    prefix: str
    host: str
    pid: int
    process_started: float
    started_at: datetime
    worker_ids: tuple[str, ...] = ()

    def worker_id(self, number: int) -> str:
        """The id of its n-th worker."""
        return f"{self._begin}{number}"

    def owns(self, worker_id: str) -> bool:
        """Whether a worker of this id was of this start."""
        rest = worker_id.removeprefix(self._begin)
        return worker_id in self.worker_ids or (rest != worker_id and rest.isdigit())

    @property
    def _begin(self) -> str:
        """What its worker ids begin with. Process ids come again, in containers at once: the mark does not."""
        return f"{self.prefix}-{self.host}-{self.pid}-{self.id[:4]}-"

    def is_alive(self) -> bool:
        """Whether the process that wrote this row still runs (on this host)."""
        try:
            started = begun(psutil.Process(self.pid))
        except psutil.AccessDenied:
            return True
        except psutil.Error:
            return False
        return abs(started - self.process_started) < SAME_START


class Processes:
    """The starts that used one results database for one server. Raises `DatabaseUnusable` from everything."""

    def __init__(self, database: Database, server: str) -> None:
        self._database = database
        self._server = server

    def enter(self, prefix: str, worker_ids: Sequence[str] = ()) -> Start:
        """Write the row of this start."""
        host = socket.gethostname()
        started = begun(psutil.Process())
        start = Start(uuid4().hex, prefix, host, os.getpid(), started, utcnow(), tuple(worker_ids))
        sql = (
            "INSERT INTO prismq_process (id, server, prefix, host, pid, process_started, started_at, worker_ids) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        at, ids = start.started_at.isoformat(), json.dumps(start.worker_ids)
        with self._database.transaction(PATIENCE) as connection:
            server = self._database.server_number(self._server)
            connection.execute(sql, (start.id, server, prefix, host, start.pid, started, at, ids))
        return start

    def add_worker(self, start: Start, worker_id: str) -> Start:
        """Note a worker id that was given by hand; answers the row as it is now."""
        ids = tuple(dict.fromkeys((*start.worker_ids, worker_id)))
        with self._database.transaction(PATIENCE) as connection:
            connection.execute("UPDATE prismq_process SET worker_ids = ? WHERE id = ?", (json.dumps(ids), start.id))
        return Start(start.id, start.prefix, start.host, start.pid, start.process_started, start.started_at, ids)

    def living_on_this_host(self) -> list[Start]:
        """Starts on this host whose process runs, this one included."""
        return [start for start, _ in self._starts() if start.is_alive()]

    def dead_on_this_host(self) -> list[Start]:
        """Starts on this host whose process is gone, and that no living start looks after."""
        rows = self._starts()
        alive = {start.id for start, _ in rows if start.is_alive()}
        return [start for start, taken_by in rows if start.id not in alive and taken_by not in alive]

    def take_over(self, dead: Start, by: Start) -> bool:
        """Look after what a dead start left: its waiting reports are ours from now on. Only one start can.

        False when another was first.
        """
        with self._database.transaction(PATIENCE) as connection:
            alive = [start.id for start in self.living_on_this_host()]
            row = connection.execute("SELECT taken_by FROM prismq_process WHERE id = ?", (dead.id,)).fetchone()
            if row is None or (row[0] in alive and row[0] != by.id):
                return False
            connection.execute("UPDATE prismq_process SET taken_by = ? WHERE id = ?", (by.id, dead.id))
            move_reports(connection, dead.id, by.id)
        return True

    def leave_to_the_next(self, dead: Start) -> None:
        """Look no longer after what a dead start left; its reports stay ours."""
        with self._database.transaction(PATIENCE) as connection:
            connection.execute("UPDATE prismq_process SET taken_by = NULL WHERE id = ?", (dead.id,))

    def forget(self, dead: Start) -> None:
        """Delete the row of a start that left nothing behind any more."""
        with self._database.transaction(PATIENCE) as connection:
            connection.execute("DELETE FROM prismq_process WHERE id = ?", (dead.id,))

    def leave(self, start: Start) -> int:
        """This start ends: delete its row, unless reports of it still wait, for the next one to deliver.

        Answers how many wait.
        """
        with self._database.transaction(PATIENCE) as connection:
            sql = "SELECT count(*) FROM prismq_outbox WHERE process = ? AND state = 'waiting'"
            waiting: int = connection.execute(sql, (start.id,)).fetchone()[0]
            if not waiting:
                connection.execute("DELETE FROM prismq_process WHERE id = ?", (start.id,))
            else:  # the process may live on, and another engine in it deliver them: this start is over all the same
                connection.execute("UPDATE prismq_process SET process_started = 0 WHERE id = ?", (start.id,))
        return waiting

    def _starts(self) -> list[tuple[Start, str | None]]:
        sql = (
            "SELECT p.id, prefix, host, pid, process_started, started_at, worker_ids, taken_by FROM prismq_process p "
            "JOIN prismq_server s ON s.id = p.server WHERE s.name = ? AND host = ? ORDER BY started_at"
        )
        rows = self._database.read(sql, (self._server, socket.gethostname()))
        return [(as_start(row), row[7]) for row in rows]


def as_start(row: Sequence[Any]) -> Start:
    """A row of the table as it is used."""
    identity, prefix, host, pid, process_started, started_at, worker_ids, *_ = row
    at = datetime.fromisoformat(started_at)
    return Start(identity, prefix, host, pid, process_started, at, tuple(json.loads(worker_ids)))


def begun(process: psutil.Process) -> float:
    """When a process began. On Linux in seconds after the boot, which setting the clock does not move."""
    return process.create_time() - (psutil.boot_time() if sys.platform == "linux" else 0.0)


def move_reports(connection: sqlite3.Connection, from_process: str, to_process: str) -> None:
    """Give the waiting reports of one process to another. Inside a transaction."""
    sql = "UPDATE prismq_outbox SET process = ? WHERE process = ? AND state = 'waiting'"
    connection.execute(sql, (to_process, from_process))
