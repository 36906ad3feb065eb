"""A diagnosis in words: its heading, the calls of its cures, and what may be expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.bulk import Action, Order
from core.diagnosis import Cause, Certainty, Cure, Diagnosis
from core.diagnosis.calls import told_call
from core.diagnosis.judging import causes_of
from core.diagnosis.telling import as_document, as_lines, headline, shell
from tests.diagnosis.known import CLAIM, NOW
from tests.diagnosis.pictures import PICTURES

POSSIBLE = Cause("a", "A.", certainty=Certainty.POSSIBLE, stuck=False)


def test_what_may_be_the_matter_is_never_headed_as_if_nothing_were_wrong():
    explains = Cause("b", "B.", stuck=False)
    assert headline(Diagnosis(7, NOW, (POSSIBLE,))) == "#7: It may be stuck."
    assert headline(Diagnosis(7, NOW, (explains, POSSIBLE))) == "#7: It may be stuck."
    assert headline(Diagnosis(None, NOW, (POSSIBLE,))) == "The whole system: Something may be stuck."
    assert headline(Diagnosis(7, NOW, (replace(explains, stuck=True), POSSIBLE))) == "#7: It is stuck."
    assert headline(Diagnosis(7, NOW, (explains,))) == "#7: Nothing is wrong."
    assert headline(Diagnosis(7, NOW, (POSSIBLE,), could_tell=False)) == "#7: It could not be told."


TASK = (25,)
WORKERS = ("w-1", "w-2", "w-3")


@pytest.mark.parametrize(
    ("cure", "call", "command"),
    [
        (("retry", (TASK,)), 'POST /tasks/bulk {"action": "retry", "ids": [25]}', "tasks retry 25"),
        (("cancel", (TASK,)), 'POST /tasks/bulk {"action": "cancel", "ids": [25]}', "tasks cancel 25"),
        (
            ("release", (TASK,)),
            'POST /tasks/bulk {"action": "release", "ids": [25], "worker_id": its owner}',
            "tasks release 25",
        ),
        (
            ("release", (TASK,), {"force": True}),
            'POST /tasks/bulk {"action": "release", "ids": [25], "force": true}',
            "tasks release 25 --force",
        ),
        (
            ("plan_bulk", (Order(Action.CLONE), TASK)),
            'POST /tasks {"type": …, "params": {those of #25, "copy_of": …}}',
            "tasks clone 25",
        ),
        (
            ("plan_bulk", (Order(Action.RETRY), TASK)),
            'POST /tasks {"type": …, "params": {those of #25, "copy_of": …}}',
            "tasks retry 25 --as-new",
        ),
        (
            ("plan_bulk", (Order(Action.RELEASE), TASK)),
            'POST /tasks/25/complete {"worker_id": its owner, "success": false, "error": "released by hand"}',
            "tasks release 25 --as-failed",
        ),
        (
            ("register_type", ("Echo", "1.0.0", {"type": "object"})),
            'POST /task-types/register {"name": "Echo", "version": "1.0.0", "param_schema": {…}}',
            "",
        ),
        (("open_task", TASK), "GET /tasks/25", "tasks show 25"),
        (("resend_reports", ((CLAIM,),)), "send the report on #10429 again", "reports send 10429"),
        (("extend_claims", (TASK,)), 'POST /workers/{id}/heartbeat {"task_ids": [25]}', ""),
        (("start_workers", (("Echo",),), {"count": 1}), "start 1 worker for Echo", "run --types Echo"),
        (("resume", (WORKERS,)), "resume w-1, w-2 and 1 more", ""),
        (("restart", (WORKERS,)), "start w-1, w-2 and 1 more again", ""),
        (("stop_workers", (("w-1",),), {"now": True}), "stop w-1 now", ""),
        (("scale", (4,), {"like": "w-1"}), "scale to 4 workers like w-1", ""),
        (("set_strategy", ("FIFO", ("w-1",))), "let w-1 claim FIFO", ""),
        (("",), "", ""),
    ],
    ids=str,
)
def test_a_call_is_told_as_people_know_it(cure: tuple[str], call: str, command: str):
    made = Cure("Label", "Does it.", *cure)
    assert (told_call(made), shell(made)) == (call, command and f"prismq-workers {command}")


def test_no_call_of_any_cause_is_told_in_the_language_of_the_program():
    for known, *_ in PICTURES.values():
        diagnosis = Diagnosis(10429, NOW, causes_of(known))
        told = "\n".join(as_lines(diagnosis, NOW))
        for cure in (cure for cause in diagnosis.causes for cure in cause.cures if cure.verb):
            assert told_call(cure) and cure.call not in told and f"{cure.verb}(" not in told, told
        verbs = [cure["verb"] for cause in as_document(diagnosis)["causes"] for cure in cause["cures"]]
        assert verbs == [cure.verb or None for cause in diagnosis.causes for cure in cause.cures]
