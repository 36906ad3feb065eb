"""Tasks that wait because of the TaskManager, or the way to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.config import Config, Secret
from core.diagnosis import Certainty, Cure, Verdict
from core.errors import RateLimited
from core.models import WorkerState, utcnow
from core.server.app import create_app
from core.server.database import Database
from core.snapshot import Link
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.diagnosis.planted.ground import Ground, ground_on, told
from tests.diagnosis.planted.meddler import Instead
from tests.diagnosis.planted.planting import check_offer, check_words, planted
from tests.e2e.proxy import Cut, Fault, Network


async def work_begins(ground: Ground, task_id: int, cure: Cure) -> None:
    """It is heard again; workers start."""
    ground.meddler.instead.clear()
    await ground.until(lambda s: s.server.link is Link.LIVE)
    await ground.start()


async def the_key_is_right(ground: Ground, task_id: int, cure: Cure) -> None:
    """The server takes the key again."""
    ground.notes["observed"].api_key = "test-key"
    await work_begins(ground, task_id, cure)


@planted("key-refused", after=the_key_is_right, told_at_a_glance=False)
async def test_the_server_refuses_the_key_from_now_on(far: Ground) -> int:
    task_id = await far.add(n=1)
    far.notes["observed"].api_key = "another"
    return task_id


async def test_a_wrong_key_from_the_beginning_is_told_before_anything_could_be_read(tmp_path: Path):
    observed = ObservedTaskManager()
    with observed.serving() as url:
        wrong = Config.bare(
            taskmanager_api_url=url, taskmanager_api_key=Secret("wrong"), database=tmp_path / "ideas.s3db"
        )
        async with ground_on(tmp_path, wrong, patient=True) as ground:
            diagnosis = await ground.why(None, "key-refused")
            check_words(diagnosis)
            assert diagnosis.verdict is Verdict.STUCK
            assert not diagnosis.could_tell
            observed.api_key = "wrong"
            await ground.until(lambda s: s.server.link is Link.LIVE)
            task_id = await ground.add(n=1)
            await ground.start()
            await ground.ends(task_id)


@pytest.fixture
async def distant(tmp_path: Path) -> AsyncIterator[Ground]:
    """On a documented server behind a network that can be cut."""
    observed = ObservedTaskManager()
    with observed.serving() as url, Network(urlsplit(url).port or 0, 1) as network:
        config = Config.bare(
            taskmanager_api_url=f"http://127.0.0.1:{network.ports[0]}/api",
            taskmanager_api_key=observed.api_key,
            database=tmp_path / "ideas.s3db",
        )
        async with ground_on(tmp_path, config) as ground:
            ground.notes["network"] = network
            yield ground
            network.heal(0)


async def it_is_there_again(ground: Ground, task_id: int, cure: Cure) -> None:
    """The way is well; workers start."""
    ground.notes["network"].heal(0)
    await ground.until(lambda s: s.server.link is Link.LIVE)
    await ground.start()


async def test_the_server_is_down(distant: Ground):
    @planted("server-unreachable", after=it_is_there_again, told_at_a_glance=False)
    async def case(ground: Ground) -> int:
        task_id = await ground.add(n=1)
        ground.notes["network"].cut(0, Fault(Cut.REFUSE))
        return task_id

    await case(ground=distant)


async def test_nothing_happens_while_the_server_is_down_and_that_is_why(distant: Ground):
    @planted("server-unreachable", after=it_is_there_again)
    async def case(ground: Ground) -> None:
        ground.notes["network"].cut(0, Fault(Cut.RESET))

    await case(ground=distant)


async def test_what_is_asked_right_after_its_return_is_read_anew(distant: Ground):
    task_id = await distant.add(n=1)
    distant.notes["network"].cut(0, Fault(Cut.REFUSE))
    await distant.until(lambda s: s.server.link is Link.OFFLINE and s.nothing_happens)
    away = await distant.engine.why()
    assert away.causes[0].code == "server-unreachable"
    assert away.idle is not None
    assert "answer" in away.idle
    distant.notes["network"].heal(0)
    diagnosis = await distant.engine.why()
    assert diagnosis.could_tell, told(diagnosis)
    assert "server-unreachable" not in [each.code for each in diagnosis.causes]
    assert diagnosis.idle == "no worker runs here; 1 task waits."
    await distant.start()
    await distant.ends(task_id)


@planted("server-unreachable", after=work_begins, told_at_a_glance=False)
async def test_the_server_fails_at_every_call(far: Ground) -> int:
    task_id = await far.add(n=1)
    far.meddler.instead.append(Instead("", 503))
    return task_id


@planted("server-unreachable", after=work_begins, told_at_a_glance=False)
async def test_the_server_answers_with_a_page_for_people(far: Ground) -> int:
    task_id = await far.add(n=1)
    page = b"<html><body>Please log in</body></html>"
    far.meddler.instead.append(Instead("", 200, page, {"content-type": "text/html"}))
    return task_id


@planted("rate-limited", verdict=Verdict.FINE)
async def test_the_server_takes_no_more_claims_for_a_while(far: Ground) -> int:
    far.meddler.instead.append(Instead("/claim", 429, headers={"retry-after": "2"}))
    await far.start()
    await far.until(lambda s: s.limited_until)
    far.meddler.instead.clear()
    return await far.add(n=1)


async def it_takes_calls_again(ground: Ground, task_id: int, cure: Cure) -> None:
    """The time is over."""
    ground.meddler.instead.clear()

    async def started() -> bool:
        try:
            await ground.task(task_id)
            await ground.start()
        except RateLimited:
            return False
        return True

    await ground.each_look(started, "calls are still held back")


@planted("rate-limited", verdict=Verdict.UNKNOWN, after=it_takes_calls_again)
async def test_the_server_takes_no_calls_at_all_for_a_while(far: Ground) -> int:
    task_id = await far.add(n=1)
    far.meddler.instead.append(Instead("", 429, headers={"retry-after": "2"}))
    return task_id


async def claims_work_again(ground: Ground, task_id: int, cure: Cure) -> None:
    """The server has sorted itself out."""
    ground.notes["observed"].claim_deadlocks = 0.0


@planted("workers-resting", cure="scale", verdict=Verdict.FINE, after=claims_work_again)
async def test_workers_back_off_from_a_server_with_the_documented_calls_that_fails_at_claims(far: Ground) -> int:
    far.notes["observed"].claim_deadlocks = 1.0
    await far.start(poll_interval=0.5)
    await far.states(WorkerState.BACKING_OFF)
    return await far.add(n=1)


async def skewed(folder: Path, seconds: float) -> AsyncIterator[Ground]:
    """On a server whose clock differs from ours."""
    with closing(Database.open(folder / "served.db")) as database:
        application = create_app(database, clock=lambda: time.time() + seconds)
        with serving(application) as origin:
            config = Config.bare(taskmanager_api_url=f"{origin}/api", database=folder / "ideas.s3db")
            async with ground_on(folder, config) as ground:
                yield ground
            application.stop_waiting()


@pytest.mark.parametrize("seconds", [90.0, -90.0])
async def test_a_clock_that_is_far_off_is_told_and_marks_no_healthy_task_as_stuck(tmp_path: Path, seconds: float):
    async for ground in skewed(tmp_path, seconds):
        task_id = await ground.add(n=1, gate=True)
        await ground.start()
        await ground.in_hand(task_id)
        diagnosis = await ground.why(task_id, "clocks-disagree")
        check_words(diagnosis)
        assert diagnosis.verdict is Verdict.FINE, told(diagnosis)
        told_off = next(value for name, value in diagnosis.causes[0].evidence if name == "difference")
        assert abs(float(told_off.split()[0]) - seconds) < 2
        assert [each.code for each in diagnosis.causes if each.stuck and each.certainty is Certainty.CERTAIN] == []
        ground.switches.gate.set()
        await ground.ends(task_id)


async def reports_go_out(ground: Ground, task_id: int, cure: Cure) -> None:
    """The server takes reports again."""
    ground.meddler.instead.clear()


async def test_a_report_that_is_late_is_told_alike_by_the_mark_of_the_task_and_of_everything(far: Ground):
    task_id = await far.add(n=1)
    far.meddler.instead.append(Instead("/complete", 503))
    await far.start()
    await far.until(lambda s: s.reports_waiting == 1)
    row = far.notes["observed"].tasks[task_id]
    row.claimed_at = str(datetime.fromisoformat(row.claimed_at) - timedelta(seconds=600))
    earlier = (utcnow() - timedelta(seconds=600)).isoformat()
    with closing(sqlite3.connect(far.config.database, timeout=10)) as connection, connection:
        assert connection.execute("UPDATE prismq_outbox SET owed_at = ?", (earlier,)).rowcount == 1
    for asked in (task_id, None):
        diagnosis = await far.why(asked, "report-waits")
        assert diagnosis.verdict is Verdict.STUCK
        assert [each.code for each in diagnosis.causes if each.stuck] == ["report-waits"], told(diagnosis)
    await far.until(lambda s: task_id in s.stuck and s.stuck[task_id].code == "report-waits")
    far.meddler.instead.clear()
    await far.ends(task_id)


@planted("report-waits", verdict=Verdict.FINE, after=reports_go_out)
async def test_its_report_waits_to_be_delivered(far: Ground) -> int:
    task_id = await far.add(n=1)
    far.meddler.instead.append(Instead("/complete", 503))
    await far.start()
    await far.until(lambda s: s.reports_waiting == 1)
    return task_id


@planted("cancelled", cure="retry", verdict=Verdict.FAILED)
async def test_its_report_was_refused_since_somebody_had_cancelled_it(ground: Ground) -> int:
    task_id = await ground.add(n=1, gate=True)
    await ground.start()
    await ground.in_hand(task_id)
    await ground.engine.cancel([task_id])
    ground.switches.gate.set()
    await ground.until(lambda s: s.reports_aside == 1)
    causes = {each.code: each for each in (await ground.engine.why(task_id)).causes}
    # Sending it again is offered, and cannot mend it: that is said by the report that stays aside.
    await ground.apply(check_offer(causes["report-aside"], "resend_reports"))
    await ground.until(lambda s: s.reports_aside == 1 and s.reports_waiting == 0)
    return task_id


async def finished_there(ground: Ground, task_id: int, cure: Cure) -> None:
    """The one that has the claim now ends it."""
    async with ground.elsewhere() as client:
        await client.complete_task(task_id, "far-away-1", True, {"n": 1})


@planted("owner-unknown", cure=None, verdict=Verdict.FINE, after=finished_there)
async def test_our_report_was_refused_since_another_has_the_claim_now(ground: Ground) -> int:
    task_id = await ground.add(n=1, gate=True)
    await ground.start()
    await ground.in_hand(task_id)
    await ground.engine.pause()
    await ground.engine.release([task_id])
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
    ground.switches.gate.set()
    await ground.until(lambda s: s.reports_aside == 1)
    return task_id
