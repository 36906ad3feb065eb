"""A TaskManager that is replaced by another one at the same address is not worked for by mistake."""

from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

from tests.program import Program


def test_what_is_owed_to_one_taskmanager_waits_for_it_and_is_never_told_to_another(program: Program):
    (program.folder / "slow_workers.py").write_text((Path(__file__).parent / "slow_workers.py").read_text())
    ran = program.folder / "ran.txt"
    slow = program.with_settings(PRISMQ_WORKERS="slow_workers", RAN=str(ran))
    with ExitStack() as whole:
        with slow.serving("--database", "first.db") as url:
            remote = slow.with_settings(TASKMANAGER_API_URL=url)
            queue(remote, 1, seconds=1)
            process = whole.enter_context(remote.running("run", "--types", "Slow", "--workers", "2"))
            ran.touch()
            while len(ran.read_text().splitlines()) < 2:
                assert process.poll() is None
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        with slow.serving("--database", "second.db", port=port):
            queue(remote, 11, seconds=0)
            hears(process, "Another TaskManager answers")
            others = remote("tasks", "list", "--json").json["tasks"]
            assert [(task["status"], task["attempts"]) for task in others] == [("pending", 0)] * 2
        with slow.serving("--database", "first.db", port=port):
            process.send_signal(signal.SIGINT)  # what is owed is delivered before it ends
            process.wait(timeout=30)
            ours = remote("tasks", "list", "--json").json["tasks"]
        assert [(task["status"], task["attempts"]) for task in ours] == [("completed", 1)] * 2


def queue(program: Program, first: int, *, seconds: float) -> None:
    """Two tasks."""
    for n in (first, first + 1):
        assert program("tasks", "add", "Slow", "--params", f'{{"n": {n}, "seconds": {seconds}}}').code == 0


def hears(process: subprocess.Popen[str], words: str) -> None:
    """Wait until the program says that."""
    assert process.stderr is not None
    said: list[str] = []
    patience = threading.Timer(30, process.kill)
    patience.start()
    for line in process.stderr:
        said.append(line)
        if words in line:
            patience.cancel()
            return
    raise AssertionError(f"it ended, having said: {said}")
