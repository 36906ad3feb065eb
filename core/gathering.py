"""Gathers what a diagnosis rests on: from the TaskManager, the pool, the outbox, the results database, processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.attempts import attempts_of
from core.bulk import Owner
from core.bulk_calls import of_dead_process
from core.diagnosis import Place
from core.diagnosis.light import crews_of, known_of, seen_with, system_of, with_crew
from core.diagnosis.picture import RATE_SECONDS, Crew, Known, Owed, System, was_tried
from core.diagnosis.server import CLOCK_TOLERANCE
from core.diagnosis.workers import STARVES_AFTER, WORKING
from core.errors import BadSetting, DatabaseUnusable, NotFound
from core.failures import kind_of
from core.models import (
    LIVE_STATES,
    HistoryEntry,
    Task,
    TaskStatus,
    TaskType,
    TypeStats,
    WorkerState,
    WorkerStatus,
    utcnow,
)
from core.readings import count_rows
from core.recovery import left_by
from core.results.owed import Outbox
from core.results.processes import Processes
from core.rooms import Rooms, can_start, local_types, why_not
from core.snapshot import Counts, Link, Snapshot, TypeRow
from core.taskmanager import checking
from core.workers.claiming import STRATEGIES, Strategy

LOOKED_AT = 500
"""Newest tasks of a type that are looked at: who had them, and when they ended."""
FURTHEST = 1000
"""Tasks before one that waits, up to which its place is counted."""
NAMED = 5
"""Tasks that overtake it, of which the ids are told."""
CLAIMED_READ = 1000
"""Claimed tasks that are looked at when it is asked for everything."""
RUNNING = frozenset({"claimed", "progress"})
"""What a history tells of a task while a worker has it."""
BUSY_TRIES, BUSY_PAUSE = 5, 0.1
"""How often, and after how many seconds, it is tried to write to the results database until it counts as locked."""


async def system(rooms: Rooms, snapshot: Snapshot, task_type: str | None) -> System:
    """All that is known beside the task; ``task_type``: the only type that is looked at closely, None: all. Raises
    what the TaskManager says."""
    offset = await clock_offset(rooms)
    others = await workers_elsewhere(rooms)
    workers = (*rooms.pool.statuses(), *others)
    newest = (await rooms.client.list_tasks(type=task_type, limit=LOOKED_AT)).tasks
    newest = tuple(task for task in newest if task_type is None or task.task_type == task_type)
    types = await type_rows(rooms, snapshot, newest)
    server = replace(snapshot.server, link=Link.LIVE, trouble="", can=rooms.can, heard_at=utcnow(), retry_at=None)
    seen = seen_with((*snapshot.view.tasks, *newest))
    made = system_of(replace(snapshot, server=server), utcnow(), claim_timeout=rooms.client.claim_timeout)
    return replace(
        made,
        types=types,
        crews=crews_of(workers, seen),
        by_id={each.id: each for each in workers},
        results_trouble=snapshot.results_trouble or await writing_trouble(rooms),
        clock_offset=offset,
        hindrances=hindrances(rooms),
    )


async def workers_elsewhere(rooms: Rooms) -> tuple[WorkerStatus, ...]:
    """Workers of other processes, where the server tells; those whose process is gone are silent already now."""
    if "workers" not in rooms.can:
        return ()
    ours = {each.id for each in rooms.pool.statuses()}
    others = [each for each in await rooms.client.workers() if each.id not in ours]
    dead = dead_among(rooms, [each.id for each in others if each.state in LIVE_STATES])
    return tuple(replace(each, state=WorkerState.SILENT) if each.id in dead else each for each in others)


async def clock_offset(rooms: Rooms) -> float | None:
    """Seconds by which the server's clock is ahead of ours; it tells whole ones."""
    before = time.time()
    told = (await rooms.client.health_check()).timestamp
    return None if told is None else told + 0.5 - (before + time.time()) / 2


def hindrances(rooms: Rooms) -> dict[str, str]:
    """Why no worker can be started for a type though there is a class for it."""
    every = rooms.factory.registrations()
    return {
        each.task_type: str(why_not(each, rooms.source_lacks)) for each in every if not can_start(each, rooms.source)
    }


async def writing_trouble(rooms: Rooms) -> str:
    """Why the results database cannot be written, in a sentence; empty when it can. Nothing is written."""
    trouble = ""
    for _ in range(BUSY_TRIES):
        try:
            with rooms.database.transaction(0):
                return ""
        except DatabaseUnusable as fault:
            trouble = str(fault)
        await asyncio.sleep(BUSY_PAUSE)
    return trouble


async def type_rows(rooms: Rooms, snapshot: Snapshot, newest: Sequence[Task]) -> dict[str, TypeRow]:
    """The types with their counts, as they are now."""
    exact = "stats" in rooms.can
    stats = await rooms.client.stats() if exact else count_rows(newest)
    told = {each.name: each for each in await rooms.client.list_task_types()}
    seen = {row.name: row for row in snapshot.types}
    counted = {each.name: each for each in stats}
    ours = {each.name for each in local_types(rooms.factory)}
    names = {*told, *counted, *ours}
    return {
        name: type_row(name, told.get(name), counted.get(name), seen.get(name), newest, exact, name in ours)
        for name in names
    }


