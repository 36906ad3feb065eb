"""A question is read once: it names whom it is about, what that brings about, and what each key does."""

from __future__ import annotations

import pytest
from textual.content import Content
from textual.widgets import Static

from tests.tui.conftest import Desk, Opens
from tests.tui.why_desk import seen
from tui.widgets.confirm import Confirm

SMALL = [(80, 24), (60, 20)]
ANSWERS = {
    "cancel": (("2", "C"), "Cancel the task #10431", "y yes, cancel the task", "n no, leave it as it is (also ⏎ esc)"),
    "release": (("2", "l"), "Release #10431", "y yes, make it pending again", "n no, leave it with its worker"),
    "delete": (("2", "down", "D"), "Delete the task #10430", "y yes, delete it for good", "n no, keep it"),
    "stop now": (("2", "X"), "Stop 4 workers now?", "y yes, stop them now", "n no, let them work on"),
}


def asked(desk: Desk) -> str:
    """All that the question says."""
    assert isinstance(desk.app.screen, Confirm), desk.text()
    told = desk.app.screen.query_one(Static).content
    assert isinstance(told, Content)
    return " ".join(told.plain.split())


@pytest.mark.parametrize("size", SMALL, ids=str)
@pytest.mark.parametrize("name", ANSWERS)
async def test_each_key_of_a_question_says_what_it_does(open_board: Opens, name: str, size: tuple[int, int]):
    keys, *told = ANSWERS[name]
    async with open_board(size=size) as desk:
        await desk.press(*keys)
        assert [each for each in told if each not in seen(desk)] == [], desk.text()
        await desk.press("enter")
        assert desk.app.screen is desk.board
        assert desk.verbs.called(name.split(maxsplit=1)[0]) == []


async def test_a_cancel_says_what_becomes_of_the_task_and_what_is_lost(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("2", "C")
        assert "No worker will do it any more, unless somebody retries it." in asked(desk)
        assert "5a3b-2 has it in hand: what it has done of it so far is lost." in asked(desk)
        await desk.press("escape", "down", "C")
        assert "No worker will do it any more, unless somebody retries it." in asked(desk)
        assert "in hand" not in asked(desk)


async def test_to_quit_with_tasks_in_hand_says_what_each_key_does(open_board: Opens):
    async with open_board(size=(60, 20)) as desk:
        await desk.press("q")
        assert "f finish what is in hand, then quit" in seen(desk)
        assert "X quit now: it is given back unfinished" in seen(desk)
        assert "esc stay on the board (also n ⏎)" in seen(desk)


async def test_what_was_typed_is_lost_by_a_yes_alone_and_both_keys_say_so(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("1", "n")
        await desk.settle()
        await desk.type("x")
        await desk.press("escape")
        assert "y yes, leave, and lose what I typed" in seen(desk)
        assert "n no, go on typing" in seen(desk)
