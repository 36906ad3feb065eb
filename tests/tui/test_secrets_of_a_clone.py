"""A clone hides the secrets of its task, keeps those that nobody touches, and sends no mask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import Json, NewTask
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.forms import form_of, with_schema
from tests.tui.scenes_forms import RICH
from tui.screens.new_task import NewTaskScreen

SECRET = "hunter2hunter2"


def with_secrets() -> tuple[Snapshot, dict[str, Json]]:
    """A board whose first task has secrets among its parameters, and these."""
    params: dict[str, Json] = {
        "channel_url": f"https://ann:{SECRET}@example.org/",
        "api_key": SECRET,
        "headers": {"cookie": [SECRET], "accept": "text/html"},
    }
    first, *others = scenes.BUSY.view.tasks
    row = replace(first, task_type=scenes.CHANNEL, parameters=params)
    return replace(with_schema(RICH), view=replace(scenes.BUSY.view, tasks=(row, *others))), params


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_a_clone_hides_secrets_and_keeps_those_that_nobody_touches(open_board: Opens, size: tuple[int, int]):
    snapshot, params = with_secrets()
    async with open_board(snapshot, size=size) as desk:
        await desk.press("e")
        form = form_of(desk)
        for keys in ((), ("ctrl+r",)):
            await desk.press(*keys)
            assert SECRET not in desk.text()
            assert "••• is kept as it was.  ^l" in desk.text()
        assert "shows secrets ≡ The same as task #10431" in " ".join(desk.text().replace("│", " ").split())
        form.parameters.text = form.parameters.text.replace("text/html", "text/plain")
        await desk.settle()
        await desk.press("ctrl+s")
        ((_, new),) = desk.verbs.called("create_task")
        assert new.parameters == params | {"headers": {"cookie": [SECRET], "accept": "text/plain"}}


async def test_secrets_of_a_clone_are_shown_when_asked_for_and_hidden_again(open_board: Opens):
    snapshot, params = with_secrets()
    async with open_board(snapshot) as desk:
        await desk.press("e", "ctrl+l")
        form = form_of(desk)
        assert form.parameters.text.count(SECRET) == 3
        assert "⚠ Secrets are shown.  ^l" in desk.text()
        form.parameters.text = form.parameters.text.replace(f'"api_key": "{SECRET}"', '"api_key": "another-one"')
        await desk.settle()
        await desk.press("ctrl+l")
        assert SECRET not in desk.text() and "another-one" not in desk.text()
        await desk.press("ctrl+s")
        ((_, new),) = desk.verbs.called("create_task")
        assert new.parameters == params | {"api_key": "another-one"}


async def test_a_mask_that_was_changed_is_not_sent(open_board: Opens):
    snapshot, _ = with_secrets()
    async with open_board(snapshot) as desk:
        await desk.press("e")
        form = form_of(desk)
        form.parameters.text = form.parameters.text.replace('"api_key": "•••"', '"api_key": "•••x"')
        await desk.settle()
        await desk.press("ctrl+s")
        assert desk.verbs.called("create_task") == []
        assert "api_key: ••• stands for a secret that was not shown" in " ".join(desk.text().split())


async def test_as_many_tasks_are_told_as_are_made_of_lines_that_are_hidden(open_board: Opens):
    snapshot = with_schema({"type": "object", "properties": {"note": {"type": "string"}}})
    keys = [f"sk-proj-{letter * 34}" for letter in "ab"]
    async with open_board(snapshot) as desk:
        name = next(row.name for row in snapshot.types if "note" in str(row.param_schema))
        like = NewTask(name, {"note": "\n".join([*keys, "plain"])})
        form = NewTaskScreen(desk.board.task_deeds, snapshot.types, like=like)
        await desk.app.push_screen(form)
        await desk.settle()
        form.counter.value = "note\n"
        await desk.settle()
        assert "3 tasks, one for each line of note: “•••”, “•••” and “plain”." in desk.text()
        assert not any(key in desk.text() for key in keys)
        await desk.press("ctrl+s")
        assert [call[1].parameters["note"] for call in desk.verbs.called("create_task")] == [*keys, "plain"]
