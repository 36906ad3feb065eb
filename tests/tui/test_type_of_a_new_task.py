"""Which type a new task begins with, and what becomes of its parameters under another type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.filters import TaskFilter
from core.snapshot import View
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.forms import begin, form_of
from tui.screens.choose_type import ChooseTypeScreen

CHANNEL = {"properties": {"url": {"type": "string"}, "most": {"type": "integer", "default": 50}, "sort": {}}}
SEARCH = {
    "properties": {"url": {"type": "string"}, "most": {"type": "integer", "default": 5}, "words": {"default": "x"}}
}
FIRST, SECOND, *REST = scenes.BUSY.types
TWO = replace(scenes.BUSY, types=(replace(FIRST, param_schema=CHANNEL), replace(SECOND, param_schema=SEARCH), *REST))


async def test_what_only_the_schema_of_the_old_type_offered_goes_with_it_and_what_was_typed_stays(open_board: Opens):
    async with open_board(TWO) as desk:
        form = await begin(desk)
        assert form.params == {"most": 50}
        await desk.type("https://example.org")
        await form._take_type(SECOND.name)
        await desk.settle()
        assert form.params == {"words": "x", "most": 5, "url": "https://example.org"}


async def test_what_was_typed_stays_by_its_name_where_the_new_type_offers_something_else(open_board: Opens):
    async with open_board(TWO) as desk:
        form = await begin(desk)
        form.parameters.text = '{"most": 7, "sort": "views"}'
        await desk.settle()
        await form._take_type(SECOND.name)
        await desk.settle()
        assert form.params == {"words": "x", "most": 7, "sort": "views"}


@pytest.mark.parametrize("row", [0, 1])
async def test_a_new_task_begins_with_the_type_of_the_row_of_the_queue(open_board: Opens, row: int):
    kinds = (SECOND.name, FIRST.name)
    tasks = tuple(replace(task, task_type=kind) for task, kind in zip(scenes.busy_tasks(), kinds, strict=False))
    view = replace(scenes.BUSY.view, tasks=tasks)
    async with open_board(replace(TWO, view=view)) as desk:
        await desk.press(*["down"] * row, "n")
        assert form_of(desk).chosen == kinds[row]


async def test_a_new_task_begins_with_the_type_to_which_an_empty_queue_is_narrowed(open_board: Opens):
    narrowed = View(filter=TaskFilter(types=(SECOND.name,)))
    async with open_board(replace(TWO, view=replace(scenes.BUSY.view, view=narrowed, tasks=()))) as desk:
        desk.board.narrow_to(SECOND.name)
        await desk.press("n")
        assert form_of(desk).chosen == SECOND.name


async def test_a_type_for_which_there_is_no_worker_is_told_before_a_task_of_it_is_made(open_board: Opens):
    done, undone = replace(FIRST, workers=0, workable=True), replace(SECOND, workers=0, workable=False)
    async with open_board(replace(TWO, types=(done, undone)), size=(60, 20)) as desk:
        form = await begin(desk)
        assert "No worker here claims this type." not in desk.text()
        await desk.press("ctrl+t")
        assert f"{undone.name}  ⚠ none" in desk.text()
        assert f"{done.name}  ⚠ none" not in desk.text()
        await desk.press("down", "enter")
        assert form.chosen == undone.name
        assert "⚠ No worker here claims this type." in desk.text()
        await desk.put(replace(TWO, types=(done, replace(undone, workers=1))))
        await desk.press("ctrl+r")
        assert "No worker here claims this type." not in desk.text()


async def test_after_a_type_was_chosen_one_types_into_its_first_field(open_board: Opens):
    async with open_board(TWO) as desk:
        form = await begin(desk)
        form.kind.focus()
        await desk.press("ctrl+t", *"search", "enter")
        assert form.chosen == SECOND.name
        assert form.focused is next(iter(form.form.boxes.values())).editor
        await desk.press(*"two", "space", *"words")
        assert desk.app.screen is form
        assert form.params["url"] == "two words"


async def test_words_on_the_line_of_the_type_open_nothing_and_choosers_never_stack(open_board: Opens):
    async with open_board(TWO) as desk:
        form = await begin(desk)
        form.kind.focus()
        await desk.press(*"two", "space", *"words")
        assert desk.app.screen is form
        form.action_choose_type()
        form.action_choose_type()
        form.kind.action_choose()
        await desk.settle()
        assert [type(each) for each in desk.app.screen_stack].count(ChooseTypeScreen) == 1
        await desk.press("escape")
        assert desk.app.screen is form


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_where_the_type_comes_from_is_told_until_another_is_chosen(open_board: Opens, size: tuple[int, int]):
    async with open_board(TWO, size) as desk:
        await desk.press("1", "down", "n")
        assert form_of(desk).chosen == SECOND.name
        assert "New task of the type under the cursor; ^t: another" in desk.text()
        await form_of(desk)._take_type(FIRST.name)
        await desk.settle()
        assert "under the cursor" not in desk.text()
        await desk.press("escape")


async def test_a_new_task_that_is_begun_in_the_panel_has_the_type_of_the_task_it_tells_of(open_board: Opens):
    kinds = (FIRST.name, SECOND.name)
    tasks = tuple(replace(task, task_type=kind) for task, kind in zip(scenes.busy_tasks(), kinds, strict=False))
    async with open_board(replace(TWO, view=replace(scenes.BUSY.view, tasks=tasks))) as desk:
        await desk.press("down", "w")
        assert desk.board.place == "why"
        await desk.press("n")
        assert form_of(desk).chosen == SECOND.name
        assert f"New task of the type of task #{tasks[1].id}; ^t: another" in desk.text()
        await desk.press("escape", "W", "n")
        assert form_of(desk).chosen == SECOND.name
        assert "New task of the type under the cursor" in desk.text()
