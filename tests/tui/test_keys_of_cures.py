"""A number that did something stands for nothing else: a second press neither undoes it nor does another thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.diagnosis import Cause, Cure, Diagnosis
from core.models import Task, TaskStatus
from tests.tui import scenes
from tests.tui.conftest import Desk
from tests.tui.why_desk import TO_NO_WORKER, opened, seen, words

WHO = 10428
CANCEL = Cure("Cancel", "Ends it.", "cancel", ((WHO,),), {}, "Its work will not be done.", "cancel")
RETRY = Cure("Retry", "Gives it all its attempts anew.", "retry", ((WHO,),), command="retry")
MORE = Cure("One worker more", "Starts one more.", "scale", (4,), {"like": "w-1"})
EVEN_MORE = replace(MORE, args=(5,))


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It is asked again only for a reason, and what has changed may be done at once."""
    monkeypatch.setattr("tui.widgets.why_panel.AGAIN", 3600.0)
    monkeypatch.setattr("tui.widgets.why_panel.HOLD", 0.0)
    yield


def told(status: TaskStatus, *cures: Cure, code: str = "some", **task: object) -> Diagnosis:
    row = replace(scenes.task(WHO, status), **task)  # type: ignore[arg-type]  # fields of a task
    return Diagnosis(WHO, scenes.NOW, (Cause(code, "So it is.", cures=cures),), status=status, task=row)


async def show(desk: Desk, diagnosis: Diagnosis) -> None:
    """That is what the TaskManager tells from now on."""
    desk.verbs.diagnoses[WHO] = diagnosis
    desk.board.why_panel.ask()
    await desk.settle()


async def test_the_number_of_a_cancel_does_not_retry_what_was_cancelled():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, CANCEL)
        await desk.press(*TO_NO_WORKER, "w", "1")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, code="cancelled", error="cancelled")
        await desk.press("y", "1")
        assert desk.verbs.called("retry") == []
        assert "Cancel was 1, and is done: look at what else there is." in desk.notes()
        assert "⊘ cancelled" in seen(desk).split("Why?")[1]
        assert "failed" not in desk.board.why_panel.border_title
        assert "2 Retry" in seen(desk)
        await desk.press("2")
        assert desk.verbs.called("retry") == [("retry", (WHO,))]


async def test_enter_pressed_again_does_not_do_what_came_under_the_cursor():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, CANCEL)
        await desk.press(*TO_NO_WORKER, "w", "enter")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, MORE, code="cancelled", error="cancelled")
        await desk.press("y", "enter")
        assert desk.verbs.called("retry") == []
        assert "That is another now: press 2 for it, or move the cursor first." in desk.notes()
        await desk.press("down", "up", "enter")
        assert desk.verbs.called("retry") == [("retry", (WHO,))]


async def test_a_number_pressed_twice_is_not_done_twice():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY)
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.may_answer.clear()
        await desk.press("1", "1")
        assert desk.verbs.called("retry") == [("retry", (WHO,))]
        assert "Retry of #10428 is under way." in desk.notes()
        desk.verbs.may_answer.set()
        await desk.settle()


async def test_a_cure_with_other_figures_keeps_its_number():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, CANCEL, MORE)
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, EVEN_MORE)
        await desk.press("2")
        assert "2 One worker more" in seen(desk)
        await desk.press("2")
        assert [call[1] for call in desk.verbs.called("scale")] == [4, 5]


async def test_a_retry_tells_how_far_it_is_until_it_has_ended():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, attempts=3)
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, attempts=0)
        await desk.press("1")
        assert "✓ Retried: it waits for a worker." in words(desk)
        await show(desk, told(TaskStatus.CLAIMED, attempts=1, claimed_by="w-ann-4242-5a3b-2"))
        assert "● Retried: attempt 1 of 3 is running on 5a3b-2." in words(desk)
        await show(desk, told(TaskStatus.COMPLETED, attempts=1))
        assert "✓ Retried: it has completed," in words(desk)
        assert desk.board.why_panel.scroll_offset.y == 0, "what is told first is in sight"


async def test_a_retry_that_fails_again_says_so_and_is_offered_again_by_its_number():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, attempts=3)
        await desk.press(*TO_NO_WORKER, "w", "1")
        await show(desk, told(TaskStatus.FAILED, MORE, RETRY, attempts=3))
        assert "✗ Retried: it has failed again," in words(desk)
        await desk.press("1")
        assert [call[0] for call in desk.verbs.calls if call[0] in ("retry", "scale")] == ["retry", "retry"]


async def test_the_border_names_the_cures_also_where_there_is_little_room():
    async with opened(size=(60, 20)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, CANCEL, MORE)
        await desk.press(*TO_NO_WORKER, "w")
        assert "1 Retry 2 Cancel 3 One worker more esc closes" in seen(desk)


def cancelled_one() -> Task:
    return replace(scenes.task(10427, TaskStatus.FAILED), error="cancelled")


async def test_what_was_cancelled_is_not_counted_or_shown_as_failed():
    group = replace(scenes.BUSY.failures[0], error="cancelled", count=2, task_ids=(10427, 10400))
    shown = tuple(cancelled_one() if task.id == 10427 else task for task in scenes.BUSY.view.tasks)
    board = replace(scenes.BUSY, failures=(group,), view=replace(scenes.BUSY.view, tasks=shown))
    assert board.counts.failed == 2
    async with opened(board, size=(80, 24)) as desk:
        first, *_ = desk.text().splitlines()
        assert "failed" not in first
        assert "failed 0 cancelled 2" in seen(desk)
        (row,) = [line for line in desk.text().splitlines() if " 10427 " in line]
        assert "⊘ cancelled" in row
        await desk.press("F")
        assert "⊘ 2" in desk.text()


