"""Every command of every screen does what it is for, given by each of its keys and from the palette."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from core.filters import TaskFilter
from core.snapshot import TaskDetail
from tests.tui import scenes, scenes_results
from tests.tui.conftest import Desk, Opens
from tests.tui.every_command import CASES, SHOWN, Case
from tui import commands
from tui.commands import Command

Give = Callable[[], Awaitable[None]]
SETS: dict[str, tuple[Command, ...]] = {
    name: value
    for name, value in vars(commands).items()
    if isinstance(value, tuple) and value and all(isinstance(each, Command) for each in value)
}
BUSY = ("read", "seek", "walk", "more", "look", "carry")
"""What the next key would not wait for."""
BOUND = 600
"""Looks after which a test gives up waiting."""


def test_every_command_has_a_case():
    assert {name: {each.id for each in group} for name, group in SETS.items()} == {
        name: set(cases) for name, cases in CASES.items()
    }


async def rest(desk: Desk) -> None:
    """Wait until what was begun is done. A pilot waits for a quiet processor instead, which takes too long here."""
    for _ in range(2):
        for _ in range(20):
            await asyncio.sleep(0)
        done = asyncio.Event()
        if desk.app.screen.call_after_refresh(done.set):
            await done.wait()
    await seen(lambda: all(each.is_finished or each.group not in BUSY for each in desk.app.workers))


async def press(desk: Desk, *keys: str) -> None:
    """Press them one after the other."""
    for key in keys:
        desk.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await rest(desk)


async def start_anew(desk: Desk, case: Case) -> None:
    """Go to where the command is offered, whatever was done before."""
    board, rows = desk.board, desk.board.queue_pane.row_list
    for _ in range(9):
        if desk.app.screen is not board:
            await press(desk, "escape")
    assert desk.app.screen is board, desk.app.screen
    if board.frozen_at is not None:
        board.action_freeze()
    if board.maximised:
        board.action_maximise()
    rows.unmark()
    if board.queue_pane.field.has_class("-open"):
        board.queue_pane.field.drop()
        await rest(desk)
    board.queue_pane.narrow(TaskFilter())
    for each in (rows, board.worker_pane.row_list):
        each.move(0)
    board.action_pane(case.at)
    await rest(desk)
    await press(desk, *case.keys)


async def seen(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold: some commands end in a thread."""
    for _ in range(BOUND):
        if holds():
            return True
        await asyncio.sleep(0.005)
    return False


def is_another(desk: Desk, case: Case, before: object) -> bool:
    """Whether what the case looks at has changed to what it is for."""
    now = case.look(desk)
    return now != before and case.then in (None, now)


def gives(desk: Desk, command: Command) -> dict[str, Give]:
    """All the ways in which a command is given."""

    def by(key: str) -> Give:
        return lambda: press(desk, key)

    async def from_the_palette() -> None:
        offered = {each.title: each for each in desk.app.get_system_commands(desk.app.screen)}
        assert command.palette_title in offered, f"the palette has no {command.palette_title!r}"
        answer = offered[command.palette_title].callback()
        if asyncio.iscoroutine(answer):
            await answer
        await rest(desk)

    ways = {key: by(key) for key in command.keys.split(",") if key}
    return ways if command.movement else {**ways, "the palette": from_the_palette}


@pytest.mark.parametrize("name", SETS)
async def test_each_command_works_by_its_keys_and_from_the_palette(
    name: str, open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    first = SHOWN.view.tasks[0]
    idea = scenes_results.idea()
    wrong: list[str] = []
    async with open_board(SHOWN, (80, 24)) as desk:
        desk.verbs.details[first.id] = TaskDetail(replace(first, result={"rows": list(range(600))}))
        desk.verbs.ideas = {row.idea_id: idea for row in SHOWN.results}
        for command in SETS[name]:
            case = CASES[name][command.id]
            for way, give in gives(desk, command).items():
                desk.verbs.kept = scenes.kept_reports()
                await start_anew(desk, case)
                desk.app._clipboard = ""
                before = case.look(desk)
                await give()
                done = await seen(lambda case=case, before=before: is_another(desk, case, before))
                if not done:
                    wrong.append(f"{command.id} by {way}: {before!r} is {case.look(desk)!r}")
    assert wrong == []
