"""A question is read once: it names whom it is about, what that brings about, and what each key does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.content import Content
from textual.widgets import Input, Static

from core.details import TaskDetail
from core.diagnosis import Cure, Diagnosis
from core.models import Claim, Json, TaskStatus
from tests.tui import scenes, scenes_why
from tests.tui.conftest import Desk, Opens, until
from tests.tui.scenes_results import OUTCOMES
from tests.tui.why_desk import TO_GONE, opened, seen
from tui.screens.new_task import NewTaskScreen
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
        assert "No worker does it any more, unless somebody retries it." in asked(desk)
        assert "5a3b-2 has it in hand: what it has done of it so far is lost." in asked(desk)
        await desk.press("escape", "down", "C")
        assert "No worker does it any more, unless somebody retries it." in asked(desk)
        assert "in hand" not in asked(desk)


async def test_what_is_lost_by_a_cancel_is_told_as_it_is_by_now(open_board: Opens):
    async with open_board() as desk:
        await desk.press("2", "C")
        assert "5a3b-2 has it in hand" in asked(desk)
        tasks = tuple(replace(each, status=TaskStatus.PENDING, claimed_by=None) for each in scenes.BUSY.view.tasks)
        await desk.put(replace(scenes.BUSY, view=replace(scenes.BUSY.view, tasks=tasks)))
        await until(desk, lambda: "in hand" not in asked(desk))


@pytest.mark.parametrize(
    ("cure", "whom", "yes", "no"),
    [
        (("Cancel", "cancel", (7,)), "Cancel the task #7?", "cancel the task", "leave it as it is"),
        (("Release", "release", (7,)), "Release #7?", "make it pending again", "leave it with its worker"),
        (("Extend its claim", "extend_claims", (7,)), "Extend the claim of #7?", "let it last anew", "let it run out"),
        (
            ("Send the report again", "resend_reports", (Claim(7, "2026-03-01"),)),
            "Send the report of #7 again?",
            "send it again",
            "keep it aside",
        ),
        (("Stop it now", "stop_workers", ("w-ann-4242-5a3b-2",)), "Stop 5a3b-2 now?", "stop it now", "let it work on"),
        (
            ("Register the type", "register_type", "Echo", "1.0.0"),
            "Register the type Echo?",
            "register it",
            "leave the types",
        ),
        (("Retry", "retry", (7,)), "Retry (#7)?", "do that", "change nothing"),
        (("Resume", "resume", ("w-1", "w-2")), "Resume (2)?", "do that", "change nothing"),
    ],
    ids=lambda each: each[1] if isinstance(each, tuple) else None,
)
async def test_a_question_of_the_panel_names_whom_it_is_about_and_says_what_each_key_does(
    cure: tuple[str, str, *tuple[Json, ...]], whom: str, yes: str, no: str
):
    label, verb, *args = cure
    offered = Cure(label, "It mends.", verb, tuple(args), risk="It may harm.")
    async with opened() as desk:
        desk.verbs.diagnoses[10429] = Diagnosis(10429, scenes.NOW, (replace(scenes_why.OWNER_GONE, cures=(offered,)),))
        await desk.press(*TO_GONE, "w", "1")
        assert asked(desk).startswith(whom)
        assert f"y yes, {yes}" in asked(desk) and f"n no, {no}" in asked(desk)
        await desk.press("n")
        assert desk.app.screen is desk.board and desk.verbs.called(verb) == []


async def test_to_quit_with_tasks_in_hand_says_what_each_key_does(open_board: Opens):
    async with open_board(size=(60, 20)) as desk:
        await desk.press("q")
        assert "f finish what is in hand, then quit" in seen(desk)
        assert "X quit now: they are given back unfinished" in seen(desk)
        assert "esc stay on the board (also n ⏎)" in seen(desk)


async def test_what_was_typed_is_lost_by_a_yes_alone_and_both_keys_say_so(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("1", "n")
        await desk.settle()
        await desk.type("x")
        await desk.press("escape")
        assert "y yes, leave, and lose what I typed" in seen(desk)
        assert "n no, go on typing" in seen(desk)


async def test_a_question_that_comes_late_takes_no_key_that_was_meant_for_another_screen(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press("2", "down", "D", "n")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        desk.verbs.may_answer.set()
        await desk.settle()
        assert desk.app.screen is form
        (said,) = desk.notes()
        assert said == (
            "Delete the task #10430 (PrismQ.YouTube.Channel.Scrape)? Nothing is done: this comes late, and you are "
            "elsewhere by now."
        )
        await desk.press("y")
        assert desk.verbs.called("bulk") == []


async def test_a_question_that_comes_late_takes_no_letter_of_a_filter(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press("2", "down", "D", "slash")
        desk.verbs.may_answer.set()
        await desk.settle()
        await desk.press("y")
        assert desk.app.screen is desk.board and desk.board.queue_pane.field.query_one(Input).value == "y"
        assert "Nothing is done" in desk.notes()[-1] and desk.verbs.called("bulk") == []


async def test_to_ask_twice_while_the_question_is_still_to_come_asks_once(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press("2", "down", "D", "D")
        assert desk.notes() == ["A deletion is being looked at already: its question comes first."]
        desk.verbs.may_answer.set()
        await desk.settle()
        assert len(desk.verbs.called("plan_bulk")) == 1
        assert "Delete the task #10430" in asked(desk)
        await desk.press("n")
        assert desk.app.screen is desk.board
        await desk.press("D")
        assert "Delete the task #10430" in asked(desk)
        await desk.press("y")
        assert len(desk.verbs.called("bulk")) == 1


async def test_a_key_that_is_pressed_twice_at_once_asks_once(open_board: Opens):
    async with open_board() as desk:
        await desk.press("2")
        desk.board.action_cancel()
        desk.board.action_cancel()
        await desk.settle()
        assert "Cancel the task #10431" in asked(desk)
        await desk.press("n")
        assert desk.app.screen is desk.board and desk.notes() == []


async def test_another_question_that_comes_late_is_not_laid_over_the_first(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press("2", "down", "D", "up", "C")
        assert "Cancel the task #10431" in asked(desk)
        desk.verbs.may_answer.set()
        await desk.settle()
        assert "Cancel the task #10431" in asked(desk)
        assert desk.notes()[-1].startswith("Delete the task #10430")
        await desk.press("y")
        assert desk.app.screen is desk.board
        assert [desk.verbs.called(verb) for verb in ("cancel", "bulk")] == [[("cancel", (10431,))], []]


async def test_a_question_that_nobody_waits_for_takes_no_answer_at_first(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.widgets.confirm.DEAF_FOR", 3600.0)
    monkeypatch.setattr("tui.deeds.LATE", -1.0)
    async with open_board() as desk:
        await desk.press("2", "down", "D", "y", "n", "escape")
        question = desk.app.screen
        assert isinstance(question, Confirm) and not question.hears
        assert desk.verbs.called("bulk") == []
        question.hear()
        await desk.press("y")
        assert desk.app.screen is desk.board and len(desk.verbs.called("bulk")) == 1


async def test_a_question_that_a_key_has_just_opened_is_answered_at_once(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.widgets.confirm.DEAF_FOR", 3600.0)
    monkeypatch.setattr("tui.deeds.LATE", 3600.0)
    async with open_board() as desk:
        await desk.press("2", "down", "D", "y")
        assert desk.app.screen is desk.board and len(desk.verbs.called("bulk")) == 1


async def test_an_offer_that_opens_by_itself_takes_no_key_that_was_meant_for_the_list(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.widgets.confirm.DEAF_FOR", 3600.0)
    async with open_board(OUTCOMES) as desk:
        done = replace(scenes.task(10427, attempts=0), status=TaskStatus.COMPLETED)
        desk.verbs.details[10427] = TaskDetail(done)
        await desk.press("4", "4", "c")
        await until(desk, lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("y")
        assert "#10427 completed: retry the other 41?" in asked(desk)
        assert desk.verbs.called("retry") == [("retry", (10427,))]


@pytest.mark.parametrize("key", ["C", "t", "q"])
async def test_behind_a_dialog_no_key_is_named_that_would_do_nothing(open_board: Opens, key: str):
    async with open_board() as desk:
        await desk.press("2")
        before = desk.text().splitlines()[-1]
        assert "t Strategy" in before
        await desk.press(key)
        assert desk.text().splitlines()[-1].strip() == ""
        await desk.press("escape")
        assert desk.text().splitlines()[-1] == before