def type_row(
    name: str,
    told: TaskType | None,
    stats: TypeStats | None,
    seen: TypeRow | None,
    newest: Sequence[Task],
    exact: bool,
    workable: bool,
) -> TypeRow:
    """A type with what is known of its queue now; what ended lately is counted from its newest tasks where nobody has
    watched it."""
    row = seen or TypeRow(name)
    if told is not None:
        schema = told.param_schema or row.param_schema
        row = replace(row, id=told.id, version=told.version, is_active=told.is_active, param_schema=schema)
    counts = Counts(exact=exact) if stats is None else Counts(*by_status(stats), exact=exact)
    rates = row.rates if any(row.rates) else ended_lately([task for task in newest if task.task_type == name])
    oldest = None if stats is None else stats.oldest_pending_at
    if any(was_tried(task) for task in newest if task.task_type == name and task.created_at == oldest):
        oldest = None  # it did not wait all the time since it was created
    return replace(row, counts=counts, oldest_pending_at=oldest, rates=rates, workable=workable)


def by_status(stats: TypeStats) -> tuple[int, int, int, int]:
    """Its counts in the order of `Counts`."""
    return stats.pending, stats.claimed, stats.completed, stats.failed


def ended_lately(tasks: Iterable[Task]) -> tuple[int, ...]:
    """How many of these ended in each of the last seconds, oldest first."""
    now, counts = utcnow(), [0] * RATE_SECONDS
    for task in tasks:
        ago = RATE_SECONDS if task.completed_at is None else (now - task.completed_at).total_seconds()
        if 0 <= ago < RATE_SECONDS:
            counts[RATE_SECONDS - 1 - int(ago)] += 1
    return tuple(counts)


async def known(rooms: Rooms, made: System, snapshot: Snapshot, task: Task) -> Known:
    """All that is known of one task. Raises what the TaskManager says."""
    gone = dead_among(rooms, {task.claimed_by} if task.claimed_by else set())
    history: tuple[HistoryEntry, ...] = ()
    if "history" in rooms.can:
        history = await rooms.client.history(task.id)
    found = known_of(with_crew(made, task.task_type, tried_by(history)), task, gone=gone)
    ours = next((each for each in local_types(rooms.factory) if each.name == task.task_type), None)
    registered, unregistered = await registered_type(rooms, task)
    row = found.row
    if row is not None and registered is not None:
        row = replace(row, param_schema=registered.param_schema, version=registered.version)
    waits = found.waits
    owed = owed_of(rooms, task.id, task.attempts)
    since = waiting_since(task, history) if waits else None
    return replace(
        found,
        whole=True,
        row=row,
        deadline=by_our_clock(found),
        attempts=attempts_of(task, history),
        heard_at=found.heard_at or last_progress(found, history),
        violations=await violations(registered, task),
        ours=ours,
        unregistered=unregistered,
        owed=owed,
        places=counted(await places(rooms, found.crew, task), row) if waits else (),
        waits_since=since,
        overtakers=await overtakers(rooms, task, since) if since is not None else 0,
        alike=alike(snapshot, task),
        orphaned=owed is None and await is_orphaned(rooms, found),
    )


def by_our_clock(found: Known) -> datetime | None:
    """When its claim ends, where that is counted from a time that the server told by a clock of its own."""
    offset, ours = found.system.clock_offset or 0.0, found.hand is not None and found.hand.deadline is not None
    if found.deadline is None or ours or abs(offset) <= CLOCK_TOLERANCE:
        return found.deadline
    return found.deadline - timedelta(seconds=offset)


def dead_among(rooms: Rooms, workers: Iterable[str]) -> frozenset[str]:
    """Those of these workers whose process on this host is gone."""
    names = [each for each in workers if all(each != own.id for own in rooms.pool.statuses())]
    if not names:
        return frozenset()
    try:
        processes = Processes(rooms.database, rooms.server)
        dead, living = processes.dead_on_this_host(), processes.living_on_this_host()
    except DatabaseUnusable:
        dead, living = [], []  # the ids tell as much as the table does, unless they were given by hand
    return frozenset(each for each in names if left_by(each, dead, living) or of_dead_process(each))


async def registered_type(rooms: Rooms, task: Task) -> tuple[TaskType | None, bool]:
    """The type of the task as the server has it now, and whether it has none."""
    try:
        return await rooms.client.get_task_type(task.task_type), False
    except NotFound:
        return None, True


async def violations(registered: TaskType | None, task: Task) -> tuple[str, ...] | None:
    """The rules of its type's schema that its parameters break; None where that cannot be told."""
    if registered is None or registered.param_schema is None or task.status is TaskStatus.COMPLETED:
        return None
    try:
        broken = await asyncio.to_thread(checking.violations, registered.param_schema, dict(task.parameters))
    except BadSetting:
        return None
    return tuple(f"{'.'.join(map(str, each.path))}: {each.message}" if each.path else each.message for each in broken)


