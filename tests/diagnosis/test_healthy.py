"""Where all is well, nothing is called stuck."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis.stuck import nothing_happens, overtakers_of, stuck_among, stuck_types
from core.models import InHand, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import Counts, TypeRow
from core.throughput import Timing
from tests.diagnosis.known import NOW, ago, system

TYPES = ("Echo", "Scrape", "Search")
STATUSES = (TaskStatus.PENDING, TaskStatus.COMPLETED, TaskStatus.FAILED)


@st.composite
def workers(draw: st.DrawFn) -> list[WorkerStatus]:
    """At least one live worker for each type, idle for a while at most or busy with something young; others besides."""
    found: list[WorkerStatus] = []
    for number in range(draw(st.integers(3, 12))):
        local = number < 3 or draw(st.booleans())
        types = (TYPES[number],) if number < 3 else tuple(draw(st.sets(st.sampled_from(TYPES), min_size=1)))
        state = draw(st.sampled_from([WorkerState.IDLE, WorkerState.BUSY, WorkerState.POLLING]))
        age = draw(st.floats(0, 30))
        hand = InHand(
            90_000 + number,
            types[0],
            1,
            ago(age),
            draw(st.integers(0, 99)),
            deadline=ago(age - 300),
            heard_at=ago(age / 2),
        )
        if not local:
            hand = InHand(hand.task_id, "", 0, ago(age))
        in_hand = (hand,) if state is WorkerState.BUSY else ()
        told = types if local else ()
        strategy = draw(st.sampled_from(["FIFO", "LIFO", "PRIORITY"]))
        seen = ago(draw(st.floats(0, 14)))
        found.append(WorkerStatus(f"w-{number}", state, told, strategy, in_hand=in_hand, last_seen=seen, local=local))
    paused = draw(st.booleans())
    return [*found, WorkerStatus("w-paused", WorkerState.PAUSED, TYPES)] if paused else found


@given(st.data())
def test_no_task_of_a_healthy_system_is_stuck(data: st.DataObject):
    crew = data.draw(workers())
    busy = [(worker, hand) for worker in crew for hand in worker.in_hand]
    rows = {
        name: TypeRow(
            name,
            number,
            counts=Counts(pending=data.draw(st.integers(0, 10_000)), claimed=3, completed=40_000),
            oldest_pending_at=ago(data.draw(st.floats(0, 3000))),
            rates=(data.draw(st.integers(1, 40)),) * 30,
            workable=data.draw(st.booleans()),
        )
        for number, name in enumerate(TYPES, 1)
    }
    falling = tuple(range(12_000, 12_000 - 60 * 50, -50))
    around = system(*crew, types=rows, ran=Timing(900, 2.0, data.draw(st.floats(8, 60))), pending=falling, seen=None)
    waiting = [
        Task(
            number,
            data.draw(st.sampled_from(TYPES)),
            priority=number % 10,
            status=data.draw(st.sampled_from(STATUSES)),
            attempts=number % 2,
            created_at=NOW - timedelta(seconds=data.draw(st.floats(0, 3000))),
            claimed_by=None if number % 2 else "w-0",
        )
        for number in range(1, 16)
    ]
    held = [
        Task(
            hand.task_id,
            hand.task_type or "Echo",
            status=TaskStatus.CLAIMED,
            attempts=1,
            created_at=ago(500),
            claimed_at=hand.since,
            claimed_by=worker.id,
        )
        for worker, hand in busy
    ]
    tasks = [*held, *waiting]
    assert stuck_among(around, tasks, overtakers=overtakers_of(around, tasks)) == {}
    assert stuck_types(around) == {}
    assert nothing_happens(around, [3] * 30) == ""


def test_none_of_ten_thousand_waiting_tasks_behind_busy_workers_is_stuck():
    crew = [
        WorkerStatus(f"w-{n}", WorkerState.BUSY, ("Echo",), in_hand=(InHand(n, "Echo", 1, ago(2), heard_at=ago(1)),))
        for n in range(8)
    ]
    around = system(*crew, type_row=TypeRow("Echo", 1, counts=Counts(10_000, 8), rates=(30,) * 30, workable=True))
    tasks = [Task(n, "Echo", created_at=ago(n % 3600)) for n in range(100, 10_100)]
    assert stuck_among(around, tasks) == {}
