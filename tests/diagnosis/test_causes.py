"""Each cause, on a picture of what is known."""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import replace

import pytest

from core.actions import cancel_risk
from core.details import AttemptRow
from core.diagnosing import about
from core.diagnosis import LONGEST_SENTENCE, Cause, Certainty, Diagnosis, Place, Verdict
from core.diagnosis.judging import CAUSES, EXPLAINING, causes_of
from core.diagnosis.light import with_crew
from core.diagnosis.picture import Known, Owed
from core.models import TaskStatus, WorkerState
from core.snapshot import Link, ServerStatus
from core.verbs import Verbs
from tests.diagnosis.known import (
    ALL,
    BARE,
    CLAIM,
    LIFO,
    UNWORKED,
    ago,
    claimed,
    failed,
    of,
    pending,
    stranger,
    system,
    tries,
    worker,
)
from tests.diagnosis.pictures import PICTURES

WIDTH = 77
"""Cells of a sentence in a terminal of 80 columns, behind its number."""
LONG = "PrismQ.YouTube.Channel.Scrape.With.A.Name.That.Has.No.End.At.All"


def all_causes() -> list[tuple[str, Cause]]:
    """Every cause of every picture."""
    return [(name, cause) for name, (known, *_) in PICTURES.items() for cause in causes_of(known)]


@pytest.mark.parametrize("name", PICTURES)
def test_the_first_cause_is_the_right_one_with_its_cures(name: str):
    known, code, certainty, stuck, verbs = PICTURES[name]
    first = causes_of(known)[0]
    told = (first.code, str(first.certainty), first.stuck, [cure.verb for cure in first.cures])
    assert told == (code, certainty, stuck, verbs)


def test_only_causes_that_can_mark_a_task_ever_call_it_stuck():
    assert not [
        look for look in EXPLAINING for known, *_ in PICTURES.values() if (cause := look(known)) and cause.stuck
    ]


def test_there_is_a_picture_for_each_cause():
    told = {cause.code for _, cause in all_causes()}
    functions = {look.__name__ for look in CAUSES if any(look(known) for known, *_ in PICTURES.values())}
    assert functions == {look.__name__ for look in CAUSES}
    assert len(told) >= len(CAUSES)


@pytest.mark.parametrize(("name", "cause"), all_causes(), ids=lambda each: each if isinstance(each, str) else each.code)
def test_a_sentence_takes_two_lines_at_most_and_is_one_for_people(name: str, cause: Cause):
    assert len(textwrap.wrap(cause.sentence, WIDTH)) <= 2
    assert not any(each in cause.sentence for each in ("None", "{", "}", "[", "<"))
    assert all(name and value and "None" not in value for name, value in cause.evidence)


@pytest.mark.parametrize("name", PICTURES)
def test_sentences_fit_also_with_long_names(name: str):
    known = PICTURES[name][0]
    for cause in causes_of(with_long_names(known)):
        assert len(textwrap.wrap(cause.sentence, WIDTH)) <= 2, cause.sentence
        assert len(cause.sentence) <= LONGEST_SENTENCE


def with_long_names(known: Known) -> Known:
    """The same with a long type, long worker ids, long errors and long times."""
    around = known.system
    task = known.task
    if task is not None:
        claimer = task.claimed_by and f"{task.claimed_by}-prismq-a-rather-long-host-name-1234567-abcd-12"
        task = replace(task, id=10_429_000, task_type=LONG, claimed_by=claimer, error=task.error and task.error * 9)
    row = None if known.row is None else replace(known.row, name=LONG)
    hindered = dict.fromkeys([LONG], "It lacks " * 30) if around.hindrances else {}
    around = replace(around, hindrances=hindered, held=around.held and around.held + " and so on" * 20)
    attempts = tuple(replace(each, message=each.message * 20) for each in known.attempts)
    broken = None if known.violations is None else tuple(each * 20 for each in known.violations)
    crew = replace(known.crew, live=tuple(replace(each, id=f"{each.id}-{LONG}") for each in known.crew.live))
    return replace(known, system=around, task=task, row=row, attempts=attempts, violations=broken, crew=crew)


