"""The walls of the house: what may be loaded when."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_by(statement: str, *modules: str) -> list[str]:
    """Which of these modules a fresh interpreter has loaded after the statement."""
    code = f"import sys; {statement}; print(*[m for m in {modules!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return out.stdout.split()


def test_the_core_runs_without_a_screen():
    assert loaded_by("import core.engine, core.cli.run, core.demo.play", "textual", "rich", "tui") == []


def test_importing_the_core_imports_nothing():
    assert loaded_by("import core", "core.models", "httpx", "sqlite3", "dotenv") == []


def test_the_board_paints_before_anything_that_speaks_http_is_loaded():
    heavy = ("httpx", "starlette", "uvicorn", "jsonschema", "sqlite_utils", "core.engine", "core.server.app")
    assert loaded_by("import tui.app, tui.__main__, core.cli.board, tui.screens.board", *heavy) == []


def test_the_frame_of_the_board_paints_before_what_fills_it_is_loaded():
    filling = ("core.models", "core.snapshot", "core.filters", "tui.commands", "tui.look", "tui.screens.board")
    assert loaded_by("import tui.app, tui.__main__, core.cli.board", *filling) == []


def test_the_board_is_there_before_what_its_commands_are_carried_out_with_is_loaded():
    later = ("core.bulk", "core.filters.reading", "tui.deeds", "tui.task_deeds", "tui.worker_deeds", "tui.why_deeds")
    assert loaded_by("import tui.screens.board", *later) == []


def test_the_embedded_task_manager_loads_nothing_else_of_the_core():
    others = ("core.models", "core.config", "core.errors", "core.engine", "core.taskmanager", "core.workers")
    assert loaded_by("import core.server.app, core.server.serve", *others) == []


@pytest.mark.parametrize(
    "statement", ["from core.taskmanager import TaskManagerClient", "from core.workers import BaseWorker"]
)
def test_what_a_script_imports_loads_no_screen(statement: str):
    assert loaded_by(statement, "textual", "rich") == []
