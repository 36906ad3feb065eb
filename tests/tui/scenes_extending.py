"""Scenes of the panel about a task whose claim nears its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.diagnosis import Cause, Certainty, Cure, Diagnosis, End, Estimates
from core.diagnosis.cause import CLAIM_ENDS
from core.models import TaskStatus
from core.snapshot import Snapshot, StuckTask
from tests.tui import scenes, scenes_why

WORKER = "w-ann-4242-5a3b-1"
EXTEND = Cure(
    "Extend its claim",
    "Tells the TaskManager now that #10429 is worked on: from then on its claim lasts 5 min anew.",
    "extend_claims",
    ((10429,),),
)
LONGER = Cure("Let claims last longer", "Set PRISMQ_CLAIM_TIMEOUT (seconds) above the longest run, and start again.")
STOP = Cure(
    "Stop it now",
    f"Stops {WORKER} and gives back what it has in hand.",
    "stop_workers",
    ((WORKER,),),
    {"now": True},
    "What it has done on its tasks since it began with them is lost.",
    "stop_now",
)
NEARS = Cause(
    "claim-ends",
    f"{WORKER} works on it, but its claim is not renewed and ends in 40 s: then another may start it too.",
    (("worker", WORKER), ("claimed", "4 min 20 s ago"), ("progress", "60%"), ("claim time-out", "5 min")),
    (EXTEND, LONGER, STOP),
    Certainty.LIKELY,
)


def ends_in(seconds: float, *causes: Cause) -> Diagnosis:
    """The claim of #10429 is over in so many seconds."""
    ends = (End(CLAIM_ENDS, scenes.NOW + timedelta(seconds=seconds)),)
    return Diagnosis(10429, scenes.NOW, causes, (), Estimates(ends=ends), TaskStatus.CLAIMED, scenes.CHANNEL)


STUCK: Snapshot = replace(
    scenes_why.STUCK, stuck={10429: StuckTask(NEARS.code, NEARS.sentence)}, stuck_count=1, stuck_exact=True
)
