"""Light pictures: what a snapshot alone tells of a task. Fast enough for every row that can be seen, every second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.bulk import Owner
from core.diagnosis.cause import Diagnosis
from core.diagnosis.judging import causes_of
from core.diagnosis.picture import CLAIM_TIMEOUT, NOBODY, Crew, Known, System
from core.models import LIVE_STATES, InHand, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import Snapshot

Seen = Mapping[str, frozenset[str]]
"""The types of the tasks that workers elsewhere were seen with, by the id of the worker."""
NO_TYPES: frozenset[str] = frozenset()


def system_of(
    snapshot: Snapshot,
    at: datetime,
    *,
    claim_timeout: float = CLAIM_TIMEOUT,
    workers: Iterable[WorkerStatus] | None = None,
    seen: Seen | None = None,
) -> System:
    """What a snapshot tells beside the tasks. ``workers``: those that there are, where more is known of them than in
    the snapshot; ``seen`` likewise, else it is read from the rows of the view."""
    known = tuple(snapshot.workers if workers is None else workers)
    series = snapshot.throughput.series
    return System(
        at=at,
        server=snapshot.server,
        claim_timeout=claim_timeout,
        types={row.name: row for row in snapshot.types},
        crews=crews_of(known, seen_with(snapshot.view.tasks) if seen is None else seen),
        by_id={each.id: each for each in known},
        held=snapshot.held,
        holdup=snapshot.holdup,
        limited_until=snapshot.limited_until,
        reports_waiting=snapshot.reports_waiting,
        reports_aside=snapshot.reports_aside,
        results_trouble=snapshot.results_trouble,
        ran=series[0].ran if series else None,
        pending=snapshot.throughput.pending,
    )


def seen_with(tasks: Iterable[Task]) -> dict[str, frozenset[str]]:
    """Which types each worker has, or had, tasks of."""
    found: dict[str, set[str]] = defaultdict(set)
    for task in tasks:
        if task.claimed_by:
            found[task.claimed_by].add(task.task_type)
    return {worker: frozenset(types) for worker, types in found.items()}


def crews_of(workers: Iterable[WorkerStatus], seen: Seen) -> dict[str, Crew]:
    """The workers of each type; under the empty name those that may work for any."""
    live: dict[str, list[WorkerStatus]] = defaultdict(list)
    ended: dict[str, list[WorkerStatus]] = defaultdict(list)
    strangers: list[WorkerStatus] = []
    for worker in workers:
        is_live = worker.state in LIVE_STATES
        types = worker.types or seen.get(worker.id, NO_TYPES)
        for name in types:
            (live if is_live else ended)[name].append(worker)
        if is_live and not worker.types:
            strangers.append(worker)
    crews = {"": Crew(strangers=tuple(strangers))}
    for name in {*live, *ended}:
        of_type = tuple(live[name])
        others = tuple(each for each in strangers if each not in of_type)
        crews[name] = Crew(of_type, tuple(ended[name]), others)
    return crews


def with_crew(system: System, task_type: str, ids: Container[str]) -> System:
    """The same, where those of these workers that do not tell their types count as workers of that type."""
    untold = [each for each in system.by_id.values() if each.id in ids and not each.types]
    crew = system.crews.get(task_type, NOBODY)
    new = [each for each in untold if each not in (*crew.live, *crew.ended)]
    if not new:
        return system
    live = (*crew.live, *(each for each in new if each.state in LIVE_STATES))
    ended = (*crew.ended, *(each for each in new if each.state not in LIVE_STATES))
    others = tuple(each for each in system.crew("").strangers if each not in live)
    return replace(system, crews={**system.crews, task_type: Crew(live, ended, others)})


def known_of(
    system: System,
    task: Task,
    *,
    gone: frozenset[str] = NO_TYPES,
    overtakers: int = 0,
    waits_since: datetime | None = None,
) -> Known:
    """What is known of a task by its row. ``gone``: workers whose process is known to be dead."""
    row = system.types.get(task.task_type)
    if task.status is not TaskStatus.CLAIMED:
        crew = system.crew(task.task_type) if task.status is TaskStatus.PENDING else NOBODY
        return Known(system, task, row, crew, overtakers=overtakers, waits_since=waits_since)
    holder = system.by_id.get(task.claimed_by or "")
    hand = hand_of(holder, task)
    dead = task.claimed_by in gone
    return Known(
        system,
        task,
        row,
        holder=holder,
        hand=hand,
        owner=Owner.GONE if dead else owner_of(holder),
        dead=dead or (holder is not None and holder.state in (WorkerState.STOPPED, WorkerState.CRASHED)),
        deadline=deadline_of(system, task, holder, hand),
        heard_at=None if hand is None or holder is None or not holder.local else hand.heard_at or hand.since,
    )


def hand_of(holder: WorkerStatus | None, task: Task) -> InHand | None:
    """What a worker has in hand of a task."""
    if holder is None:
        return None
    return next((hand for hand in holder.in_hand if hand.task_id == task.id), None)


def owner_of(holder: WorkerStatus | None) -> Owner:
    """How the worker that holds a task is."""
    if holder is None:
        return Owner.UNKNOWN
    if holder.state not in LIVE_STATES:
        return Owner.GONE
    return Owner.OURS if holder.local else Owner.ALIVE


def deadline_of(system: System, task: Task, holder: WorkerStatus | None, hand: InHand | None) -> datetime | None:
    """When a claim can be taken over: as our worker knows it, else counted from when the server last heard of it."""
    if hand is not None and hand.deadline is not None:
        return hand.deadline
    beat = holder.last_seen if holder is not None and hand is not None and not holder.local else None
    heard = [moment for moment in (task.claimed_at, beat) if moment is not None]
    return max(heard) + timedelta(seconds=system.claim_timeout) if task.claimed_at is not None else None


def at_a_glance(
    snapshot: Snapshot, task: Task | None, at: datetime, *, claim_timeout: float = CLAIM_TIMEOUT
) -> Diagnosis:
    """What a snapshot alone tells of why a task is not done; for when nothing more can be read, or not yet."""
    system = system_of(snapshot, at, claim_timeout=claim_timeout)
    known = Known(system) if task is None else known_of(system, task)
    status, name = (None, "") if task is None else (task.status, task.task_type)
    return Diagnosis(task and task.id, at, causes_of(known), ONLY_SEEN, status=status, task_type=name)


ONLY_SEEN = ("This is what the board sees; nothing more was read yet.",)
