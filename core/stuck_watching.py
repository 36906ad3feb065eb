"""Marks the tasks that are stuck, and says why nothing happens: looks at what is seen anyway, once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from core.answers import TaskPage
from core.bulk_calls import of_dead_process
from core.diagnosis import Cause
from core.diagnosis.light import hand_of, system_of
from core.diagnosis.picture import Owed, System, was_tried
from core.diagnosis.storage import DELIVERED_WITHIN
from core.diagnosis.stuck import nothing_happens, overtakers_of, stuck_among, stuck_types, troubles
from core.errors import CoreError
from core.events import Event, StuckSeen
from core.models import LIVE_STATES, Task, TaskStatus, utcnow
from core.snapshot import Snapshot, StuckTask, TypeRow

EVERY = 1.0
"""Seconds between two looks."""
AT_ONCE = 100
"""Rows that are looked at until others have their turn on the loop."""
LIST_EVERY = 5.0
"""Seconds between two readings of the claimed tasks, where some are in nobody's hands."""
LOOKED_UP = 20
"""Claimed tasks in nobody's hands whose reports are looked up, at one look."""
MOST_CLAIMED = 1000
"""Claimed tasks that are read."""
TOLD_EVERY = 5
"""Looks after which sentences whose figures are others now are told anew."""


def nothing_owed(task: Task) -> Owed | None:
    """Nothing is kept here."""


