"""Queues of tasks that do nothing, drained by our pool and by the shortest loops that could, here or in a process."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from core.config import Config
from core.engine import Engine
from core.models import Report, TaskResult, utcnow
from core.outcome import Outcome
from core.results import Database
from core.server.database import Database as TaskFile
from core.taskmanager import AsyncTaskManagerClient
from tests.benchmarks.idlers import factory_of
from tests.program import ROOT, Program

AT_ONCE = 500


def settings(folder: Path, url: str | None = None) -> Config:
    """Settings whose files are all in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Config.bare(taskmanager_db=tasks_in(folder), database=folder / "ideas.s3db", taskmanager_api_url=url)


def tasks_in(folder: Path) -> Path:
    """Where the embedded TaskManager of a folder keeps its tasks."""
    return folder / "tasks.db"


async def fill(folder: Path, amount: int) -> None:
    """Put tasks of the type ``Nothing`` on the queue of the embedded TaskManager in this folder."""
    async with AsyncTaskManagerClient(settings(folder)) as client:
        await client.register_task_type("Nothing", "1.0.0", {"type": "object"})
        for first in range(0, amount, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, amount))
            await asyncio.gather(*(client.create_task("Nothing", {"n": number}) for number in numbers))


@contextmanager
def served(folder: Path, *arguments: str) -> Generator[str]:
    """The queue of this folder, behind `serve` in a process of its own; gives its URL."""
    with Program(folder).serving("--database", str(tasks_in(folder)), *arguments) as url:
        yield url


def last_end(folder: Path) -> float:
    """When the last task was completed (unix seconds), as the TaskManager has noted it; all must be."""
    with closing(sqlite3.connect(tasks_in(folder))) as connection:
        left, last = connection.execute("SELECT sum(status <> 'completed'), max(completed_at) FROM tasks").fetchone()
    assert left == 0, f"{left} tasks are not completed"
    return last / 1000


def opened(config: Config, *, full: bool) -> Database:
    """The results database; ``full``: one that waits for the disk at each commit."""
    results = Database(config=config)
    if full:
        results.tables.conn.execute("PRAGMA synchronous = FULL")
    return results


@contextmanager
def lasting(folder: Path, *, full: bool) -> Generator[None]:
    """Have the embedded TaskManager of this folder wait for the disk at each commit: its first opener decides."""
    if not full:
        yield
        return
    tasks = TaskFile.open(tasks_in(folder), synchronous="FULL")
    try:
        yield
    finally:
        tasks.close()


async def pool(
    folder: Path, concurrency: int, *, kind: str = "async", url: str | None = None, full: bool = False
) -> float:
    """Seconds in which our pool drains the queue, durable as always."""
    config = settings(folder, url)
    with lasting(folder, full=full), closing(opened(config, full=full)) as results:
        async with Engine.open(config, results=results, factory=factory_of(kind), monitor=False) as engine:
            began = time.time()
            await engine.start_workers(concurrency=concurrency)
            await engine.drained()
    return last_end(folder) - began


async def loop(folder: Path, size: int, *, durable: bool, url: str | None = None, full: bool = False) -> float:
    """Seconds in which the shortest loop does: claim and complete; ``durable``: results and reports committed too."""
    config = settings(folder, url)
    with lasting(folder, full=full), closing(opened(config, full=full)) as results:
        async with AsyncTaskManagerClient(config) as client:
            results.bind(await client.identity())
            await client.capabilities()
            began = time.time()
            while tasks := await client.claim_many("loop", [1], limit=size, sort_by="id", sort_order="ASC"):
                reports = [Report(task.id, "loop", task.attempts, True) for task in tasks]
                if durable:
                    now = utcnow()
                    outcomes = [Outcome(task, "loop", TaskResult(True), now, now, None) for task in tasks]
                    reports = [report for _, report in results.settle(results.server, "loop", outcomes)]
                await client.complete_many("loop", reports)
    return last_end(folder) - began


def processes(folder: Path, url: str, amount: int, concurrency: int) -> float:
    """Seconds in which the pools of several processes drain the queue together; their start does not count."""
    children = [child("drain", folder / f"process-{number}", url, str(concurrency)) for number in range(amount)]
    try:
        for each in children:
            heard(each, "ready")
        began = time.time()
        for each in children:
            tell(each)
        for each in children:
            assert each.wait(timeout=120) == 0
    finally:
        for each in children:
            end(each)
    return last_end(folder) - began


def child(verb: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process of `tests.benchmarks.children`; it says what it does on its stdout, and goes on at a line."""
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.children", verb, str(folder), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def heard(process: subprocess.Popen[str], word: str) -> str:
    """What stands behind this word, which the process says next."""
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith(word), f"{said!r} instead of {word!r}"
    return said.removeprefix(word).strip()


def tell(process: subprocess.Popen[str]) -> None:
    """Let it go on."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> None:
    """Have it gone, if it is not yet."""
    if process.poll() is None:
        process.kill()
    process.communicate()
