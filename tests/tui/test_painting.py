"""A new picture paints what is another in it, and shows the same as if all had been painted."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from textual._compositor import ChopsUpdate
from textual.screen import Screen
from textual.strip import Strip

from core.models import Task, TaskStatus
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tui.widgets.row_list import RowList

KEYS = ("down", "up", "pagedown", "pageup", "G", "g", "space", "a", "tab", "z", "1", "2", "3", "4", "escape")


def changed(snapshot: Snapshot, chance: random.Random) -> Snapshot:
    """Tasks and workers as they may be a moment later: further, gone, new."""
    tasks: list[Task] = []
    for task in snapshot.view.tasks:
        what = chance.randrange(12)
        if what == 0:
            tasks.append(replace(task, progress=chance.randrange(100), status=chance.choice(list(TaskStatus))))
        elif what > 1:
            tasks.append(task)
    newest = max((task.id for task in tasks), default=10_000)
    new = [scenes.task(newest + n) for n in range(chance.randrange(3), 0, -1)]
    workers = tuple(replace(each, done=each.done + chance.randrange(2)) for each in snapshot.workers)
    view = replace(snapshot.view, tasks=(*new, *tasks), total=len(new) + len(tasks))
    return replace(snapshot, view=view, workers=workers[: chance.randint(1, 8)])


def cells(desk: Desk) -> list[Strip]:
    """What the screen shows, with its colours."""
    return [strip.simplify() for strip in desk.app.screen._compositor.render_strips()]


async def as_if_all_were_painted(desk: Desk) -> list[Strip]:
    """What the screen shows after every list on it was drawn anew."""
    for rows in desk.board.query(RowList):
        rows.notify_style_update()
        rows.refresh()
    await desk.settle()
    return cells(desk)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_is_painted_line_by_line_is_what_a_whole_picture_shows(open_board: Opens, size: tuple[int, int]):
    chance = random.Random(4)
    async with open_board(scenes.BUSY, size) as desk:
        await desk.paint_each()
        for _ in range(30):
            if chance.randrange(2):
                await desk.put(changed(desk.connection.snapshot, chance))
            else:
                await desk.press(chance.choice(KEYS))
            assert cells(desk) == await as_if_all_were_painted(desk)


async def test_of_a_list_in_which_one_row_is_another_that_row_is_painted(open_board: Opens):
    async with open_board() as desk:
        await desk.paint_each()
        rows = desk.board.queue_pane.row_list
        drawn: list[int] = []
        draw = rows.render_line

        def render_line(y: int) -> Strip:
            drawn.append(y)
            return draw(y)

        rows.render_line = render_line
        shown = desk.connection.snapshot
        first, second, *others = shown.view.tasks
        tasks = (first, replace(second, priority=77), *others)
        await desk.put(replace(shown, view=replace(shown.view, tasks=tasks)))
        assert drawn == [2]  # below the titles and the first row


async def test_a_snapshot_in_which_nothing_is_another_paints_nothing(open_board: Opens):
    async with open_board() as desk:
        await desk.paint_each()
        drawn: list[str] = []
        for widget in (desk.board, *desk.board.walk_children()):
            lines = widget.render_lines
            widget.render_lines = lambda crop, lines=lines, name=str(widget): drawn.append(name) or lines(crop)
        await desk.put(replace(desk.connection.snapshot))
        assert drawn == []


async def test_a_key_paints_the_cursor_before_all_that_follows_from_it(open_board: Opens):
    async with open_board() as desk:
        await desk.paint_each()
        painted: list[set[int]] = []
        display = desk.app._display

        def _display(screen: Screen, update: ChopsUpdate | None) -> None:
            if update is not None:
                painted.append({y for y, _, _ in update.spans})
            display(screen, update)

        desk.app._display = _display
        await desk.press("down")
        top = desk.board.queue_pane.row_list.region.y
        assert painted[0] == {top + 1, top + 2}  # where the cursor was, and where it is
        assert len(painted) > 1
