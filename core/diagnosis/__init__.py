"""Why is this task not done, and why does nothing happen? All causes that hold, with evidence, cures, and estimates.

The verb ``why`` gathers everything and answers a `Diagnosis`; `at_a_glance` makes do with a snapshot, for when nothing
more can be read, or not yet.
"""

from core.diagnosis.cause import (
    LONGEST_SENTENCE,
    Cause,
    Certainty,
    Cure,
    Diagnosis,
    End,
    Estimates,
    Place,
    Start,
    Verdict,
)
from core.diagnosis.light import at_a_glance

__all__ = [
    "LONGEST_SENTENCE",
    "Cause",
    "Certainty",
    "Cure",
    "Diagnosis",
    "End",
    "Estimates",
    "Place",
    "Start",
    "Verdict",
    "at_a_glance",
]
