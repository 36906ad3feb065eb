"""What a border says is painted anew when it is another, also when only its look is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.snapshot import Counts, QueueView
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tests.tui.scenes_results import OUTCOMES
from tui.look import Tone
from tui.panes.base import giving_way


def underlined(desk: Desk) -> str:
    """All that is underlined on the screen."""
    strips = desk.app.screen._compositor.render_strips()  # the only way to the cells that a terminal would get
    return "".join(each.text for strip in strips for each in strip if each.style and each.style.underline)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_the_border_of_pane_4_marks_the_tab_that_is_shown(open_board: Opens, size: tuple[int, int]):
    async with open_board(OUTCOMES, size) as desk:
        await desk.press("4")
        for heading in ("Results", "Failures", "Activity", "Throughput"):
            assert underlined(desk).startswith(heading)
            await desk.press("right")


async def test_the_queue_counts_nothing_before_anything_is_known(open_board: Opens):
    async with open_board(scenes.CONNECTING, (80, 24)) as desk:
        assert "pending" not in desk.text()
        await desk.put(replace(scenes.OFFLINE, counts=Counts(exact=False)))
        assert "pending" not in desk.text()
        await desk.put(replace(scenes.EMPTY, counts=Counts(exact=False), view=QueueView()))
        assert "pending" not in desk.text() and "Reading the queue…" in desk.text()
        await desk.put(scenes.EMPTY)
        assert "pending 0" in desk.text() and "The queue is empty." in desk.text()


MANY = replace(scenes.BUSY, view=replace(scenes.BUSY.view, total=1_204_311))


@pytest.mark.parametrize("keys", [("j",), ("space",), ("a", "a"), ("space", "j", "O", "enter")])
async def test_where_the_cursor_is_stays_whole_whatever_else_the_border_says(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(MANY, (60, 20)) as desk:
        desk.board.queue_pane.row_list.marks.update(range(50_000, 51_203))
        await desk.press(*keys)
        for size in ((60, 20), (80, 24)):
            await desk.resize(size)
            border = next(line for line in desk.text().splitlines() if " of 1,204,311 " in line)
            assert border.rstrip().endswith(" of 1,204,311 ━┛"), size


async def test_a_border_that_got_more_room_tells_more(open_board: Opens):
    async with open_board(MANY, (60, 20)) as desk:
        desk.board.queue_pane.row_list.marks.update(range(50_000, 51_203))
        await desk.press("space")
        assert "not in this list" not in desk.text()
        await desk.resize((120, 36))
        assert "(1,203 not in this l…  ‖ 1 newer, g follows  2 of 1,204,311 " in desk.text()


def test_of_what_gives_way_the_longest_is_cut_first_and_too_little_is_left_out():
    said = [("12 marked  ", Tone.ACCENT), ("‖ 1,204 newer, g follows  ", Tone.MUTED), ("7 of 9", Tone.MUTED)]
    assert giving_way(said, 60) == tuple(said)
    assert [text for text, _ in giving_way(said, 36)] == ["12 marked  ", "‖ 1,204 newer, g…  ", "7 of 9"]
    assert [text for text, _ in giving_way(said, 20)] == ["12 marked  ", "7 of 9"]
    assert [text for text, _ in giving_way(said, 6)] == ["7 of 9"]
