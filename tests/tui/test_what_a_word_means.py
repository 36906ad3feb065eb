"""The words that stand on the screen narrow the queue: what is likely meant by one is offered where one types it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.filters import TaskFilter
from core.snapshot import QueueView, View
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until


async def nothing_fits(desk: Desk, line: str) -> None:
    """No task fits the line."""
    view = QueueView(View(filter=TaskFilter.parse(line)), (), 0, searched=102, searchable=102, at=scenes.NOW)
    await desk.put(replace(desk.board.newest, view=view))


def typed(desk: Desk) -> str:
    return desk.board.queue_pane.field.input.value


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("failed", "status:failed"),
        ("Failed", "status:failed"),
        ("lofi -pend", "lofi -status:pending"),
        ("Video", "type:Video"),
        ("youtube", "type:YouTube"),
        ("type:you", "type:YouTube"),
        ("5a3b-2", "worker:5a3b-2"),
        ("stu", "stuck:"),
        ("sta", "status:"),
        ("status:", "status:pending"),
        ("type:Vid", "type:Video.Search"),
    ],
)
async def test_the_right_arrow_makes_a_term_of_a_word_which_is_told_before(open_board: Opens, word: str, meant: str):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("slash")
        await desk.type(word)
        last = meant.rsplit(" ", maxsplit=1)[-1].removeprefix("-")
        assert f"→ {last.rpartition(':')[2] or last}" in desk.text() or f"→ {last}" in desk.text()
        await desk.press("right")
        assert typed(desk) == meant


async def test_all_values_can_be_seen_once_the_name_is_complete(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("slash", "s", "t", "a", "right")
        assert "→ pending  claimed  completed  failed" in desk.text()
        await desk.press("f", "right")
        assert typed(desk) == "status:failed"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("failed", "status:failed"),
        ("stuck", "stuck:yes"),
        ("priority:>1 reddit", "type:Reddit priority:>1"),
        ("type:reddi", "type:Reddit"),
    ],
)
async def test_where_nothing_fits_enter_takes_what_is_likely_meant(open_board: Opens, line: str, meant: str):
    reddit = replace(scenes.BUSY.types[0], name="PrismQ.Reddit.Post.Scrape")
    async with open_board(replace(scenes.BUSY, types=(*scenes.BUSY.types, reddit)), size=(80, 24)) as desk:
        desk.board.queue_pane.narrow(TaskFilter.parse(line))
        await nothing_fits(desk, line)
        assert "meant? ⏎ takes it." in desk.text()
        await desk.press("enter")
        assert desk.board.queue_pane.wanted.filter == TaskFilter.parse(meant)


async def test_where_nothing_is_likely_meant_nothing_is_offered(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        desk.board.queue_pane.narrow(TaskFilter.parse("status:failed xyzzy"))
        await nothing_fits(desk, "status:failed xyzzy")
        assert "No task fits" in desk.text()
        assert "meant?" not in desk.text()


async def test_title_and_list_tell_the_same_while_a_word_is_on_its_way(open_board: Opens):
    async with open_board() as desk:
        await desk.press("slash", "s", "t", "u")
        assert desk.verbs.calls == []
        await desk.press("escape", "slash")
        await desk.type("lofi")
        for typed_on in (" ", "s", "t", "u"):
            await desk.type(typed_on)
            assert desk.board.queue_pane.wanted.filter == TaskFilter("lofi")
        desk.board.queue_pane.field.input.value = "stu"
        await until(desk, lambda: not desk.board.queue_pane.wanted.filter)
