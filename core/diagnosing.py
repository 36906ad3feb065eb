"""The verb ``why``: gathers what is known, and has it judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from core import gathering, task_gathering
from core.bulk import Owner
from core.diagnosis import Cause, Diagnosis
from core.diagnosis.estimates import estimates_of
from core.diagnosis.judging import SURE, causes_of, ranked
from core.diagnosis.light import known_of, system_of
from core.diagnosis.picture import Known, System
from core.diagnosis.stuck import first_stuck, nothing_happens
from core.diagnosis.words import fitted
from core.errors import NotFound, RateLimited, TaskManagerError
from core.models import Task, TaskStatus, utcnow
from core.monitor import link_after
from core.rooms import Rooms
from core.snapshot import Snapshot
from core.stuck_gathering import singles, types_with_tasks

NOT_READ = "The TaskManager could not be read, so this rests on what was seen last."
NO_ROOMS = "The TaskManager has not answered yet, so nothing is known of its tasks."
LIMITED = "The TaskManager takes no calls now, so nothing is known of its tasks."
SHORTEST_LIMIT = 1.0
"""Seconds that a limit on calls lasts, at least, where it is told: it was there when it was asked."""
CURES_OF = 3
"""Tasks of one cause whose cures are offered, where it is asked for everything."""


async def diagnosed(rooms: Rooms | None, snapshot: Snapshot, task_id: int | None) -> Diagnosis:
    """Why a task is not done, or, without an id, why nothing happens. Raises `NotFound` for no such task."""
    if rooms is None:
        known = Known(system_of(snapshot, utcnow()))
        causes = causes_of(known)
        if task_id is not None:  # whether there is such a task is not known: they only explain why
            causes = tuple(replace(cause, stuck=False) for cause in causes)
        limited = snapshot.limited_until is not None and snapshot.limited_until > known.at
        why = LIMITED if limited else NO_ROOMS
        return Diagnosis(task_id, known.at, causes, (why,), estimates_of(known), could_tell=False)
    try:
        return await of_all(rooms, snapshot) if task_id is None else await of_task(rooms, snapshot, task_id)
    except NotFound:
        raise
    except TaskManagerError as fault:
        return away(rooms, snapshot, task_id, fault)


async def of_task(rooms: Rooms, snapshot: Snapshot, task_id: int) -> Diagnosis:
    """Why this task is not done. Raises what the TaskManager says."""
    task = await rooms.client.get_task(task_id)
    system = await gathering.system(rooms, snapshot, task.task_type)
    known = await task_gathering.known(rooms, system, snapshot, task)
    return Diagnosis(
        task_id,
        known.at,
        causes_of(known),
        unknown_of(known),
        estimates_of(known),
        status=task.status,
        task_type=task.task_type,
        task=task,
    )


async def of_all(rooms: Rooms, snapshot: Snapshot) -> Diagnosis:
    """Why nothing happens, and what is stuck. Raises what the TaskManager says."""
    system = await gathering.system(rooms, snapshot, None)
    found = await singles(rooms, system)
    known = Known(system)
    of_types = tuple(chain.from_iterable((await types_with_tasks(rooms, system)).values()))
    causes = ranked(causes_of(known), mendable_first((*of_types, *together(found.tasks))))
    unknown = (*unknown_of(known), *found.unknown)
    return Diagnosis(None, system.at, causes, unknown, estimates_of(known), idle=idle_of(system, snapshot))


def idle_of(system: System, snapshot: Snapshot) -> str | None:
    """Why nothing happens; None where nobody has watched whether tasks end."""
    ended = [sum(pair) for pair in zip(snapshot.throughput.completed, snapshot.throughput.failed, strict=False)]
    return nothing_happens(system, ended) if ended else None


def mendable_first(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """What can be mended from here before what only a person can mend elsewhere, and last what somebody has done on
    purpose; else in the order given."""
    return tuple(sorted(causes, key=lambda each: (each.on_purpose, not any(cure.verb for cure in each.cures))))


def together(tasks: Sequence[tuple[Task, Known]]) -> tuple[Cause, ...]:
    """The causes for which single tasks are stuck, each once, with how many tasks it is about."""
    found: dict[str, list[tuple[Task, Cause]]] = {}
    for task, known in tasks:
        cause = first_stuck(known)
        if cause is not None:
            found.setdefault(cause.code, []).append((task, cause))
    return tuple(about(each) for each in found.values())


def about(found: Sequence[tuple[Task, Cause]]) -> Cause:
    """One cause of several tasks, told by the first of them; it is as sure as it is of the least sure one."""
    task, cause = found[0]
    more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
    ids = ", ".join(f"#{each.id}" for each, _ in found[:20])
    cures = tuple(cure for _, each in found[:CURES_OF] for cure in each.cures)
    evidence = (("tasks", f"{len(found):,}: {ids}{', …' if len(found) > 20 else ''}"), *cause.evidence)
    certainty = max((each.certainty for _, each in found), key=SURE.__getitem__)
    cause = replace(cause, certainty=certainty)
    return replace(cause, sentence=fitted(f"#{task.id}{more}: {cause.sentence}"), evidence=evidence, cures=cures)


def away(rooms: Rooms, snapshot: Snapshot, task_id: int | None, fault: TaskManagerError) -> Diagnosis:
    """What can be said while the TaskManager does not answer, or refuses."""
    at = utcnow()
    server = replace(snapshot.server, link=link_after(fault), trouble=str(fault))
    limited = snapshot.limited_until
    if isinstance(fault, RateLimited):
        limited = max(limited or at, limit_end(fault))
    seen = replace(snapshot, server=server, limited_until=limited, reports_waiting=rooms.deliverer.waiting)
    system = system_of(seen, at, claim_timeout=rooms.client.claim_timeout)
    task = next((each for each in snapshot.view.tasks if each.id == task_id), None)
    known = Known(system) if task is None else known_of(system, task)
    if task_id is not None:
        owed = task_gathering.owed_of(rooms, task_id)  # whichever attempt: what was seen may be old
        known = replace(known, owed=owed)
    causes = causes_of(known)
    told = NOT_READ if task is not None or task_id is None else "The task could not be read."
    status, name = (None, "") if task is None else (task.status, task.task_type)
    idle = idle_of(system, snapshot) if task_id is None else None
    made = Diagnosis(task_id, at, causes, (told,), estimates_of(known), status=status, task_type=name, idle=idle)
    return replace(made, could_tell=False)


def limit_end(fault: RateLimited) -> datetime:
    """When the server takes calls again."""
    return utcnow() + timedelta(seconds=max(SHORTEST_LIMIT, fault.retry_after))


def unknown_of(known: Known) -> tuple[str, ...]:
    """What could not be known, in sentences."""
    return tuple(sentence for sentence, holds in unknowns(known) if holds)


def unknowns(known: Known) -> tuple[tuple[str, bool], ...]:
    """Each sentence, and whether it holds."""
    system, task = known.system, known.task
    is_claimed = known.status is TaskStatus.CLAIMED
    return (
        ("This server does not tell which workers there are elsewhere.", not system.tells_workers),
        ("Workers elsewhere do not tell which types they claim.", known.waits and bool(known.crew.strangers)),
        (
            "This server tells no history: of earlier attempts only the last error is known.",
            task is not None and "history" not in system.can and task.attempts > 0,
        ),
        (
            "The server does not tell when it was claimed, so nobody knows when its claim ends.",
            is_claimed and task is not None and task.claimed_at is None,
        ),
        (
            "When its worker last told of progress is not known.",
            is_claimed and known.owner is not Owner.GONE and known.heard_at is None,
        ),
        (
            "The schema of its type could not be read, so its parameters were not checked.",
            task is not None and known.violations is None and not known.is_done and not known.unregistered,
        ),
        (
            "This server does not count its tasks: only the newest were looked at.",
            not known.is_done and "stats" not in system.can,
        ),
        ("The server does not tell its time, so clocks could not be compared.", system.clock_offset is None),
    )
