"""Why nothing happens at all: the status line says it in a sentence, and `why` without an id ranks it first."""

from __future__ import annotations

import pytest

from core.diagnosis import Verdict
from tests.diagnosis.planted import test_the_results_database as results
from tests.diagnosis.planted import test_the_way_to_the_server as server
from tests.diagnosis.planted import test_waiting_for_workers as waiting
from tests.diagnosis.planted.ground import Ground, told
from tests.diagnosis.planted.planting import Plant, Test, check_certain, check_words

HERE: list[tuple[Test, str, str]] = [
    (waiting.test_nobody_works_at_all, "no-worker", "no worker runs; 1 task waits"),
    (waiting.test_the_only_workers_are_for_another_type, "no-worker", "no worker claims Job"),
    (waiting.test_all_workers_of_its_type_are_paused, "workers-paused", "all 3 workers are paused"),
    (waiting.test_all_workers_were_stopped, "workers-ended", "no worker runs"),
    (waiting.test_too_many_runs_of_its_workers_code_do_not_end, "too-many-abandoned", "did not end when told to"),
    (results.test_the_disk_is_full, "results-unwritable", "the results database cannot be written"),
    (results.test_another_program_has_locked_the_results_database, "results-unwritable", "claim nothing: the results"),
]
FAR: list[tuple[Test, str, str]] = [
    (server.test_the_server_refuses_the_key_from_now_on, "key-refused", "refuses the key"),
    (server.test_the_server_fails_at_every_call, "server-unreachable", "the TaskManager has not answered"),
]


def named(cases: list[tuple[Test, str, str]]) -> pytest.MarkDecorator:
    """These cases, each by the name of what is planted."""
    return pytest.mark.parametrize(
        ("case", "code", "said"), cases, ids=[case.__name__.removeprefix("test_") for case, _, _ in cases]
    )


def plant_of(case: Test) -> Plant:
    """What a case plants, without what it checks."""
    return case.__wrapped__  # type: ignore[attr-defined]  # functools.wraps


async def check(ground: Ground, code: str, said: str) -> None:
    """The sentence is there, and the same cause ranks first when it is asked for everything."""
    seen = await ground.until(lambda snapshot: said in snapshot.nothing_happens)
    assert not seen.nothing_happens[0].isupper(), "it goes on after: Nothing is happening because"
    diagnosis = await ground.why(None, code)
    assert diagnosis.verdict is Verdict.STUCK, told(diagnosis)
    check_certain(diagnosis, {code})
    check_words(diagnosis)


@named(HERE)
async def test_it_is_said_why_nothing_happens_here(ground: Ground, case: Test, code: str, said: str):
    await plant_of(case)(ground=ground)
    await check(ground, code, said)


@named(FAR)
async def test_it_is_said_why_nothing_happens_on_a_server_far_away(far: Ground, case: Test, code: str, said: str):
    await plant_of(case)(far=far)
    await check(far, code, said)
