"""The program `prismq-workers`: the command line of the core, with the board for those who want to look."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.cli.main import main as command_line

if TYPE_CHECKING:
    from core.verbs import Connection

TURN = 0.0005
"""Seconds that a thread computes before another one gets its turn. A key passes three threads until it is seen, and
where the engine's is busy it would wait 5 ms for each, as Python comes."""


def open_board(connection: Connection, demo: bool) -> int:
    """Open the board; imported here, so that commands without a screen do not load one.

    What is imported stays to the end: nothing of it is garbage to be looked for, now or while one presses keys. So
    that is looked for only once the board has all of it (see `tui.collecting`).
    """
    gc.disable()
    sys.setswitchinterval(TURN)
    from tui.app import run_board

    return run_board(connection, demo=demo)


def board_keys(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The keys of the board; imported here for the same reason."""
    from tui import key_map

    return key_map.board_keys(wanted)


def main() -> None:
    """Run the program."""
    command_line(open_board, board_keys)


if __name__ == "__main__":
    main()
