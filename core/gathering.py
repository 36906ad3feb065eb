"""Gathers what every diagnosis rests on: from the TaskManager, the pool, the results database, processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.bulk_calls import of_dead_process
from core.diagnosis.light import crews_of, seen_with, system_of
from core.diagnosis.picture import RATE_SECONDS, System, was_tried
from core.errors import DatabaseUnusable
from core.models import (
    LIVE_STATES,
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
from core.results.processes import Processes
from core.rooms import Rooms, hindrances, local_types
from core.snapshot import Counts, Link, Snapshot, TypeRow

LOOKED_AT = 500
"""Newest tasks of a type that are looked at: who had them, and when they ended."""
CLAIMED_READ = 1000
"""Claimed tasks that are looked at when it is asked for everything."""
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
        reports_waiting=rooms.deliverer.waiting,
        writing_trouble="" if snapshot.results_trouble else await writing_trouble(rooms),
        clock_offset=offset,
        hindrances=hindrances(rooms.factory, rooms.source, rooms.source_lacks),
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
        name: type_row(name, told.get(name), counted.get(name), seen.get(name), newest, rooms.can, name in ours)
        for name in names
    }


def type_row(
    name: str,
    told: TaskType | None,
    stats: TypeStats | None,
    seen: TypeRow | None,
    newest: Sequence[Task],
    can: frozenset[str],
    workable: bool,
) -> TypeRow:
    """A type with what is known of its queue now; what ended lately is counted from its newest tasks where nobody has
    watched it."""
    row, exact = seen or TypeRow(name), "stats" in can
    if told is not None:
        schema = told.param_schema or row.param_schema
        row = replace(row, id=told.id, version=told.version, is_active=told.is_active, param_schema=schema)
    counts = Counts(exact=exact) if stats is None else Counts(*by_status(stats), exact=exact)
    rates = row.rates if any(row.rates) else ended_lately([task for task in newest if task.task_type == name])
    oldest = None if stats is None else stats.oldest_pending_at
    if any(was_tried(task) for task in newest if task.task_type == name and task.created_at == oldest):
        oldest = None  # it did not wait all the time since it was created
    put_off = stats is not None and stats.all_put_off(can)
    row = replace(row, counts=counts, put_off=0 if stats is None else stats.put_off, all_put_off=put_off)
    return replace(row, oldest_pending_at=oldest, rates=rates, workable=workable)


def by_status(stats: TypeStats) -> tuple[int, int, int, int]:
    """Its counts in the order of `Counts`."""
    return stats.pending, stats.claimed, stats.completed, stats.failed


def ended_lately(tasks: Iterable[Task]) -> tuple[int, ...]:
    """How many of these a worker ended in each of the last seconds, oldest first."""
    now, counts = utcnow(), [0] * RATE_SECONDS
    for task in tasks:
        if was_cancelled(task):
            continue
        ago = RATE_SECONDS if task.completed_at is None else (now - task.completed_at).total_seconds()
        if 0 <= ago < RATE_SECONDS:
            counts[RATE_SECONDS - 1 - int(ago)] += 1
    return tuple(counts)


def was_cancelled(task: Task) -> bool:
    """Whether an operator ended it, as far as its row tells: without an attempt none can have failed."""
    return task.status is TaskStatus.FAILED and (not task.attempts or task.is_cancelled)


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


async def claimed(rooms: Rooms) -> tuple[Task, ...]:
    """The claimed tasks, the newest of them where there are very many."""
    return (await rooms.client.list_tasks(status=TaskStatus.CLAIMED, limit=CLAIMED_READ)).tasks