def last_progress(found: Known, history: Sequence[HistoryEntry]) -> datetime | None:
    """When a worker elsewhere last told of progress, else when it began; None where no history tells."""
    if not history or found.status is not TaskStatus.CLAIMED or found.task is None:
        return None
    told = [entry.at for entry in history if entry.event in ("progress", "claimed") and entry.at is not None]
    return max(told, default=found.task.claimed_at)


def owed_of(rooms: Rooms, task_id: int, attempts: int | None = None) -> Owed | None:
    """The report on a task that is kept here, of this attempt at it where that is known."""
    try:
        owed = Outbox(rooms.database, rooms.server).of_task(task_id)
    except DatabaseUnusable:
        return None  # that it cannot be read is told as a cause of its own
    if owed is None or (attempts is not None and owed.report.attempts not in (0, attempts)):
        return None
    return Owed(owed.claim, str(owed.state), owed.report.success, owed.reason, owed.owed_at)


async def places(rooms: Rooms, crew: Crew, task: Task) -> tuple[Place, ...]:
    """Where the task stands under each strategy."""
    return tuple([await place(rooms, crew, task, strategy) for strategy in STRATEGIES.values()])


def counted(found: tuple[Place, ...], row: TypeRow | None) -> tuple[Place, ...]:
    """The same, where one end of the queue is too far away to be counted, but the other and the whole are known."""
    by_name = {each.strategy: each for each in found}
    fifo, lifo = by_name["FIFO"], by_name["LIFO"]
    if row is None or not row.counts.exact or fifo.exact == lifo.exact:
        return found
    near, far = (fifo, lifo) if fifo.exact else (lifo, fifo)
    others = max(far.before or 0, row.counts.pending - 1 - (near.before or 0))
    by_name[far.strategy] = replace(far, before=others, exact=True)
    return tuple(by_name.values())


async def place(rooms: Rooms, crew: Crew, task: Task, strategy: Strategy) -> Place:
    """Where the task stands under one; a server that ignores priorities takes the oldest first."""
    ignored = strategy.sort_by == "priority" and "priority" not in rooms.can
    order = STRATEGIES["FIFO"] if ignored else strategy
    page = await rooms.client.pending_in_order(task.task_type, order.sort_by, order.sort_order, FURTHEST)
    ids = [each.id for each in page.tasks]
    used = sum(each.strategy == strategy.name and each.state in WORKING for each in crew.live)
    before = ids.index(task.id) if task.id in ids else len(ids)
    first = tuple(each for each in ids[:before] if each > task.id)[:NAMED]
    return Place(strategy.name, before, task.id in ids and page.searched is None, first, used)


def waiting_since(task: Task, history: Sequence[HistoryEntry]) -> datetime | None:
    """Since when a pending task waits; None where it was tried before and no history tells when that ended."""
    if not was_tried(task):
        return task.created_at
    ended = [entry.at for entry in history if entry.event not in RUNNING and entry.at is not None]
    return max(ended, default=None)


def tried_by(history: Sequence[HistoryEntry]) -> frozenset[str]:
    """The workers that had the task before."""
    return frozenset(entry.worker for entry in history if entry.event == "claimed" and entry.worker)


async def overtakers(rooms: Rooms, task: Task, since: datetime) -> int:
    """How many of the newest tasks of its type came much later and were claimed all the same."""
    page = await rooms.client.list_tasks(type=task.task_type, limit=LOOKED_AT)
    started = [each for each in page.tasks if each.status is not TaskStatus.PENDING and each.attempts]
    later = since + timedelta(seconds=STARVES_AFTER)
    of_type = [each.created_at for each in started if each.task_type == task.task_type]
    return sum(created is not None and created >= later for created in of_type)


def alike(snapshot: Snapshot, task: Task) -> int:
    """How many other failed tasks of its type have the same kind of error."""
    if not task.error:
        return 0
    kind = kind_of(task.error)
    same = [group for group in snapshot.failures if group.kind == kind and group.task_type == task.task_type]
    return sum(group.count - (task.id in group.task_ids) for group in same)


async def is_orphaned(rooms: Rooms, found: Known) -> bool:
    """Whether a live worker of ours has claimed it, and does not have it in hand. It is read again: the report of what
    it had in hand may just have been taken."""
    if found.owner is not Owner.OURS or found.hand is not None or found.task is None:
        return False
    again = await rooms.client.get_task(found.task.id)
    hands = [hand.task_id for worker in rooms.pool.statuses() for hand in worker.in_hand]
    is_same = (again.status, again.claimed_by, again.attempts) == (
        found.task.status,
        found.task.claimed_by,
        found.task.attempts,
    )
    return is_same and found.task.id not in hands


async def claimed(rooms: Rooms) -> tuple[Task, ...]:
    """The claimed tasks, the newest of them where there are very many."""
    return (await rooms.client.list_tasks(status=TaskStatus.CLAIMED, limit=CLAIMED_READ)).tasks
