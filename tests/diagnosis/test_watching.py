"""The marks that the board shows, and the sentence that says why nothing happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.answers import TaskPage
from core.diagnosis.picture import Owed, System
from core.diagnosis.stuck import nothing_happens
from core.events import Event, StuckSeen
from core.models import Claim, Task, WorkerState, WorkerStatus
from core.snapshot import Counts, Holdup, Link, QueueView, ServerStatus, Snapshot
from core.stuck_watching import StuckWatch
from tests.diagnosis.known import ALL, NOW, OFFLINE, REFUSED, ago, claimed, pending, row, stranger, system, worker


class Listing:
    """A TaskManager with these claimed tasks."""

    def __init__(self, *tasks: Task) -> None:
        self.tasks, self.asked = tasks, 0

    async def list_tasks(self, status: str | None = None, type: str | None = None, limit: int = 50) -> TaskPage:
        self.asked += 1
        return TaskPage(self.tasks[:limit], limit=limit)


LIVE = ServerStatus("local", link=Link.LIVE, can=ALL)


def watch(snapshot: Snapshot, *listed: Task) -> tuple[StuckWatch, list[StuckSeen], Listing]:
    """A watch of this snapshot, and what it says."""
    said: list[StuckSeen] = []

    def publish(event: Event) -> None:
        assert isinstance(event, StuckSeen)
        said.append(event)

    listing = Listing(*listed)
    gone = "w-dead".__eq__
    return StuckWatch(listing, lambda: snapshot, publish, claim_timeout=300, gone=gone, now=lambda: NOW), said, listing


def seen(*tasks: Task, workers: tuple[object, ...] = (), **counts: int) -> Snapshot:
    """A snapshot with these rows."""
    of_type = row(counts=Counts(**counts), rates=(0,) * 30)
    return Snapshot(server=LIVE, types=(of_type,), view=QueueView(tasks=tasks), workers=workers)  # pyright: ignore[reportArgumentType]


async def test_a_task_is_marked_when_two_looks_in_a_row_say_so():
    watching, said, _ = watch(seen(pending(), pending=1))
    await watching.look()
    assert said[-1].tasks == {}
    await watching.look()
    assert said[-1].tasks[10429].code == "no-worker"
    assert said[-1].count == 1 and said[-1].exact


async def test_all_waiting_tasks_of_a_type_that_nobody_claims_are_counted_though_few_are_loaded():
    watching, said, _ = watch(seen(pending(), pending=812))
    await watching.look()
    await watching.look()
    assert (len(said[-1].tasks), said[-1].count, said[-1].exact) == (1, 812, True)


async def test_tasks_in_the_hands_of_dead_workers_are_counted_though_none_is_loaded():
    held = [claimed("w-dead", id=number, claimed_at=ago(30)) for number in range(3)]
    watching, said, listing = watch(seen(claimed=3), *held)
    await watching.look()
    await watching.look()
    assert (said[-1].tasks, said[-1].count, listing.asked) == ({}, 3, 1)


async def test_claimed_tasks_are_not_listed_while_all_are_in_hand():
    busy = worker(state=WorkerState.BUSY, holds=10429)
    watching, said, listing = watch(seen(claimed(claimed_at=ago(3)), workers=(busy,), claimed=1), claimed("w-dead"))
    await watching.look()
    await watching.look()
    assert (said[-1].count, listing.asked) == (0, 0)


async def test_a_task_whose_report_is_late_is_marked_as_that_and_looked_up_only_when_nobody_has_it_in_hand():
    asked: list[int] = []

    def owed(task: Task) -> Owed | None:
        asked.append(task.id)
        return Owed(Claim(1, "then"), "waiting", True, "", ago(65)) if task.id == 1 else None

    busy = worker(1, WorkerState.BUSY, holds=3)
    rows = [claimed(id=1), claimed(id=2), claimed(id=3), claimed(id=4, claimed_at=ago(2)), pending(id=5)]
    snapshot = seen(*rows, workers=(busy,), claimed=4)
    said: list[Event] = []
    watching = StuckWatch(Listing(), lambda: snapshot, said.append, claim_timeout=300, owed=owed, now=lambda: NOW)
    await watching.look()
    await watching.look()
    last = said[-1]
    assert isinstance(last, StuckSeen)
    assert {task_id: each.code for task_id, each in last.tasks.items()} == {1: "report-waits"}
    assert set(asked) == {1, 2}


async def test_counts_that_are_not_exact_make_the_count_one_of_loaded_rows():
    snapshot = seen(claimed("w-dead"), pending=4)
    inexact = replace(snapshot.types[0], counts=Counts(pending=4, exact=False))
    bare = replace(LIVE, can=frozenset())
    watching, said, _ = watch(replace(snapshot, types=(inexact,), server=bare))
    await watching.look()
    await watching.look()
    assert (said[-1].count, said[-1].exact) == (1, False)


async def test_marks_stay_while_the_server_is_away_and_it_is_said_why_nothing_happens():
    snapshot = seen(pending(), pending=1)
    shown = [snapshot]
    said: list[Event] = []
    watching = StuckWatch(Listing(), lambda: shown[0], said.append, claim_timeout=300, now=lambda: NOW)
    await watching.look()
    await watching.look()
    shown[0] = replace(snapshot, server=OFFLINE)
    await watching.look()
    last = said[-1]
    assert isinstance(last, StuckSeen)
    assert last.count == 1 and last.tasks and last.nothing_happens.startswith("the TaskManager has not answered")


async def test_the_same_is_not_told_again_and_again():
    watching, said, _ = watch(seen(pending=0))
    for _ in range(12):
        await watching.look()
    assert len(said) == 1


async def test_time_alone_makes_a_task_stuck_though_nothing_else_changes():
    snapshot = seen(claimed("x-08", claimed_at=ago(0)), workers=(stranger(),), claimed=1)
    times = iter(ago(-seconds) for seconds in range(0, 4000, 100))
    said: list[Event] = []
    watching = StuckWatch(Listing(), lambda: snapshot, said.append, claim_timeout=300, now=lambda: next(times))
    for _ in range(20):
        await watching.look()
    last = said[-1]
    assert isinstance(last, StuckSeen) and last.tasks[10429].code == "past-its-claim"


@pytest.mark.parametrize("again", [{"attempts": 1}, {"error": "HTTP 500"}], ids=["tried", "retried by hand"])
async def test_an_old_task_that_was_tried_waits_only_since_it_is_pending_again(again: dict[str, Any]):
    old = ago(90_000)
    counts = {"counts": Counts(pending=1), "rates": (0,) * 30}
    before = Snapshot(server=LIVE, types=(row(**counts, oldest_pending_at=None),), workers=(worker(),))
    after = replace(
        before,
        types=(row(**counts, oldest_pending_at=old),),
        view=QueueView(tasks=(pending(created_at=old, **again),)),
    )
    shown, later, said = [before], [0.0], list[Event]()
    watching = StuckWatch(Listing(), lambda: shown[0], said.append, claim_timeout=300, now=lambda: ago(-later[0]))
    await watching.look()
    shown[0] = after
    for seconds in (1.0, 2.0, 3.0):
        later[0] = seconds
        await watching.look()
    last = said[-1]
    assert isinstance(last, StuckSeen) and (last.tasks, last.count) == ({}, 0)
    for seconds in range(200, 220):
        later[0] = float(seconds)
        await watching.look()
    last = said[-1]
    assert isinstance(last, StuckSeen) and last.count == 1
    assert last.tasks[10429].code == "free-yet-unclaimed"


async def test_one_that_was_put_off_waits_only_since_that_is_over():
    task = pending(created_at=ago(4000), attempts=1, error="The quota is used up.", retry_at=ago(-3600))
    newer = [claimed(id=number, created_at=ago(-1800)) for number in range(20_000, 20_015)]
    busy = worker(state=WorkerState.BUSY, holds=20_000, strategy="LIFO")
    shown, later, said = [seen(task, pending=1, workers=(busy,))], [0.0], list[Event]()
    watching = StuckWatch(Listing(), lambda: shown[0], said.append, claim_timeout=9000, now=lambda: ago(-later[0]))
    await watching.look()
    shown[0] = seen(replace(task, retry_at=None), *newer, pending=1, claimed=15, workers=(busy,))
    for later[0] in (3601.0, 3602.0, 3603.0, 3670.0, 3671.0):
        await watching.look()
        last = said[-1]
        assert isinstance(last, StuckSeen) and task.id not in last.tasks


async def test_what_is_put_off_is_counted_neither_as_stuck_nor_as_waiting():
    snapshot = seen(pending(), pending=5)
    watching, said, _ = watch(replace(snapshot, types=(replace(snapshot.types[0], put_off=4),)))
    for _ in range(12):
        await watching.look()
    assert (said[-1].count, said[-1].exact) == (1, True)
    around = system(type_row=row(counts=Counts(pending=5), rates=(0,) * 30, put_off=4))
    assert nothing_happens(around, [0] * 20) == "no worker runs; 1 task waits."


PAUSED = worker(state=WorkerState.PAUSED)
STOPPED = worker(state=WorkerState.STOPPED)
UNWORKED_TYPE = replace(row(counts=Counts(pending=2), rates=(0,) * 30, workable=False), name="Other")


@pytest.mark.parametrize(
    ("workers", "on_purpose"),
    [
        ((PAUSED,), True),
        ((PAUSED, worker(2, WorkerState.DRAINING)), True),
        ((worker(state=WorkerState.DRAINING),), True),
        ((STOPPED,), True),
        ((PAUSED, stranger(types=("Echo",), state=WorkerState.PAUSED)), False),
        ((STOPPED, worker(2, WorkerState.CRASHED)), False),
        ((), False),
    ],
    ids=["paused", "paused, stopping", "stopping", "stopped", "paused elsewhere", "crashed", "never started"],
)
async def test_what_somebody_paused_or_stopped_here_is_marked_so_and_is_not_counted_as_stuck(
    workers: tuple[WorkerStatus, ...], on_purpose: bool
):
    rows = (pending(), pending(id=7, task_type="Other"))
    snapshot = seen(*rows, workers=workers, pending=12)
    watching, said, _ = watch(replace(snapshot, types=(*snapshot.types, UNWORKED_TYPE)))
    await watching.look()
    await watching.look()
    assert {task_id: each.on_purpose for task_id, each in said[-1].tasks.items()} == {10429: on_purpose, 7: False}
    assert said[-1].count == (2 if on_purpose else 14)
    assert await watching.which(rows) == ({7} if on_purpose else {7, 10429})


async def test_what_is_inactive_besides_is_stuck_all_the_same_while_its_workers_are_paused():
    snapshot = seen(pending(created_at=ago(400)), workers=(PAUSED,), pending=12)
    inactive = replace(snapshot.types[0], is_active=False, oldest_pending_at=ago(400))
    watching, said, _ = watch(replace(snapshot, types=(inactive,)))
    await watching.look()
    await watching.look()
    assert (said[-1].tasks[10429].code, said[-1].count) == ("type-inactive", 12)


QUIET = row(counts=Counts(pending=12), rates=(0,) * 30)


@pytest.mark.parametrize(
    ("around", "ended", "says"),
    [
        (system(PAUSED, type_row=QUIET), 0, "the only worker is paused; 12 tasks wait."),
        (system(PAUSED, worker(2, WorkerState.PAUSED), type_row=QUIET), 0, "all 2 workers are paused; 12 tasks wait."),
        (system(type_row=QUIET), 0, "no worker runs; 12 tasks wait."),
        (system(worker(1, WorkerState.BACKING_OFF), type_row=QUIET), 0, "the only worker rests after failures; 12"),
        (
            system(worker(), type_row=QUIET, held="the disk is full"),
            0,
            "the workers here claim nothing: the disk is full",
        ),
        (system(worker(), type_row=QUIET, limited_until=ago(-30)), 0, "the TaskManager takes no more calls for 30 s;"),
        (system(worker(), server=OFFLINE), 0, "the TaskManager has not answered for"),
        (system(worker(), server=REFUSED), 0, "the TaskManager answers, but refuses the key"),
        (system(worker(), holdup=Holdup("w-01", 7, "mine.py:3")), 9, "the code of w-01 holds up everything (task #7)."),
        (system(worker(types=("Other",)), type_row=QUIET), 0, "no worker claims Echo"),
        (
            system(worker(types=("Other",)), type_row=replace(QUIET, workable=False)),
            0,
            "this program has no worker for",
        ),
        (system(PAUSED, type_row=QUIET), 1, ""),
        (system(worker(), type_row=QUIET), 0, ""),
        (system(worker(state=WorkerState.BUSY, holds=7), type_row=QUIET), 0, ""),
        (system(type_row=row(counts=Counts())), 0, ""),
    ],
)
def test_it_is_said_why_nothing_happens_and_only_then(around: System, ended: int, says: str):
    told = nothing_happens(around, [0, 0, ended])
    assert told.startswith(says) if says else told == ""
