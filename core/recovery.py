"""Looks after what earlier starts of this program on this host left behind when they died.

Their saved outcomes are reported by us; the other tasks that their workers hold are given back, where the server can.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from core.errors import CoreError, DatabaseUnusable
from core.events import Level, Said
from core.models import Task, TaskStatus, WorkerState, utcnow
from core.results.owed import Outbox
from core.results.processes import Processes, Start
from core.rooms import Rooms

PAGE = 1000
"""Rows of one page of claimed tasks."""
KEEP_REFUSED = timedelta(days=30)
"""How long reports are kept that were refused; dead ones are kept until they are sent again or discarded."""
KEEP_LOGS = timedelta(days=30)
"""How long it is kept what attempts logged; less long where it is very much."""


async def recover(rooms: Rooms) -> None:
    """Take over from every dead start on this host. What could not be done now is done by the next start."""
    processes = Processes(rooms.database, rooms.server)
    dead = [start for start in processes.dead_on_this_host() if processes.take_over(start, rooms.start)]
    if not dead:
        return
    try:
        held = await claimed_by(rooms, dead, processes.living_on_this_host())
        waiting = [each.report for each in Outbox(rooms.database, rooms.server).waiting(rooms.start.id)]
        owed = {(report.task_id, report.attempts) for report in waiting}
        await give_back(rooms, [task for task in held if (task.id, task.attempts) not in owed])
        for start in dead:
            await bury(rooms, start, processes.living_on_this_host())
    except CoreError as error:
        with suppress(DatabaseUnusable):  # then the next start looks after them once this one has ended
            for start in dead:
                processes.leave_to_the_next(start)
        say(rooms, Level.WARNING, f"What an earlier run left claimed could not be given back: {error}")
        return
    if owed:
        say(rooms, Level.INFO, f"Reports of an earlier run that broke off are delivered now: {len(owed)}.")
    for start in dead:
        processes.forget(start)


def prune(rooms: Rooms) -> None:
    """Delete refused reports that are older than `KEEP_REFUSED`, and logs that are older or too many.

    What cannot be done now is done at the next start.
    """
    prune_logs(rooms)
    try:
        gone = Outbox(rooms.database, rooms.server).prune(utcnow() - KEEP_REFUSED)
    except DatabaseUnusable as error:
        say(rooms, Level.WARNING, f"Old refused reports could not be deleted: {error}")
        return
    if gone:
        reports = "1 refused report was" if gone == 1 else f"{gone:,} refused reports were"
        say(rooms, Level.INFO, f"{reports} older than {KEEP_REFUSED.days} days, and deleted.")


def prune_logs(rooms: Rooms) -> None:
    """Delete what attempts logged before `KEEP_LOGS`, and the oldest of it where it is too much."""
    try:
        gone = rooms.database.prune_logs(utcnow() - KEEP_LOGS)
    except DatabaseUnusable as error:
        say(rooms, Level.WARNING, f"Old logs of attempts could not be deleted: {error}")
        return
    if gone:
        attempts = "1 attempt" if gone == 1 else f"{gone:,} attempts"
        days = KEEP_LOGS.days
        say(rooms, Level.INFO, f"What {attempts} logged is deleted: it was older than {days} days, or too much.")


async def bury(rooms: Rooms, start: Start, living: list[Start]) -> None:
    """Tell the server that the workers of this start are gone, where it lists them."""
    if "heartbeat" in rooms.can:
        for worker in await rooms.client.workers():
            if worker.state is not WorkerState.STOPPED and left_by(worker.id, [start], living):
                stopped = WorkerState.STOPPED.value
                await rooms.client.heartbeat(worker.id, worker.host, worker.pid or 0, stopped, worker.strategy, [])


def left_by(worker_id: str, dead: list[Start], living: list[Start]) -> bool:
    """Whether a worker of this id was of a dead start, and none of a living one has the same id."""
    return any(start.owns(worker_id) for start in dead) and not any(start.owns(worker_id) for start in living)


async def claimed_by(rooms: Rooms, dead: list[Start], living: list[Start]) -> list[Task]:
    """The tasks that workers of dead starts hold, as far as the server lists them."""
    found: list[Task] = []
    offset = 0
    while True:
        page = (await rooms.client.list_tasks(status=TaskStatus.CLAIMED, limit=PAGE, offset=offset)).tasks
        found += [task for task in page if left_by(task.claimed_by or "", dead, living)]
        if len(page) < PAGE:
            return found
        offset += PAGE


async def give_back(rooms: Rooms, held: list[Task]) -> None:
    """Make these tasks pending again, or say until when they stay claimed."""
    if not held:
        return
    by_worker: dict[str, list[int]] = {}
    for task in held:
        by_worker.setdefault(task.claimed_by or "", []).append(task.id)
    released = [await rooms.client.release_many(worker_id, ids) for worker_id, ids in by_worker.items()]
    tasks = f"{len(held)} task{'s' if len(held) != 1 else ''}"
    ids = ", ".join(f"#{task.id}" for task in held[:10]) + (" and more" if len(held) > 10 else "")
    if all(released):
        say(
            rooms,
            Level.INFO,
            f"An earlier run broke off with {tasks} in hand, now pending again: {ids}.",
        )
        return
    since = max((task.claimed_at for task in held if task.claimed_at is not None), default=utcnow())
    until = since + timedelta(seconds=rooms.client.claim_timeout)
    say(
        rooms,
        Level.WARNING,
        f"An earlier run broke off with {tasks} in hand, which this TaskManager cannot take back; claimed until about "
        f"{until:%H:%M:%S} UTC: {ids}.",
    )


def say(rooms: Rooms, level: Level, text: str) -> None:
    """Say it in the activity log."""
    rooms.publish(Said(level, text, utcnow()))
