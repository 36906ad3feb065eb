"""Whole jobs on the smallest usual terminal: each is done in under twelve keys, and the screen says the next one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.exports import Format
from core.models import Task
from core.saved import IdeaQuery
from tests.tui import scenes, scenes_results, scenes_versions
from tests.tui.conftest import Desk, Opens, until
from tests.tui.scenes_results import OUTCOMES
from tui.command import Command, CommandScreen
from tui.key_map import SETS
from tui.screens.new_task import NewTaskScreen
from tui.screens.task import TaskScreen

SMALL = (80, 24)
MOST_KEYS = 11
URL = "https://example.org/@one-of-many/videos"


class Stranger:
    """Someone at the keys. What is pasted counts as one key."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self.desk.press(*keys)

    async def paste(self, text: str) -> None:
        self.keys += 1
        await self.desk.type(text)

    def reads(self, *said: str) -> None:
        """The screen says all this, and the job is not too long yet."""
        text = self.desk.text()
        assert [each for each in said if each not in text] == [], text
        assert self.keys <= MOST_KEYS


async def answer(desk: Desk, tasks: tuple[Task, ...] = scenes.BUSY.view.tasks) -> None:
    """What the engine would show of the queue that was asked for last."""
    view = desk.verbs.called("look")[-1][1]
    narrowed = scenes.looking_at(scenes.BUSY, view)  # type: ignore[arg-type]  # that verb is for views
    fitting = tuple(task for task in tasks if narrowed.view.view.filter.matches(task))
    await desk.put(replace(narrowed, view=replace(narrowed.view, tasks=fitting, total=len(fitting))))


