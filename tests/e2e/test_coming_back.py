"""A board in a real terminal says that its TaskManager is away or refuses it, and goes on by itself."""

from __future__ import annotations

import sys
from contextlib import ExitStack

from tests.program import Program
from tests.terminal import Terminal

BOARD = [sys.executable, "-m", "tui", "board"]


def board(program: Program) -> Terminal:
    """The board in a terminal of the usual size."""
    return Terminal(BOARD, columns=100, rows=32, cwd=program.folder, environ=program.environ)


def test_a_board_goes_on_by_itself_when_its_taskmanager_is_back(program: Program):
    with ExitStack() as whole:
        with program.serving("--database", "t.db") as url:
            remote = program.with_settings(TASKMANAGER_API_URL=url)
            terminal = whole.enter_context(board(remote))
            terminal.shows("● live", "The queue is empty.")
        terminal.shows("✗ offline", "next try in", "It is tried again by itself", "q quits")
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        with program.serving("--database", "t.db", port=port):
            terminal.shows("● live", "The queue is empty.", seconds=60)
            assert remote("tasks", "add", "Echo", "--params", '{"message": "back"}').code == 0
            terminal.shows("Echo", "○ pending", seconds=60)
            assert terminal.quit() == 0
        assert b"Traceback" not in terminal.raw


def test_a_board_whose_key_is_refused_says_what_to_set(program: Program):
    (program.folder / "key.txt").write_text("right-key-123\n")
    with program.serving("--database", "t.db", "--api-key-file", "key.txt") as url:
        wrong = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="wrong-key-456")
        with board(wrong) as terminal:
            terminal.shows("✗ key refused", "TASKMANAGER_API_KEY", "press q")
            assert terminal.quit() == 0
        assert b"wrong-key-456" not in terminal.raw
