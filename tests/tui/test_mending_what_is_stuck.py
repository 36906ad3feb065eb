"""A cure is given by its number, asks where it could harm, and it is said whether it helped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.actions import cancel_risk
from core.diagnosis import Cure, Diagnosis
from core.errors import Invalid
from core.models import RowOutcome, TaskStatus
from tests.tui import scenes, scenes_why
from tests.tui.why_desk import TO_GONE, TO_NO_WORKER, opened, seen, words
from tui.key_map import IN_USE, KeyMap
from tui.screens.bulk import BulkScreen
from tui.screens.task import TaskScreen
from tui.widgets.confirm import Confirm

pytestmark = pytest.mark.usefixtures("asked_once")


async def test_a_number_does_the_cure_at_once_where_nothing_can_be_harmed():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w", "1")
        assert desk.verbs.calls == [("start_workers", (scenes.VIDEO,), 1, "FIFO", 1)]


async def test_enter_does_the_cure_under_the_cursor():
    async with opened(size=(120, 60)) as desk:
        await desk.press(*TO_NO_WORKER, "w", "down", "enter")
        assert desk.verbs.calls == [("resume", ("w-ann-4242-5a3b-4",))]


async def test_what_could_harm_asks_first_with_its_risk_and_call_and_no_is_the_default():
    async with opened() as desk:
        await desk.press(*TO_GONE, "w", "1")
        assert "Release #10429?" in seen(desk)
        assert "Makes #10429 pending again" in seen(desk)
        assert "If its worker is alive, the work runs twice." in seen(desk)
        assert 'Call: POST /tasks/bulk {"action": "release"' in desk.text()
        await desk.press("enter")
        assert desk.verbs.calls == []
        await desk.press("1", "y")
        assert desk.verbs.calls == [("release", (10429,), False)]


async def test_a_release_asks_also_where_no_risk_is_known():
    async with opened() as desk:
        safe = replace(scenes_why.OWNER_GONE, cures=(replace(scenes_why.RELEASE, risk=""),))
        desk.verbs.diagnoses[10429] = replace(scenes_why.of_gone_owner(), causes=(safe,))
        await desk.press(*TO_GONE, "w", "1")
        assert desk.verbs.calls == []
        assert 'Call: POST /tasks/bulk {"action": "release"' in desk.text()


async def test_a_cure_that_helped_says_so_and_when():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        claimed = replace(scenes_why.of_no_worker(), status=TaskStatus.CLAIMED, causes=())
        desk.verbs.diagnoses[10428] = claimed
        await desk.press("1")
        assert "✓ It helped: the task was claimed, 0 s later." in seen(desk)
        assert "Start a worker: done." in desk.notes()


async def test_a_cause_that_is_over_helped_too_and_what_else_holds_is_told_below():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=(scenes_why.PAUSED,))
        await desk.press("1")
        assert "✓ It helped: that is over, 0 s later. · The only other worker" in seen(desk)


async def test_whether_it_helped_is_not_told_while_the_server_cannot_be_read():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        away = replace(scenes_why.of_no_worker(), causes=(), could_tell=False)
        desk.verbs.diagnoses[10428] = away
        await desk.press("1")
        assert "done; whether it helped cannot be told while the TaskManager cannot be read." in seen(desk)
        assert "It helped" not in seen(desk)
        desk.verbs.diagnoses[10428] = replace(away, status=TaskStatus.CLAIMED, could_tell=True)
        desk.board.why_panel.ask()
        await desk.settle()
        assert "✓ It helped: the task was claimed" in seen(desk)
        desk.verbs.diagnoses[10428] = away
        desk.board.why_panel.ask()
        await desk.settle()
        assert "✓ It helped: the task was claimed" in seen(desk)


async def test_a_cure_that_does_not_help_says_so_in_the_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.why_trial.STILL_AFTER", 0.0)
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w", "1")
        assert "✗ Still, 0 s later: No worker that is known claims" in seen(desk)


async def test_before_that_it_is_said_that_it_is_being_looked():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w", "1")
        assert "Start a worker: done; looking whether it helps…" in seen(desk)


async def test_a_task_that_fails_after_the_cure_was_not_helped():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), status=TaskStatus.FAILED)
        await desk.press("1")
        assert "✗ It did not help: the task has failed" in seen(desk)


async def test_a_task_that_was_claimed_and_failed_then_was_not_helped_after_all():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), status=TaskStatus.CLAIMED, causes=())
        await desk.press("1")
        assert "✓ It helped" in seen(desk)
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), status=TaskStatus.FAILED, causes=())
        desk.board.why_panel.ask()
        await desk.settle()
        assert "✗ It did not help: the task has failed" in seen(desk)
        assert "✓ It helped" not in seen(desk)


async def test_whether_it_helped_is_not_told_for_ever(monkeypatch: pytest.MonkeyPatch):
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), status=TaskStatus.CLAIMED, causes=())
        await desk.press("1")
        monkeypatch.setattr("tui.why_trial.LOOKS_FOR", -1.0)
        desk.board.why_panel.ask()
        await desk.settle()
        assert "It helped" not in seen(desk)


async def test_the_deduplication_key_is_evidence_and_no_secret():
    async with opened() as desk:
        told = replace(scenes_why.OWNER_GONE, evidence=(("deduplication key", "5f0c21aa"),))
        desk.verbs.diagnoses[10429] = replace(scenes_why.of_gone_owner(), causes=(told,))
        await desk.press(*TO_GONE, "w")
        assert "deduplication key 5f0c21aa" in seen(desk)


async def test_the_border_names_the_keys_that_the_user_chose(monkeypatch: pytest.MonkeyPatch):
    async with opened() as desk:
        monkeypatch.setattr(IN_USE, "keys", KeyMap({"copy_why": "f5", "close_why": "f6", "clear": "f7"}))
        await desk.press(*TO_GONE, "w")
        assert "1 Release f5 copies tab list f6 closes" in seen(desk)
        await desk.press("tab")
        assert "w goes there, f7 closes" in seen(desk)


async def test_a_cure_that_is_refused_says_so_and_nothing_is_waited_for():
    async with opened() as desk:
        await desk.press(*TO_GONE, "w")
        desk.verbs.outcomes[10429] = RowOutcome(10429, False, error="Task is completed")
        await desk.press("1", "y")
        assert desk.notes() == ["#10429 was not released: it is completed"]
        assert desk.board.why_panel.trying.trial is None


async def test_an_error_of_a_cure_is_said():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.refusal = Invalid("No way.")
        await desk.press("1")
        assert "No way." in desk.notes()
        assert desk.board.why_panel.trying.trial is None


async def test_a_cure_on_many_tasks_shows_its_dry_run_first():
    from core.bulk import Action, Order

    async with opened() as desk:
        cure = Cure("Release", "Reports it as failed.", "plan_bulk", (Order(Action.RELEASE), (10429,)), {}, "Twice.")
        desk.verbs.diagnoses[10429] = Diagnosis(10429, scenes.NOW, (replace(scenes_why.OWNER_GONE, cures=(cure,)),))
        await desk.press(*TO_GONE, "w", "1")
        assert isinstance(desk.app.screen, BulkScreen)
        assert desk.verbs.calls == [("plan_bulk", Order(Action.RELEASE), (10429,))]


async def test_to_cancel_asks_and_is_not_said_to_have_helped_or_not():
    async with opened() as desk:
        cancel = Cure("Cancel", "Ends #10428 as cancelled.", "cancel", ((10428,),), {}, cancel_risk(1, 0), "cancel")
        by_hand = Cure("Get a worker", "Write or install one.")
        cause = replace(scenes_why.NO_WORKER, code="type-unknown-here", cures=(by_hand, cancel))
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=(cause,))
        await desk.press(*TO_NO_WORKER, "w", "1")
        assert "Cancel the task #10428?" in seen(desk)
        assert isinstance(desk.app.screen, Confirm)
        assert desk.app.screen.risk == f"Ends #10428 as cancelled. {cancel_risk(1, 0)}"
        desk.verbs.diagnoses[10428] = Diagnosis(10428, scenes.NOW, (), status=TaskStatus.FAILED)
        await desk.press("y")
        assert desk.verbs.called("cancel") == [("cancel", (10428,))]
        desk.board.why_panel.ask()
        await desk.settle()
        assert "help" not in " ".join(words(desk).split())


async def test_a_cure_that_opens_another_task_opens_it():
    async with opened() as desk:
        cure = Cure("Open it", "Shows #10425.", "open_task", (10425,), command="open")
        desk.verbs.diagnoses[10429] = Diagnosis(10429, scenes.NOW, (replace(scenes_why.OWNER_GONE, cures=(cure,)),))
        await desk.press(*TO_GONE, "w", "1")
        assert isinstance(desk.app.screen, TaskScreen)
        assert desk.verbs.calls == [("open_task", 10425)]


async def test_a_number_without_a_cure_does_nothing_and_never_changes_the_pane():
    async with opened() as desk:
        await desk.press(*TO_GONE, "w", "3", "9")
        assert desk.verbs.calls == []
        assert desk.notes() == ["Nothing here has that number."]
        assert desk.board.place == "why"


async def test_a_number_that_was_another_cure_a_moment_ago_does_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.widgets.why_panel.HOLD", 3600.0)
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        panel = desk.board.why_panel
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=(scenes_why.PAUSED,))
        panel.ask()
        await desk.settle()
        await desk.press("1")
        assert desk.verbs.calls == []
        assert "has just changed" in desk.notes()[0]
        await desk.press("tab", "up", "up", "w", "1")
        assert [call[0] for call in desk.verbs.calls] == ["scale"]


async def test_the_same_cure_of_two_causes_has_one_number():
    async with opened() as desk:
        twice = (scenes_why.NO_WORKER, replace(scenes_why.PAUSED, cures=(scenes_why.START, scenes_why.RESUME)))
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=twice)
        await desk.press(*TO_NO_WORKER, "w", "2")
        assert [call[0] for call in desk.verbs.calls] == ["resume"]


async def test_enter_shows_a_cure_that_is_out_of_sight_before_it_is_done():
    async with opened(size=(60, 20)) as desk:
        many = tuple((f"evidence {n}", "told") for n in range(30))
        desk.verbs.diagnoses[10428] = replace(
            scenes_why.of_no_worker(), causes=(replace(scenes_why.NO_WORKER, evidence=many),)
        )
        await desk.press(*TO_NO_WORKER, "w", "enter")
        assert desk.verbs.calls == []
        assert "Start a worker" in desk.text()
        await desk.press("enter")
        assert [call[0] for call in desk.verbs.calls] == ["start_workers"]


async def test_to_mend_is_offered_only_where_something_can_be_mended():
    async with opened(size=(80, 24)) as desk:
        by_hand = replace(scenes_why.NO_WORKER, cures=(scenes_why.BY_HAND,))
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=(by_hand,))
        await desk.press(*TO_NO_WORKER, "w")
        assert "Do it" not in desk.text().splitlines()[-1]
        assert desk.text().splitlines()[-1].split()[0] == "esc"
        await desk.press("escape", *TO_GONE[:1], "up", "up", "w")
        assert "⏎ 1-9 Do it" in desk.text().splitlines()[-1]
