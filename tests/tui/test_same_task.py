"""The form of a new task says before it is sent whether there is such a task already, and who was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from core.errors import RateLimited
from core.models import NewTask, TaskStatus
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens, until
from tests.tui.forms import begin
from tui.screens.task import TaskScreen

URL = "https://example.org/@far-down-the-queue"


def that_can_be_asked() -> Snapshot:
    """A board on a TaskManager that can be asked which task is the same."""
    server = scenes.BUSY.server
    return replace(scenes.BUSY, server=replace(server, can=server.can | {"same"}))


async def test_a_task_that_is_not_loaded_and_is_the_same_is_named_and_opens(open_board: Opens):
    async with open_board(that_can_be_asked(), (80, 24)) as desk:
        desk.verbs.same = replace(scenes.task(17), status=TaskStatus.COMPLETED)
        desk.verbs.details[17] = replace(scenes.detail(), task=desk.verbs.same)
        form = await begin(desk)
        await desk.type(URL)
        await until(desk, lambda: form.twin.task_id == 17)
        said = " ".join(desk.text().replace("│", " ").replace("\u00a0", " ").split())
        assert "≡ The same as task #17 (completed): nothing new would be made. ^o opens it" in said
        await desk.press("ctrl+o")
        assert isinstance(desk.app.screen, TaskScreen)
        assert desk.verbs.called("create_task") == []


async def test_it_is_asked_once_for_what_is_typed_in_one_go_and_a_new_task_is_said_to_be_new(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.screens.parameters_form.CHECK_AFTER", 1.0)  # a slow machine may take long for six keys
    async with open_board(that_can_be_asked()) as desk:
        await begin(desk)
        await until(desk, lambda: bool(desk.verbs.reads))
        desk.verbs.reads.clear()
        field = desk.app.screen.focused
        assert isinstance(field, Input)
        for letter in "abcdef":
            field.insert_text_at_cursor(letter)
        await desk.settle()
        await until(desk, lambda: "No task has these parameters yet." in desk.text())
        asked = [new for _, new in desk.verbs.reads]
        assert [each.parameters["channel_url"] for each in asked if isinstance(each, NewTask)][-1] == "abcdef"
        assert len(asked) == 1


async def test_what_is_typed_next_is_not_said_to_be_the_same(open_board: Opens):
    async with open_board(that_can_be_asked()) as desk:
        desk.verbs.same = scenes.task(17)
        form = await begin(desk)
        await desk.type(URL)
        await until(desk, lambda: form.twin.task_id == 17)
        desk.verbs.same = None
        await desk.press("x")
        assert "≡" not in desk.text()


async def test_of_several_with_a_counter_the_first_is_asked_for(open_board: Opens):
    async with open_board(that_can_be_asked()) as desk:
        desk.verbs.same = scenes.task(17)
        form = await begin(desk)
        await desk.type("https://example.org/{n}")
        form.times.value = "5"
        await until(desk, lambda: "The first one is the same as task #17" in desk.text())
        _, new = desk.verbs.reads[-1]
        assert isinstance(new, NewTask)
        assert new.parameters["channel_url"] == "https://example.org/1"


async def test_where_nobody_can_be_asked_it_is_said_how_many_were_searched(open_board: Opens):
    async with open_board() as desk:
        await begin(desk)
        await desk.type(URL)
        await until(desk, lambda: "Not among the 35 that are loaded" in desk.text())
        assert [call for call in desk.verbs.reads if call[0] == "find_same"] == []


async def test_a_question_that_fails_is_told_and_hinders_nothing(open_board: Opens):
    async with open_board(that_can_be_asked()) as desk:
        await begin(desk)
        desk.verbs.refusal = RateLimited("Too many calls.", retry_after=3)
        await desk.type(URL)
        await until(desk, lambda: "could not be asked" in desk.text())
        desk.verbs.refusal = None
        await desk.press("ctrl+s")
        assert len(desk.verbs.called("create_task")) == 1
