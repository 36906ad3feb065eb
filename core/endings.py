"""When there is nothing left to do: a queue that is drained, and workers that are gone."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import CoreError
from core.models import LIVE_STATES, TaskStatus, WorkerState, WorkerStatus
from core.rooms import Rooms

EMPTY_ROUNDS = 2
"""Passes without a task after which a queue that cannot be counted is taken to be empty."""


async def left_to_others(rooms: Rooms) -> int | None:
    """Tasks of our types that others hold; None while there is something to do for us."""
    statuses = rooms.pool.statuses()
    if rooms.pool.in_hand() or rooms.deliverer.waiting:
        return None
    types = {name for each in statuses for name in each.types}
    if "stats" in rooms.can:
        # Counted before the claims are listed: with nothing pending, no claim of ours can come in between.
        if any(each.pending for each in await rooms.client.stats() if each.name in types):
            return None
    elif any(rooms.pool.empty_rounds(each.id) < EMPTY_ROUNDS for each in statuses):
        return None
    claimed = (await rooms.client.list_tasks(status=TaskStatus.CLAIMED, limit=1000)).tasks
    ours = {each.id for each in statuses}
    if any(task.claimed_by in ours for task in claimed):
        return None
    return sum(task.task_type in types for task in claimed)


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
