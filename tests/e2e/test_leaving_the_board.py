"""The shell is told how the board was left, once the board is gone from the terminal."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.program import Program
from tests.terminal import Terminal

BOARD = [sys.executable, "-m", "tui", "board", "--workers", "1"]


@pytest.fixture
def slow(program: Program) -> Program:
    """The program with workers that take their time."""
    (program.folder / "slow_workers.py").write_text((Path(__file__).parent / "slow_workers.py").read_text())
    return program.with_settings(PRISMQ_WORKERS="slow_workers", RAN=str(program.folder / "ran.txt"))


def after_the_board(terminal: Terminal) -> str:
    """What the program wrote to the terminal when the alternate screen was gone."""
    return terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()


def add(program: Program, seconds: float) -> None:
    """One task that takes so long."""
    assert program("tasks", "add", "Slow", "--params", f'{{"n": 1, "seconds": {seconds}}}').code == 0


def test_what_was_given_back_is_told_to_the_shell(slow: Program):
    add(slow, 60)
    with Terminal(BOARD, cwd=slow.folder, environ=slow.environ) as terminal:
        terminal.shows("claimed 1", "1 busy")
        assert terminal.quit_now() == 0
        assert "All workers of this board have stopped: 1 task was given back.\r\n" in after_the_board(terminal)
    assert slow("tasks", "show", "1", "--json").json["status"] == "pending"


def test_what_was_finished_is_told_to_the_shell(slow: Program):
    add(slow, 4)
    with Terminal(BOARD, cwd=slow.folder, environ=slow.environ) as terminal:
        terminal.shows("claimed 1", "1 busy")
        assert terminal.quit() == 0
        assert "All workers of this board have stopped: 1 task in hand was finished." in after_the_board(terminal)
    assert slow("tasks", "show", "1", "--json").json["status"] == "completed"


def test_a_script_that_keeps_what_is_printed_gets_no_such_line(program: Program):
    command = ["sh", "-c", f"{shlex.join(BOARD)} > printed.txt"]
    with Terminal(command, cwd=program.folder, environ=program.environ) as terminal:
        terminal.shows("live", "The queue is empty.")
        assert terminal.quit() == 0
    assert "stopped" not in (program.folder / "printed.txt").read_text()
