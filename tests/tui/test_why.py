"""Why is this task stuck? The panel tells all causes, follows the cursor, mends, and says whether that helped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from core.details import TaskDetail
from core.diagnosis import Cause, Cure, Diagnosis
from core.errors import Invalid, Unreachable
from core.models import RowOutcome, TaskStatus
from core.snapshot import Snapshot, StuckTask
from tests.tui import scenes, scenes_why
from tests.tui.conftest import Desk
from tests.tui.test_untrusted_text import raw
from tui.key_map import IN_USE, KeyMap
from tui.screens.bulk import BulkScreen
from tui.screens.failure_group import FailureGroupScreen
from tui.screens.help import HelpScreen
from tui.screens.task import TaskScreen
from tui.screens.worker import WorkerScreen

SIZES = [(180, 50), (120, 36), (80, 24), (60, 20)]
TO_GONE = ("down", "down")
"""Keys to the row of #10429."""
TO_NO_WORKER = (*TO_GONE, "down")


@pytest.fixture(autouse=True)
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, it is asked again only for a reason."""
    monkeypatch.setattr("tui.widgets.why_panel.AGAIN", 3600.0)


@asynccontextmanager
async def opened(snapshot: Snapshot = scenes_why.STUCK, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Desk]:
    app, connection = scenes_why.board(snapshot)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, connection)
        await desk.settle()
        yield desk


def seen(desk: Desk) -> str:
    """The text of the screen as it reads: without frames, and with single spaces."""
    return " ".join(desk.text().replace("│", " ").replace("┃", " ").split())


def words(desk: Desk) -> str:
    """All that the panel says, in sight or not."""
    panel = desk.board.why_panel
    return " ".join(" ".join(text.strip() for text, _ in line) for line in panel.shown.lines)


def row(desk: Desk, text: str) -> str:
    """The line of the queue with that in it, from there on."""
    return next((line[line.index(text) :] for line in desk.text().splitlines() if text in line), "")


# The panel


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_w_tells_all_causes_beside_the_row_which_stays_in_sight(size: tuple[int, int]):
    async with opened(size=size) as desk:
        await desk.press(*TO_GONE, "w")
        assert desk.verbs.reads == [("why", 10429)]
        assert "Why? #10429" in desk.text()
        assert "⚠ stuck" in desk.text()
        assert "10429 ⚠" in desk.text(), desk.text()
        for said in (
            "has not been heard of for 7 min 12 s",
            "likely",
            scenes_why.GONE,
            "Makes #10429 pending again",
            "release([10429])",
            "the work runs twice",
            "See on its machine",
            "its claim can be taken over from 12:00:48, in 48 s",
            "The server does not tell when it last heard",
        ):
            assert said in " ".join(words(desk).split()), said
        assert "has not been heard of" in seen(desk)


async def test_places_under_each_strategy_and_the_expected_start_are_told():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        told = " ".join(words(desk).split())
        assert "place, FIFO 1 before it" in told
        assert "place, LIFO the next one" in told
        assert "place, PRIORITY 7 or more before it, also #10430, #10431, #10433 and 1 more, which came later" in told
        assert "expected start No worker that is known claims its type" in told
        await desk.press("left_square_bracket", "left_square_bracket")
        told = " ".join(words(desk).split())
        assert "811 before it; 3 workers claim so now" in told
        assert "expected start in about 21 min 21 s (19 min 50 s to 22 min 52 s); 38 a minute end, over 30 s" in told


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_with_the_focus_in_the_list_the_panel_follows_the_cursor(size: tuple[int, int]):
    async with opened(size=size) as desk:
        await desk.press(*TO_GONE, "w", "tab", "down")
        assert "Why? #10428" in desk.text()
        assert "No worker that is known claims" in seen(desk)
        assert desk.board.queue_pane.row_list.current.id == 10428
        assert "10428 ⚠" in desk.text()
        await desk.press("w")
        assert desk.board.place == "why"


async def test_the_next_row_is_one_key_away_from_within_the_panel():
    async with opened() as desk:
        await desk.press(*TO_GONE, "w", "J")
        assert "Why? #10428" in desk.text()
        assert desk.board.place == "why"
        await desk.press("K", "K")
        assert "Why? #10430" in desk.text()


@pytest.mark.parametrize("key", ["escape", "w"])
async def test_the_panel_closes_and_the_list_has_the_keys_again(key: str):
    async with opened() as desk:
        await desk.press(*TO_GONE, "w", key)
        assert "Why?" not in "\n".join(desk.text().splitlines()[:-1])
        assert desk.board.place == "queue"
        assert "4 Results" in desk.text()
        assert desk.board.queue_pane.row_list.current.id == 10429


async def test_escape_in_the_list_closes_the_panel_before_it_clears_marks():
    async with opened() as desk:
        await desk.press("space", "w", "tab", "escape")
        assert not desk.board.why_panel.is_open
        assert desk.board.queue_pane.row_list.marks
        await desk.press("escape")
        assert not desk.board.queue_pane.row_list.marks


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_in_failures_it_is_about_the_newest_of_the_group_and_the_group_stays_in_sight(size: tuple[int, int]):
    async with opened(size=size) as desk:
        await desk.press("4", "4", "w")
        assert desk.verbs.reads[-1] == ("why", 10427)
        assert "Why? #10427" in desk.text()
        assert "quota exceeded" in desk.text()


async def test_of_a_worker_it_is_the_task_that_it_has_in_hand():
    async with opened() as desk:
        await desk.press("3", "w")
        assert desk.verbs.reads[-1] == ("why", 10432)
        await desk.press("tab", "down")
        assert "Why? #10431" in desk.text()


async def test_what_is_known_is_asked_again_when_the_task_is_another():
    async with opened() as desk:
        await desk.press(*TO_GONE, "w")
        before = len(desk.verbs.reads)
        rows = tuple(
            replace(each, status=TaskStatus.PENDING) if each.id == 10429 else each
            for each in scenes_why.STUCK.view.tasks
        )
        await desk.put(replace(scenes_why.STUCK, view=replace(scenes_why.STUCK.view, tasks=rows)))
        assert len(desk.verbs.reads) == before + 1


async def test_an_error_is_said_in_the_panel():
    async with opened() as desk:
        desk.verbs.refusal = Unreachable("The TaskManager is away: token=abcdef123456.")
        await desk.press(*TO_GONE, "w")
        assert "✗ The TaskManager is away" in seen(desk)
        assert "abcdef123456" not in desk.text()
        await desk.press("1")
        assert desk.notes() == ["There is nothing here that this program can mend."]


async def test_a_task_that_nothing_is_wrong_with_says_so():
    async with opened() as desk:
        await desk.press("w")
        assert "✓ nothing is wrong" in desk.text()
        assert "Nothing is wrong that could be seen." in desk.text()


# The whole system


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_capital_w_explains_why_nothing_happens(size: tuple[int, int]):
    async with opened(scenes_why.NOTHING, size) as desk:
        await desk.press("W")
        assert desk.verbs.reads == [("why", None)]
        assert "Why? the whole system" in desk.text()
        assert "⚠ Nothing is happening because all 4 workers are paused; 2 tasks wait." in " ".join(words(desk).split())
        assert "No worker that is known claims" in seen(desk)


async def test_the_palette_explains_it_too():
    async with opened(scenes_why.NOTHING) as desk:
        await desk.press("ctrl+p")
        await desk.type("nothing happening")
        await desk.press("enter")
        assert desk.verbs.reads == [("why", None)]
        assert desk.board.place == "why"


async def test_w_in_an_empty_queue_is_about_the_whole_system():
    async with opened(scenes.EMPTY) as desk:
        await desk.press("w")
        assert desk.verbs.reads == [("why", None)]


async def test_a_panel_about_the_whole_system_stays_with_it_when_the_cursor_moves():
    async with opened() as desk:
        await desk.press("W", "tab", "down")
        assert "Why? the whole system" in desk.text()
        await desk.press("w")
        assert "Why? #10430" in desk.text()


# Mending


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
        assert "Release? Makes #10429 pending again" in seen(desk)
        assert "If its worker is alive, the work runs twice." in seen(desk)
        assert "Call: release([10429])" in desk.text()
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
        assert "Call: release([10429])" in desk.text()


async def test_a_cure_that_helped_says_so_and_when():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        claimed = replace(scenes_why.of_no_worker(), status=TaskStatus.CLAIMED, causes=())
        desk.verbs.diagnoses[10428] = claimed
        await desk.press("1")
        assert "✓ It helped: the task was claimed, 0 s later." in seen(desk)
        assert "Done: Starts 1 worker" in desk.notes()[0]


async def test_a_cause_that_is_over_helped_too_and_what_else_holds_is_told_below():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=(scenes_why.PAUSED,))
        await desk.press("1")
        assert "✓ It helped: that is over, 0 s later. · The only other worker" in seen(desk)


async def test_a_cure_that_does_not_help_says_so_in_the_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.why_deeds.STILL_AFTER", 0.0)
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
        monkeypatch.setattr("tui.widgets.why_panel.LOOKS_FOR", -1.0)
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
        assert "1-9 mend f5 copies tab list f6 closes" in seen(desk)
        await desk.press("tab")
        assert "w goes there, f7 closes" in seen(desk)


async def test_a_cure_that_is_refused_says_so_and_nothing_is_waited_for():
    async with opened() as desk:
        await desk.press(*TO_GONE, "w")
        desk.verbs.outcomes[10429] = RowOutcome(10429, False, error="Task is completed")
        await desk.press("1", "y")
        assert desk.notes() == ["#10429 was not released: it is completed"]
        assert desk.board.why_panel.trial is None


async def test_an_error_of_a_cure_is_said():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        desk.verbs.refusal = Invalid("No way.")
        await desk.press("1")
        assert "No way." in desk.notes()
        assert desk.board.why_panel.trial is None


async def test_a_cure_on_many_tasks_shows_its_dry_run_first():
    from core.bulk import Action, Order

    async with opened() as desk:
        cure = Cure("Release", "Reports it as failed.", "plan_bulk", (Order(Action.RELEASE), (10429,)), {}, "Twice.")
        desk.verbs.diagnoses[10429] = Diagnosis(10429, scenes.NOW, (replace(scenes_why.OWNER_GONE, cures=(cure,)),))
        await desk.press(*TO_GONE, "w", "1")
        assert isinstance(desk.app.screen, BulkScreen)
        assert desk.verbs.calls == [("plan_bulk", Order(Action.RELEASE), (10429,))]


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


# Copying, help, keys


async def test_y_copies_text_and_capital_y_json_both_without_secrets():
    async with opened() as desk:
        told = replace(scenes_why.OWNER_GONE, evidence=(("said", "key=AIzaSyNOTREAL"), ("api_key", "hidden1")))
        desk.verbs.diagnoses[10429] = replace(scenes_why.of_gone_owner(), causes=(told,))
        await desk.press(*TO_GONE, "w", "y")
        text = desk.app.clipboard
        assert text.startswith("#10429 (PrismQ.YouTube.Channel.Scrape, claimed): It is stuck.\n\n1. Its worker")
        assert "call: release([10429])" in text
        await desk.press("Y")
        found = json.loads(desk.app.clipboard)
        assert (found["task_id"], found["verdict"], found["causes"][0]["code"]) == (10429, "stuck", "owner-gone")
        for copied in (text, desk.app.clipboard, desk.text()):
            assert "AIzaSyNOTREAL" not in copied


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_hostile_text_in_evidence_never_reaches_the_terminal_raw(size: tuple[int, int]):
    bad = scenes.HOSTILE
    cure = Cure(bad, bad, "resume", ((bad,),), {}, bad)
    cause = Cause(bad, bad, ((bad, bad), ("漢字" * 40, "漢字" * 200)), (cure, replace(cure, verb="")))
    snapshot = replace(
        scenes_why.STUCK, stuck={10429: StuckTask(bad, bad)}, nothing_happens=bad, stuck_exact=False, stuck_count=7
    )
    async with opened(snapshot, size) as desk:
        desk.verbs.diagnoses[10429] = Diagnosis(10429, scenes.NOW, (cause, cause), (bad,), task_type=bad)
        await desk.press(*TO_GONE, "w")
        for key in ("pagedown", "end", "1"):
            assert raw(desk.text()) == set()
            await desk.press(key)
        assert raw(desk.text()) == set()
        await desk.press("escape", "y")
        assert raw(desk.app.clipboard) == set()


async def test_the_key_bar_and_the_help_follow_into_the_panel():
    async with opened() as desk:
        await desk.press(*TO_GONE)
        assert "w Why?" in desk.text().splitlines()[-1]
        await desk.press("w")
        bar = desk.text().splitlines()[-1]
        assert [each for each in ("esc Close", "⏎ 1-9 Do it", "y Copy", "] Next row") if each not in bar] == []
        assert "Release" not in bar
        await desk.press("question_mark")
        assert isinstance(desk.app.screen, HelpScreen)
        assert "Help: Why?" in desk.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=str)
async def test_the_end_of_a_long_panel_can_be_reached(size: tuple[int, int]):
    async with opened(size=size) as desk:
        await desk.press(*TO_GONE, "w", "G")
        assert "last heard of its" in seen(desk) or "last heard of" in seen(desk)
        for _ in range(40):
            await desk.press("k")
        assert "has not been heard of" in seen(desk)
        for _ in range(40):
            await desk.press("j")
        assert "The server does not tell" in seen(desk)


async def test_without_colour_everything_has_its_sign(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened() as desk:
        await desk.press(*TO_GONE, "w")
        assert "⚠ Its worker" in desk.text()
        assert " ›1 Release" in desk.text()


# Other screens


async def test_the_task_screen_says_why_in_its_overview_and_tells_all_below():
    async with opened() as desk:
        await desk.press(*TO_GONE, "enter")
        assert "Why ⚠ Its worker has not been heard of" in seen(desk)
        assert "(w tells more)" in seen(desk)
        await desk.press("w")
        assert "Why? #10429" in desk.text()
        assert "Overview" in desk.text()
        await desk.press("1", "y")
        assert desk.verbs.called("release") == [("release", (10429,), False)]
        await desk.press("escape")
        assert isinstance(desk.app.screen, TaskScreen)
        assert "Why? #10429" not in desk.text()
        await desk.press("escape")
        assert desk.app.screen is desk.board


async def test_the_panel_of_the_task_screen_goes_along_to_the_next_task():
    async with opened() as desk:
        await desk.press(*TO_GONE, "enter", "w", "right_square_bracket")
        assert "Why? #10428" in desk.text()


async def test_a_completed_task_is_not_asked_about():
    async with opened() as desk:
        done = replace(scenes_why.STUCK.view.tasks[0], status=TaskStatus.COMPLETED)
        desk.verbs.details[10431] = TaskDetail(done)
        await desk.press("enter")
        assert desk.verbs.reads == []


async def test_the_screens_of_a_worker_and_of_a_group_of_failures_have_the_panel_too():
    async with opened() as desk:
        await desk.press("3", "enter", "w")
        assert isinstance(desk.app.screen, WorkerScreen)
        assert desk.verbs.reads[-1] == ("why", 10432)
        assert "Why? #10432" in desk.text()
        await desk.press("escape", "escape", "4", "4", "enter")
        assert isinstance(desk.app.screen, FailureGroupScreen)
        await desk.press("w")
        assert "Why? " in desk.text()
        await desk.press("escape", "escape")
        assert desk.app.screen is desk.board


# The queue and the status line


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_stuck_rows_are_marked_and_where_there_is_room_with_the_cause(size: tuple[int, int]):
    async with opened(size=size) as desk:
        rows = [line for line in desk.text().splitlines() if "⚠" in line and ("10429" in line or "10428" in line)]
        assert len(rows) == 2
        assert "owner gone" in rows[0] or size[0] < 64
        assert "no worker" in rows[1] or size[0] < 64
        assert "⚠" not in row(desk, "10430 ")


async def test_a_mark_goes_when_the_task_is_stuck_no_more():
    async with opened() as desk:
        assert "⚠" in row(desk, "10428")
        await desk.put(replace(scenes_why.STUCK, stuck={}, stuck_count=0))
        assert "⚠" not in row(desk, "10428")
        assert "stuck" not in desk.text()


async def test_a_queue_in_which_nothing_is_stuck_looks_as_it_did():
    async with opened(scenes.BUSY) as desk:
        before = desk.text()
        await desk.put(scenes_why.STUCK)
        await desk.put(scenes.BUSY)
        assert desk.text() == before


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_status_line_counts_them_and_says_why_nothing_happens(size: tuple[int, int]):
    async with opened(scenes_why.NOTHING, size) as desk:
        line = desk.text().splitlines()[0]
        assert "⚠ 2+ stuck" in line
        if size[0] >= 80:
            assert "nothing is happening because all 4 workers are" in line


async def test_a_filter_for_stuck_rows_says_of_how_many_and_means_only_loaded_rows():
    async with opened() as desk:
        await desk.press("slash")
        await desk.type("stuck:yes")
        await desk.press("enter")
        ((_, view),) = desk.verbs.called("look")
        assert str(view.filter) == "stuck:yes"
        rows = tuple(each for each in scenes_why.STUCK.view.tasks if each.id in scenes_why.STUCK.stuck)
        found = replace(scenes_why.STUCK.view, view=view, tasks=rows, total=2, searched=1000, searchable=1207)
        await desk.put(replace(scenes_why.STUCK, view=found))
        assert "/stuck:yes searched 1,000 of 1,207" in desk.text()
        await desk.press("a", "a")
        assert not desk.board.queue_pane.row_list.all_meant