async def test_of_two_with_one_label_none_gets_the_number_of_the_other():
    one, other = (
        Cure("One worker to FIFO", f"{each} takes the oldest first.", "set_strategy", ("FIFO", (each,)))
        for each in ("w-1", "w-2")
    )
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, one, other)
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, other)
        await desk.press("1", "1")
        assert len(desk.verbs.called("set_strategy")) == 1
        assert "One worker to FIFO was 1, and is done: look at what else there is." in desk.notes()
        await desk.press("2")
        assert [call[-1] for call in desk.verbs.called("set_strategy")] == [("w-1",), ("w-2",)]


async def test_what_is_under_way_for_one_task_holds_up_no_other():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY)
        other = replace(RETRY, args=((10427,),))
        desk.verbs.diagnoses[10427] = replace(told(TaskStatus.FAILED, other), task_id=10427)
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.may_answer.clear()
        await desk.press("1")
        desk.board.why_panel.tell(10427)
        await desk.settle()
        await desk.press("1")
        assert desk.verbs.called("retry") == [("retry", (WHO,)), ("retry", (10427,))]
        await desk.press("1")
        assert desk.notes()[-1] == "Retry of #10427 is under way."
        desk.verbs.may_answer.set()
        await desk.settle()


async def test_a_retry_that_is_cancelled_has_not_failed_again():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, attempts=3)
        await desk.press(*TO_NO_WORKER, "w", "1")
        await show(desk, told(TaskStatus.PENDING, CANCEL, attempts=0))
        await show(desk, told(TaskStatus.FAILED, RETRY, code="cancelled", error="cancelled"))
        assert "⊘ Retried, and cancelled 0 s later: it has not failed again." in words(desk)


async def test_a_cure_that_no_task_can_show_to_help_ends_the_trial_of_the_one_before():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, attempts=3)
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, CANCEL, attempts=0)
        await desk.press("1")
        assert "Retried: it waits" in words(desk)
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, code="cancelled", error="cancelled")
        await desk.press("2", "y")
        assert desk.verbs.called("cancel")
        assert "Retried" not in words(desk)


async def test_what_was_cancelled_while_another_cure_was_looked_at_has_not_failed():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.PENDING, MORE)
        await desk.press(*TO_NO_WORKER, "w", "1")
        await show(desk, told(TaskStatus.FAILED, code="cancelled", error="cancelled"))
        assert "⊘ cancelled, 0 s later: whether it would have helped is not known." in words(desk)
        assert "the task has failed" not in words(desk)


async def test_a_retry_that_fails_with_the_same_error_tells_who_ran_it_and_that_it_failed_again():
    async with opened(size=(80, 24)) as desk:
        same = told(TaskStatus.FAILED, RETRY, attempts=1, claimed_by="w-ann-4242-5a3b-2")
        desk.verbs.diagnoses[WHO] = same
        await desk.press(*TO_NO_WORKER, "w", "1")
        await show(desk, same)
        assert "✗ Retried: it ran on 5a3b-2, and has failed again, 0 s later; below is why." in words(desk)


async def test_a_retry_is_looked_at_until_it_has_ended_however_long_that_takes():
    from tui.why_trial import LOOKS_FOR, Trying

    trying, waits = Trying(), told(TaskStatus.PENDING, attempts=0)
    cause = Cause("some", "So it is.")
    trying.begin(cause, RETRY, told(TaskStatus.FAILED, RETRY, attempts=3), 0.0)
    for now in (1.0, LOOKS_FOR, 1.5 * LOOKS_FOR, 2.4 * LOOKS_FOR):
        trying.judge(waits, now)
        assert trying.told[0] == "✓ Retried: it waits for a worker."
    trying.judge(told(TaskStatus.FAILED, RETRY, attempts=3), 3 * LOOKS_FOR)
    assert trying.told[0] == "✗ Retried: it has failed again, 3 min later; below is why."
    trying.judge(told(TaskStatus.FAILED, RETRY, attempts=3), 4.1 * LOOKS_FOR)
    assert trying.told[0] == ""


async def test_when_it_failed_again_is_not_told_anew_after_the_server_was_away():
    from tui.why_trial import Trying

    again = told(TaskStatus.FAILED, RETRY, attempts=3)
    trying = Trying()
    trying.begin(Cause("some", "So it is."), RETRY, again, 0.0)
    trying.judge(again, 2.0)
    trying.judge(Diagnosis(WHO, scenes.NOW, could_tell=False), 3.0)
    trying.judge(again, 9.0)
    assert trying.told[0] == "✗ Retried: it has failed again, 2 s later; below is why."


async def test_who_closes_the_panel_after_a_retry_and_opens_it_again_is_told_how_that_goes_on():
    async with opened(size=(80, 24)) as desk:
        desk.verbs.diagnoses[WHO] = told(TaskStatus.FAILED, RETRY, attempts=3)
        await desk.press(*TO_NO_WORKER, "w", "1", "escape")
        desk.verbs.diagnoses[WHO] = told(TaskStatus.CLAIMED, attempts=1, claimed_by="w-ann-4242-5a3b-2")
        await desk.press("w")
        assert "● Retried: attempt 1 of 3 is running on 5a3b-2." in words(desk)
        await desk.press("tab", "down", "up")
        assert "Retried" not in words(desk), "another task was asked about meanwhile"
