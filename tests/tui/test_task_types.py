"""The screen of a task type, and registering types from a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.details import TypeDetail
from core.errors import BadSetting
from core.models import TaskType
from core.type_files import Plan, PlannedType
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.scenes_forms import TYPES, planned
from tui.screens.new_task import NewTaskScreen
from tui.screens.register_types import RegisterTypesScreen
from tui.screens.start_workers import StartWorkersScreen
from tui.screens.task_type import TaskTypeScreen


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_a_type_tells_its_parameters_with_limits_defaults_and_help(open_board: Opens, size: tuple[int, int]):
    async with open_board(TYPES, size=size) as desk:
        await desk.press("1", "enter")
        seen = ""
        for _ in range(12):
            seen += " ".join(desk.text().split())
            await desk.press("pagedown")
        for told in ("max_videos", "required", "at least 1, at most 500", "50", "How far back.", "days", "date-time"):
            assert told in seen, told


async def test_a_type_tells_who_claims_it_and_when_it_was_replaced(open_board: Opens):
    async with open_board() as desk:
        made = TaskType(1, scenes.CHANNEL, "1.1.0", created_at=scenes.ago(90000), updated_at=scenes.ago(60))
        desk.verbs.opened_types[scenes.CHANNEL] = TypeDetail(made, "1.0.0", ("Its worker was made for 1.0.0.",))
        await desk.press("1", "enter")
        text = " ".join(desk.text().split())
        assert "Claimed by 4 workers" in text
        assert "812 pending, 1 claimed, 4,100 completed" in text
        assert "last replaced 2026-03-01 11:59:00 UTC" in text
        assert "Its worker was made for 1.0.0." in text


async def test_a_type_that_nobody_claims_says_what_to_do(open_board: Opens):
    async with open_board(replace(scenes.BUSY, workers=())) as desk:
        await desk.press("1", "enter")
        assert "Nobody claims it now. s starts a worker for it." in desk.text()
        await desk.press("escape", "down", "down", "enter", "s")
        assert "no worker for it is installed here" in desk.text()
        assert desk.notes() == ["No worker for this type is installed here; see PRISMQ_WORKERS."]


async def test_from_its_screen_a_task_is_made_and_workers_are_started_for_the_type(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1", "down", "enter", "n")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        assert form.chosen == scenes.SEARCH
        await desk.press("escape", "s")
        assert isinstance(desk.app.screen, StartWorkersScreen)
        await desk.press("enter")
        assert desk.verbs.called("start_workers") == [("start_workers", (scenes.SEARCH,), 1, "FIFO", 1)]
        assert isinstance(desk.app.screen, TaskTypeScreen)


async def test_the_schema_itself_is_shown_and_copied(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1", "enter", "J")
        assert '"The channel\'s address."' in desk.text()
        await desk.press("y", "J")
        assert '"format": "uri"' in desk.app.clipboard
        assert "Limits, help" in desk.text()


async def test_a_type_is_followed_while_it_is_open(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1", "enter")
        first, *others = scenes.BUSY.types
        await desk.put(replace(scenes.BUSY, types=(replace(first, version="2.0.0"), *others)))
        assert "2.0.0" in desk.text()
        assert len(desk.verbs.called("open_type")) == 2


async def test_odd_schemas_and_names_are_shown_as_escapes(open_board: Opens):
    first, *others = scenes.BUSY.types
    rule = {"type": scenes.HOSTILE, "description": scenes.HOSTILE, "default": scenes.HOSTILE}
    schema = {"properties": {scenes.HOSTILE: rule}}
    odd = replace(first, name=scenes.HOSTILE, version=scenes.HOSTILE, param_schema=schema)
    async with open_board(replace(scenes.BUSY, types=(odd, *others))) as desk:
        await desk.press("1", "enter")
        assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(desk.text())
        await desk.press("J")
        assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(desk.text())


async def test_types_of_a_file_are_shown_before_they_are_registered(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.planned = [each for each in planned() if each.plan is not Plan.WRONG]
        await desk.app.action_give("register_types")
        await desk.settle()
        assert isinstance(desk.app.screen, RegisterTypesScreen)
        await desk.type("types.json")
        await desk.press("ctrl+s")
        assert "~ change" in desk.text()
        assert "max_videos: maximum 100 → 500" in desk.text()
        assert desk.verbs.called("register_types") == []
        await desk.press("ctrl+s")
        assert len(desk.verbs.called("register_types")) == 1
        assert desk.notes() == ["Types: 1 created, 1 changed."]
        assert desk.app.screen is desk.board


async def test_another_file_is_looked_at_before_it_is_registered(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.planned = planned()
        await desk.app.action_give("register_types")
        await desk.settle()
        await desk.type("a.json")
        await desk.press("enter")
        await desk.type("x")
        await desk.press("ctrl+s")
        assert [path for _, path in desk.verbs.called("plan_types")] == ["a.json", "a.jsonx"]
        assert desk.verbs.called("register_types") == []


async def test_what_is_wrong_in_a_file_stays_in_sight(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.planned = [PlannedType("entry 1", plan=Plan.WRONG, said=("It needs a name.",))]
        await desk.app.action_give("register_types")
        await desk.settle()
        await desk.type("a.json")
        await desk.press("enter")
        assert "It needs a name." in desk.text()
        assert "There is nothing to create or change in this file." in desk.text()
        desk.verbs.refusal = BadSetting("The file a.json cannot be read: no such file.")
        await desk.press("enter")
        assert "cannot be read: no such file" in desk.text()
