"""Tasks that are worked on, while heartbeats do not get through and their claims come to an end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from core.config import Config
from core.diagnosis import Cure, Verdict
from core.models import InHand
from core.server.app import create_app
from core.server.database import Database
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.diagnosis.planted.ground import Ground, ground_on
from tests.diagnosis.planted.meddler import Instead, Meddler
from tests.diagnosis.planted.planting import check_offer, planted

SHORT, LONG = 1.5, 60.0
"""Seconds that a claim lasts where its end is waited for, and where the look is made before its end."""


@asynccontextmanager
async def behind_a_proxy(folder: Path, claim_timeout: float) -> AsyncIterator[Ground]:
    """On our server over HTTP; what stands before it lets no heartbeat through."""
    with closing(Database.open(folder / "tasks.db")) as database:
        meddler = Meddler(create_app(database, claim_timeout=claim_timeout))
        meddler.instead.append(Instead("/heartbeat$", 403))
        with serving(meddler) as origin:
            config = Config.bare(
                taskmanager_api_url=f"{origin}/api",
                taskmanager_db=folder / "tasks.db",
                database=folder / "ideas.s3db",
                claim_timeout=claim_timeout,
            )
            async with ground_on(folder, config) as ground:
                ground.meddler = meddler
                yield ground


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """On that server, where a claim lasts for a minute."""
    async with behind_a_proxy(tmp_path, LONG) as ground:
        yield ground


def hand_of(ground: Ground, task_id: int) -> InHand:
    """What our worker has in hand of it."""
    hands = (hand for worker in ground.engine.rooms.pool.statuses() for hand in worker.in_hand)
    return next(hand for hand in hands if hand.task_id == task_id)


async def only_its_worker_does_it(ground: Ground, task_id: int, cure: Cure) -> None:
    """The countdown has moved, and a second worker is not given it: it ends under its own claim."""
    before = ground.notes["deadline"]
    after = hand_of(ground, task_id).deadline
    assert before is not None
    assert after is not None
    assert after > before
    diagnosis = await ground.engine.why(task_id)
    assert diagnosis.estimates.claim_end == after
    async with ground.elsewhere() as client:
        assert await client.claim_task("far-away-1", (await client.get_task_type("Job")).id) is None
    ground.switches.gate.set()
    await ground.ends(task_id)
    task = await ground.task(task_id)
    assert (task.attempts, ground.switches.done) == (1, [task_id])


@planted("claim-ends", cure="extend_claims", after=only_its_worker_does_it, told_at_a_glance=False)
async def test_its_claim_nears_its_end_since_no_heartbeat_gets_through(
    ground: Ground, later: Callable[[float], None]
) -> int:
    task_id = await ground.add(n=1, gate=True)
    await ground.start()
    await ground.in_hand(task_id)
    ground.sql("UPDATE tasks SET heard_at = heard_at - 70000 WHERE id = ?", task_id)  # by now it is over for the server
    ground.notes["deadline"] = hand_of(ground, task_id).deadline
    later(50)
    return task_id


async def test_its_claim_is_over_since_no_heartbeat_gets_through_and_the_mark_goes_when_it_is_extended(tmp_path: Path):
    async with behind_a_proxy(tmp_path, SHORT) as ground:
        task_id = await ground.add(n=1, gate=True)
        await ground.start()
        await ground.in_hand(task_id)
        first = hand_of(ground, task_id).deadline
        diagnosis = await ground.why(task_id, "past-its-claim")
        assert diagnosis.verdict is Verdict.STUCK
        await ground.until(lambda s: s.stuck.get(task_id) is not None)
        assert hand_of(ground, task_id).late
        cure = check_offer(diagnosis.causes[0], "extend_claims")
        assert diagnosis.causes[0].cures[0] is cure
        (row,) = await ground.engine.extend_claims(*cure.args)
        assert row.ok
        assert first is not None
        assert row.until is not None
        assert row.until > first
        ground.meddler.instead.clear()  # from now on its worker keeps it by itself
        await ground.until(lambda s: not s.stuck and not any(h.late for w in s.workers for h in w.in_hand))
        ground.switches.gate.set()
        await ground.ends(task_id)
        assert (await ground.task(task_id)).attempts == 1
        assert (await ground.engine.why(task_id)).verdict is Verdict.FINE


async def nobody_can_extend_it(ground: Ground, task_id: int, cure: Cure) -> None:
    """The verb says the same as the cure, and the task is done in time."""
    assert "cannot extend a claim" in cure.sentence
    (row,) = await ground.engine.extend_claims([task_id])
    assert (row.ok, row.code) == (False, 501)
    assert "cannot extend a claim" in (row.error or "")
    ground.switches.gate.set()


async def test_where_the_server_cannot_extend_a_claim_that_is_said_and_the_task_may_be_done_in_time(
    tmp_path: Path, later: Callable[[float], None]
):
    observed = ObservedTaskManager(claim_timeout=LONG)

    @planted("claim-ends", after=nobody_can_extend_it, verdict=Verdict.FINE)
    async def case(ground: Ground) -> int:
        task_id = await ground.add(n=1, gate=True)
        await ground.start()
        await ground.in_hand(task_id)
        later(50)
        return task_id

    with observed.serving() as url:
        config = Config.bare(
            taskmanager_api_url=url,
            taskmanager_api_key=observed.api_key,
            database=tmp_path / "ideas.s3db",
            claim_timeout=LONG,
        )
        async with ground_on(tmp_path, config) as ground:
            await case(ground=ground)