@pytest.mark.parametrize(("name", "cause"), all_causes(), ids=lambda each: each if isinstance(each, str) else each.code)
def test_cures_can_be_called_as_they_are(name: str, cause: Cause):
    for cure in cause.cures:
        assert cure.label and cure.sentence.endswith(".") and len(cure.sentence) <= 160
        assert bool(cure.call) == bool(cure.verb)
        if cure.verb:
            inspect.signature(getattr(Verbs, cure.verb)).bind(None, *cure.args, **cure.options)
            assert cure.call.startswith(f"{cure.verb}(")


def test_no_picture_claims_a_cause_as_certain_that_contradicts_another():
    waiting, held = {"no-worker", "workers-paused", "workers-busy", "waits-its-turn"}, {"owner-gone", "in-hand"}
    for name, (known, *_) in PICTURES.items():
        codes = {cause.code for cause in causes_of(known) if cause.certainty is Certainty.CERTAIN}
        assert all(len(codes & group) <= 1 for group in (waiting, held)), name


def test_a_paused_worker_among_others_that_work_is_no_cause():
    known = of(pending(), system(worker(1, WorkerState.PAUSED), worker(2)))
    assert [cause.code for cause in causes_of(known)] == ["waits-its-turn"]


@pytest.mark.parametrize("claimed_before", [20, 432], ids=["claimed", "claim over"])
@pytest.mark.parametrize("by", ["w-01", "who"], ids=["our worker", "nobody knows whom"])
def test_a_task_whose_report_is_kept_here_is_not_said_to_be_worked_on(by: str, claimed_before: int):
    around = system(worker(), reports_waiting=1)
    known = of(claimed(by, claimed_at=ago(claimed_before)), around, owed=Owed(CLAIM, "waiting", True, "", ago(65)))
    assert [cause.code for cause in causes_of(known)] == ["report-waits"]


def test_our_worker_works_only_on_what_it_has_in_hand():
    assert causes_of(of(claimed(), system(worker()))) == ()


def test_a_worker_elsewhere_that_was_seen_with_the_type_counts_as_one_of_its_workers():
    known = of(pending(), system(stranger(), seen={"x-08": frozenset({"Echo"})}))
    assert [cause.code for cause in causes_of(known)] == ["workers-busy"]


def test_a_worker_elsewhere_that_tried_the_task_before_counts_as_one_of_its_workers():
    around = system(stranger(8), stranger(9, WorkerState.SILENT), worker(types=("Other",)))
    crew = with_crew(around, "Echo", {"x-08", "x-09", "w-01"}).crew("Echo")
    assert [[each.id for each in group] for group in (crew.live, crew.ended, crew.strangers)] == [
        ["x-08"],
        ["x-09"],
        [],
    ]
    known = of(pending(attempts=1), with_crew(around, "Echo", {"x-08"}), waits_since=ago(90))
    assert [cause.code for cause in causes_of(known)] == ["workers-busy", "tried-before"]


def test_what_a_diagnosis_comes_to_goes_by_causes_that_are_more_than_possible():
    stuck = Cause("a", "A.", stuck=True)
    maybe = replace(stuck, certainty=Certainty.POSSIBLE)
    at = system().at
    assert Diagnosis(1, at, (stuck,)).verdict is Verdict.STUCK
    assert Diagnosis(1, at, (maybe,)).verdict is Verdict.FINE
    assert Diagnosis(1, at, (maybe,), could_tell=False).verdict is Verdict.UNKNOWN
    assert Diagnosis(1, at, status=TaskStatus.FAILED).verdict is Verdict.FAILED


def test_release_is_forced_only_for_a_live_owner_and_tells_the_risk():
    known = of(claimed("x-08", claimed_at=None), system(stranger()), heard_at=None)
    codes = [cause.code for cause in causes_of(known)]
    assert codes == ["in-hand"]
    gone = next(cure for cure in causes_of(PICTURES["its worker's process is dead"][0])[0].cures)
    assert (gone.call, gone.risk) == ("release([10429])", "")
    hanging = causes_of(PICTURES["its worker hangs"][0])[0].cures[1]
    assert hanging.call == "release([10429], force=True)" and "runs twice" in hanging.risk


def test_who_gets_a_worker_is_told_where_to_name_it_and_that_the_program_must_start_again():
    (cause,) = causes_of(of(pending(), system(type_row=UNWORKED)))
    by_hand, cancel = cause.cures
    for said in ("PRISMQ_WORKERS (an environment variable, or a line in .env)", "start this program again"):
        assert said in by_hand.sentence
    assert (cancel.verb, cancel.risk) == ("cancel", cancel_risk(1, 0))
    bare = system(type_row=UNWORKED, server=BARE)
    assert [cure.verb for cause in causes_of(of(pending(), bare)) for cure in cause.cures] == [""]


