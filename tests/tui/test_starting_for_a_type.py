"""Workers are started for the types that one means: that under the cursor, one alone, or all; their numbers move."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tui.screens.start_workers import StartWorkersScreen

ONE, TWO, *_ = scenes.BUSY.types
LIST = ("tab", "tab")
"""Keys from the first field to the list of types."""


def boxes(desk: Desk) -> dict[str, bool]:
    """The types of the dialog, and whether each is chosen."""
    lines = [
        line.split("[")[1] for line in desk.text().splitlines() if " [x] " in line or " [ ] " in line or "›[" in line
    ]
    return {line[2:].split()[0]: line[0] == "x" for line in lines}


def started(desk: Desk) -> list[object]:
    return [call[1] for call in desk.verbs.called("start_workers")]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_on_a_row_of_the_types_workers_are_started_for_that_one_alone(open_board: Opens, size: tuple[int, int]):
    async with open_board(size=size) as desk:
        await desk.press("1", "down", "s")
        assert boxes(desk) == {ONE.name: False, TWO.name: True}
        form = desk.app.screen
        assert isinstance(form, StartWorkersScreen)
        said = "".join(text for line in form.planned() for text, _ in line)
        assert f"1 worker for {TWO.name} only (under the cursor)" in said
        await desk.press("2", "enter")
        assert desk.verbs.calls == [("start_workers", (TWO.name,), 2, "FIFO", 1)]


async def test_elsewhere_they_are_started_for_all(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("1", "down", "2", "s")
        assert boxes(desk) == {ONE.name: True, TWO.name: True}
        assert "under the cursor" not in desk.text()


async def test_a_type_without_a_worker_chooses_no_other_in_its_place(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("1", "down", "down", "s")
        assert boxes(desk) == {ONE.name: False, TWO.name: False}
        assert "No type is chosen." in desk.text()
        assert "No worker class here for PrismQ.YouTube.Video.Scrape." in desk.text()
        await desk.press("ctrl+s")
        assert "Choose at least one type." in desk.text() and not started(desk)


async def test_one_key_chooses_one_alone_and_another_all_and_the_list_names_them(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("s")
        assert "space chooses, o only this one, a all" in desk.text()
        await desk.press(*LIST, "down", "o")
        assert boxes(desk) == {ONE.name: False, TWO.name: True}
        await desk.press("a")
        assert boxes(desk) == {ONE.name: True, TWO.name: True}
        await desk.press("up", "o", "ctrl+s")
        assert started(desk) == [(ONE.name,)]


async def test_all_are_those_that_can_be_started(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        desk.verbs.hindered = {ONE.name: "YOUTUBE_API_KEY is not set."}
        await desk.press("s", *LIST, "a", "ctrl+s")
        assert started(desk) == [(TWO.name,)]


async def test_how_many_wait_is_told_as_it_is_now_and_what_is_chosen_stays(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("s", *LIST, "down", "o")
        assert "812 pending" in desk.text()
        fewer = replace(ONE, counts=replace(ONE.counts, pending=7))
        await desk.put(replace(scenes.BUSY, types=(fewer, *scenes.BUSY.types[1:])))
        dialog = desk.text().split("Start workers")[1]
        assert "7 pending" in dialog and "812 pending" not in dialog
        assert boxes(desk) == {ONE.name: False, TWO.name: True}
