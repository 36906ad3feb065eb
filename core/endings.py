"""When there is nothing left to do: a queue that is drained, and workers that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.errors import CoreError, RateLimited, Unreachable
from core.models import LIVE_STATES, TaskStatus, WorkerState, WorkerStatus
from core.rooms import Rooms

EMPTY_ROUNDS = 2
"""Passes without a task after which a queue that cannot be counted is taken to be empty."""


LOOK_EVERY, ASK_EVERY = 0.1, 1.0
"""Seconds between two looks at our own workers; and between two questions to the TaskManager while they find tasks."""
LONGEST_AWAY = 60.0
"""Seconds that the TaskManager may be away while there is nothing in hand."""


async def drained(rooms: Rooms, check: Callable[[], None]) -> int:
    """See `core.engine.Engine.drained`; ``check`` raises what broke the background work."""
    loop = asyncio.get_running_loop()
    ask_at = heard_at = loop.time()
    while True:
        check()
        statuses = rooms.pool.statuses()
        seem_idle = all(rooms.pool.empty_rounds(each.id) for each in statuses if each.state in LIVE_STATES)
        if loop.time() >= ask_at or seem_idle:
            ask_at = loop.time() + ASK_EVERY
            try:
                others = await left_to_others(rooms)
            except RateLimited as limit:
                ask_at = heard_at = loop.time() + max(ASK_EVERY, limit.retry_after)
                await asyncio.sleep(ask_at - loop.time())
                continue
            except Unreachable:
                if loop.time() - heard_at > LONGEST_AWAY:
                    raise
                await asyncio.sleep(ASK_EVERY)
                continue
            heard_at = loop.time()
            if others is not None:
                return others
            raise_when_nobody_works(rooms)
        await asyncio.sleep(LOOK_EVERY)


async def left_to_others(rooms: Rooms) -> int | None:
    """Tasks of our types that others hold; None while there is something to do for us."""
    statuses = rooms.pool.statuses()
    if rooms.pool.in_hand() or rooms.deliverer.waiting:
        return None
    types = {name for each in statuses for name in each.types}
    if "stats" in rooms.can:
        # Counted before the claims are listed: with nothing pending, no claim of ours can come in between.
        counted = [each for each in await rooms.client.stats() if each.name in types]
        if any(each.pending and not each.all_put_off(rooms.can) for each in counted):
            return None
    elif any(rooms.pool.empty_rounds(each.id) < EMPTY_ROUNDS for each in statuses):
        return None
    claimed = (await rooms.client.list_tasks(status=TaskStatus.CLAIMED, limit=1000)).tasks
    ours = {each.id for each in statuses}
    if any(task.claimed_by in ours for task in claimed):
        return None
    return sum(task.task_type in types for task in claimed)


async def put_off(rooms: Rooms) -> int:
    """How many tasks of our types wait until they may be tried again, once nothing else is left to do."""
    if "stats" not in rooms.can or "retry-at" not in rooms.can:
        return 0
    types = {name for each in rooms.pool.statuses() for name in each.types}
    counted = [each for each in await rooms.client.stats() if each.name in types]
    return sum(each.pending for each in counted if each.all_put_off(rooms.can))


def raise_when_nobody_works(rooms: Rooms) -> None:
    """Raises `CoreError` when no worker is left, with why one crashed."""
    statuses = rooms.pool.statuses()
    if not any(each.state in LIVE_STATES for each in statuses):
        raise_crashed(statuses)
        raise CoreError("No worker is left to do what is still pending.")


def raise_crashed(statuses: Sequence[WorkerStatus]) -> None:
    """Raises `CoreError` that tells why a worker crashed, if one did."""
    crashed = [each for each in statuses if each.state is WorkerState.CRASHED]
    if crashed:
        raise CoreError(f"The worker {crashed[0].id} crashed: {crashed[0].note}")
