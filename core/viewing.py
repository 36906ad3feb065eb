"""Reads a view of the queue: a window of its rows where the TaskManager narrows and sorts, else what is near its top.

What is read in one go is bounded, whatever the length of the queue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from core.answers import TaskPage
from core.errors import NotFound
from core.filters import Stuck, TaskFilter, since
from core.filters.deciding import WHOLE, of_type
from core.models import Task, TaskStatus
from core.readings import TaskManager
from core.snapshot import ALL_ROWS_SORTED, QueueView, Sort, View

MOST_ROWS = 1000
"""Rows of one call; also those that are loaded to be put in order here."""
MOST_FOUND = 2000
"""Rows that a search ends with, however many fit."""
SEARCHED_HERE = 1000
"""Rows that are searched here at a time, where the server cannot."""

GUESSES = 3
"""Pages that are read to find a task by its id, where the server cannot be asked for its place."""

SERVER_SORTS = {
    Sort.NEWEST: None,
    Sort.OLDEST: ("id", "ASC"),
    Sort.PRIORITY: ("priority", "DESC"),
    Sort.ATTEMPTS: ("attempts", "DESC"),
}
"""The orders that a server with more than the documented calls can keep, as it knows them."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)

ORDERS: dict[Sort, Callable[[Task], Any]] = {
    Sort.NEWEST: lambda task: 0,
    Sort.OLDEST: lambda task: task.id,
    Sort.PRIORITY: lambda task: (-task.priority, task.id),
    Sort.ATTEMPTS: lambda task: (-task.attempts, task.id),
    Sort.AGE: lambda task: (since(task) or LONG_AGO, task.id),
    Sort.TYPE: lambda task: (task.task_type, -task.id),
}
"""What rows that are at hand are put in order by."""


WhichStuck = Callable[[Sequence[Task]], Awaitable[Collection[int]]]
"""Tells which of these rows are stuck, by id."""


async def none_stuck(rows: Sequence[Task]) -> Collection[int]:
    """For those who cannot tell."""
    return ()


async def read_view(
    tasks: TaskManager,
    view: View,
    now: datetime,
    *,
    able: bool,
    stuck: WhichStuck = none_stuck,
    types: Collection[str] = (),
) -> QueueView:
    """The rows of the view. ``able``: the server narrows and sorts by itself; ``stuck`` tells which rows are; ``types``
    are the names that are known."""
    if able and view.filter.asks_stuck:
        return put_in_order(await _looked_through(tasks, view, now, stuck))
    if able:
        return await _asked(tasks, view, now)
    if view.filter.only_id is not None and not view.filter.asks_stuck:
        return await _named(tasks, view, view.filter.only_id, now)
    if view.filter:
        return put_in_order(await _searched_here(tasks, view, now, stuck, types))
    if view.sort is not Sort.NEWEST:
        page = await tasks.list_tasks(limit=MOST_ROWS)
        return put_in_order(_loaded(view, page, now))
    return await _window_of_unknown(tasks, view, now)


def can_sort(sort: Sort, *, able: bool) -> bool:
    """Whether the server puts all rows in that order."""
    return sort is Sort.NEWEST or (able and sort in ALL_ROWS_SORTED)


def put_in_order(seen: QueueView) -> QueueView:
    """Put the rows that are at hand in the order of their view."""
    sort = seen.view.sort
    return replace(seen, tasks=tuple(sorted(seen.tasks, key=ORDERS[sort])), sorted_here=sort is not Sort.NEWEST)


def _loaded(view: View, page: TaskPage, now: datetime) -> QueueView:
    total = page.total if page.total is not None or len(page.tasks) >= MOST_ROWS else len(page.tasks)
    return QueueView(view, page.tasks, total, at=now)


async def _asked(tasks: TaskManager, view: View, now: datetime) -> QueueView:
    if not can_sort(view.sort, able=True):
        top = replace(view, offset=0, rows=MOST_ROWS, sort=Sort.NEWEST, around=None)
        return put_in_order(replace(await _asked(tasks, top, now), view=view, offset=0))
    sort, wanted = SERVER_SORTS[view.sort], view.filter or None
    asked = partial(tasks.list_tasks, limit=view.rows, filter=wanted, sort=sort, brief=True)
    page = await asked(offset=view.offset, around=view.around)
    if page.searched is not None:
        return await _search_on(tasks, view, page, now)
    if not page.tasks and view.offset and page.total is not None:
        # The queue has become shorter than what was looked at.
        offset = max(0, page.total - view.rows)
        page = await asked(offset=offset)
        return QueueView(view, page.tasks, page.total, at=now, offset=offset)
    return QueueView(view, page.tasks, page.total, at=now, offset=page.offset)


async def _search_on(tasks: TaskManager, view: View, page: TaskPage, now: datetime) -> QueueView:
    """Search on from there, in as many calls as the view is deep."""
    found, searched = list(page.tasks), page.searched or 0
    for _ in range(view.depth - 1):
        if page.next is None or len(found) >= MOST_FOUND:
            break
        sort, after = SERVER_SORTS[view.sort], page.next
        page = await tasks.list_tasks(limit=view.rows, filter=view.filter, after_id=after, sort=sort, brief=True)
        found += page.tasks
        searched += page.searched or 0
    looked_at_all = searched >= (page.searchable or 0)
    at_end = page.next is None or looked_at_all
    more = not at_end and len(found) < MOST_FOUND
    by_id = view.sort in (Sort.NEWEST, Sort.OLDEST)
    is_whole = at_end and (by_id or (looked_at_all and len(found) < view.rows))
    total = len(found) if is_whole else None
    return QueueView(view, tuple(found), total, searched, now, searchable=page.searchable, more=more)


