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


@pytest.mark.parametrize("line", ["!-x", "-!foo zzz", '-"!x"'])
async def test_what_could_not_be_read_is_not_offered(open_board: Opens, line: str):
    async with open_board(size=(80, 24)) as desk:
        desk.board.queue_pane.narrow(TaskFilter.parse(line))
        await nothing_fits(desk, line)
        assert "No task fits" in desk.text()
        assert "meant?" not in desk.text()
        await desk.press("enter")
        assert desk.board.queue_pane.wanted.filter == TaskFilter.parse(line)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('"status=failed" fail', '"status=failed" status:failed'),
        ('"id>5" pend', '"id>5" status:pending'),
        ("!lofi", "-lofi"),
        ("canc", "is:cancelled"),
        ('"a fail b"', None),
    ],
)
async def test_beside_what_stands_in_quotes_a_word_is_still_understood(open_board: Opens, line: str, meant: str | None):
    async with open_board(size=(80, 24)) as desk:
        desk.board.queue_pane.narrow(TaskFilter.parse(line))
        await nothing_fits(desk, line)
        await desk.press("enter")
        assert desk.board.queue_pane.wanted.filter == TaskFilter.parse(meant or line)


async def test_it_is_said_where_a_server_finds_an_address_only_as_it_was_typed(open_board: Opens):
    typed = "https://www.youtube.com/@beats"
    async with open_board(size=(120, 36)) as desk:
        for names, said in (({"filter"}, "only as it was typed"), ({"filter", "address"}, "in any form")):
            server = replace(desk.board.newest.server, can=frozenset(names))
            await desk.put(replace(desk.board.newest, server=server))
            desk.board.queue_pane.narrow(TaskFilter.parse(typed))
            await nothing_fits(desk, typed)
            assert said in desk.text()


async def test_it_is_said_that_what_is_stuck_stands_oldest_first(open_board: Opens):
    async with open_board(size=(120, 36)) as desk:
        wanted = TaskFilter.parse("stuck:yes")
        desk.board.queue_pane.narrow(wanted)
        rows = tuple(sorted(scenes.BUSY.view.tasks, key=lambda task: task.id))
        for more, said in ((True, "oldest first"), (False, f"the oldest {len(rows)}")):
            view = QueueView(View(filter=wanted), rows, None, searched=1000, at=scenes.NOW, more=more)
            await desk.put(replace(desk.board.newest, view=view))
            assert said in desk.text()
            assert desk.text().count("following the newest") == 1  # the results do
