"""Workers in every state, and what is remembered of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.details import IN_TURN, Preview, WorkerDetail, WorkerTask
from core.diagnosis.outlook import Outlook, Simulation
from core.models import InHand, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import ActivityEntry

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CHANNEL, SEARCH = "PrismQ.YouTube.Channel.Scrape", "PrismQ.YouTube.Video.Search"
SERVER_DOWN = "The TaskManager does not answer: connection refused, token=abcdef123456."


def ago(seconds: float) -> datetime:
    """That many seconds before the scene."""
    return NOW - timedelta(seconds=seconds)


def worker(number: int, state: WorkerState, **more: object) -> WorkerStatus:
    """A worker of this board."""
    known = {"types": (CHANNEL, SEARCH), "last_seen": NOW, "per_minute": 0, "poll_interval": 5.0}
    return WorkerStatus(f"w-ann-4242-5a3b-{number}", state, **(known | more))  # type: ignore[arg-type]


HAND = InHand(10432, CHANNEL, 1, ago(3), 12, "page 2 of 9")
EVERY_STATE = (
    worker(1, WorkerState.BUSY, in_hand=(HAND,), done=3412, failed=7, per_minute=38),
    worker(2, WorkerState.BUSY, in_hand=(HAND, InHand(10433, SEARCH, 2, ago(9), 80)), concurrency=2, per_minute=71),
    worker(
        3,
        WorkerState.BACKING_OFF,
        until=NOW + timedelta(seconds=14),
        note=SERVER_DOWN,
        done=12,
        failed=9,
        failed_in_a_row=5,
        per_minute=9,
    ),
    worker(4, WorkerState.PAUSED, strategy="LIFO"),
    worker(5, WorkerState.DRAINING, in_hand=(InHand(10434, SEARCH, 1, ago(40), 55),), per_minute=2),
    worker(6, WorkerState.IDLE, until=NOW + timedelta(seconds=4)),
    worker(7, WorkerState.STARTING),
    worker(8, WorkerState.CRASHED, note="RuntimeError: a bug", done=3, task_timeout=30.0),
    WorkerStatus(
        "w-far-7-aaaa-1",
        WorkerState.SILENT,
        in_hand=(InHand(10429, CHANNEL, 2, ago(432)),),
        last_seen=ago(75),
        note="It has not been heard of for a while.",
        local=False,
        host="far",
        pid=7,
    ),
    worker(9, WorkerState.STOPPED),
)
"""A worker in each state."""


def remembered(worker_id: str = EVERY_STATE[0].id) -> WorkerDetail:
    """A worker with a past."""
    ends = (("completed", ""), ("tried again", "HTTP 503: key=AIzaSyNOTREAL"), ("failed for good", "no such channel"))
    tasks = tuple(
        WorkerTask(10420 - n, CHANNEL, 1 + n % 3, not error, error, 3, 0.8 + n, ago(5 + 9 * n), report)
        for n, (report, error) in ((n, ends[n % 3]) for n in range(20))
    )
    log = (
        ActivityEntry(4, ago(20), "info", "goes on"),
        ActivityEntry(3, ago(34), "warning", f"backs off: {SERVER_DOWN}"),
        ActivityEntry(2, ago(90), "info", "claims LIFO from now on, FIFO before"),
        ActivityEntry(1, ago(4000), "info", "started: FIFO, 1 at once"),
    )
    return WorkerDetail(worker_id, tasks, log)


def previews() -> dict[str, Preview]:
    """What each strategy claims next in a queue of 1,204."""

    def waiting(number: int, priority: int = 0) -> Task:
        age = 130 * (10_431 - number) / 1_431  # the oldest is #9000
        return Task(number, CHANNEL, priority=priority, status=TaskStatus.PENDING, created_at=ago(age))

    turn = (IN_TURN,)
    return {
        "FIFO": Preview("FIFO", tuple(waiting(9000 + n) for n in range(5)), pending=1204, notes=turn),
        "LIFO": Preview("LIFO", tuple(waiting(10430 - n) for n in range(5)), last=waiting(9000), notes=turn),
        "PRIORITY": Preview(
            "PRIORITY", tuple(waiting(10010 + 31 * n, 9 - n) for n in range(5)), last=waiting(9000), notes=turn
        ),
    }


def simulation() -> Simulation:
    """What those that wait would experience under each strategy."""
    return Simulation(
        (
            Outlook("FIFO", 1204, 40.0, 300.0, 360.0, 0, 2000, 1200.0),
            Outlook("LIFO", 1204, 660.0, 1200.0, 1200.0, 14, 2000, 1200.0),
            Outlook("PRIORITY", 1204, 45.0, 320.0, 400.0, 0, 2000, 1200.0),
        ),
        (
            "Estimated from what tasks took lately: Echo 0.4 s; failures are not tried again.",
            "What has not begun within 20 min counts as starving.",
        ),
    )
