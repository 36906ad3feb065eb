"""Actions on many tasks, on a client: which tasks are meant, what would be done, and the doing of it, in chunks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psutil

from core.answers import CreatedTask
from core.bulk import BY_HAND, COPY_OF, MOST_MEANT, Action, BulkRow, Fate, Meant, Order, Owner, Plan, Way
from core.bulk_planning import Known, plan, way_of
from core.errors import (
    AnotherServer,
    CoreError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    TaskManagerError,
    Unreachable,
)
from core.filters import TaskFilter
from core.models import LIVE_STATES, NewTask, Task, TaskStatus, utcnow
from core.taskmanager.extended import ExtendedCalls

PAGE = 1000
"""Rows of one page of a list."""
NEWEST = 2000
"""Rows that are asked for at once where pages would overlap."""
AT_ONCE = 8
"""Tasks that are read at the same time."""
HEARD_LATELY = timedelta(seconds=30)
"""A worker that was heard since is taken to be alive."""
STOPPING = (Unreachable, NotAuthenticated, NotAllowed, RateLimited, AnotherServer)
"""After one of these, the next task would fare no better."""

Create = Callable[[NewTask], Awaitable[CreatedTask]]
"""Creates a task."""
Gone = Callable[[str], bool]
"""Whether the worker of that id was one of a process that is known to be dead."""


async def prepare(
    client: ExtendedCalls, order: Order, meant: Meant, *, ours: frozenset[str] = frozenset(), gone: Gone | None = None
) -> Plan:
    """What the order would do, as things are now. ``ours`` are workers of this process that are alive. Changes
    nothing. Raises a `CoreError` where the tasks cannot be read."""
    can = (await client.capabilities()).names
    if isinstance(meant, TaskFilter):
        tasks, partial = await fitting(client, meant, can)
        missing: list[int] = []
    else:
        tasks, missing = await named(client, meant, can)
        partial = ""
    owners: dict[str, Owner] = {}
    if order.action is Action.RELEASE:
        names = {task.claimed_by for task in tasks if task.status is TaskStatus.CLAIMED and task.claimed_by}
        owners = await standing(client, names, can, ours, gone or of_dead_process)
    closed: frozenset[str] = frozenset()
    if way_of(order.action, can) is Way.AS_NEW and order.marks:
        closed = await closed_types(client, {task.task_type for task in tasks})
    order = replace(order, token=order.token or uuid4().hex[:8])
    return plan(order, tasks, Known(can, owners, closed), missing, partial)


async def closed_types(client: ExtendedCalls, names: set[str]) -> frozenset[str]:
    """Those of the types whose schema allows no parameter to tell copies apart by."""
    found: set[str] = set()
    for name in names:
        try:
            schema = (await client.get_task_type(name)).param_schema or {}
        except NotFound:
            continue
        if schema.get("additionalProperties") is False and COPY_OF not in (schema.get("properties") or ()):
            found.add(name)
    return frozenset(found)


async def fitting(client: ExtendedCalls, wanted: TaskFilter, can: frozenset[str]) -> tuple[list[Task], str]:
    """All tasks that fit, newest first, and why there may be others."""
    if "filter" not in can:
        page = await client.list_tasks(filter=wanted, limit=NEWEST)
        looked = page.searched if page.searched is not None else len(page.tasks)
        return list(page.tasks), f"Only the newest {looked:,} tasks were looked at." if page.total is None else ""
    found: list[Task] = []
    before: int | None = None
    while True:
        page = await client.list_tasks(filter=wanted, limit=PAGE, after_id=before)
        found += page.tasks
        if len(found) >= MOST_MEANT:
            return found[:MOST_MEANT], f"Only the newest {MOST_MEANT:,} that match; do the same again for the others."
        if not page.tasks:
            searched = page.searched
            return found, f"A text is looked for in the newest {searched:,} tasks only." if searched else ""
        before = page.tasks[-1].id


async def named(client: ExtendedCalls, task_ids: Sequence[int], can: frozenset[str]) -> tuple[list[Task], list[int]]:
    """The tasks of these ids in their order, and the ids that there is none for."""
    wanted = tuple(dict.fromkeys(task_ids))
    span = max(wanted, default=0) - min(wanted, default=0)
    if len(wanted) > PAGE and "filter" in can and span < len(wanted) * 100:
        known = await between(client, set(wanted))
    else:
        known = await one_by_one(client, wanted)
    return [known[each] for each in wanted if each in known], [each for each in wanted if each not in known]


async def between(client: ExtendedCalls, wanted: set[int]) -> dict[int, Task]:
    """Tasks from the pages in which they are."""
    known: dict[int, Task] = {}
    lowest, before = min(wanted), max(wanted) + 1
    while before > lowest:
        page = await client.list_tasks(limit=PAGE, after_id=before)
        known |= {task.id: task for task in page.tasks if task.id in wanted}
        before = page.tasks[-1].id if page.tasks else 0
    return known


async def one_by_one(client: ExtendedCalls, wanted: Sequence[int]) -> dict[int, Task]:
    """Tasks read each for itself, a few at the same time."""

    async def read(task_id: int) -> Task | None:
        try:
            return await client.get_task(task_id)
        except NotFound:
            return None

    known: dict[int, Task] = {}
    for first in range(0, len(wanted), AT_ONCE):
        for task in await asyncio.gather(*map(read, wanted[first : first + AT_ONCE])):
            if task is not None:
                known[task.id] = task
    return known


async def standing(
    client: ExtendedCalls, names: set[str], can: frozenset[str], ours: frozenset[str], gone: Gone
) -> dict[str, Owner]:
    """How each of these workers is; those that nobody knows of are left out."""
    known = {name: Owner.GONE for name in names if gone(name)}
    if "workers" in can:
        since = utcnow() - HEARD_LATELY
        for each in await client.workers():
            if each.state in LIVE_STATES and (each.last_seen or since) >= since:
                known[each.id] = Owner.ALIVE
    return known | {name: Owner.OURS for name in names & ours}


def of_dead_process(worker_id: str) -> bool:
    """Whether the id is one that this program gave on this host, in a process that is not there any more."""
    host, pid = f"-{socket.gethostname()}-", 0
    _, found, rest = worker_id.partition(host)
    parts = rest.split("-")
    if not found or len(parts) != 3 or not parts[0].isdigit():
        return False
    pid = int(parts[0])
    return not psutil.pid_exists(pid)


async def carry_out(client: ExtendedCalls, made: Plan, task_ids: Sequence[int], create: Create) -> list[BulkRow]:
    """Do what the plan says to these of its tasks (a chunk of it); a row for each.

    What a task is refused is its row. Raises only what concerns all: `Unreachable`, `NotAuthenticated`, `NotAllowed`,
    `RateLimited`, `AnotherServer`, and that only when nothing was done; later, the rest is told as not tried.
    """
    types = {row.id: row.task_type for row in made.rows}
    if made.way is Way.DIRECT:
        action = made.order.action
        force = action is Action.RELEASE
        told = await client.bulk(action, task_ids, force=force)
        return [
            BulkRow(
                row.id,
                Fate.DONE if row.ok else Fate.FAILED,
                f"then {row.status}" if row.ok else row.error or f"code {row.code}",
                types.get(row.id, ""),
            )
            for row in told
        ]
    rows: list[BulkRow] = []
    for task_id in task_ids:
        try:
            row = await singly(client, made, task_id, create)
        except STOPPING as fault:
            if not rows:
                raise
            rows += [BulkRow(each, Fate.UNTRIED, str(fault), types.get(each, "")) for each in task_ids[len(rows) :]]
            return rows
        except CoreError as fault:
            row = BulkRow(task_id, Fate.FAILED, str(fault), types.get(task_id, ""))
        rows.append(row)
    return rows


async def singly(client: ExtendedCalls, made: Plan, task_id: int, create: Create) -> BulkRow:
    """Do it to one task by the documented calls."""
    task = await client.get_task(task_id)
    if made.way is Way.AS_FAILED:
        return await failed_by_hand(client, made, task)
    if made.order.action is Action.RETRY and task.status is not TaskStatus.FAILED:
        return BulkRow(task.id, Fate.FAILED, f"it is {task.status.value} by now", task.task_type)
    return await copied(made.order, task, create)


async def failed_by_hand(client: ExtendedCalls, made: Plan, task: Task) -> BulkRow:
    """Report a failure in the name of the owner that the plan found; another one's claim is left alone."""
    owner = made.owners.get(task.id, "")
    if task.status is not TaskStatus.CLAIMED or task.claimed_by != owner:
        now = f"claimed by {task.claimed_by}" if task.status is TaskStatus.CLAIMED else task.status.value
        return BulkRow(task.id, Fate.FAILED, f"it is {now} by now", task.task_type)
    taken = await client.complete_task(task.id, owner, False, None, BY_HAND)
    return BulkRow(task.id, Fate.DONE, f"then {taken.status}, an attempt fewer", task.task_type)


async def copied(order: Order, task: Task, create: Create) -> BulkRow:
    """Create the copies of a task; those that were made before one was refused are told."""
    made: list[int] = []
    why_not = ""
    for number in range(1, order.copies + 1):
        try:
            answer = await create(NewTask(task.task_type, order.parameters(task, number), task.priority))
        except TaskManagerError as fault:
            if isinstance(fault, STOPPING) and not made:
                raise
            why_not = str(fault)
            break
        # With a parameter of its own, the older one is this copy: its first answer was lost.
        if answer.deduplicated and not order.marks:
            why_not = f"a duplicate of #{answer.id}, which is {answer.status.value}: nothing new was created"
            break
        made.append(answer.id)
    ids = ", ".join(f"#{each}" for each in made[:5]) + (f" and {len(made) - 5:,} more" if len(made) > 5 else "")
    said = "; ".join(filter(None, (f"created {ids}" if made else "", why_not)))
    return BulkRow(task.id, Fate.FAILED if why_not else Fate.DONE, said, task.task_type, tuple(made))
