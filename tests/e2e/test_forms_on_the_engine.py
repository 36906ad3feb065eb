"""A new task's form and a file of types, on the real engine with its embedded TaskManager."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.config import Config
from core.engine import Engine
from core.errors import BadSetting, Invalid
from core.form_values import params_of, values_of
from core.forms import fields_of, prefilled
from core.models import NewTask
from core.repeating import Repeated, Series, repeat
from core.type_files import Plan
from tests.program import Program

SCHEMA = {
    "type": "object",
    "required": ["url"],
    "properties": {"url": {"type": "string", "minLength": 3}, "n": {"type": "integer", "maximum": 9, "default": 5}},
}


async def test_what_the_check_finds_is_what_the_task_manager_refuses(config: Config):
    async with Engine.open(config) as engine:
        await engine.register_type("Mine", "1.0.0", SCHEMA)
        for params in ({}, {"url": "ab"}, {"url": "abc", "n": 10}):
            assert await engine.check_params(SCHEMA, params)
            with pytest.raises(Invalid):
                await engine.create_task(NewTask("Mine", params))
        fields = fields_of(SCHEMA)
        values = values_of(fields, prefilled(SCHEMA)) | {("url",): "https://example.org"}
        params, faults = params_of(fields, values)
        assert not faults
        assert await engine.check_params(SCHEMA, params) == []
        made = await engine.create_task(NewTask("Mine", params))
        assert (await engine.open_task(made.id)).task.parameters == {"url": "https://example.org", "n": 5}
        assert (await engine.create_task(NewTask("Mine", params))).deduplicated


async def test_the_same_task_is_found_however_many_newer_ones_there_are(config: Config):
    async with Engine.open(config) as engine:
        await engine.register_type("Mine", "1.0.0", SCHEMA)
        first = await engine.create_task(NewTask("Mine", {"url": "page-0"}))
        for n in range(1, 4):
            await engine.create_task(NewTask("Mine", {"url": f"page-{n}"}))
        twin = await engine.find_same(NewTask("Mine", {"url": "page-0"}, priority=9))
        assert (twin.task_id, twin.status, twin.searched) == (first.id, first.status, None)
        assert (await engine.find_same(NewTask("Mine", {"url": "page-9"}))).task_id is None


async def test_a_repeated_task_is_many_with_a_counter_and_one_without(config: Config):
    heard: list[Repeated] = []
    async with Engine.open(config) as engine:
        await engine.register_type("Mine", "1.0.0", SCHEMA)
        new = NewTask("Mine", {"url": "page-{n}"})
        many = await repeat(engine.create_task, new, Series(5, (("url",),), ("url",)), heard.append, lambda: True)
        assert (many.created, many.duplicates, len(heard)) == (5, 0, 5)
        one = await repeat(engine.create_task, new, Series(5), heard.append, lambda: len(heard) < 8)
        assert (one.created, one.duplicates, one.twin) == (1, 2, one.first)
        refused = await repeat(engine.create_task, NewTask("Mine", {}), Series(5), heard.append, lambda: True)
        assert refused.asked == 0
        assert "url" in refused.trouble


async def test_a_file_of_types_is_told_before_it_is_registered(config: Config, tmp_path: Path):
    path = tmp_path / "types.json"
    other = {"type": "object", "properties": {"url": {"type": "string", "minLength": 5}, "new": {}}}
    path.write_text(
        json.dumps(
            [
                {"name": "Mine", "version": "1.1.0", "param_schema": other},
                {"name": "Same", "version": "1.0.0", "param_schema": {"type": "object"}},
                {"name": "Fresh", "param_schema": {}},
                {"name": "Odd", "param_schema": {"type": 5}},
                {"version": "1"},
                7,
            ]
        )
    )
    async with Engine.open(config) as engine:
        await engine.register_type("Mine", "1.0.0", SCHEMA)
        await engine.register_type("Same", "1.0.0", {"type": "object"})
        plans = await engine.plan_types(str(path))
        assert {each.name: each.plan for each in plans} == {
            "Mine": Plan.CHANGE, "Same": Plan.KEEP, "Fresh": Plan.CREATE, "Odd": Plan.CREATE,
            "entry 5": Plan.WRONG, "entry 6": Plan.WRONG,
        }  # fmt: skip
        assert plans[0].said == (
            "version 1.0.0 → 1.1.0", "url no longer required", "− n", "+ new (any)", "minLength of url: 3 → 5",
        )  # fmt: skip
        done = {each.name: each for each in await engine.register_types(plans)}
        assert (done["Mine"].plan, done["Fresh"].plan, done["Same"].plan) == (Plan.CHANGED, Plan.CREATED, Plan.KEEP)
        assert done["Odd"].plan is Plan.WRONG
        assert "5 is not valid" in done["Odd"].said[0]
        opened = await engine.open_type("Mine")
        assert opened.task_type is not None
        assert (opened.task_type.version, opened.task_type.param_schema) == ("1.1.0", other)
        assert (await engine.open_type("Echo")).task_type is None
        assert (await engine.open_type("Echo")).worker_version


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "line 1, column 2"), ("[]", "holds 0 types"), (None, "cannot be read")],
)
async def test_a_file_that_holds_no_types_is_told(config: Config, tmp_path: Path, text: str | None, said: str):
    path = tmp_path / "types.json"
    if text is not None:
        path.write_text(text)
    async with Engine.open(config) as engine:
        with pytest.raises(BadSetting, match=said):
            await engine.plan_types(str(path))


def test_types_of_a_file_are_registered_by_the_command_line(program: Program, tmp_path: Path):
    path = tmp_path / "types.json"
    path.write_text(json.dumps([{"name": "A", "version": "1.0.0", "param_schema": SCHEMA}]))
    assert "would create" in program("types", "register", str(path), "--dry-run").out
    assert program("types", "list", "--json").json["types"] == []
    assert "created" in program("types", "register", str(path)).out
    path.write_text(json.dumps([{"name": "A", "version": "2.0.0", "param_schema": SCHEMA}, {"name": "B"}]))
    kept = program("types", "register", str(path))
    assert kept.code == 1
    assert "kept; replace it with --update" in kept.out
    assert "1 of 2 types cannot be registered: B." in kept.err
    assert "changed" in program("types", "register", str(path), "--update").out
