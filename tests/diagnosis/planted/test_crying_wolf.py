"""Where all goes well, nothing is marked: a busy system, an idle one, and some that are drawn by chance."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from pathlib import Path

import pytest

from core.config import Config
from core.diagnosis import Verdict
from core.models import WorkerState
from core.snapshot import Snapshot
from tests.benchmarks.filling import filled
from tests.diagnosis.planted.ground import Ground, ground_on, told
from tests.diagnosis.planted.jobs import Job

MANY = 10_000
PATIENCE = 120.0
"""Seconds after which the busy system counts as not healthy at all."""


def wolves(snapshot: Snapshot) -> object:
    """What a snapshot marks."""
    return snapshot.stuck or snapshot.stuck_count or snapshot.nothing_happens


async def asked(ground: Ground, rng: random.Random, many: int) -> None:
    """Some tasks are asked about: none is stuck."""
    for task_id in rng.sample(range(1, many + 1), 3):
        diagnosis = await ground.engine.why(task_id)
        assert diagnosis.verdict is Verdict.FINE, f"#{task_id}: {told(diagnosis)}"
    everything = await ground.engine.why()
    assert everything.verdict is Verdict.FINE, told(everything)


async def test_a_busy_system_of_10000_tasks_marks_none_as_stuck(tmp_path: Path):
    config = Config.bare(taskmanager_db=filled(tmp_path / "tasks.db", MANY, 1), database=tmp_path / "ideas.s3db")
    async with ground_on(tmp_path, config) as ground:
        ground.engine.rooms.factory.register("type-1", type("Own", (Job,), {"switches": ground.switches}))
        await ground.start("type-1", count=3, concurrency=8)
        rng, looks, ask_at = random.Random(1), 0, MANY // 2
        async with asyncio.timeout(PATIENCE), aclosing(ground.engine.store.watch()) as snapshots:
            async for snapshot in snapshots:
                assert not wolves(snapshot), wolves(snapshot)
                looks += 1
                if snapshot.counts.completed > ask_at:
                    ask_at = snapshot.counts.completed + MANY // 10
                    await asked(ground, rng, MANY)
                if snapshot.counts.completed == MANY:
                    break
        assert looks > 10, "too fast to have been looked at"
        assert ask_at > MANY // 2


async def test_nothing_is_stuck_on_an_empty_queue(ground: Ground):
    for states in ((), (WorkerState.IDLE, WorkerState.POLLING)):
        if states:
            await ground.start(count=2)
            await ground.states(*states)
        diagnosis = await ground.engine.why()
        assert diagnosis.verdict is Verdict.FINE, told(diagnosis)
        assert not [each for each in diagnosis.causes if each.stuck], told(diagnosis)
        assert not wolves(ground.engine.store.snapshot)


@pytest.mark.parametrize("seed", range(6))
async def test_a_healthy_run_that_is_drawn_by_chance_marks_nothing(ground: Ground, seed: int):
    rng = random.Random(seed)
    many = rng.randint(20, 120)
    for strategy in rng.sample(["FIFO", "LIFO", "PRIORITY"], rng.randint(1, 3)):
        await ground.start("Job", "Other", count=rng.randint(1, 3), strategy=strategy, concurrency=rng.randint(1, 4))
    for number in range(many):
        error = "the site was away for a moment" if rng.random() < 0.1 else ""
        await ground.add(rng.choice(("Job", "Other")), n=number, priority=rng.randint(0, 9), **flaky(error))
        if number % 25 == 0:
            ground.switches.mended = True
            assert not wolves(ground.engine.store.snapshot)
            diagnosis = await ground.engine.why(rng.randint(1, number + 1))
            assert diagnosis.verdict is Verdict.FINE, told(diagnosis)
    seen = await ground.until(lambda s: s.counts.completed == many)
    assert not wolves(seen)


def flaky(error: str) -> dict[str, str]:
    """Parameters of a task that fails until it is mended."""
    return {"error": error} if error else {}


async def test_a_board_without_workers_beside_a_busy_program_marks_nothing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.presence.LOOK_EVERY", 0.02)
    async with ground_on(ground.folder, ground.config) as program:
        held = [await program.add(n=number, gate=True) for number in range(3)]
        await program.start(count=3)
        await program.in_hand(*held)
        waiting = [await program.add(n=number) for number in range(10, 20)]
        await ground.until(lambda s: len([each for each in s.workers if each.in_hand]) == 3 and s.counts.pending == 10)
        for task_id in (held[0], waiting[0], None):
            diagnosis = await ground.engine.why(task_id)
            assert diagnosis.verdict is Verdict.FINE, told(diagnosis)
        program.switches.gate.set()
        assert not wolves(await ground.until(lambda s: s.counts.completed == 13))
