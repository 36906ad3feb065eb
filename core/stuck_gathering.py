"""Gathers which single tasks are stuck, where it is asked for everything: of those that wait, and of the claimed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core import gathering
from core.bulk import Owner
from core.diagnosis import Cause
from core.diagnosis.light import known_of
from core.diagnosis.picture import Known, System, was_tried
from core.diagnosis.stuck import first_stuck, goes_otherwise, overtakers_of, stuck_types, troubles
from core.models import Task, TaskStatus
from core.rooms import Rooms
from core.task_gathering import is_orphaned, owed_of

OLDEST = 100
"""Oldest waiting tasks of a type that are looked at one by one."""
LOOKED_UP = 50
"""Claimed tasks that nobody has in hand, of which it is looked whether their reports are kept here."""
NAMED = 4
"""Waiting tasks of a type that are named where all of them are stuck."""
MOST_NAMED = 5
"""Types whose tasks are named."""
NO_CLOSER_LOOK = "Whether parameters still fit, and what earlier attempts tell, is looked at only for a single task."
TRIED_BEFORE = "Since when tasks wait that were tried before was not looked up, so whether they starve is not known."


@dataclass(frozen=True, slots=True)
class Singles:
    """Tasks with what is known of each, and what was not looked at, in sentences."""

    tasks: tuple[tuple[Task, Known], ...] = ()
    unknown: tuple[str, ...] = ()


async def singles(rooms: Rooms, system: System) -> Singles:
    """The tasks that are looked at one by one. Raises what the TaskManager says."""
    waiting, claimed = await those_that_wait(rooms, system), await the_claimed(rooms, system)
    tasks = (*claimed.tasks, *waiting.tasks)
    has_any = any(row.counts.pending or row.counts.claimed for row in system.types.values())
    closer = (NO_CLOSER_LOOK,) if has_any else ()
    return Singles(tasks, (*waiting.unknown, *claimed.unknown, *closer))


async def those_that_wait(rooms: Rooms, system: System) -> Singles:
    """The oldest of each type whose workers claim others first, and whose tasks are not stuck all together."""
    together = stuck_types(system)
    found: list[tuple[Task, Known]] = []
    is_more = is_tried = False
    for name, row in system.types.items():
        if not row.is_waiting or name in together or not goes_otherwise(system, name):
            continue
        oldest = (await rooms.client.pending_in_order(name, "id", "ASC", OLDEST)).tasks
        newest = (await rooms.client.list_tasks(type=name, limit=gathering.LOOKED_AT)).tasks
        started = [each for each in newest if each.task_type == name and each.status is not TaskStatus.PENDING]
        ahead = overtakers_of(system, [*oldest, *started])
        found += [(task, known_of(system, task, overtakers=ahead.get(task.id, 0))) for task in oldest]
        is_more = is_more or len(oldest) >= OLDEST or not row.counts.exact
        is_tried = is_tried or any(was_tried(task) for task in oldest)
    more = f"Of the tasks that wait, only the oldest {OLDEST} of each type were looked at one by one."
    return Singles(tuple(found), (*((more,) if is_more else ()), *((TRIED_BEFORE,) if is_tried else ())))


async def types_with_tasks(rooms: Rooms, system: System) -> dict[str, tuple[Cause, ...]]:
    """The types whose waiting tasks are all stuck, with the causes. Where one of these was not brought about on
    purpose, ids of some of the tasks are evidence of each cause: all hold up the same. Of the first such types only."""
    found = stuck_types(system)
    meant = [name for name, causes in found.items() if troubles(causes)][:MOST_NAMED]
    for name in meant:
        ids = await first_waiting(rooms, name)
        more = ", …" if system.types[name].waiting > len(ids) else ""
        told = ("tasks", f"{system.types[name].waiting:,}: {', '.join(f'#{each}' for each in ids)}{more}")
        if ids:
            found[name] = tuple(replace(cause, evidence=(told, *cause.evidence)) for cause in found[name])
    return found


async def first_waiting(rooms: Rooms, name: str) -> list[int]:
    """Ids of some tasks of that type that wait: the oldest where the server can sort, else the newest."""
    if "filter" in rooms.can:
        page = await rooms.client.pending_in_order(name, "id", "ASC", NAMED)
    else:
        page = await rooms.client.list_tasks(TaskStatus.PENDING, name, NAMED)
    return [task.id for task in page.tasks if task.task_type == name]


async def the_claimed(rooms: Rooms, system: System) -> Singles:
    """The claimed tasks, with the reports on them that are kept here."""
    tasks = await gathering.claimed(rooms)
    gone = gathering.dead_among(rooms, {task.claimed_by for task in tasks if task.claimed_by})
    found = {task.id: known_of(system, task, gone=gone) for task in tasks}
    to_look_up = [known for known in found.values() if may_be_done(known)]
    for known in to_look_up[:LOOKED_UP]:
        if known.task is not None:
            found[known.task.id] = await looked_up(rooms, known, known.task)
    told = (
        (f"Only the newest {gathering.CLAIMED_READ:,} claimed tasks were read.", len(tasks) >= gathering.CLAIMED_READ),
        (
            f"Of the claimed tasks that nobody has in hand, only {LOOKED_UP} were looked up among the reports here.",
            len(to_look_up) > LOOKED_UP,
        ),
    )
    return Singles(
        tuple((task, found[task.id]) for task in tasks), tuple(sentence for sentence, holds in told if holds)
    )


def may_be_done(known: Known) -> bool:
    """Whether a task is in nobody's hand that is known of, so that its report may be kept here."""
    return known.hand is None and (known.owner is Owner.OURS or first_stuck(known) is not None)


async def looked_up(rooms: Rooms, known: Known, task: Task) -> Known:
    """The same, with its report, or with that our worker does not have it."""
    owed = owed_of(rooms, task.id, task.attempts)
    return replace(known, owed=owed, orphaned=owed is None and await is_orphaned(rooms, known))
