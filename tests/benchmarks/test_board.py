"""What a user feels: how soon the board is there, how soon a key is seen, and what a long queue costs it."""

from __future__ import annotations

import asyncio
import select
import shutil
import statistics
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from core.config import Config
from core.taskmanager import AsyncTaskManagerClient
from tests.benchmarks.filling import filled
from tests.benchmarks.measuring import Case, Figures, Target, interleaved, table
from tests.program import ROOT, Program
from tests.terminal import Terminal

QUEUED = 100_000
PRESSES = 200
ROUNDS = 5
SETTLING = 5.0
"""Seconds until a board that was just opened counts as being at rest."""
FLOWING = 3
"""Tasks at a time that tell of their progress; together about a thousand times a second."""
MARK = "›"


def queue(folder: Path, pending: int, *, flowing: bool) -> Program:
    """A program with so many pending tasks, and with some that keep telling how far they are when it is ``flowing``."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = filled(folder / "tasks.db", 2 * pending, 3)
    shutil.copy(Path(__file__).with_name("ticking_workers.py"), folder)
    program = Program(folder).with_settings(PRISMQ_TASKMANAGER_DB=str(tasks), PRISMQ_WORKERS="ticking_workers")
    if flowing:
        asyncio.run(begin_telling(tasks))
    return program


async def begin_telling(tasks: Path) -> None:
    """Queue the tasks that keep telling."""
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tasks)) as client:
        await client.register_task_type("Ticks", "1.0.0", {"type": "object"})
        for number in range(FLOWING):
            await client.create_task("Ticks", {"n": number}, priority=10)


@contextmanager
def board(program: Program, *arguments: str) -> Generator[Terminal]:
    """The board of that program in a terminal."""
    command = [sys.executable, "-m", "tui", "board", *arguments]
    with Terminal(command, cwd=program.folder, environ={**program.environ, "PYTHONPATH": str(ROOT)}) as terminal:
        yield terminal


def marked_row(terminal: Terminal) -> str:
    """The row that the cursor is on."""
    return next((line for line in terminal.screen.splitlines() if MARK in line), "")


def rest(terminal: Terminal, seconds: float) -> None:
    """Let the board go on for so long, reading what it draws."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read(0.05)


def milliseconds_to_see(terminal: Terminal, key: str) -> float:
    """From a key press until the bytes are there that show the cursor on another row."""
    before = marked_row(terminal)
    began = time.perf_counter()
    terminal.press(key)
    while True:
        assert select.select([terminal.fd], [], [], 5)[0], "the key was not seen within 5 s"
        seen = time.perf_counter()
        terminal.read(0)
        if marked_row(terminal) != before:
            return (seen - began) * 1000


def presses(program: Program, *arguments: str) -> list[float]:
    """Milliseconds of many key presses, after a while of rest."""
    with board(program, *arguments) as terminal:
        terminal.shows("● live", MARK)
        terminal.press("j")
        rest(terminal, SETTLING)
        found: list[float] = []
        for number in range(PRESSES):
            found.append(milliseconds_to_see(terminal, "j" if number // 10 % 2 == 0 else "k"))
            rest(terminal, 0.03)
    return sorted(found)


@pytest.mark.bench
def test_how_soon_a_key_is_seen(tmp_path: Path):
    idle = presses(queue(tmp_path / "idle", QUEUED, flowing=False))
    busy = presses(queue(tmp_path / "busy", QUEUED, flowing=True), "--workers", str(FLOWING))
    figures: Figures = {}
    for name, found in (("idle", idle), ("1,000 events/s", busy)):
        figures |= {f"{name}, p50": [statistics.median(found)], f"{name}, p99": [found[int(0.99 * len(found))]]}
    targets: dict[str, Target | list[Target]] = {
        "1,000 events/s, p50": [Target(16, at_most=True), Target(1.5, "idle, p50", at_most=True)],
        "1,000 events/s, p99": Target(50, at_most=True),
    }
    print(table(f"Key to painted screen, {QUEUED:,} tasks queued: milliseconds", figures, targets, digits=1))


def seconds_until(command: list[str], program: Program, compiled: Path, *texts: str) -> float:
    """From the start of a program until these texts are on its screen."""
    environ = {**program.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    with Terminal(command, cwd=program.folder, environ=environ) as terminal:
        terminal.shows(*texts)
        return time.perf_counter() - began


def start(compiled: Path, command: list[str], *texts: str) -> Case:
    """How soon these texts are on the screen of a command, on a small queue; ``compiled`` keeps its bytecode."""

    async def measure(folder: Path) -> float:
        program = queue(folder, 100, flowing=False)
        return await asyncio.to_thread(seconds_until, command, program, compiled, *texts)

    return measure


@pytest.mark.bench
async def test_how_soon_the_board_is_there(tmp_path: Path):
    ours, compiled = [sys.executable, "-m", "tui", "board"], tmp_path / "compiled"
    cases = {
        "four lists, first paint": start(compiled, [sys.executable, "-m", "tests.benchmarks.bare_board"], "painted"),
        "board, first paint": start(compiled, ours, "Queue"),
        "board, live": start(compiled, ours, "● live"),
    }
    if shutil.which("posting"):
        cases["posting, first paint"] = start(compiled, ["posting"], "Collection")
    for name, case in cases.items():
        await case(tmp_path / name)  # what is installed has been compiled
    figures = await interleaved(cases, tmp_path, ROUNDS)
    against = [Target(1.2, "four lists, first paint", at_most=True)]
    if "posting, first paint" in cases:
        against.append(Target(0.4, "posting, first paint", at_most=True))
    print(table("From the start: seconds", figures, {"board, first paint": against}, digits=2))


def mebibytes(program: Program) -> float:
    """What a board that was open for a while has in memory."""
    with board(program) as terminal:
        terminal.shows("● live", MARK)
        rest(terminal, SETTLING)
        return psutil.Process(terminal.pid).memory_info().rss / 2**20


@pytest.mark.bench
def test_what_a_long_queue_costs_in_memory(tmp_path: Path):
    few, many = "1,000 tasks queued", f"{QUEUED:,} tasks queued"
    figures = {
        few: [mebibytes(queue(tmp_path / "few", 1000, flowing=False))],
        many: [mebibytes(queue(tmp_path / "many", QUEUED, flowing=False))],
    }
    print(table("Memory of the board: MiB", figures, {many: Target(1.1, few, at_most=True)}, digits=1))