async def test_one_finds_why_a_task_failed_and_retries_it(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("/ Filter")
        await stranger.press("slash", *"10427", "enter")
        await answer(desk)
        stranger.reads("10427", "✗ failed", "⏎ Open", "r Retry")
        await stranger.press("enter")
        await until(desk, lambda: "Error" in desk.text())
        stranger.reads("quota exceeded", "r Retry")
        await stranger.press("r")
        assert desk.verbs.called("retry") == [("retry", (10427,))]
        stranger.reads()


async def test_one_makes_the_workers_take_the_newest_first(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("t Strategy")
        await stranger.press("t")
        stranger.reads("Strategy of all 4 workers", "l  LIFO", "newest first of each type, in turn")
        await stranger.press("l")
        everyone = tuple(worker.id for worker in scenes.workers())
        assert desk.verbs.called("set_strategy") == [("set_strategy", "LIFO", everyone)]
        assert stranger.keys == 2


async def test_one_creates_ten_tasks_with_a_number_in_a_text(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("n New")
        await stranger.press("1", "n")
        await until(desk, lambda: "channel_url" in desk.text())
        await stranger.paste("https://example.org/{n}")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        while not form.times.has_focus:
            await stranger.press("tab")
        await stranger.press("1", "0")
        stranger.reads("10 tasks, told apart by a number in channel_url", "{n} is the number.", "^s create")
        await stranger.press("ctrl+s")
        await until(desk, lambda: desk.app.screen is desk.board)
        urls = [call[1].parameters["channel_url"] for call in desk.verbs.called("create_task")]  # type: ignore[attr-defined]  # a new task
        assert urls == [f"https://example.org/{n}" for n in range(1, 11)]
        stranger.reads()


async def test_one_creates_ten_tasks_knowing_nothing_of_numbers(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        await stranger.press("1", "n")
        await until(desk, lambda: "channel_url" in desk.text())
        await stranger.paste("https://example.org/")
        form = desk.app.screen
        assert isinstance(form, NewTaskScreen)
        while not form.times.has_focus:
            await stranger.press("tab")
        stranger.reads("Tasks to make")
        await stranger.press("1", "0")
        stranger.reads("10 tasks, told apart by a number in channel_url", "“https://example.org/10”", "would be 1 task")
        await stranger.press("ctrl+s")
        await until(desk, lambda: desk.app.screen is desk.board)
        assert len(desk.verbs.called("create_task")) == 10
        stranger.reads()


async def test_one_sees_what_a_type_was_before_its_version(open_board: Opens):
    async with open_board(scenes_versions.board(), SMALL) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = scenes_versions.detail(*scenes_versions.VERSIONS)
        stranger = Stranger(desk)
        await stranger.press("1")
        stranger.reads("Versions", "⏎ Open")
        await stranger.press("enter")
        stranger.reads("4 versions (V shows them)", "V Versions")
        await stranger.press("V")
        stranger.reads("as it was registered first", "1.0.0", "− max")
        assert stranger.keys == 3


async def test_one_leaves_and_what_is_in_hand_is_finished_first(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("q Quit")
        await stranger.press("q")
        stranger.reads("finish what is in hand, then quit")
        await stranger.press("f")
        assert desk.connection.closed == [False]
        assert stranger.keys <= 2


async def test_one_stops_everything_and_what_is_in_hand_is_finished(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        stranger.reads("x Stop all")
        await stranger.press("x")
        await until(desk, lambda: "Stop 4 workers?" in desk.text())
        stranger.reads("finished first", "y yes")
        await stranger.press("y")
        assert [call[2] for call in desk.verbs.called("stop_workers")] == [False]
        await stranger.press("q")
        stranger.reads("finish what is in hand, then quit")
        await stranger.press("f")
        assert desk.connection.closed == [False]
        assert stranger.keys <= MOST_KEYS


@pytest.mark.parametrize("tab", ["Results", "Activity"])
async def test_one_exports_yesterdays_results_whatever_was_looked_at_before(
    open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tab: str
):
    monkeypatch.chdir(tmp_path)
    async with open_board(OUTCOMES, SMALL) as desk:
        places = [pane.heading for pane in desk.board.outcome_pane.tabs]
        await desk.press("4", *["right"] * places.index(tab), "2")
        stranger = Stranger(desk)
        stranger.reads("4 Results")
        await stranger.press("4")
        assert desk.board.pane.heading == tab, "a pane is as it was left"
        stranger.reads("E Export")
        await stranger.press("E")
        stranger.reads("yesterday's results", "⏎ export")
        await stranger.press("y", "enter")
        await until(desk, lambda: desk.app.screen is desk.board)
        ((_, query, export),) = desk.verbs.called("export_results")
        today = datetime(2026, 3, 1, tzinfo=UTC)
        assert query == IdeaQuery("", today - timedelta(days=1), today)
        assert export.format is Format.JSON  # type: ignore[attr-defined]  # an export


async def test_one_finds_the_task_with_a_channel_url_that_is_pasted(open_board: Opens):
    tasks = (*scenes.BUSY.view.tasks, replace(scenes.task(10200), parameters={"channel_url": URL}))
    async with open_board(size=SMALL) as desk:
        stranger = Stranger(desk)
        desk.verbs.details[10200] = replace(scenes.detail(), task=tasks[-1])
        await stranger.press("slash")
        stranger.reads("text or URL", "⏎ keeps the filter")
        await stranger.paste(URL)
        await stranger.press("enter")
        await answer(desk, tasks)
        stranger.reads("10200", "1 of 1")
        await stranger.press("enter")
        assert isinstance(desk.app.screen, TaskScreen)
        await until(desk, lambda: URL in desk.text())
        stranger.reads("Task #10200")


# What a stranger must be able to rely on


async def test_the_row_that_keys_are_for_stays_in_sight_while_new_ones_come(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        await desk.press("down")
        below = scenes.BUSY.view.tasks
        for number in range(1, 25):
            below = (scenes.task(10431 + number), *below)
            await desk.put(replace(scenes.BUSY, view=replace(scenes.BUSY.view, tasks=below)))
        (cursor,) = [line for line in desk.text().splitlines() if "›" in line]
        assert "10430" in cursor
        assert "‖ 25 newer, g follows" in desk.text()
        await desk.press("g")
        assert "↥ following the newest" in desk.text()


async def test_what_stands_in_the_status_line_does_not_jump_with_tenths_of_a_second(open_board: Opens):
    async with open_board(size=SMALL) as desk:
        lines: set[str] = set()
        for seconds in (0.0, 0.2, 0.9):
            server = scenes.server(heard_at=scenes.ago(seconds))
            await desk.put(replace(scenes.BUSY, server=server))
            lines.add(desk.text().splitlines()[0])
        assert len(lines) == 1


async def test_trying_one_first_is_offered_only_where_something_failed(open_board: Opens):
    async with open_board(replace(scenes.BUSY, failures=()), SMALL) as desk:
        await desk.press("4", "right")
        assert "No task has failed." in desk.text()
        assert "Try one first" not in desk.text().splitlines()[-1]


# No key breaks anything

KEPT_OUT = {"q", "ctrl+c", "ctrl+q", "ctrl+p"}
KEYS = sorted({key for group in SETS for command in group for key in command.keys.split(",") if key} - KEPT_OUT)
PLACES: dict[str, tuple[str, ...]] = {
    "types": ("1",),
    "queue": ("2",),
    "workers": ("3",),
    "results": ("4",),
    "failures": ("4", "right"),
    "activity": ("4", "right", "right"),
    "throughput": ("4", "left"),
    "a task": ("2", "enter"),
    "a type": ("1", "enter"),
    "a worker": ("3", "enter"),
    "an idea": ("4", "enter"),
    "failures of one kind": ("4", "right", "enter"),
    "reports aside": ("o",),
    "many tasks": ("2", "a", "D"),
}


def everything_opens(desk: Desk) -> None:
    """Whatever is opened is there."""
    desk.verbs.details = defaultdict(scenes.detail, desk.verbs.details)
    desk.verbs.ideas = defaultdict(scenes_results.idea)


async def back(desk: Desk) -> None:
    """Close whatever is open above the board."""
    for _ in range(6):
        if desk.app.screen is desk.board:
            return
        await desk.pilot.press("escape")
        await desk.settle()
        if type(desk.app.screen).__name__ == "Confirm":
            await desk.pilot.press("y")
            await desk.settle()
    raise AssertionError(f"escape does not leave {desk.app.screen}")


@pytest.mark.parametrize("place", ["queue"])
async def test_no_key_breaks_the_board_where_most_can_be_done(
    open_board: Opens, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    async with open_board(OUTCOMES, SMALL) as desk:
        everything_opens(desk)
        await desk.pilot.press(*PLACES[place])
        here, part = desk.app.screen, desk.board.place
        for key in KEYS:
            await desk.pilot.press(key)
            assert desk.app.is_running, key
            if (desk.app.screen, desk.board.place) != (here, part):
                await back(desk)
                await desk.pilot.press("2", *PLACES[place])
                here, part = desk.app.screen, desk.board.place


def commands_in(screen: object) -> Iterator[Command]:
    """What a screen offers now."""
    if isinstance(screen, CommandScreen):
        yield from (command for command, _ in screen.offered())


@pytest.mark.parametrize("place", PLACES)
async def test_the_key_bar_of_small_boards_is_not_cut_and_names_help_all_commands_or_quit(
    open_board: Opens, place: str
):
    async with open_board(OUTCOMES, SMALL) as desk:
        everything_opens(desk)
        await desk.press(*PLACES[place])
        bar = desk.text().splitlines()[-1]
        assert "? Help" in bar and "^p All" in bar
        await desk.resize((60, 20))
        bar = desk.text().splitlines()[-1].rstrip()
        assert len(bar) <= 60
        assert "? Help" in bar
        assert "q Quit" in bar
        assert {command.id for command in commands_in(desk.app.screen)} >= {"help", "quit"}
