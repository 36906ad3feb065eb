"""Workers of installed packages are there without a setting; one that is broken is shown and stops no other."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.program import ROOT, Program
from tests.terminal import Terminal

MODULE = """
from core.workers import BaseWorker, Task, TaskResult, worker_factory

@worker_factory.register("From.Module", version="2.0.0")
class One(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"by": "module"})

class Two(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"by": "class"})

def no_worker(): ...
"""
POINTS = {
    "good": "[prismq.workers]\nall = good_workers\nFrom.Class = good_workers:Two\n",
    "broken": "[prismq.workers]\nbroken = broken_workers\nabsent = good_workers:Absent\nno = good_workers:no_worker\n",
}
FAULTS = (
    "The installed workers 'broken' (broken_workers) cannot be loaded: ImportError: a library is missing",
    "The installed workers 'absent' (good_workers:Absent) cannot be loaded: AttributeError",
    "The installed workers 'no' (good_workers:no_worker) cannot be used: The worker of no must be a class",
)


def install(site: Path, name: str, points: str) -> None:
    """What pip leaves of a package."""
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(points)


@pytest.fixture
def user(program: Program) -> Program:
    """A user with packages that work and packages that do not."""
    site = program.folder / "site"
    for name, points in POINTS.items():
        install(site, name, points)
    (site / "good_workers.py").write_text(MODULE)
    (site / "broken_workers.py").write_text("raise ImportError('a library is missing')\n")
    return program.with_settings(PYTHONPATH=os.pathsep.join([str(ROOT), str(site)]))


def test_those_that_can_be_loaded_work_and_run_says_which_cannot(user: Program):
    for name in ("From.Module", "From.Class"):
        added = user("tasks", "add", name, "--params", "{}")
        assert added.code == 0, added.err
    summary = user("run", "--types", "From.Module,From.Class", "--drain", "--json")
    assert summary.code == 0, summary.err
    assert summary.json["done"] == 2
    assert user("tasks", "show", "1", "--json").json["result"]["data"] == {"by": "module"}
    assert user("tasks", "show", "2", "--json").json["result"]["data"] == {"by": "class"}
    for fault in FAULTS:
        assert summary.err.count(fault) == 1


def test_doctor_says_which_cannot_be_loaded(user: Program):
    checks = {each["name"]: each for each in user("doctor", "--json").json["checks"]}
    assert checks["workers"]["finding"] == "warning"
    assert "From.Class, From.Module" in checks["workers"]["sentence"]
    for fault in FAULTS:
        assert fault in checks["workers"]["sentence"]


def test_the_board_says_it_too(user: Program):
    command = [sys.executable, "-m", "tui", "board"]
    with Terminal(command, cwd=user.folder, environ=user.environ) as terminal:
        terminal.shows("From.Module", "live")
        terminal.press("444")
        terminal.shows("The installed workers 'broken'", "The installed workers 'absent'")
        assert terminal.quit() == 0
