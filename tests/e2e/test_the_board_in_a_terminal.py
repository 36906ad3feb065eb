"""The board as a person meets it: in a real terminal, on the demo."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from pathlib import Path

from tests.program import Program
from tests.terminal import Terminal

DEMO = [sys.executable, "-m", "tui", "demo", "--pace", "0.3"]


def demo(program: Program, columns: int = 120, rows: int = 36) -> Terminal:
    """The demo in a terminal of that size."""
    return Terminal(DEMO, columns=columns, rows=rows, cwd=program.folder, environ=program.environ)


def test_all_four_panes_come_alive_and_quitting_leaves_a_sane_terminal(program: Program):
    with demo(program) as terminal:
        terminal.shows("1 Task types", "2 Queue", "3 Workers", "4 Results", "live", "✓ completed", "youtube")
        terminal.until(lambda screen: re.search(r"completed [1-9]\d", screen) is not None)
        assert terminal.quit() == 0
        end = bytes(terminal.raw[-2000:])
        assert b"\x1b[?1049l" in end
        assert b"\x1b[?25h" in end
        assert b"Traceback" not in terminal.raw


def test_on_a_small_terminal_each_pane_can_be_reached(program: Program):
    with demo(program, 80, 24) as terminal:
        terminal.shows("Queue", "completed")
        for size in ((80, 24), (60, 20)):
            terminal.resize(*size)
            terminal.press("2")
            terminal.shows("Queue", "completed")
            terminal.press("3")
            terminal.shows("FIFO")
            terminal.press("1")
            terminal.shows("Post.Scrape")
            terminal.press("4")
            terminal.shows("Idea")


def test_a_terminal_that_is_too_small_is_told_what_is_needed(program: Program):
    with demo(program, 40, 10) as terminal:
        assert terminal.ended() == 2
        assert "needs 60x20 at least" in " ".join(terminal.screen.split())


def test_a_terminal_that_becomes_too_small_says_so_and_work_goes_on(program: Program):
    with demo(program) as terminal:
        terminal.shows("live", "busy")
        terminal.resize(40, 10)
        terminal.shows("60", "20")
        terminal.resize(80, 24)
        terminal.shows("Queue", "completed")


def test_a_signal_lets_the_board_finish_and_leave_a_sane_terminal(program: Program):
    with demo(program) as terminal:
        terminal.shows("live", "busy")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 0
        assert b"\x1b[?1049l" in terminal.raw[-2000:]


def test_a_board_that_was_put_aside_is_drawn_whole_when_it_comes_back(program: Program):
    with Terminal([sys.executable, "-m", "tui"], cwd=program.folder, environ=program.environ) as terminal:
        terminal.shows("live", "The queue is empty.")
        terminal.press("\x1a")
        terminal.until(lambda _: os.waitpid(terminal.pid, os.WUNTRACED | os.WNOHANG) != (0, 0))
        terminal.until(lambda _: b"\x1b[?1049l" in terminal.raw)
        terminal.clear()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.shows("live", "1 Task types", "2 Queue", "The queue is empty.", "3 Workers", "4 Results", "q Quit")
        assert terminal.quit() == 0


def test_a_board_with_tasks_in_hand_is_not_put_aside(program: Program):
    (program.folder / "slow_workers.py").write_text((Path(__file__).parent / "slow_workers.py").read_text())
    slow = program.with_settings(PRISMQ_WORKERS="slow_workers", RAN=str(program.folder / "ran.txt"))
    assert slow("tasks", "add", "Slow", "--params", '{"n": 1, "seconds": 20}').code == 0
    command = [sys.executable, "-m", "tui", "board", "--workers", "1"]
    with Terminal(command, cwd=slow.folder, environ=slow.environ) as terminal:
        terminal.shows("claimed 1", "1 busy")
        terminal.press("\x1a")
        terminal.shows("1 task in hand would stand still")
        assert terminal.quit_now() == 0


def test_a_hang_up_gives_back_what_is_in_hand(program: Program):
    (program.folder / "slow_workers.py").write_text((Path(__file__).parent / "slow_workers.py").read_text())
    slow = program.with_settings(PRISMQ_WORKERS="slow_workers", RAN=str(program.folder / "ran.txt"))
    assert slow("tasks", "add", "Slow", "--params", '{"n": 1, "seconds": 20}').code == 0
    command = [sys.executable, "-m", "tui", "board", "--workers", "1"]
    with Terminal(command, cwd=slow.folder, environ=slow.environ) as terminal:
        terminal.shows("claimed 1", "1 busy")
        assert terminal.hang_up() == 0
    task = slow("tasks", "show", "1", "--json").json
    assert (task["status"], task["attempts"]) == ("pending", 1)


def test_a_terminal_that_goes_away_unannounced_ends_the_board(program: Program):
    # As under make: the one that started the board is hung up on, and waits for the board.
    tmp = program.folder / "tmp"
    tmp.mkdir()
    under_a_shell = ["sh", "-c", f"trap : HUP; {shlex.join(DEMO)}; :"]
    with Terminal(under_a_shell, cwd=program.folder, environ={**program.environ, "TMPDIR": str(tmp)}) as terminal:
        terminal.shows("live", "busy")
        assert terminal.hang_up() == 0
    assert list(tmp.iterdir()) == []


def test_the_demo_leaves_nothing_behind(program: Program):
    tmp = program.folder / "tmp"
    tmp.mkdir()
    here = program.with_settings(TMPDIR=str(tmp))
    with demo(here) as terminal:
        terminal.shows("completed")
        assert [path.name.startswith("prismq-demo-") for path in tmp.iterdir()] == [True]
        assert terminal.quit() == 0
    assert list(tmp.iterdir()) == []
    assert not (program.folder / "data").exists()


def test_an_unusable_database_is_said_on_the_board_and_by_the_exit_code(program: Program):
    Path(program.folder / "broken.db").write_text("not a database, really " * 300)
    broken = program.with_settings(PRISMQ_TASKMANAGER_DB=str(program.folder / "broken.db"))
    with Terminal([sys.executable, "-m", "tui"], cwd=program.folder, environ=broken.environ) as terminal:
        terminal.shows("cannot be", "used")
        assert terminal.quit() == 2
        assert b"Traceback" not in terminal.raw
