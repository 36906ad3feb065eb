"""The command line: what it answers, and how it refuses."""

from __future__ import annotations

import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.program import Program

SEARCH = "PrismQ.YouTube.Video.Search"


def test_a_task_is_added_done_and_shown_with_its_result(program: Program):
    added = program("tasks", "add", SEARCH, "--params", '{"search_query": "bread"}', "--json")
    assert (added.code, added.json["status"]) == (0, "pending")
    summary = program("run", "--drain", "--json")
    assert summary.code == 0
    assert (summary.json["done"], summary.json["failed"], summary.json["reports_waiting"]) == (1, 0, 0)
    shown = program("tasks", "show", str(added.json["id"]), "--json").json
    assert shown["status"] == "completed"
    assert shown["result"]["items_processed"] == len(shown["result"]["idea_ids"]) > 0


def test_rows_from_the_sample_say_that_they_are_samples(program: Program):
    program("tasks", "add", SEARCH, "--params", '{"search_query": "bread"}')
    program("run", "--drain")
    database = sqlite3.connect(program.folder / "data" / "prismq-workers" / "ideas.s3db")
    rows = database.execute("SELECT metadata, source_platform FROM IdeaInspiration").fetchall()
    database.close()
    assert rows
    assert all('"sample": "true"' in metadata and platform == "youtube" for metadata, platform in rows)


def test_the_same_task_again_is_told_to_be_the_same(program: Program):
    first = program("tasks", "add", "Echo", "--params", '{"message": "x"}')
    again = program("tasks", "add", "Echo", "--params", '{"message":"x"}')
    assert again.code == 0
    assert again.out == first.out
    assert "is the same and is pending" in again.err


def test_a_drain_with_nothing_to_do_ends_at_once_with_a_summary(program: Program):
    summary = program("run", "--drain", "--json")
    assert (summary.code, summary.json["done"], summary.json["claimed_by_others"]) == (0, 0, 0)


def test_types_are_registered_from_a_file_and_replaced_only_when_asked(program: Program):
    schema = program.folder / "schema.json"
    schema.write_text('{"type": "object", "required": ["a"]}')
    assert program("types", "register", "My.Type", "--schema", str(schema), "--json").json["created"] is True
    schema.write_text('{"type": "object"}')
    kept = program("types", "register", "My.Type", "--schema", str(schema), "--version", "2.0.0")
    assert "nothing was changed" in kept.err
    program("types", "register", "My.Type", "--schema", str(schema), "--version", "2.0.0", "--update")
    listed = {each["name"]: each["version"] for each in program("types", "list", "--json").json["types"]}
    assert listed == {"My.Type": "2.0.0"}


REFUSED = [
    (["run", "--strategy", "RANDOM"], 2, "There is no strategy 'RANDOM'; there are FIFO, LIFO, PRIORITY."),
    (["run", "--types", "No.Such"], 2, "No worker knows the task type 'No.Such'. Known: Echo"),
    (["run", "--workers", "0"], 2, "0 workers cannot be started"),
    (["run", "--concurrency", "0"], 2, "A concurrency of 0 is not possible"),
    (["tasks", "add", "Echo", "--params", "{broken"], 2, "--params is not JSON"),
    (["tasks", "add", "Echo", "--params", "[1]"], 2, "--params must be a JSON object"),
    (["tasks", "add", "Echo", "--params", '{"message": 5}'], 2, "message"),
    (["tasks", "add", "No.Such", "--params", "{}"], 2, "No worker knows the task type 'No.Such'"),
    (["tasks", "show", "999"], 1, "999"),
    (["tasks", "list", "--status", "lost"], 2, "lost"),
    (["types", "register", "No.Such"], 2, "give its JSON Schema with --schema FILE"),
    (["types", "register", "X", "--schema", "absent.json"], 2, "The schema file absent.json cannot be read"),
    (["--env-file", "absent.env", "tasks", "list"], 2, "There is no settings file absent.env"),
    (["serve", "--host", "0.0.0.0"], 2, "key"),
    (["serve", "--api-key-file", "absent.txt"], 2, "The key file absent.txt cannot be read"),
    ([], 2, "The board needs a terminal"),
    (["demo"], 2, "The board needs a terminal"),
]


