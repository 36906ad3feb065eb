"""Reads what a simulation of the strategies needs: bounded, and nothing is claimed. The arithmetic is in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.answers import TaskPage
from core.diagnosis.outlook import Hands, Load, Simulation, Waiter
from core.diagnosis.simulation import simulated
from core.diagnosis.words import named
from core.models import LIVE_STATES, Task, TaskStatus, WorkerState, WorkerStatus, utcnow
from core.rooms import Rooms
from core.taskmanager.client import AsyncTaskManagerClient
from core.workers.claiming import STRATEGIES, Strategy

MOST_LOADED = 600
"""Waiting tasks that are read, of all types; of more than that, the oldest and the newest."""
STAND_INS = 300
"""Tasks that stand for those which were not read, of each type at most."""
NEWEST = 200
"""Tasks by which it is measured how many come."""
WINDOW, SHORTEST_WINDOW = 300.0, 30.0
"""Seconds over which that is measured, at most and at least."""
SAMPLE = 50
"""Ended tasks by which runs are measured, where no worker of this process has done any."""
CLAIMING = LIVE_STATES - {WorkerState.PAUSED, WorkerState.DRAINING}
"""States of workers that go on claiming."""
SHORTEST_RUN = 0.001
"""Seconds; what took less is not told apart."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The workers of this process, those of them that would switch, how long the tasks of each type took that they did
    lately, and how many more workers are imagined. ``all_switch``: all workers would, also those elsewhere."""

    ours: Sequence[WorkerStatus] = ()
    switching: frozenset[str] = frozenset()
    took: Sequence[tuple[str, float]] = ()
    extra: int = 0
    all_switch: bool = False


async def simulate_here(rooms: Rooms, types: Sequence[str], switching: Sequence[str], extra: int) -> Simulation:
    """Of these types, if ``switching`` (none: all workers of this process) claimed by each strategy, with ``extra``
    workers more, and all others stayed as they are."""
    ours = rooms.pool.statuses()
    pages = (rooms.book.of(each.id).tasks for each in ours)
    took = [(each.task_type, each.seconds) for tasks in pages for each in tasks]
    chosen = frozenset(switching) or frozenset(each.id for each in ours)
    return await simulate(rooms.client, types, Staff(ours, chosen, tuple(took), extra))


async def simulate(client: AsyncTaskManagerClient, types: Sequence[str], staff: Staff) -> Simulation:
    """Of these types, with that staff, and the workers elsewhere that the server tells of. Raises what it says."""
    can = (await client.capabilities()).names
    here = {each.id for each in staff.ours}
    others = [each for each in (await client.workers() if "workers" in can else ()) if each.id not in here]
    claiming = [each for each in (*staff.ours, *others) if each.state in CLAIMING]
    hands = [hands_of(each, types, switches=staff.all_switch or each.id in staff.switching) for each in claiming]
    hands += [Hands(tuple(types))] * staff.extra
    load, notes = await read_load(client, types, staff.took)
    load = replace(load, hands=tuple(each for each in hands if each.types and each.count))
    if any(not each.types for each in claiming):
        notes.append("Workers elsewhere do not tell their types: each is taken to do one task at a time of any.")
    found = await asyncio.to_thread(simulated, load, orders(can))
    return replace(found, assumptions=(*found.assumptions, *notes))


async def read_load(
    client: AsyncTaskManagerClient, types: Sequence[str], took: Sequence[tuple[str, float]]
) -> tuple[Load, list[str]]:
    """What waits and comes, and how long it takes; and what was not read of it, in sentences."""
    now, notes = utcnow(), list[str]()
    waiting: list[Waiter] = []
    for name in types:
        read, said = await waiting_tasks(client, name, max(20, MOST_LOADED // len(types)), now)
        waiting += read
        notes += said
    come, priorities = await arrivals(client, types, now)
    runs = {name: await run_seconds(client, name, [each for kind, each in took if kind == name]) for name in types}
    measured = {name: seconds for name, seconds in runs.items() if seconds is not None}
    return Load(tuple(waiting), (), come, priorities, measured), notes


def orders(can: Container[str]) -> list[Strategy]:
    """All strategies, as the server carries them out: one that ignores priorities takes the oldest first."""
    every = list(STRATEGIES.values())
    if "priority" in can:
        return every
    return [replace(each, sort_by="id", sort_order="ASC") if each.sort_by == "priority" else each for each in every]


def hands_of(worker: WorkerStatus, types: Sequence[str], *, switches: bool) -> Hands:
    """What a worker brings to these types."""
    claims = tuple(name for name in types if name in worker.types) if worker.types else tuple(types)
    strategy = "" if switches or worker.strategy not in STRATEGIES else worker.strategy
    return Hands(claims, worker.concurrency, min(len(worker.in_hand), worker.concurrency), strategy)


async def waiting_tasks(
    client: AsyncTaskManagerClient, name: str, most: int, now: datetime
) -> tuple[list[Waiter], list[str]]:
    """Tasks of a type that wait, with those who stand for what was not read; and what was not, in sentences."""
    oldest = await client.pending_in_order(name, "id", "ASC", most // 2)
    total = at_most(oldest)
    if total <= len(oldest.tasks):
        return [waiter(each, now) for each in oldest.tasks], []
    newest = await client.pending_in_order(name, "id", "DESC", most // 2)
    read = {each.id: waiter(each, now) for each in (*oldest.tasks, *newest.tasks)}
    waiters = [read[task_id] for task_id in sorted(read)]
    unread = max(0, min(total, at_most(newest)) - len(waiters))
    if not waiters:
        return [], [f"All of {named(name)} that was read is put off; {unread:,} more were not read, and are left out."]
    if not unread:
        return waiters, []
    note = f"{unread:,} more of {named(name)} wait than were read; they are taken to be like those."
    if oldest.total is None or newest.total is None:
        note += " Some of them may be put off."
    return [*waiters, *stand_ins(waiters, len(oldest.tasks), unread)], [note]


def at_most(page: TaskPage) -> int:
    """How many tasks wait of which this is a page; more than do, where some that were not read may be put off."""
    return next((each for each in (page.total, page.searchable) if each is not None), len(page.tasks))


def waiter(task: Task, now: datetime) -> Waiter:
    """A task that waits."""
    waited = (now - task.created_at).total_seconds() if task.created_at is not None else 0.0
    return Waiter(task.id, task.task_type, task.priority, max(0.0, waited))


def stand_ins(read: Sequence[Waiter], gap: int, unread: int) -> Iterable[Waiter]:
    """Stand-ins for those between the oldest and the newest that were read: evenly between them, and like them.

    ``gap``: before which of those read they are.
    """
    if not unread or not read:
        return
    before, after = read[max(gap, 1) - 1], read[min(gap, len(read) - 1)]
    many = min(STAND_INS, unread)
    for number in range(many):
        share = (number + 1) / (many + 1)
        yield Waiter(
            round(before.id + share * (after.id - before.id)),
            before.task_type,
            read[number % len(read)].priority,
            before.waited + share * (after.waited - before.waited),
            unread * (number + 1) // many - unread * number // many,
        )


async def arrivals(
    client: AsyncTaskManagerClient, types: Sequence[str], now: datetime
) -> tuple[Mapping[str, float], Mapping[str, tuple[int, ...]]]:
    """How many tasks of each type come in a second, by those that came last, and which priorities these have."""
    newest = [each for each in (await client.list_tasks(limit=NEWEST)).tasks if each.created_at is not None]
    ages = [max(0.0, (now - each.created_at).total_seconds()) for each in newest if each.created_at is not None]
    window = min(WINDOW, max(SHORTEST_WINDOW, max(ages, default=0.0)))
    if len(newest) == NEWEST:  # older ones were not read: the measure ends where they begin
        window = min(window, max(SHORTEST_RUN, *ages))
    lately = [each for each, age in zip(newest, ages, strict=True) if age <= window]
    priorities = {name: tuple(each.priority for each in reversed(lately) if each.task_type == name) for name in types}
    return {name: len(found) / window for name, found in priorities.items()}, priorities


async def run_seconds(client: AsyncTaskManagerClient, name: str, took: Sequence[float]) -> float | None:
    """How long a task of a type takes on average, by those that were done here, else by those that ended last; None
    where none has."""
    if not took:
        ended = (await client.list_tasks(status=TaskStatus.COMPLETED, type=name, limit=SAMPLE)).tasks
        took = [
            (each.completed_at - each.claimed_at).total_seconds()
            for each in ended
            if each.completed_at is not None and each.claimed_at is not None
        ]
    return max(SHORTEST_RUN, sum(took) / len(took)) if took else None
