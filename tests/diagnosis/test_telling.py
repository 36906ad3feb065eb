"""A diagnosis in words: its heading, the calls of its cures, and what may be expected."""

from __future__ import annotations

from dataclasses import replace

from core.diagnosis import Cause, Certainty, Diagnosis
from core.diagnosis.telling import headline
from tests.diagnosis.known import NOW

POSSIBLE = Cause("a", "A.", certainty=Certainty.POSSIBLE, stuck=False)


def test_what_may_be_the_matter_is_never_headed_as_if_nothing_were_wrong():
    explains = Cause("b", "B.", stuck=False)
    assert headline(Diagnosis(7, NOW, (POSSIBLE,))) == "#7: It may be stuck."
    assert headline(Diagnosis(7, NOW, (explains, POSSIBLE))) == "#7: It may be stuck."
    assert headline(Diagnosis(None, NOW, (POSSIBLE,))) == "The whole system: Something may be stuck."
    assert headline(Diagnosis(7, NOW, (replace(explains, stuck=True), POSSIBLE))) == "#7: It is stuck."
    assert headline(Diagnosis(7, NOW, (explains,))) == "#7: Nothing is wrong."
    assert headline(Diagnosis(7, NOW, (POSSIBLE,), could_tell=False)) == "#7: It could not be told."
