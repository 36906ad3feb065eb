"""The queue is live, and what one looks at stays where it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.filters import TaskFilter
from core.snapshot import View
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens


async def insert(desk: Desk, *numbers: int) -> None:
    newer = tuple(scenes.task(number) for number in numbers)
    shown = desk.connection.snapshot
    await desk.put(replace(shown, view=replace(shown.view, tasks=(*newer, *shown.view.tasks))))


async def test_the_cursor_stays_on_its_task_when_newer_ones_come_above(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "down")
        await insert(desk, 10433, 10432)
        rows = desk.board.queue_pane.row_list
        assert rows.current.id == 10429
        assert rows.cursor == 4


async def test_until_someone_moves_the_cursor_it_follows_the_newest(open_board: Opens):
    async with open_board() as desk:
        await insert(desk, 10433)
        assert desk.board.queue_pane.row_list.current.id == 10433


async def test_what_is_scrolled_to_stays_in_sight(open_board: Opens):
    async with open_board(replace(scenes.BUSY, view=replace(scenes.BUSY.view, total=35))) as desk:
        await desk.press("G")
        rows = desk.board.queue_pane.row_list
        top = rows.rows[rows.above].id
        await insert(desk, 10434, 10433, 10432)
        assert rows.rows[rows.above].id == top
        assert rows.current.id == 10397


async def test_marks_stay_with_their_tasks(open_board: Opens):
    async with open_board() as desk:
        await desk.press("space", "down", "space")
        await insert(desk, 10433)
        assert [task.id for task in desk.board.queue_pane.row_list.chosen] == [10431, 10429]
        await desk.press("escape")
        assert not desk.board.queue_pane.row_list.marks


async def test_shift_and_arrows_mark_a_range(open_board: Opens):
    async with open_board() as desk:
        await desk.press("shift+down", "shift+down")
        assert desk.board.queue_pane.row_list.marks == {10431, 10430, 10429}


async def test_j_k_g_and_page_keys_move(open_board: Opens):
    async with open_board() as desk:
        rows = desk.board.queue_pane.row_list
        await desk.press("j", "j", "k")
        assert rows.cursor == 1
        await desk.press("pagedown")
        assert rows.cursor > 10
        await desk.press("G")
        assert rows.cursor == scenes.BUSY.view.total - 1
        await desk.press("g")
        assert rows.cursor == 0


async def test_a_click_moves_the_cursor_and_two_open(open_board: Opens):
    async with open_board() as desk:
        await desk.pilot.click("#queue RowList", offset=(10, 3))
        await desk.settle()
        assert desk.board.queue_pane.row_list.current.id == 10429
        await desk.pilot.click("#queue RowList", offset=(10, 3), times=2)
        await desk.settle()
        assert desk.verbs.called("open_task") == [("open_task", 10429)]


async def test_the_filter_narrows_while_one_types_and_stays_when_accepted(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash")
        await desk.type("status:failed lofi")
        await desk.press("enter")
        wanted = TaskFilter.parse("status:failed lofi")
        assert desk.verbs.called("look")[-1] == ("look", View(filter=wanted))
        await desk.put(scenes.looking_at(scenes.BUSY, View(filter=wanted)))
        assert "/status:failed lofi" in desk.text()
        assert desk.board.place == "queue"
        await desk.press("escape")
        assert desk.verbs.called("look")[-1] == ("look", View())


async def test_an_error_in_the_filter_is_shown_and_the_last_good_one_stays(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash")
        await desk.type("lofi")
        good = desk.verbs.called("look")[-1]
        await desk.type(" status:nonsense")
        assert "'nonsense' is no status; there are pending, claimed, completed, failed." in desk.text()
        assert desk.verbs.called("look")[-1] == good
        await desk.press("enter")
        assert desk.board.place == "filter"


async def test_escape_in_the_field_clears_the_filter(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash")
        await desk.type("lofi")
        await desk.press("escape")
        assert desk.verbs.called("look")[-1] == ("look", View())
        assert desk.board.place == "queue"


async def test_typing_q_in_a_field_types_a_q(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash", "q")
        assert desk.board.queue_pane.field.input.value == "q"
        assert desk.app.screen is desk.board
        assert desk.connection.closed == []


async def test_scrolling_to_the_end_asks_for_the_rows_there(open_board: Opens):
    many = tuple(scenes.task(number) for number in range(1200, 1000, -1))
    snapshot = replace(scenes.BUSY, view=replace(scenes.BUSY.view, tasks=many, total=5000))
    async with open_board(snapshot) as desk:
        await desk.press("G")
        assert desk.board.queue_pane.row_list.cursor == 4999
        (asked,) = desk.verbs.called("look")
        assert asked[1].offset <= 4960 and asked[1].offset + asked[1].rows >= 5000


async def test_a_whole_queue_is_not_asked_for_again(open_board: Opens):
    async with open_board(replace(scenes.BUSY, view=replace(scenes.BUSY.view, total=35))) as desk:
        await desk.press("G")
        assert desk.verbs.calls == []


async def test_only_rows_in_sight_are_drawn(open_board: Opens):
    many = tuple(scenes.task(number) for number in range(50_000, 0, -1))
    async with open_board(replace(scenes.BUSY, view=replace(scenes.BUSY.view, tasks=many, total=50_000))) as desk:
        rows = desk.board.queue_pane.row_list
        asked: list[int] = []
        drawn, rows.row_id = rows.row_id, lambda task: asked.append(task.id) or task.id
        rows.refresh()
        await desk.settle()
        desk.text()
        rows.row_id = drawn
        assert 0 < len(set(asked)) < 60


async def test_following_is_said_and_ends_with_the_first_key_that_is_about_the_row(open_board: Opens):
    async with open_board() as desk:
        rows = desk.board.queue_pane.row_list
        await desk.press("3", "2")
        assert "following the newest" in str(desk.board.queue_pane.border_subtitle)
        await desk.press("y")
        assert "g follows" in str(desk.board.queue_pane.border_subtitle)
        await insert(desk, 10433, 10432)
        assert rows.current.id == 10431
        await desk.press("g")
        await insert(desk, 10434)
        assert rows.current.id == 10434


async def test_a_dialog_is_about_the_row_that_was_under_the_cursor(open_board: Opens):
    async with open_board() as desk:
        await desk.press("ctrl+p")
        await insert(desk, 10433, 10432)
        await desk.type("Cancel (")
        await desk.press("enter")
        assert "Cancel the task #10431 (PrismQ.YouTube.Video.Search)?" in desk.text()
        await insert(desk, 10434)
        await desk.press("y")
        assert desk.verbs.calls == [("cancel", (10431,))]


@pytest.mark.parametrize(
    ("downs", "key", "said"),
    [
        (5, "l", "#10426 is completed; only claimed tasks can be released."),
        (5, "C", "#10426 is completed; only pending and claimed tasks can be cancelled."),
        (1, "r", "#10430 is pending; only failed tasks can be retried."),
    ],
)
async def test_what_does_not_fit_the_status_is_said_and_not_asked(open_board: Opens, downs: int, key: str, said: str):
    async with open_board() as desk:
        await desk.press(*["down"] * downs, key)
        assert desk.notes() == [said]
        assert desk.app.screen is desk.board
        assert desk.verbs.calls == []


async def test_marked_rows_that_do_not_fit_are_told_and_stay_marked(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "down", "down", "space", "space", "r")
        assert desk.verbs.calls == [("retry", (10427,))]
        assert desk.notes() == ["#10427 retried; #10428 was not retried: it is pending"]
        assert desk.board.queue_pane.row_list.marks == {10428}


async def test_keys_on_an_empty_queue_say_why_nothing_happens(open_board: Opens):
    async with open_board(scenes.EMPTY) as desk:
        for key in ("r", "C", "l", "e", "enter"):
            await desk.press(key)
            (said,) = desk.notes()
            assert "no task here" in said or "empty" in said
        assert desk.verbs.calls == []


async def test_a_filter_that_is_opened_again_is_typed_on(open_board: Opens):
    filtered = scenes.looking_at(scenes.BUSY, View(filter=TaskFilter.parse("lofi")))
    async with open_board(filtered) as desk:
        desk.board.queue_pane.wanted = filtered.view.view
        await desk.press("slash", "space", "x")
        assert desk.board.queue_pane.field.input.value == "lofi x"


async def test_a_word_on_its_way_to_a_known_one_is_waited_for(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash")
        top = desk.board.queue_pane.row_list.region
        for typed in ("sta", "tus:fai"):
            await desk.type(typed)
            assert desk.verbs.calls == []
            assert "✗ 'fai'" not in desk.text()
        assert desk.board.queue_pane.row_list.region == top
        await desk.type("led,pen")
        assert desk.verbs.calls == []
        await desk.type("ding")
        await desk.type(" type:PrismQ.You")
        assert [str(view.filter) for _, view in desk.verbs.calls] == ["status:failed,pending"]


async def test_a_term_that_does_not_exist_is_an_error_of_the_filter(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash")
        await desk.type("foo:bar")
        assert "'foo' is no term" in desk.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=str)
async def test_what_is_wrong_with_a_filter_is_told_whole_or_with_a_mark_where_it_is_cut(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        await desk.press("slash")
        await desk.type("channel_url:*cold*")
        told = " ".join(desk.text().replace("┃", " ").split())
        assert "✗ 'channel_url' is no term; try params.channel_url:~cold or put it in quotes. " in told
        await desk.type("x" * 300)
        assert "┃  … " in desk.text()


async def test_the_column_of_ids_is_as_wide_as_the_widest(open_board: Opens):
    async with open_board(scenes.FIRST_TASK) as desk:
        assert " ›   1 " in desk.text()


async def test_no_more_rows_are_told_to_be_searched_than_there_are(open_board: Opens):
    view = replace(scenes.BUSY.view, view=View(filter=TaskFilter(types=("A",))), searched=37, searchable=36, total=None)
    async with open_board(replace(scenes.BUSY, view=view)) as desk:
        assert "searched 37 of 37" in desk.text()