def test_an_error_with_a_secret_is_masked_in_the_sentence_and_the_evidence():
    known = of(failed(error="refused: api_key=AKIAIOSFODNN7EXAMPLE"), system())
    told = "".join(str(cause) for cause in causes_of(known))
    assert "AKIAIOSFODNN7EXAMPLE" not in told


def test_it_is_not_said_that_attempts_failed_which_were_released_or_put_off():
    released = AttemptRow(4, "w-04", ago(20), ago(19), "released")
    rows = (*tries("no channel", "no channel", "no channel"), released)
    again = causes_of(of(pending(attempts=4, max_retries=5), system(worker()), attempts=rows))[0]
    assert again.sentence.startswith("All 3 attempts that failed did so with the same error")
    other = (*tries("no channel", "no title"), released)
    used = causes_of(of(failed(), system(), attempts=other))[0]
    assert used.sentence.startswith("All 3 attempts are used up, so nobody tries it again")


def test_no_count_of_reports_contradicts_the_report_that_waits():
    known = of(claimed(), system(worker()), owed=Owed(CLAIM, "waiting", True, "", ago(3)))
    (cause,) = [each for each in causes_of(known) if each.code == "report-waits"]
    assert "reports waiting" not in dict(cause.evidence)


def test_a_release_is_spoken_of_only_where_it_is_offered():
    for can in (ALL, ALL - {"release"}):
        server = ServerStatus("local", link=Link.LIVE, can=can)
        first = causes_of(of(claimed("x-08"), system(stranger(), server=server), heard_at=ago(2)))[0]
        speaks = any("can be released" in cure.sentence for cure in first.cures)
        assert speaks == any(cure.verb == "release" for cure in first.cures) == ("release" in can)


def test_a_cause_of_several_tasks_is_as_sure_as_it_is_of_the_least_sure():
    sure, likely = Cause("a", "A."), Cause("a", "A.", certainty=Certainty.LIKELY)
    assert about([(pending(id=1), sure), (pending(id=2), likely)]).certainty is Certainty.LIKELY
    assert about([(pending(id=1), sure), (pending(id=2), sure)]).certainty is Certainty.CERTAIN


@pytest.mark.parametrize(
    ("ahead", "said"), [(0, ": it is next, and"), (1, ": 1 task goes before it"), (2, ": 2 tasks go before it")]
)
def test_how_many_tasks_go_before_one_is_said_as_people_say_it(ahead: int, said: str):
    place = Place("LIFO", ahead, True, (10500,), used_by=1)
    (told,) = (each for each in causes_of(of(pending(), system(LIFO), places=(place,))) if each.code == "overtaken")
    assert said in told.sentence


def test_what_cannot_change_says_at_once_that_nothing_helps_and_of_each_cure_when_it_would():
    (cause, *_) = causes_of(PICTURES["its error cannot change"][0])
    assert cause.sentence.startswith("It failed, and nothing helps now")
    assert ("told by", "the worker: trying again at once cannot help") in cause.evidence
    clone, retry = cause.cures
    assert (clone.label, retry.label) == ("Clone and edit", "Retry")
    assert clone.sentence.startswith("Helps only if its parameters are wrong: ")
    assert retry.sentence.startswith("Helps only once what it failed for has changed: ")


def test_what_passes_by_itself_is_rather_tried_again_than_changed():
    (cause, *_) = causes_of(PICTURES["its error passes by itself, after long"][0])
    assert "trying again may help later, when this is over" in cause.sentence
    assert [cure.label for cure in cause.cures] == ["Retry", "Clone and edit"]


def test_who_ended_it_is_only_possible_where_its_error_alone_tells():
    found = {cause.code: cause for cause in causes_of(of(failed(attempts=1, error="cancelled"), system()))}
    assert found["cancelled"].certainty is Certainty.POSSIBLE
    assert "may have ended it" in found["cancelled"].sentence
    surely = causes_of(of(failed(attempts=1, error="cancelled", cancelled=True), system()))
    assert "it did not fail by itself" in surely[0].sentence
