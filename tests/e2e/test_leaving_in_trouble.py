"""Whoever stops the program is not kept waiting by a server that is silent, nor by code that refuses to end."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from core.config import Config
from core.taskmanager import TaskManagerClient
from tests.program import Program

SOON = 20
"""Seconds within which the program is gone."""

STUBBORN = """
import asyncio

from core.workers import BaseWorker, TaskResult, worker_factory

KEPT = []


async def refuse():
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass


@worker_factory.register("Leaves.Something", param_schema={"type": "object"})
class LeavesSomething(BaseWorker):
    async def process_task(self, task):
        KEPT.append(asyncio.create_task(refuse()))
        return TaskResult(True)
"""


def lines_until(process: subprocess.Popen[str], word: str) -> None:
    """Read what the program says until this word is among it."""
    assert process.stderr is not None
    for line in process.stderr:
        if word in line:
            return
    pytest.fail(f"it never said {word}")


def test_a_server_that_does_not_answer_any_more_keeps_nobody_from_leaving(program: Program):
    with program.running("serve", "--port", "0") as server:
        assert server.stderr is not None
        url = server.stderr.readline().split("listens on ")[1].split()[0].rstrip(",")
        there = program.with_settings(TASKMANAGER_API_URL=url, PRISMQ_SOURCE="sample")
        with there.running("run", "--workers", "4") as workers:
            lines_until(workers, "Ctrl+C stops")
            server.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            workers.send_signal(signal.SIGINT)
            lines_until(workers, "once more gives them back")
            workers.send_signal(signal.SIGINT)
            assert workers.wait(timeout=60) in (0, 130)
            assert time.monotonic() - began < SOON
        server.send_signal(signal.SIGCONT)


def test_code_that_refuses_to_end_does_not_keep_the_program(program: Program):
    Path(program.folder, "stubborn.py").write_text(STUBBORN)
    ours = program.with_settings(PRISMQ_WORKERS="stubborn")
    assert ours("tasks", "add", "Leaves.Something", "--params", '{"n": 1}').code == 0
    answer = ours("run", "--types", "Leaves.Something", "--drain", timeout=60)
    assert (answer.code, "Traceback" in answer.err) == (0, False), answer
    assert "done" in answer.out


def test_a_rate_limit_does_not_end_the_wait_for_an_empty_queue(program: Program):
    with program.serving("--rate-limit", "8/1") as url:
        with TaskManagerClient(Config.bare(), url=url) as client:
            client.register_task_type("Echo", "1.0.0", {"type": "object"})
            for number in range(8):
                client.create_task("Echo", {"message": str(number)})
        there = program.with_settings(TASKMANAGER_API_URL=url)
        answer = there("run", "--types", "Echo", "--workers", "2", "--drain", "--json", timeout=60)
        assert (answer.code, answer.json["done"]) == (0, 8), answer
