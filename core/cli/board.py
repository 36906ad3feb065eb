"""The board: on the configured TaskManager, or on a demo of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import click

from core.cli import logs
from core.cli.program import Program, passing
from core.config import SMALLEST_TERMINAL
from core.errors import BadSetting
from core.host import EngineHost, Hosted


@click.command(epilog="Example: prismq-workers board --workers 3 --strategy LIFO")
@click.option("--workers", "count", type=click.IntRange(0, 200), default=0, show_default=True, help="Workers to start.")
@click.option("--strategy", default="FIFO", show_default=True, help="How they claim: FIFO, LIFO or PRIORITY.")
@passing
def board(program: Program, count: int, strategy: str) -> None:
    """Open the board on the configured TaskManager. Without a command, this is what happens."""
    open_board(program, count, strategy)


def open_board(program: Program, count: int = 0, strategy: str = "FIFO") -> None:
    """Open the board on the configured TaskManager and end with its exit code."""
    need_a_terminal()
    logs.to_file()
    config = program.config

    def opener() -> AbstractAsyncContextManager[Hosted]:
        from core.engine import open_for_board

        return open_for_board(config, count, strategy)

    sys.exit(program.open_board(EngineHost(opener), False))


@click.command(epilog="Example: prismq-workers demo --seed 7")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed plays another demo.")
@click.option("--pace", type=click.FloatRange(0, 100), default=1.0, show_default=True, help="Stretches every wait.")
@passing
def demo(program: Program, seed: int, pace: float) -> None:
    """Open the board on a demo: an embedded TaskManager with invented videos, in a temporary folder.

    .env and the environment are ignored, the keys and colours of your board
    are used; everything is gone when it ends.
    """
    need_a_terminal()
    logs.nowhere()
    with tempfile.TemporaryDirectory(prefix="prismq-demo-", ignore_cleanup_errors=True) as folder:

        def opener() -> AbstractAsyncContextManager[Hosted]:
            from core.demo.play import open_demo

            return open_demo(Path(folder), seed=seed, pace=pace)

        code = program.open_board(EngineHost(opener), True)
    sys.exit(code)


def need_a_terminal() -> None:
    """Raises `BadSetting` when there is no terminal to draw on, or one that is too small."""
    if not (sys.stdin and sys.stderr and sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadSetting(
            "The board needs a terminal, and standard input or standard error is none; "
            "without one use `prismq-workers run`, `tasks` or `types`."
        )
    columns, rows = os.get_terminal_size(sys.stderr.fileno())
    wide, high = SMALLEST_TERMINAL
    if 0 < columns < wide or 0 < rows < high:
        raise BadSetting(f"This terminal is {columns}x{rows}; the board needs {wide}x{high} at least: make it larger.")
