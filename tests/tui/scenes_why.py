"""Scenes of a board on which tasks are stuck, and of the panel that tells why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.diagnosis import Cause, Certainty, Cure, Diagnosis, End, Estimates, Place, Start
from core.models import TaskStatus, WorkerState
from core.snapshot import Counts, QueueView, Snapshot, StuckTask
from tests.tui import scenes
from tests.tui.fakes import FakeConnection
from tui.app import BoardApp

GONE = "w-gone-17-0c2e-1"
RELEASE = Cure(
    "Release",
    "Makes #10429 pending again; its attempts stay counted.",
    "release",
    ((10429,),),
    risk="If its worker is alive, the work runs twice.",
    command="release",
)
START = Cure(
    "Start a worker",
    f"Starts 1 worker for {scenes.VIDEO} on this machine.",
    "start_workers",
    ((scenes.VIDEO,),),
    {"count": 1},
    command="start",
)
RESUME = Cure(
    "Resume", "Lets 1 worker claim again: w-ann-4242-5a3b-4.", "resume", (("w-ann-4242-5a3b-4",),), command="pause"
)
BY_HAND = Cure("Look after the worker", "See on its machine whether its process still runs.")

OWNER_GONE = Cause(
    "owner-gone",
    "Its worker has not been heard of for 7 min 12 s, and nobody else may have the task until its claim ends.",
    (("worker", GONE), ("last heard of", "7 min 12 s ago"), ("claim timeout", "5 min"), ("progress", "20%")),
    (RELEASE, BY_HAND),
    Certainty.LIKELY,
)
NO_WORKER = Cause(
    "no-worker",
    f"No worker that is known claims {scenes.VIDEO}; 2 tasks of it wait, the oldest since 40 s.",
    (("type", scenes.VIDEO), ("workers of it", "0"), ("waiting", "2")),
    (START,),
)
PAUSED = Cause(
    "workers-paused",
    "The only other worker that could take it is paused.",
    (("paused", "w-ann-4242-5a3b-4"),),
    (RESUME,),
    Certainty.POSSIBLE,
    stuck=False,
)
BUSY_WORKERS = Cause(
    "workers-busy",
    "All 3 workers of its type are busy; 811 tasks go before it (FIFO).",
    (("workers", "3"), ("busy", "3")),
    (replace(RESUME, label="One worker more", verb="scale", args=(4,), options={"like": "w-ann-4242-5a3b-1"}),),
    stuck=False,
)


def of_gone_owner() -> Diagnosis:
    """Claimed by a worker that nobody hears of."""
    ends = (End("its claim can be taken over from", scenes.NOW + timedelta(seconds=48)),)
    return Diagnosis(
        10429,
        scenes.NOW,
        (OWNER_GONE,),
        ("The server does not tell when it last heard of its worker.",),
        Estimates(ends=ends),
        TaskStatus.CLAIMED,
        scenes.CHANNEL,
    )


def of_no_worker() -> Diagnosis:
    """Pending, and nobody works on its type."""
    why_not = "No worker that is known claims its type now, so nobody can tell when it starts."
    places = (
        Place("FIFO", 1),
        Place("LIFO", 0),
        Place("PRIORITY", 7, exact=False, overtaken_by=(10430, 10431, 10433, 10440)),
    )
    return Diagnosis(
        10428,
        scenes.NOW,
        (NO_WORKER, PAUSED),
        (),
        Estimates(places, why_no_start=why_not),
        TaskStatus.PENDING,
        scenes.VIDEO,
    )


def of_busy_workers() -> Diagnosis:
    """Pending, and its turn comes."""
    estimates = Estimates((Place("FIFO", 811, used_by=3),), Start(1281.0, 1190.0, 1372.0, 38.0, 30))
    return Diagnosis(10430, scenes.NOW, (BUSY_WORKERS,), (), estimates, TaskStatus.PENDING, scenes.CHANNEL)


def of_everything() -> Diagnosis:
    """The whole system: nobody works."""
    about = replace(OWNER_GONE, sentence=f"#10429: {OWNER_GONE.sentence}")
    return Diagnosis(None, scenes.NOW, (NO_WORKER, about))


STUCK: Snapshot = replace(
    scenes.BUSY,
    stuck={
        10429: StuckTask(OWNER_GONE.code, OWNER_GONE.sentence),
        10428: StuckTask(NO_WORKER.code, NO_WORKER.sentence),
    },
    stuck_count=3,
)
"""Two tasks in sight are stuck, and one that is not."""

NOTHING: Snapshot = replace(
    scenes.BUSY,
    counts=Counts(2, 0, 8410, 0),
    view=QueueView(tasks=(scenes.task(10430), scenes.task(10428, kind=scenes.VIDEO)), total=2, at=scenes.NOW),
    workers=tuple(replace(each, in_hand=(), state=WorkerState.PAUSED, until=None) for each in scenes.workers()),
    stuck={10428: StuckTask(NO_WORKER.code, NO_WORKER.sentence)},
    stuck_count=2,
    stuck_exact=False,
    nothing_happens="all 4 workers are paused; 2 tasks wait.",
)
"""Something is to be done, and nobody does it."""


def board(snapshot: Snapshot = STUCK) -> tuple[BoardApp, FakeConnection]:
    """A board on a connection that knows why."""
    app, connection = scenes.board(snapshot)
    connection.verbs.diagnoses = {
        None: of_everything(),
        10428: of_no_worker(),
        10429: of_gone_owner(),
        10430: of_busy_workers(),
    }
    return app, connection


SIZES = ((180, 50), (120, 36), (80, 24), (60, 20))
SHOWN: tuple[tuple[str, Snapshot, tuple[str, ...]], ...] = (
    ("stuck_queue", STUCK, ()),
    ("panel", STUCK, ("down", "down", "w")),
    ("panel_beside_the_list", STUCK, ("down", "down", "down", "w", "tab")),
    ("nothing_happens", NOTHING, ("W",)),
    ("why_line", STUCK, ("down", "down", "enter")),
)
"""Names, snapshots, and the keys that are pressed."""
COLOURLESS = ("stuck_queue", "panel")
"""Looked at without colour too, at 120x36."""
