"""`doctor` looks at everything, goes on after a failed check, and never prints a secret."""

from __future__ import annotations

import time

import pytest

from tests.contract.observed import ObservedTaskManager
from tests.program import Program


def findings(program: Program) -> tuple[int, dict[str, str], str]:
    """Exit code, how each check ended, and everything that was printed."""
    answer = program("doctor", "--json")
    return answer.code, {each["name"]: each["finding"] for each in answer.json["checks"]}, answer.out + answer.err


def test_on_a_fresh_machine_all_is_well_but_for_the_missing_terminal(program: Program):
    code, found, _ = findings(program)
    assert code == 0
    assert found.pop("terminal") == "warning"
    assert set(found.values()) == {"ok"}


def test_a_server_that_is_away_is_bad_and_the_rest_is_looked_at_all_the_same(program: Program):
    code, found, _ = findings(program.with_settings(TASKMANAGER_API_URL="http://127.0.0.1:9/api"))
    assert code == 4
    assert (found["TaskManager"], found["key"], found["clock"]) == ("bad", "unknown", "unknown")
    assert (found["results database"], found["source"]) == ("ok", "warning")


def test_a_wrong_key_is_bad_and_is_not_shown(program: Program):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        wrong = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="secret-key-99")
        code, found, printed = findings(wrong)
        right = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY=observed.api_key or "")
        right_code, right_found, told = findings(right)
    assert (code, found["TaskManager"], found["key"]) == (5, "ok", "bad")
    assert "secret-key-99" not in printed
    assert (right_code, right_found["key"], right_found["clock"]) == (0, "ok", "ok")
    assert "cannot: bulk, changes" in told


@pytest.mark.parametrize(("ahead", "told"), [(60, "60 s ahead"), (-60, "60 s behind"), (0, "agrees")])
def test_a_clock_that_differs_is_told_with_its_direction(program: Program, ahead: int, told: str):
    observed = ObservedTaskManager(clock=lambda: time.time() + ahead)
    with observed.serving() as url:
        here = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY=observed.api_key or "")
        checks = {each["name"]: each for each in here("doctor", "--json").json["checks"]}
    assert checks["clock"]["finding"] == ("warning" if ahead else "ok")
    assert told.replace("60", "") in checks["clock"]["sentence"].replace("59", "").replace("60", "").replace("61", "")


def test_a_broken_results_database_is_bad(program: Program):
    (program.folder / "ideas.s3db").write_text("no database " * 100)
    code, found, printed = findings(program.with_settings(DATABASE_URL="sqlite:///ideas.s3db"))
    assert (code, found["results database"], found["TaskManager"]) == (2, "bad", "ok")
    assert "ideas.s3db" in printed


def test_settings_that_cannot_be_used_are_said_as_a_check(program: Program):
    code, found, _ = findings(program.with_settings(TASKMANAGER_API_URL="nonsense"))
    assert (code, found) == (2, {"settings": "bad"})


def test_people_get_one_line_a_check(program: Program):
    lines = program("doctor").out.splitlines()
    assert len(lines) == 9
    assert lines[0].startswith("✓ ok")