class Listing(Protocol):
    """The TaskManager, as far as its claimed tasks are asked for."""

    async def list_tasks(self, status: str | None = None, type: str | None = None, limit: int = 50) -> TaskPage:
        """A page of tasks, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Oldest:
    """When the oldest waiting task of a type was created, as it is told, and since when it is taken to wait."""

    told: datetime | None
    waits_since: datetime | None


@dataclass(slots=True)
class Memory:
    """What was found the last time."""

    codes: dict[int, str] = field(default_factory=dict[int, str])
    types: dict[str, str] = field(default_factory=dict[str, str])
    since: dict[int, datetime] = field(default_factory=dict[int, datetime])
    oldest: dict[str, Oldest] = field(default_factory=dict[str, Oldest])
    claimed: tuple[Task, ...] = ()
    all_claimed: bool = True
    listed_at: float = -1e9
    told: StuckSeen | None = None
    untold: int = 0
    seen: tuple[object, ...] = ()
    same: int = 0


class StuckWatch:
    """Looks for as long as `run` runs. A task counts as stuck when two looks in a row say so: what is seen of workers
    and of tasks is not of the same instant."""

    def __init__(
        self,
        tasks: Listing,
        seen: Callable[[], Snapshot],
        publish: Callable[[Event], None],
        *,
        claim_timeout: float,
        gone: Callable[[str], bool] = of_dead_process,
        hindrances: Callable[[], Mapping[str, str]] = dict,
        owed: Callable[[Task], Owed | None] = nothing_owed,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        """``gone`` tells of a worker whether its process is known to be dead; ``hindrances`` why no worker can be
        started for a type though there is a class for it; ``owed`` the report on a task that is kept here."""
        self._now = now
        self._owed = owed
        self._tasks, self._seen, self._publish = tasks, seen, publish
        self._claim_timeout = claim_timeout
        self._gone = gone
        self._hindrances = hindrances
        self._memory = Memory()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Look once, and tell what is another than before."""
        snapshot = self._seen()
        if self._is_known(snapshot):
            return
        system = self._system(snapshot)
        ended = [sum(pair) for pair in zip(snapshot.throughput.completed, snapshot.throughput.failed, strict=False)]
        why = nothing_happens(system, ended)
        before = self._memory.told or StuckSeen({}, 0, True, "")
        if not system.is_heard:  # nothing is known of any task now: what was marked stays
            self._tell(StuckSeen(before.tasks, before.count, before.exact, why))
            return
        system = replace(system, types=self._as_seen(system))
        await self._read_claimed(system)
        rows = snapshot.view.tasks
        self._note_tried(rows)
        listed = {task.id for task in rows}
        found = await self._stuck(system, (*rows, *(each for each in self._memory.claimed if each.id not in listed)))
        sure = {task_id: cause for task_id, cause in found.items() if self._memory.codes.get(task_id) == cause.code}
        self._memory.codes = {task_id: cause.code for task_id, cause in found.items()}
        marks = {
            task_id: StuckTask(each.code, each.sentence, each.on_purpose)
            for task_id, each in sure.items()
            if task_id in listed
        }
        count, exact = self._count(system, {key: each for key, each in sure.items() if not each.on_purpose}, rows)
        self._tell(StuckSeen(marks, count, exact, why))

    async def which(self, rows: Sequence[Task]) -> Collection[int]:
        """The ids of those of these rows that are stuck, as things are seen now, and not on purpose."""
        system = self._system(self._seen())
        return {task_id for task_id, each in (await self._stuck(system, rows)).items() if not each.on_purpose}

    def _system(self, snapshot: Snapshot) -> System:
        system = system_of(snapshot, self._now(), claim_timeout=self._claim_timeout)
        return replace(system, hindrances=self._hindrances())

    def _is_known(self, snapshot: Snapshot) -> bool:
        """Whether all is as it was at the last two looks, and there is no need yet to look at the time alone."""
        memory, seen = self._memory, (snapshot.view, snapshot.types, snapshot.workers, snapshot.held)
        seen = (*seen, snapshot.server.link, snapshot.limited_until, snapshot.results_trouble)
        same = len(memory.seen) == len(seen) and all(a is b for a, b in zip(memory.seen, seen, strict=True))
        memory.seen, memory.same = seen, memory.same + 1 if same else 0
        return memory.same >= 2 and memory.same % TOLD_EVERY != 0

    def _note_tried(self, rows: Sequence[Task]) -> None:
        """A row does not tell when its last attempt ended, so one that was tried waits since it is seen to; one
        that is put off does not wait until that is over."""
        before, now = self._memory.since, self._now()
        pending = [task for task in rows if task.status is TaskStatus.PENDING and was_tried(task)]
        waiting = [task for task in pending if task.retry_at is None or task.retry_at <= now]
        self._memory.since = {task.id: before.get(task.id, now) for task in waiting}

    def _as_seen(self, system: System) -> dict[str, TypeRow]:
        """The types; where a task older than the oldest comes to wait, it was tried before, and waits only from now."""
        before = self._memory.oldest
        self._memory.oldest = {
            name: oldest_of(before.get(name), row.oldest_pending_at, self._now()) for name, row in system.types.items()
        }
        return {
            name: replace(row, oldest_pending_at=self._memory.oldest[name].waits_since)
            for name, row in system.types.items()
        }

    async def _stuck(self, system: System, tasks: Sequence[Task]) -> dict[int, Cause]:
        since = self._memory.since
        ahead = overtakers_of(system, tasks, since)
        holders = {task.claimed_by for task in tasks if task.status is TaskStatus.CLAIMED and task.claimed_by}
        ours = {each.id for each in system.by_id.values() if each.local}
        gone = frozenset(each for each in holders - ours if self._gone(each))
        owed = self._owed_among(system, tasks)
        found: dict[int, Cause] = {}
        for first in range(0, len(tasks), AT_ONCE):
            some = tasks[first : first + AT_ONCE]
            found |= stuck_among(system, some, gone=gone, overtakers=ahead, since=since, owed=owed)
            await asyncio.sleep(0)
        return found

    def _owed_among(self, system: System, tasks: Sequence[Task]) -> dict[int, Owed]:
        """The reports that are kept here on tasks that were claimed a while ago, and that nobody has in hand."""
        held = [task for task in tasks if task.status is TaskStatus.CLAIMED and was_held_long(task, system.at)]
        asked = [task for task in held if hand_of(system.by_id.get(task.claimed_by or ""), task) is None][:LOOKED_UP]
        return {task.id: owed for task in asked if (owed := self._owed(task)) is not None}

    async def _read_claimed(self, system: System) -> None:
        """The claimed tasks, where more are claimed than live workers have in hand and the server tells of those."""
        clock, memory = asyncio.get_running_loop().time(), self._memory
        claimed = sum(row.counts.claimed for row in system.types.values())
        in_hand = sum(len(each.in_hand) for each in system.by_id.values() if each.state in LIVE_STATES)
        if not system.tells_workers or claimed <= in_hand:
            memory.claimed, memory.all_claimed = (), True
            return
        if clock - memory.listed_at < LIST_EVERY:
            return
        memory.listed_at = clock
        try:
            memory.claimed = (await self._tasks.list_tasks(TaskStatus.CLAIMED, limit=MOST_CLAIMED)).tasks
        except CoreError:
            return  # the monitor tells of it; what was read before stands
        memory.all_claimed = len(memory.claimed) < MOST_CLAIMED

    def _count(self, system: System, sure: Mapping[int, Cause], rows: Sequence[Task]) -> tuple[int, bool]:
        """How many are stuck, and whether these are all: the waiting ones of a type are, all together, where it is.
        What somebody has done here on purpose is no trouble, and would hide what is."""
        found = {name: troubles(causes) for name, causes in stuck_types(system).items()}
        types = {name: causes for name, causes in found.items() if causes}
        lasting = {name for name, causes in types.items() if self._memory.types.get(name) == causes[0].code}
        self._memory.types = {name: causes[0].code for name, causes in types.items()}
        waiting = {task.id for task in rows if task.status is TaskStatus.PENDING and task.task_type in lasting}
        whole = sum(system.types[name].waiting for name in lasting)
        exact = system.tells_workers and self._memory.all_claimed and all(r.counts.exact for r in system.types.values())
        if not all(row.counts.exact for row in system.types.values()):
            return len(sure), False
        return whole + len(sure.keys() - waiting), exact

    def _tell(self, now: StuckSeen) -> None:
        memory = self._memory
        before, memory.untold = memory.told, memory.untold + 1
        if before is None or shape(before) != shape(now) or (memory.untold >= TOLD_EVERY and before != now):
            memory.told, memory.untold = now, 0
            self._publish(now)


def was_held_long(task: Task, at: datetime) -> bool:
    """Whether a report on it that is kept here might be late by now."""
    return task.claimed_at is None or (at - task.claimed_at).total_seconds() > DELIVERED_WITHIN


def oldest_of(before: Oldest | None, told: datetime | None, now: datetime) -> Oldest:
    """The oldest waiting task of a type, after what was told of it before."""
    if told is None or before is None:
        return Oldest(told, told)
    if told == before.told:
        return before
    if before.told is None or before.waits_since is None or told < before.told:
        return Oldest(told, now)
    return Oldest(told, told if before.waits_since == before.told else max(told, before.waits_since))


def shape(seen: StuckSeen) -> object:
    """What of it is worth telling at once: not the figures in its sentences."""
    return {task_id: each.code for task_id, each in seen.tasks.items()}, seen.count, seen.exact, seen.nothing_happens