@pytest.mark.parametrize(("arguments", "code", "told"), REFUSED, ids=[" ".join(row[0]) or "board" for row in REFUSED])
def test_bad_input_is_one_clear_sentence(program: Program, arguments: list[str], code: int, told: str):
    answer = program(*arguments)
    assert answer.code == code
    assert told in answer.err
    assert "Traceback" not in answer.err + answer.out


@pytest.mark.parametrize(
    ("settings", "code", "told"),
    [
        ({"TASKMANAGER_API_URL": "not a url"}, 2, "TASKMANAGER_API_URL=not a url (the environment) cannot be used"),
        ({"TASKMANAGER_API_URL": "http://127.0.0.1:9/api"}, 4, "cannot be reached"),
        ({"DATABASE_URL": "mysql://x"}, 2, "it must look like sqlite:///"),
        ({"PRISMQ_WORKERS": "no_such_module"}, 0, "'no_such_module' cannot be loaded"),
    ],
)
def test_wrong_settings_are_one_clear_sentence(program: Program, settings: dict[str, str], code: int, told: str):
    answer = program.with_settings(**settings)("run", "--drain")
    assert answer.code == code
    assert told in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("setting", ["PRISMQ_TASKMANAGER_DB", "DATABASE_URL"])
def test_a_file_that_is_no_database_is_named_and_left_alone(program: Program, setting: str):
    path = program.folder / "notes.txt"
    path.write_text("these are my notes, not a database " * 100)
    before = path.read_bytes()
    value = str(path) if setting == "PRISMQ_TASKMANAGER_DB" else f"sqlite:///{path}"
    answer = program.with_settings(**{setting: value})("run", "--drain")
    assert answer.code == 2
    assert str(path) in answer.err
    assert "Traceback" not in answer.err
    assert path.read_bytes() == before


def test_a_port_in_use_is_said(program: Program):
    with program.serving("--database", "one.db") as url:
        port = url.rsplit(":", 1)[1].split("/")[0]
        answer = program("serve", "--port", port, "--database", "two.db")
    assert answer.code == 2
    assert port in answer.err
    assert "Traceback" not in answer.err


def test_a_wrong_key_ends_with_its_own_code_and_never_shows_a_key(program: Program):
    (program.folder / "key.txt").write_text("right-key-123\n")
    with program.serving("--database", "t.db", "--api-key-file", "key.txt") as url:
        wrong = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="wrong-key-456")
        right = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="right-key-123")
        refused, taken = wrong("tasks", "list"), right("tasks", "list")
    assert refused.code == 5
    assert "wrong-key-456" not in refused.err
    assert taken.code == 0


def test_against_a_remote_task_manager_the_sample_is_used_only_when_named(program: Program):
    with program.serving("--database", "t.db") as url:
        remote = program.with_settings(TASKMANAGER_API_URL=url)
        refused = remote("run", "--types", SEARCH, "--drain")
        assert refused.code == 2
        assert "PRISMQ_SOURCE" in refused.err
        others = remote("run", "--drain")
        assert (others.code, f"Not started: {SEARCH} needs a source" in others.err) == (0, True)
        named = remote.with_settings(PRISMQ_SOURCE="sample")
        assert named("tasks", "add", SEARCH, "--params", '{"search_query": "bread"}').code == 0
        done = named("run", "--types", SEARCH, "--drain", "--json")
    assert (done.code, done.json["done"]) == (0, 1)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_in_hand_and_ends_well(program: Program, asked: signal.Signals):
    with program.running("run", "--json") as process:
        assert process.stderr is not None
        assert "Ctrl+C stops" in process.stderr.readline()
        process.send_signal(asked)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert '"reports_waiting": 0' in out


def test_the_program_is_also_a_module(program: Program):
    assert program.command([sys.executable, "-m", "tui", "--version"]).out.strip().endswith("0.1.0")


def test_every_command_has_help_with_an_example(program: Program):
    for command in (
        *(
            "board",
            "demo",
            "run",
            "serve",
            "workers",
            "types list",
            "types show",
            "tasks add",
            "tasks list",
            "tasks show",
        ),
        *("tasks retry", "tasks release", "tasks cancel", "tasks delete"),
    ):
        answer = program(*command.split(), "--help")
        assert answer.code == 0
        assert f"Example: prismq-workers {command}" in " ".join(answer.out.split())


def test_files_are_kept_in_the_users_data_folder(program: Program):
    program("tasks", "add", "Echo", "--params", '{"message": "x"}')
    assert (Path(program.folder) / "data" / "prismq-workers" / "taskmanager.db").is_file()
