"""Why is this task not done, and why does nothing happen? All causes that hold, with evidence, cures, and estimates.

`diagnosed` is for one task (or the whole, without one) of which everything was gathered; `at_a_glance` makes do with a
snapshot, and is fast enough for every row that can be seen, every second.
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
]
