"""The quick start that PrismQ's authors know: one script, a client, a worker, and nothing else to set up."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program import Program
from tests.terminal import Terminal

SCRIPT = """
import sys
from core.taskmanager import TaskManagerClient
from core.workers import BaseWorker, Task, TaskResult, worker_factory
from core.config import Config
from core.results import Database


class MyWorker(BaseWorker):
    def process_task(self, task: Task) -> TaskResult:
        items = [{"title": f"{task.parameters['channel_url'][-6:]} video {n}"} for n in range(3)]
        return TaskResult(success=True, data={"items": items}, items_processed=3)


if __name__ == "__main__":
    client = TaskManagerClient()
    task_type = client.register_task_type(
        name="PrismQ.YouTube.Channel.Scrape", version="1.0.0", param_schema={"type": "object"}
    )
    client.create_task("PrismQ.YouTube.Channel.Scrape", {"channel_url": "https://sample.example/" + sys.argv[1]})
    worker = MyWorker(
        worker_id="worker-001", config=Config(), results_db=Database(), task_type_ids=[task_type["id"]]
    )
    worker.run()
    print("left")
"""


@pytest.fixture
def author(program: Program) -> Program:
    """An author with the script in their folder."""
    (program.folder / "my_script.py").write_text(SCRIPT)
    return program


def run_until_done(author: Program, channel: str = "@first") -> None:
    """Run the script until its task is completed, then press Ctrl+C; it must leave well."""
    before = completed(author)
    process = subprocess.Popen(
        [sys.executable, "my_script.py", channel],
        cwd=author.folder,
        env=author.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 30
        while completed(author) == before:
            assert time.monotonic() < end and process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert out.strip().endswith("left")
    assert "Traceback" not in err


def completed(author: Program) -> int:
    """How many tasks are done."""
    return len(author("tasks", "list", "--status", "completed", "--json").json["tasks"])


def test_it_runs_as_written_twice_in_a_row_without_any_setting(author: Program):
    run_until_done(author, "@first")
    run_until_done(author, "@again")


def test_it_runs_with_a_settings_file_on_a_task_manager_of_its_own(author: Program):
    (author.folder / "key.txt").write_text("a-key")
    with author.serving("--database", "served.db", "--api-key-file", "key.txt") as url:
        (author.folder / ".env").write_text(
            f"TASKMANAGER_API_URL={url}\nTASKMANAGER_API_KEY=a-key\nDATABASE_URL=sqlite:///mine.s3db\n"
        )
        run_until_done(author)
    assert Path(author.folder / "mine.s3db").is_file()
    assert not Path(author.folder / "data").exists()


def test_it_runs_beside_an_open_board_which_shows_what_it_did(author: Program):
    with Terminal([sys.executable, "-m", "tui"], cwd=author.folder, environ=author.environ) as terminal:
        terminal.shows("2 Queue", "live")
        run_until_done(author)
        terminal.shows("completed 1", "@first video 2")
        assert terminal.quit() == 0


def test_its_worker_runs_unchanged_under_run_and_on_the_board(author: Program):
    named = author.with_settings(PRISMQ_WORKERS="PrismQ.YouTube.Channel.Scrape=my_script:MyWorker")
    add = ("tasks", "add", "PrismQ.YouTube.Channel.Scrape", "--params")
    assert named(*add, '{"channel_url": "https://sample.example/@under"}').code == 0
    done = named("run", "--types", "PrismQ.YouTube.Channel.Scrape", "--drain", "--json")
    assert (done.code, done.json["done"]) == (0, 1)
    command = [sys.executable, "-m", "tui", "board", "--workers", "1"]
    with Terminal(command, cwd=author.folder, environ=named.environ) as terminal:
        terminal.shows("live", "@under video 2")
        assert named(*add, '{"channel_url": "https://sample.example/@board"}').code == 0
        terminal.shows("completed 2", "@board video 2")
        assert terminal.quit() == 0
