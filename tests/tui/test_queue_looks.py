"""How the queue is shown: its order, its columns, its title; and the field in which it is narrowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.filters import TaskFilter
from core.snapshot import Snapshot, Sort, View
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tui.screens.queue_looks import KEYS

SMALL = (80, 24)
COUNTS = ("pending 1,204", "claimed 3", "completed 8,410", "failed 2")
SHORT_COUNTS = ("○ 1,204", "● 3", "✓ 8,410", "✗ 2")


def looked(desk: Desk) -> View:
    """The view that was asked for last."""
    view = desk.verbs.called("look")[-1][1]
    assert isinstance(view, View)
    return view


def title(desk: Desk) -> str:
    """The upper border of the queue."""
    return next(line for line in desk.text().splitlines() if "2 Queue" in line and "3 Workers" not in line)


# The order


@pytest.mark.parametrize("order", [each for each in Sort if each is not Sort.NEWEST])
async def test_each_order_has_a_key_and_is_told_in_the_title(open_board: Opens, order: Sort):
    async with open_board() as desk:
        await desk.press("O", KEYS[order])
        assert desk.app.screen is desk.board
        assert looked(desk) == View(sort=order)
        await desk.put(scenes.looking_at(scenes.BUSY, View(sort=order)))
        assert "↕" in title(desk)


async def test_the_sort_dialog_tells_the_present_order_and_which_orders_are_of_loaded_rows_only(open_board: Opens):
    async with open_board() as desk:
        await desk.press("O")
        assert "newest first ✓" in desk.text()
        assert desk.text().count("(loaded rows only)") == len(Sort) - 1
        await desk.press("escape")
        assert desk.verbs.calls == []
    can = scenes.server(can=frozenset({"filter"}))
    async with open_board(replace(scenes.BUSY, server=can)) as desk:
        await desk.press("O")
        assert desk.text().count("(loaded rows only)") == 2
        assert "by type  (loaded rows only)" in desk.text()


async def test_the_order_that_is_there_already_is_not_asked_for_again(open_board: Opens):
    async with open_board() as desk:
        await desk.press("O", "n")
        assert desk.app.screen is desk.board
        assert desk.verbs.calls == []


# The columns


async def test_a_column_is_left_out_and_shown_again(open_board: Opens):
    async with open_board() as desk:
        assert "Prio" in desk.text()
        await desk.press("v", "down", "down", "space")
        assert "[ ] Prio" in desk.text() and "[x] Status" in desk.text()
        await desk.press("ctrl+s")
        assert "Prio" not in desk.text() and "Status" in desk.text()
        await desk.press("v", "down", "down", "space", "ctrl+s")
        assert "Prio" in desk.text()


async def test_columns_that_were_only_looked_at_stay_as_they_are(open_board: Opens):
    async with open_board() as desk:
        await desk.press("v", "space", "escape")
        assert desk.board.queue_pane.left_out == frozenset()
        assert "Type" in desk.text()


# The title


def keys(desk: Desk) -> str:
    """The key bar."""
    return desk.text().splitlines()[-1]


def searched(text: str, total: int | None = None) -> Snapshot:
    """The busy board with a filter for which a part of a long queue was searched."""
    view = View(filter=TaskFilter.parse(text))
    view = replace(scenes.BUSY.view, view=view, total=total, searched=20_000, searchable=100_000)
    return replace(scenes.BUSY, view=view)


async def test_where_it_is_narrow_the_title_says_in_the_same_words_what_was_found(open_board: Opens):
    said = "/lofi  4 found, searched 20,000 of 100,000"
    async with open_board(searched("lofi", total=4), (160, 40)) as desk:
        assert said in title(desk)
        for size in (SMALL, (60, 20)):
            await desk.resize(size)
            assert said in title(desk), size


async def test_counts_beside_a_filter_are_called_those_of_all_tasks_or_left_out(open_board: Opens):
    async with open_board(searched("lofi"), (200, 40)) as desk:
        assert title(desk).index("/lofi") < title(desk).index("all tasks:") < title(desk).index(COUNTS[0])
        await desk.resize((60, 20))
        assert "/lofi" in title(desk)
        assert not any(each in title(desk) for each in (*COUNTS, *SHORT_COUNTS))
    async with open_board(size=SMALL) as desk:
        assert "all tasks:" not in title(desk)


async def test_the_longest_filter_does_not_push_out_what_was_found(open_board: Opens):
    for size in (SMALL, (60, 20)):
        async with open_board(searched("a" * 200, total=4), size) as desk:
            assert "/aaa" in title(desk) and "…  4 found, searched 20,000 of 100,000" in title(desk)


async def test_what_was_found_so_far_is_told_as_a_part(open_board: Opens):
    async with open_board(searched("lofi"), (160, 40)) as desk:
        assert f"{len(scenes.BUSY.view.tasks)}+ found, searched 20,000" in title(desk)


async def test_while_the_queue_is_narrowed_the_key_bar_tells_how_to_clear_that(open_board: Opens):
    for size in (SMALL, (60, 20), (120, 36)):
        async with open_board(size=size) as desk:
            assert "esc" not in keys(desk), size
            await desk.press("slash")
            await desk.type("status:failed")
            await desk.press("enter")
            assert "esc Clear filter" in keys(desk), size
            await desk.press("space")
            assert "esc Clear marks" in keys(desk), size
            await desk.press("escape", "escape")
            assert "esc" not in keys(desk), size


async def test_without_a_filter_the_counts_are_told_in_words_on_eighty_columns(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        assert all(each in title(desk) for each in COUNTS)


# The field


async def test_filters_that_were_kept_are_found_again_and_what_was_typed_comes_back(open_board: Opens):
    async with open_board() as desk:
        for text in ("status:failed", "lofi"):
            await desk.press("slash")
            desk.board.queue_pane.field.input.value = ""
            await desk.type(text)
            await desk.press("enter")
        await desk.press("slash")
        field = desk.board.queue_pane.field.input
        field.value = ""
        await desk.type("type:")
        seen = []
        for key in ("up", "up", "up", "down", "down"):
            await desk.press(key)
            seen.append(field.value)
        assert seen == ["lofi", "status:failed", "status:failed", "lofi", "type:"]
        await desk.press("up", "enter")
        assert looked(desk).filter == TaskFilter.parse("lofi")


async def test_the_place_that_cannot_be_read_is_underlined_until_it_is_mended(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash")
        await desk.type("lofi status:nonsense")
        assert underlined(desk) == "nonsense"
        for _ in "nonsense":
            await desk.press("backspace")
        await desk.type("failed")
        assert underlined(desk) == ""
        assert "✗" not in desk.board.queue_pane.field.fault.render().plain


def underlined(desk: Desk) -> str:
    """What stands underlined in the field."""
    strip = desk.board.queue_pane.field.input.render_line(0)
    return "".join(each.text for each in strip if each.style is not None and each.style.underline)


async def test_a_number_is_an_id_and_both_the_field_and_an_empty_list_tell_how_it_becomes_a_text(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        await desk.press("slash")
        await desk.type("10427")
        assert looked(desk).filter == TaskFilter.parse("id:10427")
        assert 'in quotes it is a text, as in "42"' in desk.text()
        await desk.press("enter")
        view = scenes.looking_at(scenes.BUSY, looked(desk))
        await desk.put(replace(view, view=replace(view.view, tasks=(), total=0)))
        assert "No task fits /id:10427" in desk.text()
        assert 'in quotes it is a text, as in "42"' in desk.text()
        await desk.press("slash")
        desk.board.queue_pane.field.input.value = ""
        await desk.type('"10427"')
        assert looked(desk).filter == TaskFilter("10427")
