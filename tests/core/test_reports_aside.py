"""What the TaskManager did not take, as the engine shows it and as it can be acted upon."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.config import Config
from core.engine import Engine
from core.models import Claim, NewTask, Task, TaskResult, TaskStatus, utcnow
from core.outcome import Outcome
from core.results.owed import Outbox, ReportState
from core.workers import BaseWorker, WorkerFactory

SOON = 10.0


class Nothing(BaseWorker):
    """Does nothing."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True)


def a_factory() -> WorkerFactory:
    """Knows `Nothing` alone."""
    factory = WorkerFactory()
    factory.register("Nothing", Nothing)
    return factory


def opened(folder: Path):
    """An engine on files in that folder."""
    config = Config.bare(taskmanager_db=folder / "tasks.db", database=folder / "ideas.s3db")
    return Engine.open(config, factory=a_factory())


async def keep_aside(engine: Engine, state: ReportState, *, days: float = 0) -> Claim:
    """Have a task claimed and processed so many days ago, and its report kept aside."""
    created = await engine.create_task(NewTask("Nothing", {"n": str(utcnow())}))
    rooms = engine.rooms
    task = await rooms.client.claim_task("w", (await rooms.client.get_task_type("Nothing")).id, sort_by="id")
    assert task is not None and task.id == created.id
    then = utcnow() - timedelta(days=days)
    outcome = Outcome(task, "w", TaskResult(True), then, then)
    rooms.database.settle(rooms.server, rooms.start.id, [outcome])
    Outbox(rooms.database, rooms.server).mark(outcome.claim, state, "the server was odd")
    return outcome.claim


async def test_reports_kept_aside_are_counted_listed_sent_again_and_discarded(tmp_path: Path):
    async with opened(tmp_path) as engine:
        dead = await keep_aside(engine, ReportState.DEAD)
        refused = await keep_aside(engine, ReportState.REFUSED)
        assert await engine.store.until(lambda s: s.reports_aside == 2, SOON)
        assert [each.claim for each in await engine.reports()] == [refused, dead]
        rows = await engine.resend_reports([dead, Claim(99, "")])
        assert [(row.id, row.ok) for row in rows] == [(dead.task_id, True), (99, False)]
        assert await engine.rooms.deliverer.drain(SOON) == 0
        assert (await engine.open_task(dead.task_id)).task.status is TaskStatus.COMPLETED
        assert [row.ok for row in await engine.discard_reports([refused])] == [True]
        assert await engine.store.until(lambda s: s.reports_aside == 0, SOON)


async def test_a_start_deletes_refused_reports_that_are_old_and_says_so(tmp_path: Path):
    async with opened(tmp_path) as engine:
        await keep_aside(engine, ReportState.REFUSED, days=31)
        await keep_aside(engine, ReportState.REFUSED, days=29)
        await keep_aside(engine, ReportState.DEAD, days=31)
    async with opened(tmp_path) as engine:
        assert sorted(each.state for each in await engine.reports()) == ["dead", "refused"]
        said = [line.text for line in engine.store.snapshot.activity]
        assert "1 refused report was older than 30 days, and deleted." in said


async def test_why_nobody_claims_is_in_the_snapshot_until_it_is_over(tmp_path: Path):
    async with opened(tmp_path) as engine:
        engine.rooms.deliverer.hold("results", "the disk is full")
        assert engine.store.snapshot.held == "the disk is full"
        await engine.start_workers()
        assert await engine.store.until(lambda s: any("the disk is full" in w.note for w in s.workers), SOON)
        engine.rooms.deliverer.hold("results", "")
        assert engine.store.snapshot.held == ""