async def _named(tasks: TaskManager, view: View, task_id: int, now: datetime) -> QueueView:
    """The one task of that id, if it fits."""
    try:
        found = await tasks.get_task(task_id)
    except NotFound:
        return QueueView(view, (), 0, at=now)
    rows = (found,) if view.filter.matches(found, now) else ()
    return QueueView(view, rows, len(rows), at=now)


async def _looked_through(tasks: TaskManager, view: View, now: datetime, stuck: WhichStuck) -> QueueView:
    """The rows that fit among the newest of those that may, as many as the view is deep: a server knows nothing of
    what is stuck. Where only what is stuck is asked for, among the oldest, for what does not go on is among these; they
    stand oldest first, so that what is found by searching on stands below."""
    wide = may_fit(view.filter)
    sort = ("id", "ASC") if Stuck(True) in view.filter.terms else None
    found: dict[int, Task] = {}
    searched, after, searchable, is_whole = 0, None, None, False
    while not is_whole and searched < SEARCHED_HERE * view.depth and len(found) < MOST_FOUND:
        page = await tasks.list_tasks(limit=SEARCHED_HERE, filter=wide or None, after_id=after, sort=sort, brief=True)
        found |= {task.id: task for task in await fitting(view, page.tasks, now, stuck)}
        if searchable is None:
            searchable = page.searchable if page.searched is not None else page.total
        searched += len(page.tasks) if page.searched is None else page.searched
        last = page.tasks[-1].id if len(page.tasks) >= SEARCHED_HERE else None
        after = last if page.searched is None else page.next
        is_whole = after is None
    total, rows = len(found) if is_whole else None, tuple(found[each] for each in sorted(found, reverse=sort is None))
    more = not is_whole and len(rows) < MOST_FOUND
    return QueueView(view, rows, total, searched, now, searchable=searchable, more=more)


def may_fit(wanted: TaskFilter) -> TaskFilter:
    """What a server can be asked instead: nothing of what is stuck, but that what has ended is not."""
    wide = wanted.without_stuck
    if Stuck(True) in wanted.terms and not wide.statuses:
        return replace(wide, statuses=(TaskStatus.PENDING, TaskStatus.CLAIMED))
    return wide


async def fitting(view: View, rows: Sequence[Task], now: datetime, stuck: WhichStuck) -> list[Task]:
    """Those of the rows that fit."""
    known = await stuck(rows) if view.filter.asks_stuck else None
    return [task for task in rows if view.filter.matches(task, now, known)]


async def _searched_here(
    tasks: TaskManager, view: View, now: datetime, stuck: WhichStuck, types: Collection[str]
) -> QueueView:
    """The rows that fit among the newest, as many as the view is deep."""
    statuses, kind = view.filter.statuses, only_type(view.filter, types)
    status = statuses[0] if len(statuses) == 1 else None
    found: dict[int, Task] = {}
    searched, is_whole = 0, False
    while not is_whole and searched < SEARCHED_HERE * view.depth and len(found) < MOST_FOUND:
        page = await tasks.list_tasks(status, kind, SEARCHED_HERE, searched)
        found |= {task.id: task for task in await fitting(view, page.tasks, now, stuck)}
        searched += len(page.tasks)
        is_whole = len(page.tasks) < SEARCHED_HERE
    total, rows = len(found) if is_whole else None, tuple(found.values())
    return QueueView(view, rows, total, searched, now, more=not is_whole and len(rows) < MOST_FOUND)


def only_type(wanted: TaskFilter, types: Collection[str]) -> str | None:
    """The whole name of the one type that may fit, where the filter names it whole and no other known type has it as
    a part: a server without filters can be asked for that."""
    if len(wanted.types) != 1:
        return None
    fitting_types = [name for name in types if of_type(name, wanted.types)]
    name = wanted.types[0].removeprefix(WHOLE)
    return name if fitting_types == [name] or not (fitting_types or "*" in name) else None


async def _window_of_unknown(tasks: TaskManager, view: View, now: datetime) -> QueueView:
    """A window of a queue whose length the server does not tell: where a page is not full, it ends."""
    page = await tasks.list_tasks(limit=view.rows, offset=view.offset)
    if view.around is not None:
        page = await _near(tasks, view, view.around, page)
    ends = len(page.tasks) < view.rows and (page.tasks or not page.offset)
    total = page.total if page.total is not None else page.offset + len(page.tasks) if ends else None
    return QueueView(view, page.tasks, total, at=now, offset=page.offset)


async def _near(tasks: TaskManager, view: View, task_id: int, top: TaskPage) -> TaskPage:
    """A page with that task, guessed from how far its id is from those of a page that was read; else the ``top``."""
    page, offset = top, view.offset
    for _ in range(GUESSES):
        ids = [task.id for task in page.tasks]
        if task_id in ids:
            return page
        if not ids:
            break
        offset = max(0, offset + ids[len(ids) // 2] - task_id)
        page = await tasks.list_tasks(limit=view.rows, offset=offset)
    return page if any(task.id == task_id for task in page.tasks) else top
