"""Which tasks are stuck, and why nothing happens: looked at again and again, from what is at hand."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.diagnosis.cause import Cause, Certainty
from core.diagnosis.judging import MARKING, causes_of
from core.diagnosis.light import NO_TYPES, known_of
from core.diagnosis.picture import Known, Owed, System, was_tried
from core.diagnosis.words import amount, named, span
from core.diagnosis.workers import STARVES_AFTER, has_runaways
from core.models import LIVE_STATES, Task, TaskStatus, WorkerState

QUIET = 10
"""Seconds in which no task ended, until it is asked why nothing happens."""
NOTHING: Mapping[int, int] = {}
NEVER: Mapping[int, datetime] = {}
NOT_OWED: Mapping[int, Owed] = {}


def stuck_for(known: Known) -> tuple[Cause, ...]:
    """The causes for which it is stuck, where that is more than possible."""
    found = causes_of(known, MARKING)
    return tuple([each for each in found if each.stuck and each.certainty is not Certainty.POSSIBLE]) if found else ()


def first_stuck(known: Known) -> Cause | None:
    """The first of them."""
    return next(iter(stuck_for(known)), None)


def troubles(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Those of these causes that nobody has brought about on purpose."""
    return tuple(cause for cause in causes if not cause.on_purpose)


def stuck_among(
    system: System,
    tasks: Iterable[Task],
    *,
    gone: frozenset[str] = NO_TYPES,
    overtakers: Mapping[int, int] = NOTHING,
    since: Mapping[int, datetime] = NEVER,
    owed: Mapping[int, Owed] = NOT_OWED,
) -> dict[int, Cause]:
    """Those of these tasks that are stuck, by id, with the first cause that nobody has brought about on purpose, else
    with the first. While the server does not answer, nothing is known of any task: none. ``since``: since when tasks
    wait that were tried before. ``owed``: the reports on them that are kept here, where that was looked up."""
    if not system.is_heard:
        return {}
    found: dict[int, Cause] = {}
    for task in tasks:
        if task.status in (TaskStatus.COMPLETED, TaskStatus.FAILED):
            continue
        ahead, begun = overtakers.get(task.id, 0), since.get(task.id)
        known = known_of(system, task, gone=gone, overtakers=ahead, waits_since=begun)
        causes = stuck_for(replace(known, owed=owed[task.id]) if task.id in owed else known)
        if causes:
            found[task.id] = next(iter(troubles(causes)), causes[0])
    return found


def overtakers_of(system: System, tasks: Iterable[Task], since: Mapping[int, datetime] = NEVER) -> dict[int, int]:
    """How many of these tasks came much later than each that waits, of its type, and were claimed all the same. Those
    of one backlog that is worked off from another end do not count.

    Only asked where no worker of the type claims the oldest first.
    """
    started: dict[str, list[datetime]] = {}
    waiting: list[Task] = []
    for task in tasks:
        if task.status is TaskStatus.PENDING:
            waiting.append(task)
        elif task.claimed_by and task.created_at is not None:
            started.setdefault(task.task_type, []).append(task.created_at)
    created = {name: sorted(found) for name, found in started.items() if goes_otherwise(system, name)}
    much = timedelta(seconds=STARVES_AFTER)
    later = {
        task.id: len(of) - bisect(of, begun + much)
        for task in waiting
        if (begun := since.get(task.id) or (None if was_tried(task) else task.created_at)) is not None
        and (of := created.get(task.task_type)) is not None
    }
    return {task_id: count for task_id, count in later.items() if count}


def goes_otherwise(system: System, task_type: str) -> bool:
    """Whether there are workers of the type, and none claims the oldest first."""
    live = system.crew(task_type).live
    return bool(live) and all(each.strategy != "FIFO" for each in live)


def stuck_types(system: System) -> dict[str, tuple[Cause, ...]]:
    """Types whose waiting tasks are stuck, all of them, with the causes."""
    if not system.is_heard:
        return {}
    rows = [row for row in system.types.values() if row.is_waiting]
    found = {row.name: stuck_for(Known(system, None, row, system.crew(row.name))) for row in rows}
    return {name: causes for name, causes in found.items() if causes}


def nothing_happens(system: System, ended: Iterable[int]) -> str:
    """Why nothing happens though something is to be done, as the end of a sentence; empty while something does.

    ``ended``: how many tasks ended in each of the last seconds, oldest first.
    """
    if system.holdup is not None:
        return f"the code of {named(system.holdup.worker_id)} holds up everything (task #{system.holdup.task_id})."
    if not system.is_heard:
        cause = next(iter(causes_of(Known(system))), None)
        return "" if cause is None else lowered(cause.sentence)
    pending = sum(row.waiting for row in system.types.values())
    # What is in hand while claiming is held has often been done, and waits to be kept.
    at_work = not system.held and any(each.in_hand and each.state in LIVE_STATES for each in system.by_id.values())
    if not pending or at_work or sum([*ended][-QUIET:]):
        return ""
    return why_idle(system, pending)


def why_idle(system: System, pending: int) -> str:
    """Why nobody has a task in hand while some wait."""
    wait = f"{amount(pending, 'task')} {'waits' if pending == 1 else 'wait'}"
    if system.held:
        return f"the workers here claim nothing: {system.held}; {wait}."
    if system.limited_until is not None and system.limited_until > system.at:
        left = (system.limited_until - system.at).total_seconds()
        return f"the TaskManager takes no more calls for {span(left)}; {wait}."
    if crew := why_crew(system):
        return f"{crew}; {wait}."
    causes = stuck_types(system)
    waiting = [row.name for row in system.types.values() if row.is_waiting]
    if causes and all(name in causes for name in waiting):
        return lowered(next(iter(causes.values()))[0].sentence)
    return ""


def why_crew(system: System) -> str:
    """What keeps all workers from claiming, whatever their types; empty where nothing does."""
    live = [each for each in system.by_id.values() if each.state in LIVE_STATES]
    states = {each.state for each in live}
    if not live:
        return "no worker runs" if system.tells_workers else "no worker runs here"
    if states == {WorkerState.PAUSED}:
        return f"all {len(live)} workers are paused" if len(live) > 1 else "the only worker is paused"
    if all(has_runaways(each) for each in live):
        runs = amount(sum(each.abandoned for each in live), "run")
        return f"{runs} of workers' code did not end when told to, and they claim nothing until one ends"
    if states == {WorkerState.BACKING_OFF}:
        return (
            f"all {len(live)} workers rest after failures" if len(live) > 1 else "the only worker rests after failures"
        )
    return ""


def lowered(sentence: str) -> str:
    """A sentence as it goes on after "because": names keep their capitals."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "All", "No", "Only", "It", "This") else sentence
