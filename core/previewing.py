"""Which tasks a strategy claims next, before anybody switches to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from core.answers import TaskPage
from core.details import IN_TURN, Preview
from core.models import Task
from core.rooms import Rooms
from core.workers.claiming import STRATEGIES, Strategy

SHOWN = 5
"""Tasks of a preview."""
IGNORED = "This TaskManager ignores priorities: the oldest task comes first."


async def preview(rooms: Rooms, strategy: Strategy, types: Sequence[str]) -> Preview:
    """The next tasks of these types; nothing is claimed."""
    order, notes = strategy, list[str]()
    if strategy.sort_by == "priority" and "priority" not in rooms.can:
        order, notes = STRATEGIES["FIFO"], [IGNORED]
    pages = [await rooms.client.pending_in_order(each, order.sort_by, order.sort_order, SHOWN) for each in types]
    last: Task | None = None
    if order.sort_by != "id" or order.sort_order != "ASC":
        back = "ASC" if order.sort_order == "DESC" else "DESC"
        ends = [await rooms.client.pending_in_order(each, order.sort_by, back, 1) for each in types]
        last = last_of([task for page in ends for task in page.tasks], order)
    in_turn = [task for task in chain.from_iterable(zip_longest(*(page.tasks for page in pages))) if task is not None]
    if sum(bool(page.tasks) for page in pages) > 1:
        notes.append(IN_TURN)
    return Preview(
        strategy.name,
        tuple(in_turn[:SHOWN]),
        exact=all(page.searched is None for page in pages),
        searched=sum(page.searched for page in pages if page.searched is not None) or None,
        pending=pending(pages),
        last=last,
        notes=tuple(notes),
    )


def last_of(tasks: Sequence[Task], order: Strategy) -> Task | None:
    """The one that waits for all others: the oldest, of the lowest priority where priorities count."""
    return min(tasks, key=lambda each: (each.priority if order.sort_by == "priority" else 0, each.id), default=None)


def pending(pages: Sequence[TaskPage]) -> int | None:
    """How many tasks wait in all, where that is known of each type."""
    totals = [page.total for page in pages if page.total is not None]
    return sum(totals) if len(totals) == len(pages) else None
