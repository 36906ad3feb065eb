"""Looks at the TaskManager and the results database, and says what it saw. The only poller of the house.

Two loops of its own: one waits for the bell (a change there: `changes` where the server has it, else a second's
pause), the other reads what is being looked at, at most ten times a second, and only after the bell, a new view, or the
passing second. Beside them the results and the failures are watched.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core import events
from core.errors import (
    AnotherServer,
    CoreError,
    NotAllowed,
    NotAuthenticated,
    RateLimited,
    ServerFault,
    Unreachable,
)
from core.failure_watching import FailuresWatch
from core.models import TaskType, WorkerState, utcnow
from core.readings import Results, TaskManager, count_rows
from core.result_watching import ResultsWatch
from core.snapshot import Link, ServerStatus, View
from core.viewing import WhichStuck, none_stuck, read_view

QUICKEST = 0.1
"""Seconds between two readings, at least."""
REST = 3.0
"""Times as long as a reading took, the next one waits, unless another view is asked for."""
LONGEST_REST = 5.0
"""Seconds that it waits for that at most: a server that stood still for a while is soon looked at again."""
HEARTBEAT = 1.0
"""Seconds between two readings when nothing rang."""
SLOW_EVERY = 5.0
"""Seconds between two readings of what changes rarely: types, workers elsewhere."""
LONG_POLL = 15.0
FROM_NOW_ON = 2**53
"""A change number that no server has reached: it answers with the present one to go on from."""
COUNTED_ROWS = 500
"""Rows that are counted on a server that does not count."""
MAX_RETRY_PAUSE = 15.0


@dataclass(slots=True)
class Memory:
    """What the monitor knows between two readings."""

    types: dict[str, TaskType] = field(default_factory=dict[str, TaskType])
    slow_read_at: float = -1e9
    failures_due: bool = True


class Monitor:
    """Watches one TaskManager and one results database for as long as `run` runs.

    ``local_types`` are those that this program has workers for, with id 0 until the TaskManager knows them; ``source``
    tells where videos come from, and what is left there. ``stuck`` tells which rows are, for a view that asks for it.
    """

    def __init__(
        self,
        tasks: TaskManager,
        results: Results,
        publish: Callable[[events.Event], None],
        *,
        server: ServerStatus,
        local_types: Callable[[], Sequence[TaskType]],
        source: Callable[[], str] = str,
        stuck: WhichStuck = none_stuck,
        now: Callable[[], datetime] = utcnow,
        rng: random.Random | None = None,
    ) -> None:
        self._tasks, self._publish = tasks, publish
        self._stuck = stuck
        self._server = server
        self._local_types, self._source = local_types, source
        self._now = now
        self._rng = rng or random.Random()
        self._view = View()
        self._bell = asyncio.Event()
        self._asked = asyncio.Event()
        self._look_again = True
        self._misses = 0
        self._told_of: type[CoreError] | None = None
        self._memory = Memory()
        self.results = ResultsWatch(results, publish, now)
        self._failures = FailuresWatch(tasks, publish, now)

    def look(self, view: View) -> None:
        """Read this part of the queue from now on."""
        self._view = view
        self._look_again = True
        self._asked.set()
        self._bell.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._wait_for_changes())
            group.create_task(self._read_on())
            group.create_task(self.results.run())
            group.create_task(self._failures.run())

    async def _wait_for_changes(self) -> None:
        if "changes" not in self._server.can:
            return
        after, first = FROM_NOW_ON, True
        while True:
            try:
                seen = await self._tasks.changes(after, limit=100, wait=0 if first else LONG_POLL)
            except CoreError:
                await asyncio.sleep(self._pause())  # the reading loop tells of it
                continue
            first = False
            if seen.next != after:
                after = seen.next
                self._look_again = True
                self._bell.set()
                await asyncio.sleep(QUICKEST)

    async def _read_on(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            try:
                await self._read()
            except CoreError as error:
                await self._wait(self._trouble(error), least=0.0)
            else:
                self._all_well()
                await self._wait(HEARTBEAT, least=rest_after(clock() - begun))

    async def _wait(self, seconds: float, *, least: float) -> None:
        await asyncio.sleep(min(least, QUICKEST))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, least - QUICKEST)):
                await self._asked.wait()
        self._asked.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds - least)):
                await self._bell.wait()
        self._bell.clear()

    async def _read(self) -> None:
        looked, self._look_again = self._look_again, False
        try:
            await self._read_slowly_changing()
            await self._read_counts()
            if looked or "changes" not in self._server.can or self._view.filter.asks_stuck:
                await self._read_view()
        except CoreError:
            self._look_again = True
            raise

    async def _read_slowly_changing(self) -> None:
        elapsed = asyncio.get_running_loop().time()
        if elapsed - self._memory.slow_read_at < SLOW_EVERY:
            return
        known = self._memory.types
        for listed in await self._tasks.list_task_types():
            had = known.get(listed.name)
            if had is None or (had.version, had.updated_at, had.is_active) != (
                listed.version,
                listed.updated_at,
                listed.is_active,
            ):
                known[listed.name] = listed if listed.param_schema else await self._tasks.get_task_type(listed.name)
        if "heartbeat" in self._server.can:
            here = [each for each in await self._tasks.workers() if each.state is not WorkerState.STOPPED]
            self._publish(events.RemoteWorkersSeen(tuple(here)))
        self._memory.slow_read_at = elapsed
        self._memory.failures_due = True

    async def _read_counts(self) -> None:
        if "stats" in self._server.can:
            stats, exact = await self._tasks.stats(), True
            if any(each.name not in self._memory.types for each in stats):
                self._memory.slow_read_at = -1e9
        else:
            stats, exact = count_rows((await self._tasks.list_tasks(limit=COUNTED_ROWS)).tasks), False
        local = {each.name: each for each in self._local_types()}
        types = tuple((local | self._memory.types).values())
        self._publish(events.TypesSeen(types, stats, frozenset(local), exact, self._now()))
        self._failures.tell(tuple((each.name, each.failed) for each in stats), anyway=self._memory.failures_due)
        self._memory.failures_due = False

    async def _read_view(self) -> None:
        seen = await read_view(
            self._tasks,
            self._view,
            self._now(),
            able="filter" in self._server.can,
            stuck=self._stuck,
            types=self._memory.types,
        )
        self._publish(events.ViewSeen(seen))

    def _all_well(self) -> None:
        if self._misses:
            self._publish(events.Said(events.Level.INFO, "The TaskManager answers again.", self._now()))
        self._misses, self._told_of = 0, None
        self._server = replace(self._server, link=Link.LIVE, heard_at=self._now(), retry_at=None, trouble="")
        self._tell_server()

    def _trouble(self, error: CoreError) -> float:
        """Tell of it; answers the seconds until the next try. A rate limit is no trouble, only a pause."""
        if isinstance(error, RateLimited):
            ends = self._now() + timedelta(seconds=error.retry_after)
            self._server = replace(self._server, link=Link.LIVE, retry_at=ends, trouble=str(error))
            self._tell_server()
            return error.retry_after
        if type(error) is not self._told_of:
            self._told_of = type(error)
            self._publish(events.Said(events.Level.ERROR, str(error), self._now()))
        self._misses += 1
        link = link_after(error)
        pause = self._pause()
        retry_at = self._now() + timedelta(seconds=pause)
        self._server = replace(self._server, link=link, retry_at=retry_at, trouble=str(error))
        self._tell_server()
        return pause

    def _tell_server(self) -> None:
        self._server = replace(self._server, source=self._source())
        self._publish(events.ServerSeen(self._server))

    def _pause(self) -> float:
        """Seconds until the next try."""
        return min(MAX_RETRY_PAUSE, 0.5 * 2 ** min(self._misses, 8)) * self._rng.uniform(0.8, 1.0)


def rest_after(seconds: float) -> float:
    """Seconds until the next reading at least, after one that took so long."""
    return max(QUICKEST, min(LONGEST_REST, REST * seconds))


def link_after(error: CoreError) -> Link:
    """How the connection is, judged by what went wrong; a server that answers with something else is there."""
    match error:
        case NotAuthenticated() | NotAllowed():
            return Link.REFUSED
        case Unreachable() | ServerFault() | AnotherServer():
            return Link.OFFLINE
        case _:
            return Link.LIVE
