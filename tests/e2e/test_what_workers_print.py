"""What workers and the programs that they start write to the terminal does not reach it while the board draws."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.program import Program
from tests.terminal import Terminal


def test_nothing_that_workers_write_is_seen_on_the_board_and_their_tasks_are_done(program: Program):
    shutil.copy(Path(__file__).parent / "printing_workers.py", program.folder)
    ours = program.with_settings(PRISMQ_WORKERS="printing_workers")
    for name in ("PrintsInThread", "PrintsInProcess"):
        assert ours("tasks", "add", name, "--params", "{}").code == 0
    command = [sys.executable, "-m", "tui", "board", "--workers", "1"]
    with Terminal(command, cwd=ours.folder, environ=ours.environ) as terminal:
        terminal.shows("completed 2", "failed 0")
        assert terminal.quit() == 0
        assert b"scribbled" not in terminal.raw
        assert b"\x1b[?1049l" in terminal.raw[-2000:]


def test_stdout_and_stderr_lead_where_they_led_once_the_board_is_left(program: Program):
    after = "os.write(1, b'out '); os.write(2, b'err')"
    script = f"import os\nfrom tui.__main__ import main\ntry:\n    main()\nfinally:\n    {after}"
    with Terminal([sys.executable, "-c", script], cwd=program.folder, environ=program.environ) as terminal:
        terminal.shows("Queue", "live")
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.raw.endswith(b"out err")
