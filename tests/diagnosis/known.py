"""What may be known of tasks, workers and the server, said in one line: all is well, but for what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.details import AttemptRow
from core.diagnosis import Place
from core.diagnosis.light import crews_of, known_of
from core.diagnosis.picture import Known, System
from core.models import Claim, InHand, Task, TaskStatus, TaskType, WorkerState, WorkerStatus
from core.snapshot import Counts, Link, ServerStatus, TypeRow
from core.throughput import Timing

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALL = frozenset(
    {"workers", "heartbeat", "history", "stats", "release", "retry", "cancel", "delete", "filter", "changes"}
)
DOCUMENTED = frozenset({"list-types", "priority"})


def ago(seconds: float) -> datetime:
    """So many seconds before the look; negative: after it."""
    return NOW - timedelta(seconds=seconds)


def worker(number: int = 1, state: WorkerState = WorkerState.IDLE, *, holds: int = 0, **more: Any) -> WorkerStatus:
    """A worker of the type Echo, of this process; with ``holds`` it has that task in hand."""
    known: dict[str, Any] = {"types": ("Echo",), "last_seen": NOW}
    if holds:
        known["in_hand"] = (InHand(holds, "Echo", 1, ago(3), deadline=ago(-297), heard_at=ago(1)),)
    return WorkerStatus(f"w-0{number}", state, **(known | more))


def stranger(number: int = 8, state: WorkerState = WorkerState.BUSY, **more: Any) -> WorkerStatus:
    """A worker of another process, which does not tell its types."""
    return WorkerStatus(f"x-0{number}", state, **({"local": False, "last_seen": ago(3), "host": "far"} | more))


def row(**more: Any) -> TypeRow:
    """The type Echo: 12 tasks wait, one is done each second."""
    known: dict[str, Any] = {
        "id": 1,
        "version": "1.0.0",
        "counts": Counts(pending=12, claimed=1, completed=900),
        "oldest_pending_at": ago(40),
        "rates": (1,) * 30,
        "workable": True,
    }
    return TypeRow("Echo", **(known | more))


def system(*workers: WorkerStatus, type_row: TypeRow | None = None, seen: Any = None, **more: Any) -> System:
    """All is well, and these workers are there."""
    known: dict[str, Any] = {
        "server": ServerStatus("local", link=Link.LIVE, heard_at=ago(0.4), can=ALL),
        "types": {"Echo": row() if type_row is None else type_row},
        "crews": crews_of(workers, seen or {}),
        "by_id": {each.id: each for each in workers},
        "clock_offset": 0.2,
        "ran": Timing(900, 0.8, 2.5),
        "pending": (12,) * 60,
    }
    return System(NOW, **(known | more))


def pending(**more: Any) -> Task:
    """A task that waits for 40 s."""
    return Task(**({"id": 10429, "task_type": "Echo", "created_at": ago(40), "priority": 2} | more))


def claimed(by: str = "w-01", **more: Any) -> Task:
    """A task that was claimed 7 min 12 s ago."""
    known = {"status": TaskStatus.CLAIMED, "claimed_by": by, "claimed_at": ago(432), "attempts": 2, "progress": 20}
    return pending(**(known | more))


def failed(**more: Any) -> Task:
    """A task that has failed for good."""
    known = {"status": TaskStatus.FAILED, "attempts": 3, "error": "HTTP 404: no such channel", "completed_at": ago(9)}
    return pending(**(known | more))


def tries(*errors: str) -> tuple[AttemptRow, ...]:
    """Attempts that ended with these errors."""
    return tuple(
        AttemptRow(n, f"w-0{n}", ago(60 - n), ago(59 - n), "failed, to be tried again", error)
        for n, error in enumerate(errors, 1)
    )


def of(task: Task | None, around: System, **more: Any) -> Known:
    """What is known of a task, by its row; and what else."""
    return replace(Known(around) if task is None else known_of(around, task), **more)


def typed(around: System, **more: Any) -> Known:
    """What is known of the waiting tasks of the type."""
    return replace(Known(around, None, around.types["Echo"], around.crew("Echo")), **more)


STILL = row(rates=(0,) * 30)
UNWORKED = row(rates=(0,) * 30, workable=False)
OURS = TaskType(0, "Echo", "1.0.0", {"type": "object"})
LIFO = worker(state=WorkerState.BUSY, holds=10500, strategy="LIFO")
OFFLINE = ServerStatus(
    "https://tasks.example/api", False, Link.OFFLINE, ago(95), ago(-12), "No connection to tasks.example.", ALL
)
REFUSED = ServerStatus("https://tasks.example/api", False, Link.REFUSED, ago(2), None, "The key is wrong.", ALL)
BARE = ServerStatus("https://tasks.example/api", False, Link.LIVE, ago(1), can=DOCUMENTED)
GONE = WorkerStatus("w-gone", WorkerState.SILENT, local=False, last_seen=ago(400))
PLACES = (
    Place("FIFO", 3, True, ()),
    Place("LIFO", 480, True, (10500, 10499, 10498), used_by=1),
    Place("PRIORITY", 12, True, (10480,)),
)
CLAIM = Claim(10429, "2026-03-01T11:59:00+00:00")
HANGING = replace(
    worker(state=WorkerState.BUSY),
    in_hand=(InHand(10429, "Echo", 2, ago(240), 20, "downloading", deadline=ago(-60)),),
)
LATE = replace(
    worker(state=WorkerState.BUSY),
    in_hand=(InHand(10429, "Echo", 2, ago(312), 20, deadline=ago(12), late=True, heard_at=ago(2)),),
)

NEARING = replace(
    worker(state=WorkerState.BUSY),
    in_hand=(InHand(10429, "Echo", 2, ago(240), 20, deadline=ago(-40), heard_at=ago(2)),),
)
FAR_NEARING = stranger(in_hand=(InHand(10429, "Echo", 2, None, 20),), last_seen=ago(250))
