"""kill -9 at any moment: nothing is lost, nothing is saved twice."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.program import Program

HERE = Path(__file__).parent


@pytest.fixture
def slow(program: Program) -> Program:
    """The program with the slow workers."""
    shutil.copy(HERE / "slow_workers.py", program.folder)
    return program.with_settings(PRISMQ_WORKERS="slow_workers", RAN=str(program.folder / "ran.txt"))


def saved_titles(program: Program) -> list[str]:
    """Titles in the results database, sorted."""
    database = sqlite3.connect(program.folder / "data" / "prismq-workers" / "ideas.s3db")
    titles = sorted(row[0] for row in database.execute("SELECT title FROM IdeaInspiration"))
    database.close()
    return titles


def add(program: Program, count: int, **params: object) -> None:
    """Put tasks on the queue, from within this process for speed."""
    from core.config import Config
    from core.taskmanager import TaskManagerClient

    config = Config.bare(taskmanager_db=program.folder / "data" / "prismq-workers" / "taskmanager.db")
    with TaskManagerClient(config) as client:
        client.register_task_type("Slow", "1.0.0", {"type": "object", "required": ["n"]})
        for number in range(count):
            client.create_task("Slow", {"n": number, **params})


def wait_for_runs(program: Program, count: int) -> None:
    """Until so many tasks were begun."""
    ran = program.folder / "ran.txt"
    end = time.monotonic() + 30
    while not ran.exists() or len(ran.read_text().splitlines()) < count:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_killed_run_is_looked_after_by_the_next_start_at_once(slow: Program):
    add(slow, 12, seconds=0.2)
    with slow.running("run", "--types", "Slow", "--workers", "3") as process:
        wait_for_runs(slow, 5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    held = slow("tasks", "list", "--status", "claimed", "--json").json["tasks"]
    assert held
    began = time.monotonic()
    summary = slow("run", "--types", "Slow", "--workers", "3", "--drain", "--json")
    assert time.monotonic() - began < 20
    assert (summary.code, summary.json["claimed_by_others"], summary.json["reports_waiting"]) == (0, 0, 0)
    tasks = slow("tasks", "list", "--json").json["tasks"]
    assert [task["status"] for task in tasks] == ["completed"] * 12
    assert saved_titles(slow) == sorted(f"{when} {n}" for n in range(12) for when in ("early", "late"))


def test_kills_again_and_again_lose_nothing_and_double_nothing(slow: Program):
    add(slow, 30, seconds=0.03)
    for kill in range(4):
        with slow.running("run", "--types", "Slow", "--workers", "2", "--concurrency", "2") as process:
            wait_for_runs(slow, 3 + 5 * kill)
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert slow("run", "--types", "Slow", "--drain", "--workers", "4").code == 0
    tasks = slow("tasks", "list", "--json").json["tasks"]
    assert {task["status"] for task in tasks} == {"completed"}
    assert saved_titles(slow) == sorted(f"{when} {n}" for n in range(30) for when in ("early", "late"))


def test_a_killed_server_loses_nothing_that_it_answered(slow: Program):
    with slow.running("serve", "--port", "0", "--database", "t.db") as server:
        assert server.stderr is not None
        url = server.stderr.readline().split("listens on ")[1].split()[0].rstrip(",")
        remote = slow.with_settings(TASKMANAGER_API_URL=url)
        ids = [remote("tasks", "add", "Slow", "--params", f'{{"n": {n}}}').out.strip() for n in range(3)]
        server.send_signal(signal.SIGKILL)
        server.wait()
    assert remote("tasks", "list").code == 4
    with slow.serving("--database", "t.db") as url:
        remote = slow.with_settings(TASKMANAGER_API_URL=url)
        assert remote("run", "--types", "Slow", "--drain", "--json").json["done"] == 3
        listed = remote("tasks", "list", "--status", "completed", "--json").json["tasks"]
    assert sorted(str(task["id"]) for task in listed) == sorted(ids)


def test_reports_that_could_not_be_delivered_are_delivered_by_the_next_start(slow: Program):
    port = "0"
    with slow.running("serve", "--port", port, "--database", "t.db") as server:
        assert server.stderr is not None
        url = server.stderr.readline().split("listens on ")[1].split()[0].rstrip(",")
        port = url.rsplit(":", 1)[1].split("/")[0]
        remote = slow.with_settings(TASKMANAGER_API_URL=url)
        remote("tasks", "add", "Slow", "--params", '{"n": 1, "seconds": 1.0}')
        with remote.running("run", "--types", "Slow", "--json") as process:
            wait_for_runs(slow, 1)
            server.send_signal(signal.SIGKILL)
            server.wait()
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=60)
    assert '"reports_waiting": 1' in out
    assert process.returncode == 1
    with slow.running("serve", "--port", port, "--database", "t.db") as server:
        assert server.stderr is not None
        server.stderr.readline()
        assert remote("run", "--types", "Slow", "--drain").code == 0
        task = remote("tasks", "show", "1", "--json").json
    assert (task["status"], task["attempts"]) == ("completed", 1)
    assert [line.split()[:2] for line in (slow.folder / "ran.txt").read_text().splitlines()] == [["1", "1"]]
    assert saved_titles(slow) == ["early 1", "late 1"]
