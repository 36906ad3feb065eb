"""Looking for saved ideas: search, one opened, rows for an export; on connections that keep nobody from saving."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from core.errors import CoreError
from core.history import HISTORY, as_entries, taken_apart
from core.models import Json
from core.results import reading
from core.results.database import Database
from core.results.faults import unusable
from core.results.schema import IDEA_TABLE
from core.saved import IdeaDetail, IdeaQuery, Save
from core.snapshot import ResultRow, ResultsView

LONGEST_SEARCH = 10.0
"""Seconds after which a search for the screen is given up."""
MOST_COUNTED = 10_000
"""Ideas with a text that are counted; where there are more, that is said."""
CHUNK = 500
"""Ideas that an export reads at a time."""
STEPS = 20_000
"""Steps of SQLite between two looks at whether to stop."""
SHOWN_SAVES = 50
PROVENANCE = ("taskmanager", "task_id", "task_type", "worker_id", "attempt", "saved_at")

Stop = Callable[[], bool]


class Finder:
    """Looks into a results database; every method may be called from any thread, and takes its time.

    All raise `core.errors.DatabaseUnusable` when the database cannot be read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def data_version(self) -> object:
        """Differs after anyone's commit. Cheap."""
        return self._database.data_version()

    def kept_aside(self) -> int:
        """How many reports were not taken and are kept. Cheap."""
        return self._database.kept_aside()

    def page(self, view: ResultsView) -> tuple[list[ResultRow], int, bool]:
        """The newest ideas that fit, how many fit in all, and whether that number is exact."""
        until = time.monotonic() + LONGEST_SEARCH
        with self._reading(lambda: time.monotonic() > until) as read:
            known = self._database.idea_columns.known
            query = IdeaQuery(view.text)
            rows = reading.ideas(read, known, self._database.server, query, view.rows, 0)
            most = MOST_COUNTED if view.text else -1
            total = reading.count(read, known, query, most)
        return rows, total, total != most

    def count(self, query: IdeaQuery, stop: Stop) -> int:
        """How many ideas fit."""
        with self._reading(stop) as read:
            return reading.count(read, self._database.idea_columns.known, query, -1)

    def opened(self, idea_id: str, *, anywhere: bool = False) -> IdeaDetail:
        """Everything that is known of an idea; ``anywhere``: tasks of other TaskManagers are told by their ids, too.

        Raises `CoreError` when there is no idea of that id (any more).
        """
        names = list(self._database.idea_columns.known)
        with self._reading(lambda: False) as read:
            found = read(f"SELECT {quoted(names)} FROM {IDEA_TABLE} i WHERE i.id = ?", (idea_id,))
            if not found:
                raise CoreError(f"There is no idea {idea_id} any more.")
            saves = read(
                "SELECT s.name, p.task_id, p.task_type, p.worker_id, p.attempt, p.saved_at FROM prismq_idea p "
                "JOIN prismq_server s ON s.id = p.server WHERE p.idea_id = ? ORDER BY p.number DESC LIMIT ?",
                (found[0][names.index("id")], SHOWN_SAVES),
            )
        fields: dict[str, Json] = dict(zip(names, found[0], strict=True))
        here = self._database.server
        metadata, history = taken_apart(told(fields.pop("metadata", None)))
        return IdeaDetail(
            str(fields.pop("id")),
            str(fields.pop("title") or ""),
            content=str(fields.pop("content", None) or ""),
            metadata=metadata,
            fields={name: told(value) for name, value in fields.items()},
            saves=tuple(
                Save(server, task if anywhere or server == here else None, *rest) for server, task, *rest in saves
            ),
            history=history,
        )

    def columns(self) -> list[str]:
        """The names of an exported row's cells, where it is flat."""
        return [*self._database.idea_columns.known, *(f"provenance_{name}" for name in PROVENANCE)]

    def rows(self, query: IdeaQuery, stop: Stop) -> Iterator[Mapping[str, Json]]:
        """Every idea that fits, newest first, with where it came from; read by chunks while they are taken."""
        names = list(self._database.idea_columns.known)
        where, values = reading.fitting(self._database.idea_columns.known, query)
        sql = (
            f"SELECT i.rowid, {quoted(names)}, s.name, p.task_id, p.task_type, p.worker_id, p.attempt, p.saved_at "
            f"FROM {IDEA_TABLE} i LEFT JOIN prismq_idea p ON p.number = {reading.NEWEST_PROVENANCE} "
            f"LEFT JOIN prismq_server s ON s.id = p.server "
            f"WHERE i.rowid < ? AND {where} ORDER BY i.rowid DESC LIMIT {CHUNK}"
        )
        before = 2**63 - 1
        with self._reading(stop) as read:
            while chunk := read(sql, (before, *values)):
                for row in chunk:
                    yield exported(names, row)
                before = chunk[-1][0]

    @contextmanager
    def _reading(self, stop: Stop) -> Generator[reading.Read]:
        """A connection of its own; one in memory has no other."""
        path = self._database.path
        if str(path) == ":memory:":
            yield self._database.read
            return
        try:
            connection = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=2.0)
            try:
                connection.set_progress_handler(stop, STEPS)
                yield lambda sql, values: connection.execute(sql, values).fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError as fault:
            if stop():
                raise CoreError("The search took too long and was given up: look for something else.") from fault
            raise unusable(path, fault, verb="read") from fault
        except sqlite3.Error as fault:
            raise unusable(path, fault, verb="read") from fault


def quoted(names: list[str]) -> str:
    """Columns of an idea as a query names them."""
    return ", ".join('i."' + name.replace('"', '""') + '"' for name in names)


def exported(names: list[str], row: tuple[Any, ...]) -> dict[str, Json]:
    """An idea by the names of its columns, and where it came from."""
    said: dict[str, Json] = {name: told(value) for name, value in zip(names, row[1:], strict=False)}
    metadata, history = taken_apart(said.get("metadata"))
    if history:
        said["metadata"] = {**metadata, HISTORY: as_entries(history)}
    known = dict(zip(PROVENANCE, row[len(names) + 1 :], strict=True))
    return said | {"provenance": known if known["task_type"] is not None else None}


def told(value: Json) -> Json:
    """What a cell says: the list or object that it holds as JSON text, else itself."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
