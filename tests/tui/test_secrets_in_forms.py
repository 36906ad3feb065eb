"""Secrets in forms and schemas: neither undo, nor a broken rule, nor a default brings one out, and no mask is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from textual.widgets import TextArea

from core.config import Config, Secret
from core.forms import Violation
from core.models import Json
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.forms import form_of
from tui.key_map import IN_USE, KeyMap

SECRET = "hunter2hunter2"
TOKEN = "sk-abcdefghijklmnop1234"
SCHEMA: dict[str, Json] = {
    "properties": {
        "note": {"type": "string", "maxLength": 500},
        "api_key": {"type": "string", "maxLength": 500, "default": SECRET, "examples": [SECRET]},
        "mode": {"type": "object", "properties": {"secret": {"enum": [SECRET, "none"]}}},
        "where": {"type": "string", "default": f"https://ann:{SECRET}@example.org/"},
        "with": {"type": "string", "default": TOKEN},
    }
}
PARAMS: dict[str, Json] = {"note": "a", "api_key": SECRET, "auth": {"jwt": "hushhush"}, "with": TOKEN}


def scene(params: Mapping[str, Json] = PARAMS, schema: Mapping[str, Json] = SCHEMA) -> Snapshot:
    """A board whose first type has the schema and whose first task the parameters."""
    kind, *others = scenes.BUSY.types
    task, *tasks = scenes.BUSY.view.tasks
    first = replace(task, task_type=kind.name, parameters=params)
    view = replace(scenes.BUSY.view, tasks=(first, *tasks))
    return replace(scenes.BUSY, types=(replace(kind, param_schema=schema), *others), view=view)


def tells(desk: Desk) -> bool:
    """Whether a secret is on the screen or in the clipboard."""
    seen = "".join(desk.text().split()) + desk.app.clipboard
    return any(each in seen for each in ("hunter2", "hushhush", "sk-abc"))


async def test_undo_does_not_take_back_that_secrets_are_shown(open_board: Opens):
    async with open_board(scene()) as desk:
        await desk.press("e", "ctrl+r", "ctrl+l", "ctrl+z")
        assert SECRET in form_of(desk).parameters.text
        await desk.press("ctrl+s")
        ((_, new),) = desk.verbs.called("create_task")
        assert new.parameters == PARAMS


async def test_undo_does_not_take_back_that_secrets_are_hidden(open_board: Opens):
    async with open_board(scene()) as desk:
        await desk.press("e", "ctrl+r", "ctrl+l", "ctrl+l", "ctrl+z")
        assert not tells(desk)
        assert SECRET not in form_of(desk).parameters.text


async def test_undo_in_a_field_does_not_bring_back_what_was_hidden_or_shown(open_board: Opens):
    async with open_board(scene()) as desk:
        await desk.press("e")
        field = form_of(desk).form.boxes[("api_key",)].editor
        assert isinstance(field, TextArea)
        field.focus()
        await desk.press("ctrl+l", "ctrl+z")
        assert field.text == SECRET
        await desk.press("ctrl+l", "ctrl+z")
        assert field.text == "•••"


async def test_a_secret_that_was_typed_anew_is_not_undone_to_a_mask_once_secrets_are_shown(open_board: Opens):
    async with open_board(scene()) as desk:
        await desk.press("e")
        field = form_of(desk).form.boxes[("api_key",)].editor
        assert isinstance(field, TextArea)
        field.focus()
        field.replace("another", (0, 0), field.document.end)
        await desk.settle()
        await desk.press("ctrl+l", "ctrl+z", "ctrl+s")
        ((_, new),) = desk.verbs.called("create_task")
        assert new.parameters == PARAMS | {"api_key": "another"}


async def test_a_mask_is_not_sent_while_secrets_are_shown(open_board: Opens):
    async with open_board(scene()) as desk:
        await desk.press("e", "ctrl+l")
        form = form_of(desk)
        form.parameters.text = form.parameters.text.replace(SECRET, "•••")
        await desk.settle()
        await desk.press("ctrl+s")
        assert desk.verbs.called("create_task") == []
        assert "stands for nothing while secrets are shown" in " ".join(desk.text().split())


@pytest.mark.parametrize("keys", [("e",), ("e", "ctrl+r")], ids="-".join)
@pytest.mark.parametrize(
    "broken",
    [
        Violation(("with",), f"'{TOKEN}' is too long", "maxLength"),
        Violation(("auth",), "{'jwt': 'hushhush'} is not valid under any of the given schemas", "anyOf"),
        Violation((), f"{PARAMS} is not valid under any of the given schemas", "anyOf"),
    ],
    ids=str,
)
async def test_a_broken_rule_is_told_without_a_hidden_value(
    open_board: Opens, keys: tuple[str, ...], broken: Violation
):
    async with open_board(scene(), (80, 24)) as desk:
        desk.verbs.violations = [broken]
        await desk.press(*keys, "ctrl+s")
        assert desk.verbs.called("create_task") == []
        assert not tells(desk)
        assert f"This breaks the rule {broken.rule}." in " ".join(desk.text().split())


async def test_what_is_wrong_at_a_field_is_masked_by_how_it_looks(open_board: Opens):
    async with open_board(scene({"note": "a"})) as desk:
        desk.verbs.violations = [Violation(("note",), f"{TOKEN} is too long", "maxLength")]
        await desk.press("e")
        await until(desk, lambda: "••• is too long" in desk.text())
        assert not tells(desk)


async def test_a_sentence_behind_the_name_of_a_secret_is_told_whole(open_board: Opens):
    async with open_board(scene(), (80, 24)) as desk:
        desk.verbs.violations = [Violation(("api_key",), "'x' is too short", "minLength")]
        await desk.press("e", "ctrl+r", "ctrl+s")
        assert "api_key – This breaks the rule minLength." in " ".join(desk.text().split())


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_schema_is_shown_and_copied_without_the_secrets_that_it_tells(open_board: Opens, size: tuple[int, int]):
    async with open_board(scene(), size) as desk:
        await desk.press("1", "enter")
        for keys in (("y",), ("pagedown",), ("J",), ("pagedown",)):
            assert not tells(desk)
            await desk.press(*keys)
        assert not tells(desk)
        for told in ('"api_key": {', '"maxLength": 500', '"default": "•••"', '"https://•••@example.org/"'):
            assert told in desk.app.clipboard
        (said,) = desk.notes()
        assert "JSON Schema, secrets masked" in said


async def test_the_default_of_a_field_is_masked_by_how_it_looks(open_board: Opens):
    async with open_board(scene({"note": "a"})) as desk:
        await desk.press("e")
        assert 'default "https://•••@example.org/"' in desk.text()
        assert 'default "•••"' in desk.text() and not tells(desk)


async def test_a_form_without_types_tells_the_key_that_is_in_use(open_board: Opens, monkeypatch: pytest.MonkeyPatch):
    async with open_board(replace(scenes.BUSY, types=())) as desk:
        monkeypatch.setattr(IN_USE, "keys", KeyMap({"start": "f6"}))
        await desk.press("1", "n")
        assert "Start workers (f6)" in desk.text()


async def test_a_counter_that_is_chosen_in_the_open_list_is_left_where_it_is(open_board: Opens):
    async with open_board(scene(schema=SCHEMA | {"required": ["note"]})) as desk:
        await desk.press("1", "n")
        form = form_of(desk)
        form.counter.focus()
        await desk.press("enter")
        assert form.focused is not form.counter
        form.counter.value = "note"
        await desk.settle()
        form.counter.clear()
        form.times.value = "3"
        await desk.settle()
        assert not isinstance(form.counter.value, str)


async def test_a_configured_key_is_masked_where_an_error_repeats_it(open_board: Opens):
    Config.bare(taskmanager_api_key=Secret("grey-heron-123456")).mask_keys()
    note = "The server refuses grey-heron-123456 here"
    worker = replace(scenes.workers()[2], note=note, until=None)
    async with open_board(replace(scenes.BUSY, workers=(worker,))) as desk:
        await desk.press("3", "z")
        assert "refuses •••" in desk.text() and "grey-heron" not in desk.text()
