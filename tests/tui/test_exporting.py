"""Results and the lines of the activity are exported to files, which are never replaced unasked."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from core.exports import Format
from core.saved import IdeaQuery, day
from tests.tui import scenes_results
from tests.tui.conftest import Opens, until
from tests.tui.scenes_results import OUTCOMES
from tui.screens.export import SAID_FOR, ExportScreen
from tui.widgets.confirm import Confirm


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_yesterdays_results_are_exported_in_four_keys(open_board: Opens, here: Path, size: tuple[int, int]):
    async with open_board(OUTCOMES, size) as desk:
        desk.verbs.ideas["898"] = scenes_results.idea()
        await desk.press("4", "E", "y")
        assert "yesterday's results (2026-02-28 UTC)" in desk.text()
        await desk.press("enter")
        await until(desk, lambda: desk.app.screen is desk.board)
        ((_, query, export),) = desk.verbs.called("export_results")
        today = datetime(2026, 3, 1, tzinfo=UTC)
        assert query == IdeaQuery("", today - timedelta(days=1), today)
        assert export.path == here / "results-2026-02-28.json"
        assert export.path.exists()
        assert any(f"to {export.path}" in note for note in desk.notes())


async def test_days_are_those_of_the_zone_in_which_times_are_told(
    open_board: Opens, here: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    __import__("time").tzset()
    try:
        async with open_board(OUTCOMES) as desk:
            await desk.press("u", "4", "E", "y")
            assert "yesterday's results (2026-02-28 JST)" in desk.text()
            await desk.press("enter")
            await until(desk, lambda: desk.app.screen is desk.board)
            ((_, query, _),) = desk.verbs.called("export_results")
            begun = datetime(2026, 2, 27, 15, tzinfo=UTC)
            assert query == IdeaQuery("", begun, begun + timedelta(days=1))
    finally:
        monkeypatch.undo()
        __import__("time").tzset()


def test_a_day_on_which_clocks_are_changed_is_as_long_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    __import__("time").tzset()
    try:
        begun, ended = day("yesterday", datetime(2026, 3, 30, 9, tzinfo=UTC), local=True)
        assert (ended - begun) == timedelta(hours=23)
    finally:
        monkeypatch.undo()
        __import__("time").tzset()


async def test_in_which_zone_days_are_counted_is_told_and_what_the_key_of_times_makes_of_it(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "E")
        assert "Days are counted in UTC (u on the board: in local time)." in desk.text()
        await desk.press("escape", "u", "E")
        assert "Days are counted in local time (u on the board: in UTC)." in desk.text()
        await desk.press("escape", "u", "E")
        assert "Days are counted in UTC (u twice on the board: in local time)." in desk.text()


@pytest.mark.parametrize("tab", [("4", "4"), ("4", "4", "4", "4")], ids=["failures", "throughput"])
async def test_a_tab_whose_content_cannot_be_exported_offers_no_export(open_board: Opens, tab: tuple[str, ...]):
    async with open_board(OUTCOMES) as desk:
        await desk.press(*tab)
        assert "E Export" not in desk.text()
        await desk.press("E")
        assert desk.app.screen is desk.board


async def test_in_the_activity_its_lines_come_first_and_results_have_their_usual_keys(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "4", "E")
        assert "l  (•) 24 lines of activity" in desk.text()
        await desk.press("y")
        assert "y  (•) yesterday's results" in desk.text()


async def test_marked_results_are_exported_as_csv(open_board: Opens, here: Path):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "space", "space", "E", "f", "enter")
        await until(desk, lambda: desk.app.screen is desk.board)
        ((_, query, export),) = desk.verbs.called("export_results")
        assert (query, export.format) == (IdeaQuery(ids=("899", "900")), Format.CSV)
        with (here / "results-marked.csv").open() as file:
            assert csv.DictReader(file).fieldnames == ["id"]


async def test_a_file_that_is_there_is_replaced_only_after_a_yes(open_board: Opens, here: Path):
    mine = here / "results-all.json"
    mine.write_text("mine")
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "E", "enter")
        await until(desk, lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("n")
        await until(desk, lambda: isinstance(desk.app.screen, ExportScreen))
        assert mine.read_text() == "mine"
        await desk.press("enter")
        await until(desk, lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("y")
        await until(desk, lambda: desk.app.screen is desk.board)
        assert mine.read_text() != "mine"


async def test_an_export_tells_how_far_it_is_and_escape_stops_it(open_board: Opens, here: Path):
    async with open_board(OUTCOMES) as desk:
        desk.verbs.ideas["898"] = scenes_results.idea()
        desk.verbs.may_answer.clear()
        await desk.press("4", "E", "enter")
        await until(desk, lambda: desk.verbs.exporting is not None)
        progress = desk.verbs.exporting
        assert progress is not None
        progress.written, progress.total = 600, 2411
        await until(desk, lambda: "600 of 2,411 rows" in desk.text())
        await desk.press("escape")
        assert progress.cancelled
        desk.verbs.may_answer.set()
        await until(desk, lambda: any("nothing was kept" in note for note in desk.notes()))
        assert os.listdir(here) == []


async def test_what_keeps_a_file_from_being_written_stays_in_the_form(open_board: Opens, here: Path):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "E", "tab", "end")
        await desk.type("/no/such")
        await desk.press("enter")
        await until(desk, lambda: "cannot be written" in desk.text())
        assert isinstance(desk.app.screen, ExportScreen)


async def test_the_lines_that_are_shown_are_exported(open_board: Opens, here: Path):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "4", "v", "v", "E", "enter")
        await until(desk, lambda: desk.app.screen is desk.board)
        ((_, numbers, export),) = desk.verbs.called("export_activity")
        assert numbers == tuple(each.number for each in reversed(OUTCOMES.activity) if each.level == "error")
        assert export.path.name == "activity-2026-03-01-120000.json"


async def test_the_file_that_will_be_written_is_told_whole_whatever_is_typed(open_board: Opens, here: Path):
    async with open_board(OUTCOMES, size=(80, 24)) as desk:
        await desk.press("4", "E", "tab")
        field = desk.app.screen.focused
        assert isinstance(field, Input)
        field.value = "mine.json"
        await desk.settle()
        told = "".join(line.strip("┃ │") for line in desk.text().splitlines())
        assert f"Writes{here}/mine.json" in told.replace(" ", "")


async def test_each_choice_tells_how_many_rows_it_has_once_that_is_known(open_board: Opens, here: Path):
    begun = datetime(2026, 2, 28, tzinfo=UTC)
    days = [IdeaQuery("", begun + timedelta(days=n), begun + timedelta(days=n + 1)) for n in (0, 1)]
    for size in ((80, 24), (60, 20)):
        async with open_board(OUTCOMES, size) as desk:
            desk.verbs.counted = {IdeaQuery(): 2_411, days[1]: 31, days[0]: 0}
            desk.verbs.may_count.clear()
            await desk.press("4", "E")
            assert "all results  …" in desk.text()
            desk.verbs.may_count.set()
            await until(desk, lambda desk=desk: "(2026-02-28 UTC)  none" in desk.text())
            assert "all results  2,411" in desk.text()
            assert "today's results (2026-03-01 UTC)  31" in desk.text()
            assert "Days are counted in UTC (u on the board: in local" in desk.text()
            assert "⏎ export" in desk.text(), size


async def test_what_has_no_rows_is_not_written_and_that_is_said(open_board: Opens, here: Path):
    begun = datetime(2026, 2, 28, tzinfo=UTC)
    async with open_board(OUTCOMES, (80, 24)) as desk:
        desk.verbs.counted = {IdeaQuery("", begun, begun + timedelta(days=1)): 0}
        await desk.press("4", "E", "y", "enter")
        said = "There are no results of yesterday (2026-02-28 UTC): nothing was written."
        await until(desk, lambda: said in " ".join(desk.text().replace("│", " ").replace("┃", " ").split()))
        assert isinstance(desk.app.screen, ExportScreen)
        assert os.listdir(here) == []
        assert desk.verbs.called("export_results") == []
        await desk.press("a")
        assert "nothing was written" not in desk.text()


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_where_there_is_nothing_to_write_no_file_is_named_and_no_export_offered(
    open_board: Opens, here: Path, size: tuple[int, int]
):
    begun = datetime(2026, 2, 28, tzinfo=UTC)
    async with open_board(OUTCOMES, size) as desk:
        desk.verbs.counted = {IdeaQuery("", begun, begun + timedelta(days=1)): 0}
        await desk.press("4", "E", "y")
        await until(desk, lambda: "There is nothing to write." in desk.text())
        assert "Writes" not in desk.text() and "⏎ export" not in desk.text()
        await desk.press("enter")
        await until(desk, lambda: "There are no results of yesterday" in desk.text())
        assert "Writes" not in desk.text()
        await desk.press("a")
        assert "There is nothing to write." not in desk.text()
        assert "Writes" in desk.text() and "⏎ export" in desk.text()


async def test_how_many_rows_there_are_is_counted_anew_while_one_chooses(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.screens.export.COUNT_EVERY", 0.02, raising=False)
    async with open_board(OUTCOMES) as desk:
        desk.verbs.counted = {IdeaQuery(): 61}
        await desk.press("4", "E")
        await until(desk, lambda: "all results  61" in desk.text())
        desk.verbs.counted = {IdeaQuery(): 122}
        await until(desk, lambda: "all results  122" in desk.text())


async def test_rows_are_not_counted_anew_while_they_are_counted(open_board: Opens, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.screens.export.COUNT_EVERY", 0.02, raising=False)
    async with open_board(OUTCOMES) as desk:
        desk.verbs.may_count.clear()
        await desk.press("4", "E")
        ticks: list[int] = []
        desk.app.screen.set_interval(0.05, lambda: ticks.append(1))
        await until(desk, lambda: len(ticks) > 3)
        assert len([read for read in desk.verbs.reads if read[0] == "count_results"]) == 1


async def test_leaving_while_rows_are_counted_ends_that(open_board: Opens, here: Path):
    async with open_board(OUTCOMES) as desk:
        desk.verbs.may_count.clear()
        await desk.press("4", "E", "escape")
        desk.verbs.may_count.set()
        await desk.settle()
        assert len([read for read in desk.verbs.reads if read[0] == "count_results"]) == 1


async def test_where_a_file_was_written_stays_to_be_read(open_board: Opens, here: Path):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "E", "enter")
        await until(desk, lambda: desk.app.screen is desk.board)
        (note,) = desk.app._notifications
        assert (note.timeout, "row" in note.message) == (SAID_FOR, True)


async def test_after_a_choice_without_rows_another_one_is_written_to_the_file_that_is_typed(
    open_board: Opens, here: Path
):
    begun = datetime(2026, 2, 28, tzinfo=UTC)
    async with open_board(OUTCOMES, (80, 24)) as desk:
        desk.verbs.counted = {IdeaQuery("", begun, begun + timedelta(days=1)): 0}
        await desk.press("4", "E", "y", "enter")
        await until(desk, lambda: "nothing was" in desk.text())
        await desk.press("a", "tab", "ctrl+u")
        await desk.type(str(here / "all.json"))
        await desk.press("enter")
        await until(desk, lambda: desk.app.screen is desk.board)
        assert os.listdir(here) == ["all.json"]
