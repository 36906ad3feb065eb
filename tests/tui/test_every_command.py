"""Every command is carried out by each of its keys and from the palette, wherever it is offered."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette
from textual.screen import Screen
from textual.widgets import Input

from core.details import TaskDetail
from tests.tui import scenes, scenes_results, scenes_why
from tests.tui.conftest import Desk, Opens
from tests.tui.every_command import CASES, SHOWN, Case
from tui import commands
from tui.command import Command, CommandScreen
from tui.screens.task import TaskScreen
from tui.screens.why import WhyBeside
from tui.widgets.confirm import Confirm

FIRST = replace(scenes.busy_tasks()[0], result={"rows": list(range(12_000))})
"""The task that is read: there is more of it than is shown at once."""

BOUND = 10.0
"""Seconds after which a command is taken not to work."""

SETS: dict[str, tuple[Command, ...]] = {
    name: value
    for name, value in vars(commands).items()
    if isinstance(value, tuple) and value and all(isinstance(each, Command) for each in value)
}
"""Every set of commands that there is, by its name."""

TOGETHER = [
    ("LIST", "BOARD"),
    ("READING", "TASK"),
    ("IDEA", "GROUP", "TASK_TYPE", "SCROLL", "WORKER"),
    ("REPORTS", "BULK", "WHY_PANEL", "WHY_ON_BOARD"),
]
"""Sets that one board goes through."""


class Given:
    """A board on which one command after another is given; whatever they opened is closed before the next."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._way: tuple[object, ...] = ()
        self._base: Screen[object] = desk.board

    async def stand(self, case: Case) -> None:
        """Go to where the command is offered, by the shortest way."""
        way = (case.at, case.opens)
        if not case.opens or way != self._way or not self._base.is_attached:
            await self._close(self.desk.board)
            if self.desk.board.place != case.at:
                self.desk.board.action_pane(case.at)
                await self.desk.settle()
            if case.opens:
                await self.desk.press(*case.opens)
            self._way, self._base = way, self.desk.app.screen
        with self.desk.app.batch_update():
            await self._close(self._base)
            if case.before:
                await self.desk.pilot.press(*case.before)

    async def _close(self, base: Screen[object]) -> None:
        """What is above a screen, what is marked on it, typed or searched for."""
        board = self.desk.board
        async with asyncio.timeout(BOUND):
            while (front := self.desk.app.screen) is not base or (
                (base is board and (board.place == "filter" or board.queue_pane.row_list.marks))
                or (isinstance(base, TaskScreen) and base.search.is_open)
                or (isinstance(base, WhyBeside) and base.why_panel.is_open)
            ):
                leaves = isinstance(front, Confirm) and "Leave" in self.desk.text()
                await self.desk.pilot.press("y" if leaves else "escape")

    async def by_key(self, case: Case, key: str) -> str:
        """Press it; answers what is wrong."""
        await self.stand(case)
        before = case.look(self.desk)
        with self.desk.app.batch_update():
            await self.desk.pilot.press(key)
        return await self._seen(case, before)

    async def by_palette(self, case: Case, command: Command) -> str:
        """Find it by its title; answers what is wrong."""
        await self.stand(case)
        before, stood = case.look(self.desk), self.desk.app.screen
        assert isinstance(stood, CommandScreen)
        with self.desk.app.batch_update():  # nobody looks at it: what is not painted costs nothing
            await self.desk.pilot.press("ctrl+p")
            palette = self.desk.app.screen
            assert isinstance(palette, CommandPalette)
            title = f"{stood.title_of(command)} ({command.key})" if command.key else stood.title_of(command)
            palette.query_one(Input).value = title
            found = palette.query_one(CommandList)
            if not await self._until(lambda: first(found).startswith(title)):
                return f"the palette offers {first(found)!r}"
            await self.desk.pilot.press("enter")
        return await self._seen(case, before)

    async def _seen(self, case: Case, before: object) -> str:
        seen: list[object] = []

        def is_done() -> bool:
            seen.append(case.look(self.desk))
            return seen[-1] == case.then if case.then is not None else seen[-1] != before

        return "" if await self._until(is_done) else f"{before} became {seen[-1]}, not {case.then or 'another'}"

    async def _until(self, holds: Callable[[], bool]) -> bool:
        try:
            async with asyncio.timeout(BOUND):
                while not holds():
                    await self.desk.pilot.pause(0.002)
        except TimeoutError:
            return False
        return True


def first(found: CommandList) -> str:
    """What the palette would carry out; nothing while it still looks."""
    return str(found.get_option_at_index(0).prompt) if found.option_count else ""


def ways(names: tuple[str, ...]) -> Iterator[tuple[str, Command, list[str], bool]]:
    """The commands of these sets, each with its keys, and whether it is to be found in the palette too. One that other
    sets have too is given there by its first key alone."""
    for name, group in SETS.items():
        for command in group:
            others = [other for other, commands in SETS.items() if command in commands]
            keys = [key for key in command.keys.split(",") if key]
            if name in names:
                is_first = others[0] == name
                yield name, command, keys if is_first else keys[:1], is_first and not command.movement


@pytest.mark.parametrize("names", TOGETHER, ids="-".join)
async def test_every_command_works_by_its_keys_and_from_the_palette(
    open_board: Opens, names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    faults: dict[str, str] = {}
    async with open_board(SHOWN, (60, 20)) as desk:
        desk.verbs.details = defaultdict(scenes.detail, desk.verbs.details | {FIRST.id: TaskDetail(FIRST)})
        for task in SHOWN.view.tasks:
            desk.verbs.diagnoses[task.id] = replace(scenes_why.of_no_worker(), task_id=task.id)
        desk.verbs.ideas = defaultdict(scenes_results.idea)
        given = Given(desk)
        for name, command, keys, in_palette in ways(names):
            case = CASES[name][command.id]
            for key in keys:
                faults[f"{name}.{command.id} by {key}"] = await given.by_key(case, key)
            if in_palette:
                faults[f"{name}.{command.id} by the palette"] = await given.by_palette(case, command)
    assert {way: fault for way, fault in faults.items() if fault} == {}
    assert len(faults) > 20


def test_every_command_that_there_is_is_tried():
    assert {name: sorted(cases) for name, cases in CASES.items()} == {
        name: sorted({command.id for command in group}) for name, group in SETS.items()
    }
    assert sorted(name for names in TOGETHER for name in names) == sorted(SETS)
