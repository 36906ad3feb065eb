"""A screen closes once, and nothing but itself, however quickly keys come and whatever ends meanwhile."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.conftest import Desk, Opens
from tui.screens.new_task import NewTaskScreen
from tui.screens.palette import Palette
from tui.screens.task import TaskScreen
from tui.widgets.confirm import Answers, Confirm


async def test_a_key_that_closes_a_screen_and_comes_twice_closes_no_other(open_board: Opens):
    async with open_board() as desk:
        desk.board.open_task(10429)
        await desk.settle()
        task = desk.app.screen
        await desk.press("C")
        asking = desk.app.screen
        assert isinstance(asking, Confirm)
        for _ in range(2):  # as a key does that is quicker than the question goes
            asking.action_answer(False)
        await desk.settle()
        assert desk.app.screen is task
        assert desk.app.is_running


async def test_two_palettes_with_a_screen_between_them_are_no_fault(open_board: Opens):
    async with open_board() as desk:
        await desk.press("ctrl+p")
        desk.board.open_task(10429)  # as an enter does that is heard late
        await desk.settle()
        await desk.press("ctrl+p")
        assert [type(each) for each in desk.app.screen_stack[1:]] == [Palette, TaskScreen, Palette]
        await desk.press("escape", "escape", "escape")
        assert desk.app.screen is desk.board


async def test_a_form_that_is_sent_under_its_question_closes_and_takes_the_question_along(open_board: Opens):
    async with open_board() as desk:
        form = await begun(desk)
        desk.app.push_screen(Confirm("Leave this form?", "", "", Answers("leave")))
        await desk.settle()
        form.done("Done.")
        await desk.settle()
        assert desk.app.screen is desk.board


async def test_a_form_that_is_sent_under_another_screen_closes_when_that_one_does(open_board: Opens):
    async with open_board() as desk:
        form = await begun(desk)
        desk.board.open_task(10429)
        await desk.settle()
        task = desk.app.screen
        form.done("Done.")
        await desk.settle()
        assert desk.app.screen is task
        await desk.press("escape")
        assert desk.app.screen is desk.board


async def begun(desk: Desk) -> NewTaskScreen:
    await desk.press("n")
    form = desk.app.screen
    assert isinstance(form, NewTaskScreen)
    form.query(Input).first().value = "x"
    await desk.settle()
    return form
