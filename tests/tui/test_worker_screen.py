"""One worker, opened: what is told of it, and what can be done to it; what is asked before workers are started."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.details import Preview, WorkerDetail
from core.diagnosis.outlook import Simulation
from core.errors import NotPossibleHere
from core.models import WorkerState
from core.snapshot import ActivityEntry
from tests.tui import scenes, scenes_workers
from tests.tui.conftest import Opens
from tests.tui.test_untrusted_text import raw
from tui.screens.start_workers import StartWorkersScreen
from tui.screens.task import TaskScreen
from tui.screens.worker import WorkerScreen

STATES = replace(scenes.BUSY, workers=scenes_workers.EVERY_STATE)
IDS = [worker.id for worker in scenes_workers.EVERY_STATE]
SIZES = [(120, 36), (80, 24), (60, 20)]


def down(steps: int) -> tuple[str, ...]:
    """Keys to the worker that many rows below the first."""
    return ("3", *["down"] * steps)


@pytest.mark.parametrize("size", SIZES)
async def test_enter_opens_a_worker_with_its_tasks_and_what_happened(open_board: Opens, size: tuple[int, int]):
    async with open_board(STATES, size) as desk:
        await desk.press("3", "enter")
        assert isinstance(desk.app.screen, WorkerScreen)
        assert desk.verbs.reads[-1] == ("open_worker", IDS[0])
        text = desk.text()
        counts = ("38 a minute", "failed attempts: 7, 0 in a row", "the last 20 attempts")
        for told in ("● busy", *counts, "#10432", "12%", "✓ completed", "goes on"):
            assert told in text, told
        assert "AIzaSyNOTREAL" not in text
        await desk.press("down", "enter")
        assert isinstance(desk.app.screen, TaskScreen)
        assert desk.verbs.calls == [("open_task", 10420)]
        await desk.press("escape", "escape")
        assert desk.app.screen is desk.board


async def test_a_worker_that_backs_off_says_how_long_and_why(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press(*down(2))
        for size in SIZES:
            await desk.resize(size)
            assert "next try in 14s" in desk.text(), size
        await desk.press("enter")
        for size in SIZES:
            await desk.resize(size)
            assert "◔ backing off   next try in 14s: The TaskManager does not" in desk.text(), size
            assert "5 in a row" in desk.text(), size
            assert "abcdef123456" not in desk.text(), size


async def test_one_of_another_machine_tells_where_it_ran_and_since_when_it_is_silent(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press("3", "z")
        row = next(line for line in desk.text().splitlines() if "aaaa-1" in line)
        assert "aaaa-1@far" in row and "? silent" in row and "for 1m15s, held #10429" in row
        await desk.press(*["down"] * 8, "enter")
        assert "not heard of for 1m15s" in desk.text()
        assert "Runs on far, process 7" in desk.text()
        await desk.press("p", "full_stop", "r")
        assert desk.verbs.calls == []


async def test_every_state_has_its_symbol_and_its_word_and_each_its_rate(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press("3", "z")
        text = desk.text()
        words = ("● busy", "◔ backing off", "‖ paused", "↓ draining", "○ idle", "◌ starting", "✗ crashed", "? silent")
        assert [word for word in (*words, "■ 1 stopped", "/min") if word not in text] == []
        assert "71" in next(line for line in text.splitlines() if "5a3b-2" in line)


async def test_the_screen_follows_its_worker_and_says_when_it_is_not_known_any_more(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press("3", "enter")
        paused = replace(STATES.workers[0], state=WorkerState.PAUSED, in_hand=())
        desk.verbs.opened[IDS[0]] = WorkerDetail(IDS[0], log=(ActivityEntry(5, scenes.NOW, "info", "paused"),))
        await desk.put(replace(STATES, workers=(paused,)))
        assert "‖ paused" in desk.text() and "Tasks: 0 in hand" in desk.text()
        await desk.put(replace(STATES, workers=()))
        assert "It is not known any more. esc goes back." in desk.text()
        await desk.press("p")
        assert desk.verbs.calls == []


async def test_what_others_wrote_about_a_worker_is_shown_harmless(open_board: Opens):
    hostile = replace(scenes_workers.EVERY_STATE[2], note=scenes.HOSTILE, types=(scenes.HOSTILE,), id="w\x1b[2J")
    async with open_board(replace(STATES, workers=(hostile,))) as desk:
        desk.verbs.opened[hostile.id] = WorkerDetail(
            hostile.id, log=(ActivityEntry(1, scenes.NOW, "info", scenes.HOSTILE),)
        )
        await desk.press("3", "enter")
        assert "\\x1b[31mred" in desk.text()
        assert raw(desk.text()) == set()


@pytest.mark.parametrize("opened", [(), ("enter",)])
async def test_a_paused_worker_does_one_task_by_a_dot(open_board: Opens, opened: tuple[str, ...]):
    async with open_board(STATES) as desk:
        await desk.press(*down(3), *opened, "full_stop")
        assert desk.verbs.calls == [("step", (IDS[3],))]
        assert desk.notes() == ["5a3b-4 does #10430. Paused again after that."]


async def test_a_dot_says_that_there_was_nothing_and_that_a_worker_is_not_paused(open_board: Opens):
    async with open_board(STATES) as desk:
        desk.verbs.next_task = None
        await desk.press(*down(3), "full_stop")
        assert desk.notes() == ["5a3b-4 found nothing to claim. Still paused."]
        await desk.press("up", "full_stop")
        assert desk.notes()[-1] == "5a3b-3 is not paused: p pauses, then . does one task."
        assert len(desk.verbs.calls) == 1


async def test_without_workers_a_dot_starts_a_fresh_one_for_one_task(open_board: Opens):
    async with open_board(replace(STATES, workers=())) as desk:
        await desk.press("full_stop")
        assert desk.verbs.calls == [("step", ())]


async def test_c_changes_how_many_tasks_a_worker_has_in_hand(open_board: Opens):
    async with open_board(STATES, (60, 20)) as desk:
        await desk.press(*down(1), "c")
        assert "5a3b-2: at most 2 now, each; 2 tasks in hand." in desk.text()
        await desk.press("backspace", "0", "enter")
        assert "Tasks at once must be from 1 to 1,000." in desk.text()
        await desk.press("backspace", "1", "enter")
        assert desk.verbs.calls == [("set_concurrency", 1, (IDS[1],))]
        assert desk.notes() == ["5a3b-2: 1 task at once. What is in hand beyond that is finished."]


async def test_r_starts_a_crashed_worker_again_and_no_other(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press("3", "r")
        assert desk.verbs.calls == []
        await desk.press(*["down"] * 7, "enter", "r")
        assert desk.verbs.calls == [("restart", (IDS[7],))]
        assert desk.notes()[-1] == "Started 5a3b-8 again."


async def test_plus_is_for_the_types_of_the_worker_under_the_cursor(open_board: Opens):
    other = replace(scenes_workers.EVERY_STATE[0], id="w-ann-4242-5a3b-20", types=("Echo",))
    async with open_board(replace(STATES, workers=(*STATES.workers[:4], other))) as desk:
        await desk.press(*down(4), "plus")
        assert desk.notes() == ["2 workers now for Echo."]
        await desk.press("minus")
        assert desk.verbs.calls == [("scale", 2, other.id), ("scale", 0, other.id)]


async def test_stopping_several_says_which_tasks_finish_first(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press("x")
        assert "3 tasks in hand, finished first: #10432, #10432, #10433." in desk.text()


async def test_where_nothing_that_was_looked_at_can_be_claimed_it_does_not_say_that_nothing_is_pending(
    open_board: Opens,
):
    async with open_board(STATES) as desk:
        desk.verbs.previews["FIFO"] = replace(desk.verbs.previews["FIFO"], tasks=(), exact=False, searched=2000)
        await desk.press(*down(3), "t")
        assert "None of those looked at can be claimed yet." in desk.text()
        assert "Only 2,000 pending tasks were looked at." in desk.text()
        assert "Nothing is pending" not in desk.text()


@pytest.mark.parametrize("size", SIZES)
async def test_before_a_strategy_is_chosen_its_next_tasks_and_what_starves_are_shown(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(STATES, size) as desk:
        desk.verbs.previews["PRIORITY"] = replace(desk.verbs.previews["PRIORITY"], exact=False, searched=1000)
        await desk.press(*down(3), "t")
        text = desk.text()
        assert desk.verbs.reads[0] == ("preview", "FIFO", (scenes.CHANNEL, scenes.SEARCH))
        assert "next #9000, #9001, #9002, #9003, #9004" in text
        assert "Nothing starves: each task gets its turn." in text
        told = " ".join(text.replace("│", " ").split())
        assert "Passes over #9000 (waits 2m10s) while newer ones come." in told
        assert "Only 1,000 pending tasks were looked at." in text
        assert text.count("Types take turns; the order holds within each type.") == 1
        assert "esc leave" in text
        await desk.press("f")
        assert desk.verbs.calls == [("set_strategy", "FIFO", (IDS[3],))]


async def test_a_preview_that_cannot_be_had_says_why_and_an_empty_queue_that_it_is_empty(open_board: Opens):
    async with open_board(STATES) as desk:
        desk.verbs.previews["LIFO"] = Preview("LIFO")
        await desk.press("t")
        assert "Nothing is pending for these workers." in desk.text()
        await desk.press("escape")
        desk.verbs.refusal = NotPossibleHere("This server cannot say.")
        await desk.press("t")
        assert desk.text().count("✗ This server cannot say.") == 3


@pytest.mark.parametrize("size", SIZES)
async def test_the_form_says_what_will_be_started_and_what_cannot_be(open_board: Opens, size: tuple[int, int]):
    async with open_board(STATES, size) as desk:
        desk.verbs.hindered = {scenes.SEARCH: f"{scenes.SEARCH} needs a source: set PRISMQ_SOURCE."}
        await desk.press("s", "4")
        text = desk.text()
        assert "Starts 4 workers for" in text
        assert "[ ] PrismQ.YouTube.Video.Search" in text
        form = desk.app.screen
        assert isinstance(form, StartWorkersScreen)
        told = [text for line in form.planned() for text, _ in line]
        assert f"⚠ {scenes.SEARCH} needs a source: set PRISMQ_SOURCE." in told
        assert f"⚠ No worker class here for {scenes.VIDEO}." in told
        form.kinds.select_all()
        await desk.press("ctrl+s")
        assert desk.verbs.calls == []
        form.kinds.deselect(scenes.SEARCH)
        await desk.press("ctrl+s")
        assert desk.verbs.calls == [("start_workers", (scenes.CHANNEL,), 4, "FIFO", 1)]


async def test_the_times_of_new_workers_are_folded_away_and_checked(open_board: Opens):
    async with open_board(STATES) as desk:
        await desk.press("s")
        assert "Task timeout, seconds" not in desk.text()
        await desk.press("tab", "tab", "tab", "tab", "enter")
        assert "Task timeout, seconds" in desk.text()
        await desk.press("tab", "2", "tab", "0", "ctrl+s")
        assert "The task timeout must be a number of seconds above 0" in desk.text()
        await desk.press("backspace", "9", "ctrl+s")
        ((*_, advanced),) = desk.verbs.calls
        assert advanced == {"poll_interval": 2.0, "task_timeout": 9.0}


@pytest.mark.parametrize("size", SIZES)
async def test_before_a_strategy_is_chosen_it_is_shown_how_long_those_that_wait_would_wait(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(STATES, size) as desk:
        desk.verbs.simulation = scenes_workers.simulation()
        await desk.press(*down(3), "t")
        text = desk.text()
        assert ("simulate", (scenes.CHANNEL, scenes.SEARCH), (IDS[3],)) in desk.verbs.reads
        assert "mean wait 40 s · longest 6 min · 0 starve" in text
        assert "mean wait at least 11 min · 14 starve: not begun" in text
        assert "esc leave" in text
        assert ("What has not begun within 20 min counts as starving." in text) is (size[1] >= 30)
        await desk.press("l")
        assert desk.verbs.calls == [("set_strategy", "LIFO", (IDS[3],))]


async def test_where_no_outlook_can_be_told_the_reason_is(open_board: Opens):
    async with open_board(STATES) as desk:
        desk.verbs.simulation = Simulation(why_not="It is not known how long a run of Echo takes.")
        await desk.press("t")
        assert "It is not known how long a run of Echo takes." in desk.text()


async def test_a_screen_that_goes_while_it_still_reads_ends_no_board(open_board: Opens):
    async with open_board() as desk:
        await desk.press("3", "enter")
        screen = desk.app.screen
        assert isinstance(screen, WorkerScreen)
        await screen.query_children().remove()  # as when it closes: its parts go first
        screen.draw()
        await desk.press("escape")
        assert desk.app.screen is desk.board
