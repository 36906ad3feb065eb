"""The verbs that are about what was saved, and about writing it to files."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from core.events import Level, Said
from core.exports import Export, Progress, Row, write
from core.models import utcnow
from core.results import Database
from core.results.exporting import export_ideas
from core.results.finding import Finder
from core.rooms import Rooms
from core.saved import IdeaDetail, IdeaQuery
from core.snapshot import ActivityEntry, ResultsView
from core.store import Store

ACTIVITY_COLUMNS = ("at", "level", "task_id", "text")


class ResultVerbs(ABC):
    """What can be done with results. What takes long is done in a thread; nobody who saves waits for it."""

    store: Store

    @property
    @abstractmethod
    def rooms(self) -> Rooms:
        """The open rooms. Raises `core.errors.Unreachable` while there is no TaskManager yet."""

    @property
    @abstractmethod
    def database(self) -> Database:
        """The results database; there is one also while the TaskManager is away."""

    async def look_at_results(self, view: ResultsView) -> None:
        """Show this part of the results from now on."""
        if self.rooms.monitor is not None:
            self.rooms.monitor.results.look(view)

    async def open_idea(self, idea_id: str) -> IdeaDetail:
        """Everything that is known of an idea."""
        return await asyncio.to_thread(Finder(self.database).opened, idea_id)

    async def count_results(self, query: IdeaQuery) -> int:
        """How many ideas fit."""
        given_up = threading.Event()
        try:
            return await asyncio.to_thread(Finder(self.database).count, query, given_up.is_set)
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def export_results(self, query: IdeaQuery, export: Export, progress: Progress) -> int:
        """Write the ideas that fit to a file; answers how many."""
        finder = Finder(self.database)
        return self._noted(await stoppable(lambda: export_ideas(finder, query, export, progress), progress), export)

    async def export_activity(self, entries: Sequence[ActivityEntry], export: Export, progress: Progress) -> int:
        """Write these lines of the event log to a file; answers how many."""
        progress.total = len(entries)
        work = partial(write, export, ACTIVITY_COLUMNS, logged(entries), progress)
        return self._noted(await stoppable(work, progress), export)

    def _noted(self, rows: int, export: Export) -> int:
        """So many rows were written there: what is said of it for a while can be read later, too."""
        many = f"{rows:,} row" if rows == 1 else f"{rows:,} rows"
        self.store.publish(Said(Level.INFO, f"Exported {many} to {export.path}.", utcnow()))
        return rows


async def stoppable(work: Callable[[], int], progress: Progress) -> int:
    """Do it in a thread; whoever gives it up stops it there too."""
    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        progress.cancel()
        raise


def logged(entries: Iterable[ActivityEntry]) -> Iterable[Row]:
    """Lines of the event log by the names of their parts."""
    for entry in entries:
        yield {"at": entry.at.isoformat(), "level": entry.level, "task_id": entry.task_id, "text": entry.text}
