"""Gathers what a diagnosis of one task rests on, beside the system: its history, place, schema, report and claim."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from core.attempts import RUNNING, attempts_of, last_word, put_off_until
from core.bulk import Owner
from core.diagnosis import Place
from core.diagnosis.light import known_of, with_crew
from core.diagnosis.picture import Crew, Known, Owed, System, was_tried
from core.diagnosis.server import CLOCK_TOLERANCE
from core.diagnosis.workers import STARVES_AFTER, WORKING
from core.errors import BadSetting, DatabaseUnusable, NotFound
from core.failures import kind_of
from core.forms import NEEDED, Violation
from core.gathering import LOOKED_AT, dead_among
from core.masking import is_secret, masked
from core.models import HistoryEntry, Json, Task, TaskStatus, TaskType
from core.results.owed import Outbox
from core.rooms import Rooms, local_types
from core.snapshot import Snapshot, TypeRow
from core.taskmanager import checking
from core.workers.claiming import STRATEGIES, Strategy

FURTHEST = 1000
"""Tasks before one that waits, up to which its place is counted."""
NAMED = 5
"""Tasks that overtake it, of which the ids are told."""

LOOKED_BACK = 5
"""Versions of its type, before the present one, that its parameters are held against."""


async def known(rooms: Rooms, made: System, snapshot: Snapshot, task: Task) -> Known:
    """All that is known of one task. Raises what the TaskManager says."""
    gone = dead_among(rooms, {task.claimed_by} if task.claimed_by else set())
    history: tuple[HistoryEntry, ...] = ()
    if "history" in rooms.can:
        history = await rooms.client.history(task.id)
    found = known_of(with_crew(made, task.task_type, tried_by(history)), task, gone=gone)
    found = replace(found, deadline=renewed(found, history))
    ours = next((each for each in local_types(rooms.factory) if each.name == task.task_type), None)
    registered, unregistered = await registered_type(rooms, task)
    broken = await violations(registered, task)
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
        violations=broken,
        fitted_version=await fitted_version(rooms, task) if broken else "",
        ours=ours,
        unregistered=unregistered,
        owed=owed,
        places=counted(await places(rooms, found.crew, task), row) if waits else (),
        waits_since=since,
        overtakers=await overtakers(rooms, task, since) if since is not None else 0,
        alike=alike(snapshot, task),
        last_word=last_word(history),
        orphaned=owed is None and await is_orphaned(rooms, found),
    )


def renewed(found: Known, history: Sequence[HistoryEntry]) -> datetime | None:
    """When its claim ends, where a worker elsewhere may have renewed it by telling of progress."""
    is_known = found.hand is not None and found.hand.deadline is not None
    if found.deadline is None or is_known or "heartbeat" not in found.system.can:
        return found.deadline
    told = [entry.at for entry in history if entry.event == "progress" and entry.at is not None]
    return max([found.deadline, *(at + timedelta(seconds=found.system.claim_timeout) for at in told)])


def by_our_clock(found: Known) -> datetime | None:
    """When its claim ends, where that is counted from a time that the server told by a clock of its own."""
    offset, ours = found.system.clock_offset or 0.0, found.hand is not None and found.hand.deadline is not None
    if found.deadline is None or ours or abs(offset) <= CLOCK_TOLERANCE:
        return found.deadline
    return found.deadline - timedelta(seconds=offset)


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
        return await asyncio.to_thread(broken_rules, registered.param_schema, task.parameters)
    except BadSetting:
        return None


async def fitted_version(rooms: Rooms, task: Task) -> str:
    """The newest version of its type before the present one that its parameters fit; empty where none is known."""
    if "versions" not in rooms.can:
        return ""
    try:
        older = (await rooms.client.type_versions(task.task_type))[1 : LOOKED_BACK + 1]
    except NotFound:
        return ""
    for version in older:
        with suppress(BadSetting):  # one whose schema cannot be used fits nothing
            if not await asyncio.to_thread(checking.violations, version.param_schema, task.parameters):
                return version.version
    return ""


def broken_rules(schema: Mapping[str, Json], params: Mapping[str, Json]) -> tuple[str, ...]:
    """The rules that parameters break, without the secrets among them, which a rule quotes. Raises `BadSetting`."""
    broken = checking.violations(schema, dict(params))
    hidden = cast("Mapping[str, Json]", masked(dict(params)))
    told = checking.violations(schema, hidden) if broken and hidden != params else broken
    said = {(each.path, each.rule): each.message for each in told}
    return tuple(rule_told(each, said.get((each.path, each.rule))) for each in broken)


def rule_told(each: Violation, said: str | None) -> str:
    """A broken rule with its place; ``said``: its words where secrets are masked, None where it is not broken then."""
    if each.rule in ("required", NEEDED):
        said = each.message  # it quotes a name alone
    elif said is None or any(is_secret(str(part)) for part in each.path):
        said = f"breaks the rule {each.rule!r}"
    return f"{'.'.join(map(str, each.path))}: {said}" if each.path else said


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
    others = max(far.before or 0, row.waiting - 1 - (near.before or 0))
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
    ended = [entry for entry in history if entry.event not in RUNNING and entry.at is not None]
    over = put_off_until(ended[-1]) if ended else None  # before then nobody could claim it
    moments = (*(entry.at for entry in ended), over, task.retry_at)
    return max((each for each in moments if each is not None), default=None)


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


ON_THE_WAY = 5.0
"""Seconds after a claim in which its answer may still be on the way to the worker."""


async def is_orphaned(rooms: Rooms, found: Known) -> bool:
    """Whether a live worker of ours has claimed it, and does not have it in hand. It is read again: the report of what
    it had in hand may just have been taken."""
    if found.owner is not Owner.OURS or found.hand is not None or found.task is None:
        return False
    age = found.seconds_since(found.task.claimed_at)
    if age is not None and age < ON_THE_WAY:
        return False
    again = await rooms.client.get_task(found.task.id)
    hands = [hand.task_id for worker in rooms.pool.statuses() for hand in worker.in_hand]
    is_same = (again.status, again.claimed_by, again.attempts) == (
        found.task.status,
        found.task.claimed_by,
        found.task.attempts,
    )
    return is_same and found.task.id not in hands
