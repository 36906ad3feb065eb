"""Tasks that are claimed and do not end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

from core.config import Config
from core.diagnosis import Cure, Verdict
from core.diagnosis.light import at_a_glance
from core.engine import Engine
from core.host import EngineHost
from core.models import NewTask, TaskStatus, utcnow
from core.snapshot import Snapshot
from tests.contract.observed import ObservedTaskManager
from tests.diagnosis.planted.ground import SOON, Ground, ground_on
from tests.diagnosis.planted.jobs import Switches, workers_for
from tests.diagnosis.planted.planting import check_offer, check_words, planted
from tests.program import Program

FOREVER = """
import threading
from core.workers import BaseWorker, worker_factory

@worker_factory.register("Job")
class Job(BaseWorker):
    def process_task(self, task):
        threading.Event().wait()
"""


async def somebody_does_it(ground: Ground, task_id: int, cure: Cure) -> None:
    """A worker of ours takes it up."""
    await ground.start()


@planted("owner-gone", cure="release", after=somebody_does_it)
async def test_the_process_of_its_worker_was_killed(ground: Ground, program: Program) -> int:
    task_id = await ground.add(n=1)
    (program.folder / "forever.py").write_text(FOREVER)
    there = program.with_settings(
        PRISMQ_WORKERS="forever",
        PRISMQ_TASKMANAGER_DB=str(ground.config.taskmanager_db),
        DATABASE_URL=ground.config.database_url,
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "run", "--types", "Job"),
        cwd=there.folder,
        env=there.environ,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await ground.until(lambda s: s.counts.claimed == 1)
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    return task_id


@planted("owner-gone", cure="release", after=somebody_does_it, told_at_a_glance=False)
async def test_the_worker_of_another_machine_said_that_it_stops(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
        await client.heartbeat("far-away-1", "elsewhere", 4242, "stopped", "FIFO", [])
    return task_id


@planted("owner-gone", cure="release", after=somebody_does_it)
async def test_the_worker_of_another_machine_fell_silent(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
        await client.heartbeat("far-away-1", "elsewhere", 4242, "busy", "FIFO", [task_id])
    ground.sql("UPDATE workers SET last_seen_at = last_seen_at - 200000 WHERE id = 'far-away-1'")
    return task_id


async def finished_there(ground: Ground, task_id: int, cure: Cure) -> None:
    """Its worker ends it."""
    async with ground.elsewhere() as client:
        await client.complete_task(task_id, "far-away-1", True, {"n": 1})


@planted("in-hand", verdict=Verdict.FINE, cure=None, after=finished_there)
async def test_the_worker_of_another_machine_is_alive_and_that_is_no_trouble(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
        await client.heartbeat("far-away-1", "elsewhere", 4242, "busy", "FIFO", [task_id])
    return task_id


@planted("owner-unknown", cure="release", verdict=Verdict.FINE, after=somebody_does_it)
async def test_nobody_knows_the_worker_that_has_it(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
    return task_id


@planted("claim-over", cure="release", after=somebody_does_it)
async def test_the_claim_of_an_unknown_worker_is_over(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
    ground.aged(task_id, 600)
    return task_id


@planted("not-in-hand", cure="release", told_at_a_glance=False)
async def test_our_worker_has_claimed_it_and_never_got_the_answer(ground: Ground) -> int:
    (worker,) = await ground.start()
    await ground.engine.pause()
    task_id = await ground.add(n=1)
    async with ground.elsewhere() as client:
        await client.claim_task(worker, (await client.get_task_type("Job")).id)
    await ground.engine.resume()
    return task_id


async def given_up_in_its_name(ground: Ground, task_id: int, cure: Cure) -> None:
    """The plan is carried out, and somebody of ours takes the next attempt."""
    await ground.carry_out(await ground.engine.plan_bulk(*cure.args))
    await ground.start()


async def its_claim_ends(ground: Ground, task_id: int, cure: Cure) -> None:
    """After five minutes it can be taken over, and that is said with the worker that does it."""
    observed = ground.notes["observed"]
    row, since = observed.tasks[task_id], timedelta(seconds=600)
    row.claimed_unix -= since.total_seconds()
    row.claimed_at = str(datetime.fromisoformat(row.claimed_at) - since)
    over = await ground.why(task_id, "claim-over")
    await ground.apply(check_offer(over.causes[0], "start_workers"))


@planted("owner-unknown", verdict=Verdict.FINE, after=its_claim_ends)
async def test_nobody_can_know_the_worker_where_the_server_tells_of_none(far: Ground) -> int:
    task_id = await far.add(n=1)
    async with far.elsewhere() as client:
        await far.claimed_elsewhere(client)
    return task_id


@planted("owner-gone", cure="plan_bulk", after=given_up_in_its_name)
async def test_the_process_of_its_worker_is_dead_where_the_server_tells_of_no_workers(far: Ground) -> int:
    task_id = await far.add(n=1)
    dead = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await dead.wait()
    name = far.engine.rooms.start.worker_id(1).replace(f"-{os.getpid()}-", f"-{dead.pid}-")
    async with far.elsewhere() as client:
        await client.claim_task(name, (await client.get_task_type("Job")).id)
    return task_id


async def the_gate_opens(ground: Ground, task_id: int, cure: Cure) -> None:
    """What it waited for is there."""
    ground.switches.gate.set()


async def test_a_task_that_runs_for_longer_than_its_claim_is_told_of_and_ends_when_its_worker_does(tmp_path: Path):
    observed = ObservedTaskManager(claim_timeout=0.3)

    @planted("past-its-claim", after=the_gate_opens)
    async def case(ground: Ground) -> int:
        task_id = await ground.add(n=1, gate=True)
        await ground.start()
        await ground.in_hand(task_id)
        return task_id

    with observed.serving() as url:
        config = Config.bare(
            taskmanager_api_url=url,
            taskmanager_api_key=observed.api_key,
            database=tmp_path / "ideas.s3db",
            claim_timeout=0.3,
        )
        async with ground_on(tmp_path, config) as ground:
            await case(ground=ground)


async def it_is_begun_anew(ground: Ground, task_id: int, cure: Cure) -> None:
    """What it hung on is away; somebody else takes it up."""
    ground.switches.gate.set()
    await ground.start()


@planted("no-progress", cure="stop_workers", after=it_is_begun_anew, told_at_a_glance=False)
async def test_its_worker_hangs_and_tells_no_progress(ground: Ground, later: Callable[[float], None]) -> int:
    quick = await ground.add(n=0)
    task_id = await ground.add(n=1, gate=True)
    await ground.start()
    await ground.ends(quick)
    await ground.in_hand(task_id)
    later(240)
    return task_id


@planted("in-hand", cure=None, verdict=Verdict.FINE, after=the_gate_opens)
async def test_a_task_that_is_worked_on_is_no_trouble(ground: Ground) -> int:
    task_id = await ground.add(n=1, gate=True)
    await ground.start()
    await ground.in_hand(task_id)
    return task_id


async def seen(watch: AsyncIterator[Snapshot], holds: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot that is as wanted."""
    async with asyncio.timeout(SOON):
        async for snapshot in watch:
            if holds(snapshot):
                return snapshot
    raise AssertionError("the watching ended")


async def test_code_that_holds_the_event_loop_is_named_though_nothing_can_be_asked(tmp_path: Path):
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    switches = Switches()
    host = EngineHost(lambda: Engine.open(config, factory=workers_for(switches)))
    host.start()
    watch = host.watch()
    try:
        created = await host.verbs.create_task(NewTask("Holding", {}))
        await seen(watch, lambda snapshot: True)  # it watches before the loop is held, as a board does
        await host.verbs.start_workers(["Holding"])
        held = await seen(watch, lambda snapshot: snapshot.holdup is not None)
        for task in (None, *held.view.tasks):
            diagnosis = at_a_glance(held, task, utcnow())
            assert diagnosis.causes[0].code == "loop-held"
            assert diagnosis.verdict is Verdict.STUCK
            check_words(diagnosis)
        switches.let_go.set()
        await seen(watch, lambda snapshot: snapshot.counts.completed == 1)
        assert (await host.verbs.open_task(created.id)).task.status is TaskStatus.COMPLETED
        assert (await host.verbs.why(created.id)).verdict is Verdict.FINE
    finally:
        switches.let_go.set()
        await host.close()
