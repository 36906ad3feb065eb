"""`settings` tells what is set and where; secrets are told only to those who ask for them."""

from __future__ import annotations

from typing import Any

from tests.program import Answer, Program

KEY = "wJalr-not-a-real-key-9"
FILE = "config/prismq-workers/settings.toml"


def said(answer: Answer) -> dict[str, Any]:
    """Value and origin of each setting."""
    assert answer.code == 0, answer.err
    return {row["setting"]: (row["value"], row["origin"]) for row in answer.json["settings"]}


def test_settings_tells_each_value_and_where_it_was_said(program: Program):
    (program.folder / ".env").write_text("PRISMQ_WORKER_PREFIX=ann\n")
    path = program.folder / FILE
    path.parent.mkdir(parents=True)
    path.write_text('times = "local"\n[keys]\nretry = "R"\n')
    answer = program.with_settings(PRISMQ_CLAIM_TIMEOUT="60")("settings", "--json")
    assert answer.json["path"] == str(path)
    assert answer.json["faults"] == []
    told = said(answer)
    assert told["PRISMQ_WORKER_PREFIX"][0] == "ann" and ".env" in told["PRISMQ_WORKER_PREFIX"][1]
    assert told["PRISMQ_CLAIM_TIMEOUT"] == ("60.0", "the environment")
    assert told["times"][0] == "local" and told["times"][1] != "default"
    assert told["keys.retry"] == ("R", "file")
    assert told["keys.pause"] == ("p", "default")


def test_settings_names_the_path_of_its_file_and_writes_an_example_once(program: Program):
    path = program.folder / FILE
    before = program("settings")
    assert (before.code, f"{path} (not there; --init writes an example)" in before.err) == (0, True)
    assert program("settings", "--init").code == 0
    written = path.read_text()
    again = program("settings", "--init")
    assert again.code == 2
    assert "is there already; nothing was written" in again.err
    assert path.read_text() == written
    assert program("settings", "--json").json["faults"] == []


def test_what_cannot_be_used_in_the_file_is_told_and_stops_nothing(program: Program):
    path = program.folder / FILE
    path.parent.mkdir(parents=True)
    path.write_text('colours = "many"\n[keys]\nno_such = "F9"\n')
    answer = program("settings")
    assert answer.code == 0
    assert "no setting 'colours'" in answer.err
    assert "no command 'no_such'" in answer.err
    path.write_text("this is no TOML")
    assert "is no TOML" in program("settings").err


def test_a_key_is_told_by_settings_only_when_it_is_asked_for(program: Program):
    keyed = program.with_settings(TASKMANAGER_API_KEY=KEY)
    for form in ((), ("--json",)):
        usual = keyed("settings", *form)
        assert usual.code == 0
        assert KEY not in usual.out + usual.err
        assert KEY in keyed("--show-secrets", "settings", *form).out
    assert said(keyed("settings", "--json"))["TASKMANAGER_API_KEY"] == ("***", "the environment")
    assert said(program("settings", "--json"))["TASKMANAGER_API_KEY"] == ("–", "default")


def test_secrets_in_a_task_are_masked_in_every_form_until_they_are_asked_for(program: Program):
    message = f"token={KEY}"
    assert program("tasks", "add", "Echo", "--params", f'{{"message": "{message}"}}').code == 0
    for command in (("tasks", "show", "1"), ("tasks", "show", "1", "--json")):
        usual, asked = program(*command), program("--show-secrets", *command)
        assert (usual.code, asked.code) == (0, 0)
        assert KEY not in usual.out + usual.err
        assert KEY in asked.out


def test_the_configured_key_is_masked_wherever_a_text_repeats_it(program: Program):
    heron = "grey-heron-123456"
    keyed = program.with_settings(TASKMANAGER_API_KEY=heron)
    assert keyed("tasks", "add", "Echo", "--params", f'{{"message": "refused {heron}"}}').code == 0
    assert heron in program("tasks", "show", "1").out
    usual = keyed("tasks", "show", "1")
    assert "refused" in usual.out and heron not in usual.out
    assert heron in keyed("--show-secrets", "tasks", "show", "1").out
