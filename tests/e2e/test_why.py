"""`why` looks, says what it saw in words and as JSON, and ends with a code that tells healthy from stuck."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.diagnosis.planted.meddler import Instead, Meddler
from tests.program import Program

ECHO = ("tasks", "add", "Echo", "--params", '{"message": "x"}')


def test_a_system_without_tasks_is_healthy(program: Program):
    answer = program("why")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("The whole system: Nothing is wrong.")


def test_a_task_that_nobody_works_on_is_stuck_with_evidence_cure_and_call(program: Program):
    task_id = program(*ECHO).out.strip()
    told = program.with_settings(COLUMNS="80")("why", task_id)
    assert told.code == 1
    assert told.out.startswith(f"#{task_id} (Echo, pending): It is stuck.")
    assert "here: prismq-workers run --types Echo" in told.out
    lines = told.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "   → Start a worker:" in told.out
    assert "call: start 1 worker for Echo" in told.out
    first = lines.index(next(line for line in lines if line.startswith("1. ")))
    evidence = next(n for n, line in enumerate(lines) if line.startswith("   how sure"))
    assert evidence - first <= 2, "the sentence takes two lines at most"

    said = program("why", task_id, "--json")
    assert said.code == 1
    assert (said.json["task_id"], said.json["status"], said.json["verdict"]) == (int(task_id), "pending", "stuck")
    assert said.json["causes"][0]["code"] == "no-worker"
    assert said.json["causes"][0]["cures"][0]["call"] == "start 1 worker for Echo"
    assert said.json["causes"][0]["cures"][0]["verb"] == "start_workers"
    assert program("why").code == 1


def test_a_task_that_is_done_is_healthy_and_one_that_failed_is_not(program: Program):
    task_id = program(*ECHO).out.strip()
    program("run", "--types", "Echo", "--drain")
    assert program("why", task_id).code == 0
    failed = program("tasks", "add", "Echo", "--params", '{"message": "y"}').out.strip()
    assert program("tasks", "cancel", failed, "--yes").code == 0
    assert program("why", failed).code == 1
    assert program("why").code == 0


def test_workers_that_could_not_be_loaded_are_told_of(program: Program):
    answer = program.with_settings(PRISMQ_WORKERS="no_such_module_at_all")("why")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "The whole system: Nothing is wrong.")
    assert "no_such_module_at_all" in answer.err


def test_to_look_changes_nothing(program: Program):
    program(*ECHO)
    before = {path: path.read_bytes() for path in program.folder.rglob("*") if path.suffix in (".db", ".s3db")}
    program("why")
    program("why", "1", "--json")
    after = {path: path.read_bytes() for path in program.folder.rglob("*") if path.suffix in (".db", ".s3db")}
    assert after == before
    assert program("workers", "--json").json == {"workers": []}


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "told"),
    [
        (("why", "999"), {}, 1, "999"),
        (("why", "0"), {}, 2, "ID"),
        (("why", "x"), {}, 2, "ID"),
        (("why",), {"TASKMANAGER_API_URL": "not a url"}, 2, "cannot be used"),
    ],
)
def test_what_cannot_be_told_is_one_clear_sentence(
    program: Program, arguments: tuple[str, ...], settings: dict[str, str], code: int, told: str
):
    answer = program.with_settings(**settings)(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert told in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("arguments", [("why",), ("why", "12")], ids=str)
def test_a_server_that_is_down_is_told_in_words_and_as_json_and_ends_with_could_not_tell(
    program: Program, arguments: tuple[str, ...]
):
    down = program.with_settings(TASKMANAGER_API_URL="http://127.0.0.1:9/api")
    told, said = down(*arguments), down(*arguments, "--json")
    assert (told.code, said.code) == (3, 3)
    assert "The TaskManager has not answered yet" in told.out
    assert "cannot be reached" in " ".join(told.out.split())
    assert [each["code"] for each in said.json["causes"]] == ["server-unreachable"]
    assert (said.json["could_tell"], said.json["status"]) == (False, None)
    assert "Traceback" not in told.err + said.err


def test_a_task_that_could_not_be_read_is_not_told_to_be_stuck(program: Program):
    answer = program.with_settings(TASKMANAGER_API_URL="http://127.0.0.1:9/api")("why", "12")
    assert answer.out.startswith("#12: It could not be told.")


def test_a_server_that_fails_is_asked_once_so_that_the_answer_comes_at_once(program: Program):
    observed, asked = ObservedTaskManager(clock=time.time), list[str]()

    meddler = Meddler(observed)
    meddler.instead.append(Instead("/tasks$", 503))

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await meddler(scope, receive, send)

    with serving(counting) as origin:
        there = program.with_settings(TASKMANAGER_API_URL=f"{origin}/api", TASKMANAGER_API_KEY=observed.api_key or "")
        answer = there("why", "--json")
    assert answer.code == 3
    assert answer.json["causes"][0]["code"] == "server-unreachable"
    assert len([path for path in asked if path.endswith("/tasks")]) == 1


@pytest.mark.parametrize("arguments", [("why",), ("why", "12")], ids=str)
@pytest.mark.parametrize("seconds", ["42", "0"])
def test_a_server_that_limits_calls_from_the_first_on_is_told_of_and_ends_with_could_not_tell(
    program: Program, arguments: tuple[str, ...], seconds: str
):
    meddler = Meddler(ObservedTaskManager(clock=time.time))
    meddler.instead.append(Instead("", 429, headers={"retry-after": seconds}))
    with serving(meddler) as origin:
        there = program.with_settings(TASKMANAGER_API_URL=f"{origin}/api", TASKMANAGER_API_KEY="any")
        told, said = there(*arguments), there(*arguments, "--json")
    assert (told.code, said.code) == (3, 3), told.out + told.err
    assert "The TaskManager takes no more calls for" in told.out
    assert [each["code"] for each in said.json["causes"]] == ["rate-limited"]
    assert (said.json["could_tell"], said.json["verdict"]) == (False, "unknown")
    assert any("takes no calls now" in each for each in said.json["unknown"])


def test_a_refused_key_ends_as_everywhere_and_a_server_with_the_documented_calls_is_told_of(program: Program):
    observed = ObservedTaskManager(clock=time.time)
    with observed.serving() as url:
        wrong = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="secret-key-99")("why", "--json")
        right = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY=observed.api_key or "")
        answer = right("why", "--json")
    assert wrong.code == 5
    assert wrong.json["causes"][0]["code"] == "key-refused"
    assert "secret-key-99" not in wrong.out + wrong.err
    assert answer.code == 0, answer.out + answer.err
    assert any("does not tell which workers there are elsewhere" in each for each in answer.json["unknown"])


def test_hostile_and_secret_texts_are_harmless(program: Program):
    bad = "\x1b[31mred\x07 key=AIzaSyNOTREAL1234"
    task_id = program("tasks", "add", "Echo", "--params", json.dumps({"message": bad})).out.strip()
    for answer in (program("why", task_id), program("why", task_id, "--json")):
        assert "\x1b" not in answer.out
        assert "\x07" not in answer.out
        assert "AIzaSyNOTREAL1234" not in answer.out


def test_the_help_has_an_example_and_the_exit_codes(program: Program):
    answer = program("why", "--help")
    assert answer.code == 0
    assert "Example: prismq-workers why 12 --json" in answer.out
    assert "0 healthy, 1 something is stuck or has failed, 3 could not tell" in " ".join(answer.out.split())
    assert "3 could not tell (why)" in " ".join(program("--help").out.split())
