"""For every command of the board: where it is offered, and what shows that it was carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.screen import Screen

from core.snapshot import Snapshot
from tests.tui.conftest import Desk
from tests.tui.scenes_results import OUTCOMES
from tests.tui.scenes_workers import EVERY_STATE
from tui.look import TIMES
from tui.screens.bulk import BulkScreen
from tui.screens.change_parameters import ChangeParametersScreen
from tui.screens.concurrency import ConcurrencyScreen
from tui.screens.export import ExportScreen
from tui.screens.failure_group import FailureGroupScreen
from tui.screens.help import HelpScreen
from tui.screens.new_task import NewTaskScreen
from tui.screens.queue_looks import ColumnsScreen, SortScreen
from tui.screens.register_types import RegisterTypesScreen
from tui.screens.reports import ReportsScreen
from tui.screens.start_workers import StartWorkersScreen
from tui.screens.strategy import StrategyScreen
from tui.screens.task import TaskScreen
from tui.screens.task_copies import CopyMenu
from tui.widgets.confirm import Confirm

SHOWN: Snapshot = replace(OUTCOMES, workers=EVERY_STATE)
"""The board on which they are given: something of everything."""

Look = Callable[[Desk], object]
"""What is compared before and after."""


@dataclass(frozen=True)
class Case:
    """``keys`` lead from pane ``at`` to where the command is offered. Given there, ``look`` is another than before,
    and is ``then`` where that is told."""

    look: Look
    then: object = None
    at: str = "queue"
    keys: tuple[str, ...] = ()


def top(desk: Desk) -> object:
    """The kind of the screen in front."""
    return type(desk.app.screen)


def opens(screen: type[Screen[Any]] | None, *keys: str, at: str = "queue") -> Case:
    """A screen of that kind opens; None: some screen."""
    return Case(top, screen, at, keys)


def calls(verb: str, *keys: str, at: str = "queue") -> Case:
    """The engine is asked for that."""
    return Case(lambda desk: len(desk.verbs.called(verb)), None, at, keys)


def copies(*keys: str, at: str = "queue") -> Case:
    """Something is copied."""
    return Case(lambda desk: desk.app.clipboard, None, at, keys)


def writes(*keys: str, at: str = "queue") -> Case:
    """A file is written to the present folder."""
    return Case(lambda desk: len(list(Path.cwd().iterdir())), None, at, keys)


def goes(place: str, *keys: str, at: str = "queue") -> Case:
    """Another pane is in use."""
    return Case(lambda desk: desk.board.place, place, at, keys)


def turns(name: str, *keys: str, at: str = "queue") -> Case:
    """The screen in front has another value there, told as a path of attributes."""

    def look(desk: Desk) -> object:
        value: object = desk.app.screen
        for each in name.split("."):
            value = getattr(value, each)
        return str(value)

    return Case(look, None, at, keys)


def everywhere(*keys: str, at: str = "queue") -> dict[str, Case]:
    """What most screens can do."""
    return {"help": opens(HelpScreen, *keys, at=at), "quit": opens(None, *keys, at=at)}


def looks(*keys: str) -> dict[str, Case]:
    """Times and colours."""
    return {"times": Case(lambda desk: TIMES.way, None, "queue", keys), "theme": opens(None, *keys)}


def away(*keys: str, at: str = "queue") -> dict[str, Case]:
    """The way back to the board, and what most screens can do."""
    back = Case(lambda desk: desk.app.screen is desk.board, True, at, keys)
    return {"back": back, **everywhere(*keys, at=at)}


def downs(steps: int, *keys: str) -> tuple[str, ...]:
    """Keys to the row that far below the first, and then these."""
    return (*["down"] * steps, *keys)


def cursor(*keys: str) -> Case:
    """The cursor of the queue is on another row."""
    return turns("queue_pane.row_list.cursor", *keys)


def marks(*keys: str) -> Case:
    """Other rows of the queue are marked."""
    return turns("queue_pane.row_list.marks", *keys)


def reads(*keys: str) -> Case:
    """The cursor of the task that is read is on another row."""
    return turns("reader.cursor", "enter", *keys)


def shows(*keys: str) -> Case:
    """More or fewer rows of the task are shown."""
    return Case(lambda desk: len(desk.app.screen.query_one("#reader").outline), None, "queue", ("enter", *keys))  # type: ignore[attr-defined]


PAUSED, CRASHED, FAILED, PENDING = 3, 7, 4, 1
"""Rows of the workers' pane and of the queue."""
SEARCH = ("enter", "slash", "e", "enter")
"""Opens a task and finds a text in it."""
TWO = ("space", "space", "e")
"""Opens the dry run of copies of two tasks."""
FILTERED = ("slash", *"type:A", "enter", "slash")
"""Keeps a filter, and begins another."""

