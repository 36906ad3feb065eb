"""What a worker logs is seen with its task: while it runs, after it, and after a restart."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from core.config import Config
from core.details import TaskDetail
from core.engine import Engine
from core.models import NewTask, TaskResult
from core.workers import BaseWorker, Task, WorkerFactory

AUTHOR = logging.getLogger("author")
SOON = 10.0


class Talks(BaseWorker):
    """Says what it does; its first attempt fails, the second one waits for its gate."""

    gate: asyncio.Event

    async def process_task(self, task: Task) -> TaskResult:
        AUTHOR.info("attempt %d", task.attempts)
        if task.attempts == 1:
            raise RuntimeError("the page is gone")
        await self.gate.wait()
        AUTHOR.warning("nearly done")
        return TaskResult(True)


def texts(detail: TaskDetail) -> list[tuple[int, list[str]]]:
    """The attempts and what they logged."""
    return [(log.number, [line.text for line in log.lines]) for log in detail.logs]


async def test_the_log_of_a_task_is_seen_live_and_kept_with_its_attempts(tmp_path: Path):
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    factory = WorkerFactory()
    factory.register("Talks", Talks)
    Talks.gate = asyncio.Event()
    async with Engine.open(config, factory=factory) as engine:
        task_id = (await engine.create_task(NewTask("Talks", {}))).id
        await engine.start_workers()
        assert await engine.store.until(
            lambda s: any(hand.attempts == 2 and hand.logged for worker in s.workers for hand in worker.in_hand), SOON
        )
        assert texts(await engine.open_task(task_id)) == [(2, ["attempt 2"]), (1, ["attempt 1"])]
        Talks.gate.set()
        await engine.drained()
    async with Engine.open(config, factory=factory) as engine:
        kept = await engine.open_task(task_id)
    assert texts(kept) == [(2, ["attempt 2", "nearly done"]), (1, ["attempt 1"])]
    assert [line.level for line in kept.logs[0].lines] == ["INFO", "WARNING"]
