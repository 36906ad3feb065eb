"""What a task type was before, on the real engine and by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.config import Config
from core.engine import Engine
from core.models import NewTask
from tests.contract.observed import ObservedTaskManager
from tests.program import Program

FIRST: dict[str, Any] = {
    "type": "object",
    "properties": {"max": {"type": "integer"}, "api_key": {"type": "string", "default": "s3cret-one"}},
}
SECOND: dict[str, Any] = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "url": {"type": "string"},
        "api_key": {"type": "string", "default": "s3cret-two"},
        "odd\x1b[31m": {"type": "integer"},
    },
}


async def test_an_opened_type_tells_what_it_was_and_what_changed(config: Config):
    async with Engine.open(config) as engine:
        await engine.register_type("Mine", "1.0.0", FIRST)
        await engine.create_task(NewTask("Mine", {"max": 1}))
        await engine.register_type("Mine", "1.0.0", FIRST, update=True)
        await engine.register_type("Mine", "2.0.0", SECOND, update=True)
        opened = await engine.open_type("Mine")
        assert opened.versions is not None
        newest, first = opened.versions
        assert (newest.version.version, newest.version.tasks, newest.version.param_schema) == ("2.0.0", 0, SECOND)
        assert (first.version.version, first.version.tasks, first.changes) == ("1.0.0", 1, ())
        assert [each.text for each in newest.changes] == [
            "− max", "+ url (string, required)", "+ odd\x1b[31m (integer)", "default of api_key changed",
        ]  # fmt: skip
        assert opened.task_type is not None
        assert first.version.registered_at == opened.task_type.created_at
        assert (await engine.open_type("Nope")).versions == ()
        assert await engine.store.until(lambda seen: [each.versions for each in seen.types if each.id] == [2], 10)


async def test_where_a_server_keeps_no_versions_an_opened_type_has_none(config: Config):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        there = config.replace(taskmanager_api_url=url, taskmanager_api_key=observed.api_key or "")
        async with Engine.open(there) as engine:
            await engine.register_type("Mine", "1.0.0", FIRST)
            opened = await engine.open_type("Mine")
            assert opened.task_type is not None
            assert opened.versions is None


def registered(program: Program, version: str, schema: dict[str, Any]) -> None:
    path = Path(program.folder) / "schema.json"
    path.write_text(json.dumps(schema))
    done = program("types", "register", "Mine", "--schema", str(path), "--version", version, "--update")
    assert done.code == 0, done.err


def test_the_command_line_shows_a_type_with_its_versions(program: Program):
    registered(program, "1.0.0", FIRST)
    registered(program, "2.0.0", SECOND)
    shown = program("types", "show", "Mine")
    assert shown.code == 0, shown.err
    lines = [line.partition("  registered ")[0] for line in shown.out.splitlines()]
    assert lines[lines.index("2.0.0") :] == [
        "2.0.0",
        "  − max",
        "  + url (string, required)",
        "  + odd\\x1b[31m (integer)",
        "  default of api_key changed",
        "",
        "1.0.0",
    ]
    assert "s3cret" not in shown.out
    told = program("types", "show", "Mine", "--json")
    assert "s3cret" not in told.out
    assert (told.json["version"], told.json["name"]) == ("2.0.0", "Mine")
    newest, first = told.json["versions"]
    assert (newest["version"], newest["tasks"], newest["is_active"], newest["more_changes"]) == ("2.0.0", 0, True, 0)
    assert newest["changes"][1::2] == [
        {"what": "added", "path": "url", "rule": None, "was": None, "now": "string, required"},
        {"what": "rule", "path": "api_key", "rule": "default", "was": None, "now": None},
    ]
    assert (first["version"], first["changes"], first["param_schema"]["properties"]["max"]) == (
        "1.0.0",
        None,
        {"type": "integer"},
    )
    missing = program("types", "show", "Nope")
    assert (missing.code, "Nope" in missing.err, missing.out) == (1, True, "")


def test_the_command_line_says_where_a_server_keeps_the_newest_version_only(program: Program):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        there = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY=observed.api_key or "")
        registered(there, "1.0.0", FIRST)
        shown, told = there("types", "show", "Mine"), there("types", "show", "Mine", "--json")
    assert "1.0.0" in shown.out
    assert "It keeps the newest version only" in shown.err
    assert (told.code, told.json["versions"], told.json["version"]) == (0, None, "1.0.0")
