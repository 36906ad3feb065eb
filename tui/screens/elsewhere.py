"""Commands that are given somewhere else than where one is: where they work, and the way there, for the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from textual.app import SystemCommand

from tui.command import Command, CommandScreen, key_of
from tui.commands import BULK, ELSEWHERE, FIELD, GROUP, IDEA, IN_WHY, READING, REPORTS, TASK, TASK_TYPE, WORKER
from tui.key_map import keyed
from tui.panes.base import Pane
from tui.screens.board import BoardScreen
from tui.screens.bulk import BulkScreen
from tui.screens.form import Form

ROWS: Final = {
    "types": "a task type",
    "queue": "a task",
    "workers": "a worker",
    "results": "a result",
    "failures": "a kind of failure",
    "activity": "a line",
}
"""What stands in the panes, row by row."""

OPENED: Final[tuple[tuple[tuple[Command, ...], str, str, str], ...]] = (
    ((*TASK, *READING), "queue", "a task", "Open a task ({open})"),
    (IDEA, "results", "a result", "Open a result ({open})"),
    (GROUP, "failures", "a kind of failure", "Open a kind of failure ({open})"),
    (TASK_TYPE, "types", "a task type", "Open a task type ({open})"),
    (WORKER, "workers", "a worker", "Open a worker ({open})"),
    (REPORTS, "", "the reports aside", "Choose a report"),
    (BULK, "queue", "an action on several tasks", "Mark several tasks ({mark}) and act on them"),
)
"""What can be done on the screens above the board: the pane each is opened from, what it shows, how to get there."""


@dataclass(frozen=True)
class Place:
    """Where a command works, in words, and what leads there; ``first`` is to be done there before its key."""

    where: str
    go: Callable[[], object]
    first: str


def elsewhere(board: BoardScreen, screen: CommandScreen) -> Iterator[SystemCommand]:
    """The commands that cannot be given on that screen as it is now. Choosing one leads to where it works, and carries
    it out there unless it is about a row: then it is said what to choose."""
    own = () if screen is board else screen.command_set
    seen = {(each.id, each.title) for each in (*own, *(each for each, _ in screen.offered()))}
    for command, place in (*_of_board(board, screen), *_of_screens(board)):
        if (command.id, command.title) not in seen:
            seen.add((command.id, command.title))
            name = command.title if command.panes else board.title_of(command)  # which tells whom it is for
            title = f"{name} ({place.where})"
            yield SystemCommand(title, command.help, partial(_give, board, command, place), discover=False)


def _of_board(board: BoardScreen, screen: CommandScreen) -> Iterator[tuple[Command, Place]]:
    parts: tuple[Pane, ...] = (board.type_pane, board.queue_pane, board.worker_pane, *board.outcome_pane.tabs)
    panes = {str(pane.id): pane for pane in parts}
    for command in board.command_set:
        fitting = [each for each in ("queue", *command.panes) if each in command.panes and each in panes]
        if fitting:
            pane = panes[fitting[0]]
            first = f"Choose {ROWS.get(fitting[0], 'a row')}"
            yield command, Place(f"in {pane.key} {pane.heading}", partial(board.action_pane, fitting[0]), first)
        elif command.panes == IN_WHY:
            yield command, Place("in the panel of Why?", board.action_why, "Look at what it says")
        elif command.panes == FIELD:
            yield command, Place("in the filter", board.action_filter, "Type a filter")
        elif not command.panes and not command.movement and screen is not board:
            row = next((ROWS[pane] for pane in command.near if pane in ROWS), "a row")
            yield command, Place("on the board", lambda: None, f"Choose {row}")


def _of_screens(board: BoardScreen) -> Iterator[tuple[Command, Place]]:
    for commands, pane, what, first in OPENED:
        go = partial(board.action_pane, pane) if pane else board.action_reports
        for command in commands:
            if not command.movement:
                yield command, Place(f"in {what}", go, keyed(first))


async def _give(board: BoardScreen, command: Command, place: Place) -> None:
    """Go there, and do it, or say what is to be chosen first."""
    if isinstance(board.app.screen, BulkScreen):
        board.task_deeds.say(keyed(f"“{command.title}” works {place.where}: {{back}} leaves this list first."))
        return
    if any(isinstance(screen, Form) for screen in board.app.screen_stack):
        board.task_deeds.say(f"“{command.title}” works {place.where}: send or leave the form below first.")
        return
    for screen in reversed(board.app.screen_stack):
        if screen is board:
            break
        screen.dismiss()
    place.go()
    target = next((target for each, target in board.offered() if each is command), None)
    if command.id in ELSEWHERE and target is not None:
        await board.app.run_action(command.action, default_namespace=target)
        return
    key = key_of(board.app, command)
    board.task_deeds.say(f"{place.first}, then {f'{key} does' if key else '^p finds'} “{command.title}”.")
