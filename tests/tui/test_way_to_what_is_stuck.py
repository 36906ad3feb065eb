"""From "something is stuck" a key leads to the tasks, and one along them; what was paused on purpose is no trouble."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.diagnosis import Certainty, Verdict
from core.filters import TaskFilter
from tests.tui import scenes, scenes_why
from tests.tui.conftest import Opens
from tests.tui.why_desk import SIZES, opened, seen

pytestmark = pytest.mark.usefixtures("asked_once")
BY_PAUSE = replace(scenes_why.PAUSED, certainty=Certainty.CERTAIN, stuck=True, on_purpose=True)


async def test_one_key_narrows_the_queue_to_what_is_stuck_and_esc_returns_to_what_it_was_narrowed_to():
    async with opened(size=(80, 24)) as desk:
        lofi = TaskFilter.parse("lofi")
        desk.board.queue_pane.narrow(lofi)
        await desk.settle()
        await desk.press("3", "W")
        assert "S shows them" in desk.text()
        assert "S Stuck" in desk.text().splitlines()[-1]
        await desk.press("S")
        assert not desk.board.why_panel.is_open
        assert desk.board.place == "queue"
        assert str(desk.board.queue_pane.wanted.filter) == "stuck:yes"
        await desk.press("escape")
        assert desk.board.queue_pane.wanted.filter == lofi
        await desk.press("slash", "escape", "S", "escape")
        assert not desk.board.queue_pane.wanted.filter


async def test_esc_brings_back_no_filter_that_was_given_up_meanwhile():
    async with opened(size=(80, 24)) as desk:
        queue = desk.board.queue_pane
        queue.narrow(TaskFilter.parse("lofi"))
        await desk.settle()
        await desk.press("S")
        for text in ("other", "stuck:yes"):
            queue.narrow(TaskFilter.parse(text))
        await desk.settle()
        await desk.press("escape")
        assert not queue.wanted.filter


async def test_no_way_is_named_to_where_one_is_already():
    async with opened(size=(80, 24)) as desk:
        await desk.press("S", "W")
        assert "Why? the whole system" in desk.text()
        assert "S shows them" not in desk.text()
        assert "S Stuck" not in desk.text().splitlines()[-1]


async def test_the_way_is_named_wherever_there_is_room_for_the_panel():
    async with opened() as desk:
        for size in SIZES:
            await desk.resize(size)
            await desk.press("W")
            assert "S shows them" in desk.text(), size
            await desk.press("escape")


async def test_where_nothing_is_stuck_no_way_to_it_is_offered(open_board: Opens):
    async with open_board(scenes.BUSY, (120, 36)) as desk:
        await desk.press("W")
        assert "shows them" not in desk.text()
        assert "Show stuck" not in desk.text()


async def test_in_the_panel_of_the_whole_system_the_next_row_is_the_next_stuck_one():
    async with opened(size=(80, 24)) as desk:
        await desk.press("W")
        assert "] Next stuck" in desk.text()
        for key, task_id in (("]", 10429), ("]", 10428), ("]", 10429), ("[", 10428)):
            await desk.press({"]": "right_square_bracket", "[": "left_square_bracket"}[key])
            assert f"Why? #{task_id}" in desk.text()
            assert desk.board.queue_pane.row_list.current.id == task_id
            assert desk.board.place == "why"
        await desk.press("escape", "w")
        assert "] Next row" in desk.text()


async def test_the_first_stuck_row_is_the_one_that_the_cursor_is_on():
    async with opened() as desk:
        await desk.press("down", "down", "W", "right_square_bracket")
        assert "Why? #10429" in desk.text()


async def test_where_no_stuck_row_is_loaded_the_way_to_them_is_said():
    async with opened(replace(scenes_why.STUCK, stuck={})) as desk:
        await desk.press("W", "right_square_bracket")
        assert desk.notes() == ["No row that is loaded is stuck; S looks for them in the whole queue."]
        assert "Why? the whole system" in desk.text()


async def test_that_all_was_paused_or_stopped_on_purpose_is_headed_so_unless_something_is_stuck_too():
    ended = replace(BY_PAUSE, code="workers-ended")
    found = {
        "‖ paused on purpose": (BY_PAUSE,),
        "■ stopped on purpose": (ended,),
        "⚠ some stuck ‖ others paused": (scenes_why.NO_WORKER, BY_PAUSE),
        "⚠ something is stuck": (scenes_why.NO_WORKER,),
    }
    for heading, causes in found.items():
        for size in SIZES:
            async with opened(scenes_why.NOTHING, size) as desk:
                diagnosis = replace(scenes_why.of_everything(), causes=causes)
                desk.verbs.diagnoses[None] = diagnosis
                await desk.press("W")
                assert heading in seen(desk), (heading, size)
                assert diagnosis.verdict is Verdict.STUCK
                sign = heading[0]
                assert f"{sign} Nothing is happening because" in seen(desk)
                assert "something is stuck" not in seen(desk) or heading == "⚠ something is stuck"
