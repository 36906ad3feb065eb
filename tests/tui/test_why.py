"""Why is this task stuck? The panel tells all causes, follows the cursor, mends, and says whether that helped."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from core.diagnosis import Cause, Certainty, Cure, Diagnosis, Verdict
from core.errors import Unreachable
from core.models import TaskStatus
from core.snapshot import StuckTask
from tests.tui import scenes, scenes_why
from tests.tui.test_untrusted_text import raw
from tests.tui.why_desk import SIZES, TO_GONE, TO_NO_WORKER, opened, seen, words
from tui.look import Tone, hanging
from tui.screens.help import HelpScreen

pytestmark = pytest.mark.usefixtures("asked_once")


async def test_w_tells_all_causes_beside_the_row_which_stays_in_sight():
    async with opened() as desk:
        await desk.press(*TO_GONE)
        for size in SIZES:
            await desk.resize(size)
            desk.verbs.reads.clear()
            await desk.press("w")
            assert desk.verbs.reads == [("why", 10429)], size
            assert "Why? #10429" in desk.text(), size
            assert "⚠ stuck" in desk.text(), size
            assert "10429 ⚠" in desk.text(), desk.text()
            for said in (
                "has not been heard of for 7 min 12 s",
                "likely",
                scenes_why.GONE,
                "Makes #10429 pending again",
                'POST /tasks/bulk {"action": "release"',
                "the work runs twice",
                "See on its machine",
                "its claim can be taken over from 12:00:48, in 48 s",
                "The server does not tell when it last heard",
            ):
                assert said in " ".join(words(desk).split()), (size, said)
            assert "has not been heard of" in seen(desk), size
            await desk.press("escape")


async def test_places_under_each_strategy_and_the_expected_start_are_told():
    async with opened() as desk:
        await desk.press(*TO_NO_WORKER, "w")
        told = " ".join(words(desk).split())
        assert "place, FIFO 1 before it" in told
        assert "place, LIFO the next one of its type, but no worker that is known takes that type now" in told
        assert "place, PRIORITY 7 or more before it, also #10430, #10431, #10433 and 1 more, which came later" in told
        assert "expected start No worker that is known claims its type" in told
        await desk.press("left_square_bracket", "left_square_bracket")
        told = " ".join(words(desk).split())
        assert "811 before it; 3 workers claim so now" in told
        assert "expected start in about 21 min 21 s (19 min 50 s to 22 min 52 s); 38 a minute end, over 30 s" in told


async def test_with_the_focus_in_the_list_the_panel_follows_the_cursor():
    async with opened() as desk:
        await desk.press("down")
        for size in SIZES:
            await desk.resize(size)
            await desk.press("down", "w", "tab", "down")
            assert "Why? #10428" in desk.text(), size
            assert "No worker that is known claims" in seen(desk), size
            assert desk.board.queue_pane.row_list.current.id == 10428, size
            assert "10428 ⚠" in desk.text(), size
            await desk.press("w")
            assert desk.board.place == "why", size
            await desk.press("escape", "up", "up")


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


async def test_in_failures_it_is_about_the_newest_of_the_group_and_the_group_stays_in_sight():
    async with opened() as desk:
        await desk.press("4", "4")
        for size in SIZES:
            await desk.resize(size)
            desk.verbs.reads.clear()
            await desk.press("w")
            assert desk.verbs.reads == [("why", 10427)], size
            assert "Why? #10427" in desk.text(), size
            assert "quota exceeded" in desk.text(), size
            await desk.press("escape")


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
        assert desk.notes() == ["There is nothing that this program can do about it."]


async def test_a_task_that_nothing_is_wrong_with_says_so():
    async with opened() as desk:
        await desk.press("w")
        assert "✓ nothing is wrong" in desk.text()
        assert "Nothing is wrong that could be seen." in desk.text()


async def test_what_may_be_the_matter_is_not_headed_as_if_nothing_were_wrong():
    async with opened() as desk:
        desk.verbs.diagnoses[10428] = replace(scenes_why.of_no_worker(), causes=(scenes_why.PAUSED,))
        await desk.press(*TO_NO_WORKER, "w")
        assert "? may be stuck" in desk.text() and "nothing is wrong" not in desk.text()


# The whole system


async def test_capital_w_explains_why_nothing_happens():
    all_paused = "⚠ Nothing is happening because all 4 workers are paused; 2 tasks wait."
    async with opened(scenes_why.NOTHING) as desk:
        for size in SIZES:
            await desk.resize(size)
            desk.verbs.reads.clear()
            await desk.press("W")
            assert desk.verbs.reads == [("why", None)], size
            assert "Why? the whole system" in desk.text(), size
            assert all_paused in " ".join(words(desk).split()), size
            assert "No worker that is known claims" in seen(desk), size
            await desk.press("escape")


async def test_what_was_read_just_now_counts_more_than_what_the_board_saw_last():
    async with opened(scenes_why.NOTHING) as desk:
        desk.verbs.diagnoses[None] = replace(scenes_why.of_everything(), idle="")
        await desk.press("W")
        assert "Nothing is happening" not in words(desk)
        desk.verbs.diagnoses[None] = replace(scenes_why.of_everything(), idle="no worker runs; 2 tasks wait.")
        desk.board.why_panel.ask()
        await desk.settle()
        assert "⚠ Nothing is happening because no worker runs; 2 tasks wait." in " ".join(words(desk).split())


async def test_what_is_not_of_just_now_says_how_old_it_is():
    async with opened(scenes_why.NOTHING) as desk:
        await desk.press("W")
        assert "read " not in str(desk.board.why_panel.border_title)
        old = replace(scenes_why.of_everything(), at=scenes.NOW - timedelta(seconds=12))
        desk.verbs.diagnoses[None] = old
        desk.board.why_panel.ask()
        await desk.settle()
        assert "read 12 s ago" in desk.text()


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


async def test_y_copies_text_and_capital_y_json_both_without_secrets():
    async with opened() as desk:
        told = replace(scenes_why.OWNER_GONE, evidence=(("said", "key=AIzaSyNOTREAL"), ("api_key", "hidden1")))
        desk.verbs.diagnoses[10429] = replace(scenes_why.of_gone_owner(), causes=(told,))
        await desk.press(*TO_GONE, "w", "y")
        text = desk.app.clipboard
        assert text.startswith("#10429 (PrismQ.YouTube.Channel.Scrape, claimed): It is stuck.\n\n1. Its worker")
        assert 'call: POST /tasks/bulk {"action": "release"' in text
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


def test_a_text_stands_below_a_name_that_leaves_it_no_room():
    told = ("a text of some words", Tone.PLAIN)
    name = ("n" * 20, Tone.MUTED)
    assert hanging((name,), told, 20, 40) == [(name, told)]
    assert hanging((name,), told, 20, 30) == [(name,), (("    a text of some words", Tone.PLAIN),)]


async def test_what_waits_for_workers_that_were_paused_or_stopped_here_is_headed_so_unless_something_else_holds_too():
    paused = replace(scenes_why.PAUSED, certainty=Certainty.CERTAIN, stuck=True, on_purpose=True)
    ended = replace(paused, code="workers-ended")
    found = {
        "‖ waits for paused workers": (paused, scenes_why.BUSY_WORKERS),
        "■ waits for stopped workers": (ended,),
        "⚠ stuck": (paused, scenes_why.NO_WORKER),
    }
    for heading, causes in found.items():
        async with opened() as desk:
            diagnosis = replace(scenes_why.of_no_worker(), causes=causes)
            desk.verbs.diagnoses[10428] = diagnosis
            await desk.press(*TO_NO_WORKER, "w")
            assert heading in desk.text()
            assert diagnosis.verdict is Verdict.STUCK
            await desk.resize((60, 20))
            assert heading[:12] in desk.text()
