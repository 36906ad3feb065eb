"""A worker that holds the event loop: the board stays live and names it, the command line too, and both can be left."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.program import Program
from tests.terminal import Terminal

WORKERS = Path(__file__).parent.parent / "workers" / "holding_workers.py"


@pytest.fixture
def holding(program: Program) -> Program:
    """A user whose workers hold the loop."""
    (program.folder / "holding_workers.py").write_text(WORKERS.read_text())
    return program.with_settings(PRISMQ_WORKERS="holding_workers")


def board(user: Program) -> Terminal:
    return Terminal([sys.executable, "-m", "tui", "board", "--workers", "1"], cwd=user.folder, environ=user.environ)


def test_the_board_names_it_answers_keys_meanwhile_and_goes_on_afterwards(holding: Program):
    done = holding.folder / "done"
    assert holding("tasks", "add", "Holding", "--params", f'{{"until": "{done}"}}').code == 0
    with board(holding) as terminal:
        terminal.until(lambda screen: re.search(r"■ \S+ blocks at holding_workers\.py:\d+", screen) is not None)
        terminal.press("?")
        terminal.shows("Help")
        terminal.press("q")
        done.touch()
        terminal.until(lambda screen: "completed 1" in screen and "blocks at" not in screen)
        terminal.press("444")
        terminal.shows("held up everything for")
        assert terminal.quit() == 0


def test_the_board_can_be_left_though_the_loop_is_never_let_go(holding: Program):
    assert holding("tasks", "add", "Looping", "--params", "{}").code == 0
    with board(holding) as terminal:
        terminal.shows("blocks at holding_workers.py")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.shows("which blocks", "X stop now")
        terminal.press("X")
        assert terminal.ended() == 1
        assert "The engine was left: " in " ".join(terminal.screen.split())


def test_run_names_it_while_it_holds_and_says_afterwards_for_how_long(holding: Program):
    done = holding.folder / "done"
    assert holding("tasks", "add", "Holding", "--params", f'{{"until": "{done}"}}').code == 0
    with holding.running("run", "--drain") as process:
        assert process.stderr is not None
        assert "Ctrl+C stops" in process.stderr.readline()
        assert re.search(r"with task 1, holds up everything at holding_workers\.py:\d+ \(", process.stderr.readline())
        done.touch()
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "held up everything for" in err
    assert "belongs in a `def process_task`" in err


def test_two_signals_end_run_though_the_loop_is_never_let_go(holding: Program):
    assert holding("tasks", "add", "Looping", "--params", "{}").code == 0
    with holding.running("run", "--types", "Looping") as process:
        assert process.stderr is not None
        process.stderr.readline()
        assert "holds up everything" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Ended at once: a worker holds up the event loop. What was saved is kept" in err
    assert holding("run", "--types", "Holding", "--drain").code == 0
    task = holding("tasks", "show", "1", "--json").json
    assert (task["status"], task["attempts"]) == ("pending", 1)
