"""For every command: where it is offered, and what shows that it was carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.command import CommandPalette
from textual.screen import Screen

from core.models import WorkerState
from core.snapshot import Snapshot
from tests.tui.conftest import Desk
from tests.tui.scenes_results import OUTCOMES
from tests.tui.scenes_workers import EVERY_STATE
from tui.look import TIMES
from tui.screens.board import BoardScreen
from tui.screens.bulk import BulkScreen
from tui.screens.change_parameters import ChangeParametersScreen
from tui.screens.concurrency import ConcurrencyScreen
from tui.screens.export import ExportScreen
from tui.screens.failure_group import FailureGroupScreen
from tui.screens.help import HelpScreen
from tui.screens.leaving import LeaveScreen
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
    """Pane ``at``, the keys ``opens`` a screen from there (none: the board itself), ``before`` lead to where the
    command is offered. Given there, ``look`` is another than before, and is ``then`` where that is told."""

    look: Look
    then: object = None
    at: str = "queue"
    opens: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


Cases = dict[str, Case]
"""By the id of the command."""


def top(desk: Desk) -> object:
    """The kind of the screen in front."""
    return type(desk.app.screen)


def opens(screen: type[Screen[Any]], *before: str, at: str = "queue") -> Case:
    """A screen of that kind opens."""
    return Case(top, screen, at, (), before)


def calls(verb: str, *before: str, at: str = "queue") -> Case:
    """The engine is asked for that."""
    return Case(lambda desk: len(desk.verbs.called(verb)), None, at, (), before)


def copied(desk: Desk) -> object:
    """Whether something was copied; the clipboard is emptied for the next."""
    found, desk.app._clipboard = desk.app.clipboard, ""
    return bool(found)


def copies(*before: str, at: str = "queue") -> Case:
    """Something is copied."""
    return Case(copied, True, at, (), before)


def writes(*before: str) -> Case:
    """A file is written to the present folder."""
    return Case(lambda desk: len(list(Path.cwd().iterdir())), None, "queue", (), before)


def goes(place: str, *before: str, at: str = "queue") -> Case:
    """Another pane is in use."""
    return Case(lambda desk: desk.board.place, place, at, (), before)


def turns(name: str, *before: str, at: str = "queue") -> Case:
    """The screen in front has another value there, told as a path of attributes."""

    def look(desk: Desk) -> object:
        value: object = desk.app.screen
        for each in name.split("."):
            value = getattr(value, each, None)
        return str(value)

    return Case(look, None, at, (), before)


def behind(keys: tuple[str, ...], cases: Cases, at: str = "queue") -> Cases:
    """The same on a screen that these keys open from a pane."""
    return {name: replace(case, opens=keys, at=at) for name, case in cases.items()}


def row_of(state: WorkerState) -> tuple[str, ...]:
    """Keys to the worker in that state."""
    return ("home", *["down"] * next(n for n, each in enumerate(EVERY_STATE) if each.state is state))


def queue_row(number: int) -> tuple[str, ...]:
    """Keys to a row of the queue."""
    return ("home", *["down"] * number)


EVERYWHERE: Cases = {"help": opens(HelpScreen), "quit": opens(LeaveScreen)}
LOOKS: Cases = {"times": Case(lambda desk: TIMES.way), "theme": opens(CommandPalette)}
AWAY: Cases = {"back": opens(BoardScreen), **EVERYWHERE}
PAUSED, CRASHED = row_of(WorkerState.PAUSED), row_of(WorkerState.CRASHED)
PENDING, FAILED = queue_row(1), queue_row(4)
FOUND = ("slash", "e", "enter")
"""Finds a text in a task."""
TWO = ("home", "space", "down", "space")
"""Marks two claimed tasks."""
KEPT = ("slash", "a", "enter", "slash", "backspace", "b", "enter", "slash")
"""Keeps two filters, and begins another."""

CURSOR, MARKS = "queue_pane.row_list.cursor", "queue_pane.row_list.marks"
LIST: Cases = {
    "open": opens(TaskScreen),
    "mark": turns(MARKS, "home"),
    "mark_all": turns(MARKS),
    "down": turns(CURSOR, "home"),
    "up": turns(CURSOR, "home", "down"),
    "mark_down": turns(MARKS, "home"),
    "mark_up": turns(MARKS, "home", "down"),
    "first": turns(CURSOR, "home", "down"),
    "last": turns(CURSOR, "home"),
    "page_down": turns(CURSOR, "home"),
    "page_up": turns(CURSOR, "end"),
}
WHY = turns("why_panel.is_open")
BOARD: Cases = {
    "why": WHY,
    "why_nothing": WHY,
    "start": opens(StartWorkersScreen),
    "pause": calls("pause"),
    "stop": opens(Confirm),
    "stop_now": opens(Confirm),
    "strategy": opens(StrategyScreen),
    "stop_all": opens(Confirm, at="workers"),
    "step": calls("step", *PAUSED, at="workers"),
    "concurrency": opens(ConcurrencyScreen, "home", at="workers"),
    "restart": calls("restart", *CRASHED, at="workers"),
    "scale_up": calls("scale"),
    "scale_down": calls("scale"),
    "new_task": opens(NewTaskScreen),
    "retry": calls("retry", *FAILED),
    "release": opens(Confirm, "home"),
    "cancel": opens(Confirm, "home"),
    "delete": opens(Confirm, *PENDING),
    "clone": opens(NewTaskScreen, "home"),
    "copy": copies(),
    "canary": opens(FailureGroupScreen, at="failures"),
    "export": opens(ExportScreen, at="results"),
    "level": turns("outcome_pane.activity.levels", at="activity"),
    "range": turns("outcome_pane.throughput.chart.range", at="throughput"),
    "filter": goes("filter"),
    "keep": goes("queue", "slash"),
    "drop": goes("queue", "slash"),
    "older_filter": turns("queue_pane.field.input.value", *KEPT, "up"),
    "newer_filter": turns("queue_pane.field.input.value", *KEPT, "up", "up"),
    "sort": opens(SortScreen),
    "columns": opens(ColumnsScreen),
    "clear": turns(MARKS, "space"),
    "go_types": goes("types"),
    "go_queue": goes("queue", at="types"),
    "go_workers": goes("workers"),
    "outcomes": goes("failures", at="results"),
    "go_results": goes("results"),
    "go_failures": goes("failures"),
    "go_stuck": turns("queue_pane.wanted.filter", "escape"),
    "go_activity": goes("activity"),
    "go_throughput": goes("throughput"),
    "next_tab": goes("failures", at="results"),
    "previous_tab": goes("throughput", at="results"),
    "next_pane": goes("workers"),
    "previous_pane": goes("types"),
    "reports": opens(ReportsScreen),
    "register_types": opens(RegisterTypesScreen),
    "maximise": turns("maximised"),
    "freeze": turns("frozen_at"),
    **LOOKS,
    **EVERYWHERE,
}
READ, SHOWN_ROWS = "reader.cursor", "reader.outline._starts"
READING: Cases = {
    "fold": turns(SHOWN_ROWS, "home"),
    "more": turns(SHOWN_ROWS, "end"),
    "fold_all": turns(SHOWN_ROWS),
    "down": turns(READ, "home"),
    "up": turns(READ, "home", "down"),
    "fold_in": turns(SHOWN_ROWS, "home", "left", "right"),
    "unfold": turns(SHOWN_ROWS, "home", "left"),
    "next_section": turns(READ, "home"),
    "previous_section": turns(READ, "home", "down"),
    "first": turns(READ, "home", "down"),
    "last": turns(READ, "home"),
    "page_down": turns(READ, "home"),
    "page_up": turns(READ, "end"),
}
TASK: Cases = {
    "why": WHY,
    **AWAY,
    **LOOKS,
    "release": opens(Confirm),
    "cancel": opens(Confirm),
    "clone": opens(NewTaskScreen),
    "find": Case(lambda desk: desk.app.screen.focused is desk.app.screen.search.input, True),  # type: ignore[attr-defined]
    "next_hit": turns("search.at", *FOUND),
    "previous_hit": turns("search.at", *FOUND),
    "copy": opens(CopyMenu),
    "copy_json": copies(),
    "save": writes(),
    "reveal": turns("revealed"),
    "next_task": turns("reading.task_id"),
    "previous_task": turns("reading.task_id", "right_square_bracket"),
}
IDEA: Cases = {
    **AWAY,
    "open_origin": opens(TaskScreen),
    "copy": copies(),
    "copy_json": copies(),
    "reveal": turns("revealed"),
}


def in_text(*before: str) -> Case:
    """Another part of the text in sight."""
    return Case(lambda desk: desk.app.screen.query_one("#text").scroll_offset.y, before=before)


GROUP: Cases = {**AWAY, "why": WHY, "canary": calls("retry"), "retry": opens(BulkScreen), "copy": copies()}
TASK_TYPE: Cases = {
    **AWAY,
    "new_of_type": opens(NewTaskScreen),
    "narrow": goes("queue"),
    "start_for": opens(StartWorkersScreen),
    "go_versions": in_text("home"),
    "raw_schema": turns("raw"),
    "copy_schema": copies(),
}


SCROLL: Cases = {
    "down": in_text("home"),
    "up": in_text("end"),
    "first": in_text("end"),
    "last": in_text("home"),
    "page_down": in_text("home"),
    "page_up": in_text("end"),
}
REPORTS: Cases = {**AWAY, **LOOKS, "send_again": calls("resend_reports"), "discard": opens(Confirm)}
BULK: Cases = {
    **AWAY,
    "more_copies": turns("order.copies"),
    "fewer_copies": turns("order.copies", "plus"),
    "change": opens(ChangeParametersScreen),
    "look_again": calls("plan_bulk"),
    "export_json": writes(),
    "export_csv": writes(),
    "copy_ledger": copies(),
}
WORKER: Cases = {
    "why": WHY,
    **AWAY,
    "pause": calls("pause"),
    "stop": calls("stop_workers"),
    "stop_now": opens(Confirm),
    "strategy": opens(StrategyScreen),
    "concurrency": opens(ConcurrencyScreen),
    "copy": copies(),
}


def in_why(*before: str) -> Case:
    """Another place in the panel that tells why."""
    return Case(lambda desk: (desk.board.why_panel.chosen, desk.board.why_panel.scroll_offset.y), before=("w", *before))


WHY_PANEL: Cases = {
    "close_why": turns("why_panel.is_open", "w"),
    "mend": calls("start_workers", "w"),
    "copy_why": copies("w"),
    "copy_why_json": copies("w"),
    "leave_why": goes("queue", "w"),
    "down": in_why("home"),
    "up": in_why("end"),
    "first": in_why("end"),
    "last": in_why("home"),
    "page_down": in_why("home"),
    "page_up": in_why("end"),
}
WHY_ON_BOARD: Cases = {
    "why_next": turns(CURSOR, "home", "w"),
    "why_previous": turns(CURSOR, "home", "down", "w"),
}
CASES: dict[str, Cases] = {
    "LIST": LIST,
    "WHY_PANEL": WHY_PANEL,
    "WHY_ON_BOARD": WHY_ON_BOARD,
    "BOARD": BOARD,
    "READING": behind(("home", "enter"), READING),
    "TASK": {
        **behind(("home", "enter"), TASK),
        **behind((*FAILED, "enter"), {"retry": calls("retry")}),
        **behind((*PENDING, "enter"), {"delete": opens(Confirm)}),
    },
    "IDEA": behind(("enter",), IDEA, "results"),
    "GROUP": behind(("enter",), GROUP, "failures"),
    "TASK_TYPE": behind(("home", "enter"), TASK_TYPE, "types"),
    "SCROLL": behind(("home", "enter"), SCROLL, "types"),
    "REPORTS": behind(("o",), REPORTS),
    "BULK": {
        **behind((*TWO, "e"), BULK),
        "carry_out": turns("stage", *TWO, "e"),
        **behind((*TWO, "l"), {"force": turns("order.force")}),
        **behind((*TWO, "e", "y"), {"undo": Case(lambda desk: id(desk.app.screen))}),
    },
    "WORKER": {
        **behind(("home", "enter"), WORKER, "workers"),
        **behind((*PAUSED, "enter"), {"step": calls("step")}, "workers"),
        **behind((*CRASHED, "enter"), {"restart": calls("restart")}, "workers"),
    },
}
"""By the name of the set in `tui.commands`, then by the id of the command."""