LIST = {
    "open": opens(TaskScreen),
    "mark": marks(),
    "mark_all": marks(),
    "down": cursor(),
    "up": cursor("down"),
    "mark_down": marks(),
    "mark_up": marks("down"),
    "first": cursor("down"),
    "last": cursor(),
    "page_down": cursor(),
    "page_up": cursor("end"),
}
BOARD = {
    "start": opens(StartWorkersScreen),
    "pause": calls("pause"),
    "stop": opens(Confirm),
    "stop_now": opens(Confirm),
    "strategy": opens(StrategyScreen),
    "step": calls("step", *downs(PAUSED), at="workers"),
    "concurrency": opens(ConcurrencyScreen, at="workers"),
    "restart": calls("restart", *downs(CRASHED), at="workers"),
    "scale_up": calls("scale"),
    "scale_down": calls("scale"),
    "new_task": opens(NewTaskScreen),
    "retry": calls("retry", *downs(FAILED)),
    "release": opens(Confirm),
    "cancel": opens(Confirm),
    "delete": opens(Confirm, *downs(PENDING)),
    "clone": opens(NewTaskScreen),
    "copy": copies(),
    "canary": opens(FailureGroupScreen, at="failures"),
    "export": opens(ExportScreen, at="results"),
    "level": turns("outcome_pane.activity.levels", at="activity"),
    "range": turns("outcome_pane.throughput.chart.range", at="throughput"),
    "filter": goes("filter"),
    "keep": goes("queue", "slash"),
    "drop": goes("queue", "slash"),
    "older_filter": turns("queue_pane.field.input.value", *FILTERED),
    "newer_filter": turns("queue_pane.field.input.value", *FILTERED, "up", "up"),
    "sort": opens(SortScreen),
    "columns": opens(ColumnsScreen),
    "clear": marks("space"),
    "go_types": goes("types"),
    "go_queue": goes("queue", at="types"),
    "go_workers": goes("workers"),
    "outcomes": goes("failures", at="results"),
    "go_results": goes("results"),
    "go_failures": goes("failures"),
    "go_activity": goes("activity"),
    "go_throughput": goes("throughput"),
    "next_tab": goes("failures", at="results"),
    "previous_tab": goes("throughput", at="results"),
    "next_pane": goes("workers", at="queue"),
    "previous_pane": goes("types", at="queue"),
    "reports": opens(ReportsScreen),
    "register_types": opens(RegisterTypesScreen),
    "maximise": turns("maximised"),
    "freeze": turns("frozen_at"),
    **looks(),
    **everywhere(),
}
READING = {
    "fold": shows(),
    "more": shows("tab", "tab"),
    "fold_all": shows(),
    "down": reads(),
    "up": reads("down"),
    "fold_in": shows(),
    "unfold": shows("left"),
    "next_section": reads(),
    "previous_section": reads("down", "down"),
    "first": reads("down"),
    "last": reads(),
    "page_down": reads(),
    "page_up": reads("end"),
}
TASK = {
    **away("enter"),
    **looks("enter"),
    "retry": calls("retry", *downs(FAILED, "enter")),
    "release": opens(Confirm, "enter"),
    "cancel": opens(Confirm, "enter"),
    "delete": opens(Confirm, *downs(PENDING, "enter")),
    "clone": opens(NewTaskScreen, "enter"),
    "find": turns("search.is_open", "enter"),
    "next_hit": reads(*SEARCH[1:]),
    "previous_hit": reads(*SEARCH[1:]),
    "copy": opens(CopyMenu, "enter"),
    "copy_json": copies("enter"),
    "save": writes("enter"),
    "reveal": turns("revealed", "enter"),
    "next_task": turns("task_id", "enter"),
    "previous_task": turns("task_id", "down", "enter"),
}
IDEA = {
    **away("enter", at="results"),
    "open_origin": opens(TaskScreen, "enter", at="results"),
    "copy": copies("enter", at="results"),
    "copy_json": copies("enter", at="results"),
    "reveal": turns("revealed", "enter", at="results"),
}
GROUP = {
    **away("enter", at="failures"),
    "canary": calls("retry", "enter", at="failures"),
    "retry": opens(BulkScreen, "enter", at="failures"),
    "copy": copies("enter", at="failures"),
}
TASK_TYPE = {
    **away("enter", at="types"),
    "new_of_type": opens(NewTaskScreen, "enter", at="types"),
    "narrow": calls("look", "enter", at="types"),
    "start_for": opens(StartWorkersScreen, "enter", at="types"),
    "raw_schema": turns("raw", "enter", at="types"),
    "copy_schema": copies("enter", at="types"),
}
REPORTS = {
    **away("o"),
    **looks("o"),
    "send_again": calls("resend_reports", "o"),
    "discard": opens(Confirm, "o"),
}
BULK = {
    **away(*TWO),
    "carry_out": opens(Confirm, *TWO),
    "force": turns("order.force", "space", "down", "space", "l"),
    "more_copies": turns("order.copies", *TWO),
    "fewer_copies": turns("order.copies", *TWO, "plus"),
    "change": opens(ChangeParametersScreen, *TWO),
    "undo": Case(lambda desk: id(desk.app.screen), None, "queue", (*TWO, "enter", "y")),
    "look_again": calls("plan_bulk", *TWO),
    "export_json": writes(*TWO),
    "export_csv": writes(*TWO),
    "copy_ledger": copies(*TWO),
}
WORKER = {
    **away("enter", at="workers"),
    "pause": calls("pause", "enter", at="workers"),
    "stop": calls("stop_workers", "enter", at="workers"),
    "stop_now": opens(Confirm, "enter", at="workers"),
    "strategy": opens(StrategyScreen, "enter", at="workers"),
    "step": calls("step", *downs(PAUSED, "enter"), at="workers"),
    "concurrency": opens(ConcurrencyScreen, "enter", at="workers"),
    "restart": calls("restart", *downs(CRASHED, "enter"), at="workers"),
    "copy": copies("enter", at="workers"),
}
CASES = {
    "LIST": LIST,
    "BOARD": BOARD,
    "READING": READING,
    "TASK": TASK,
    "IDEA": IDEA,
    "GROUP": GROUP,
    "TASK_TYPE": TASK_TYPE,
    "REPORTS": REPORTS,
    "BULK": BULK,
    "WORKER": WORKER,
}
"""By the name of the set in `tui.commands`, then by the id of the command."""
