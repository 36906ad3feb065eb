"""What cannot change is not asked again, and what can change later waits: the real client against the double of the
Data API, the workers, the outbox and the TaskManager, all together."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.engine import Engine
from core.models import NewTask, Task, TaskStatus, utcnow
from core.server.app import create_app
from core.server.database import Database
from core.sources.errors import SETTLED
from core.sources.quota import EARLY, Quota, end_of_day, pacific_day
from core.sources.youtube_api import YouTubeApi
from core.store import Store
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.program import Program
from tests.sources.data_api import HANDLE, KEY, DataApi, id_of, refusal, video

SOON = 30.0
SINGLE, CHANNEL = "PrismQ.YouTube.Video.Single", "PrismQ.YouTube.Channel.Scrape"
KEY_INVALID = refusal(400, "keyInvalid", "Bad Request", domain="usageLimits")
USED_UP = refusal(403, "quotaExceeded", "The request cannot be completed.", domain="youtube.quota")
PRIVATE = video(1, status={"privacyStatus": "private"})


@pytest.fixture
def quota(tmp_path: Path) -> Quota:
    """By the real clock, since the TaskManager goes by it too; yet its day never has just begun."""
    return Quota(tmp_path / "quota.db", KEY, budget=10_000, now=amid_a_day)


def amid_a_day() -> datetime:
    """Now, or a little later where a refusal would be taken for one of the day before."""
    now = utcnow()
    return now if pacific_day(now - EARLY) == pacific_day(now) else now + EARLY


@pytest.fixture
async def engine(source: YouTubeApi, tmp_path: Path) -> AsyncIterator[Engine]:
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, source=source) as engine:
        yield engine


async def settled(store: Store) -> None:
    """Wait until a report of a failure was taken."""
    assert await store.until(lambda seen: any("#1 " in each.text and is_end(each.text) for each in seen.activity), SOON)


def is_end(text: str) -> bool:
    """Whether a line of the activity tells what comes of a task that failed."""
    return any(each in text for each in ("is not retried", "waits until", "tried again", "failed for good"))


async def done(engine: Engine, task_type: str, **parameters: Any) -> Task:
    """The task after a worker had it."""
    await engine.create_task(NewTask(task_type, parameters))
    await engine.start_workers([task_type])
    await settled(engine.store)
    await engine.drained()
    await engine.rooms.deliverer.drain(SOON)
    return (await engine.open_task(1)).task


@pytest.mark.parametrize(
    ("answers", "videos", "error"),
    [([], [PRIVATE], "is private"), ([KEY_INVALID], [], "See YOUTUBE_API_KEY."), ([], [], "was removed")],
)
async def test_an_error_that_cannot_change_costs_one_call_and_is_final(
    engine: Engine, api: DataApi, answers: list[Any], videos: list[Any], error: str
):
    api.add(*videos)
    api.answers(*answers)
    task = await done(engine, SINGLE, video_id=id_of(1))
    assert (task.status, task.attempts, len(api.asked)) == (TaskStatus.FAILED, 1, 1)
    assert error in str(task.error)
    detail = await engine.open_task(1)
    assert [row.outcome for row in detail.attempts] == ["failed, and not retried"]
    assert str(detail.history[-1].message).startswith("not retried: ")
    diagnosis = await engine.why(1)
    assert diagnosis.causes[0].code == "not-retried"
    assert "its worker says that the error cannot change" in diagnosis.sentence


async def test_a_retry_by_hand_works_once_the_key_is_mended(engine: Engine, api: DataApi):
    api.add(video(1))
    api.answers(KEY_INVALID)
    await done(engine, SINGLE, video_id=id_of(1))
    [row] = await engine.retry([1])
    assert row.ok
    assert await engine.store.until(lambda seen: seen.counts.completed == 1, SOON)
    assert api.calls() == ["videos", "videos"]


async def test_a_used_up_quota_puts_the_task_off_until_it_begins_anew_and_costs_no_attempt(
    engine: Engine, api: DataApi
):
    api.add(video(1))
    api.answers(USED_UP)
    resets = end_of_day(pacific_day(utcnow())) + SETTLED
    task = await done(engine, SINGLE, video_id=id_of(1))
    assert (task.status, task.retry_at, len(api.asked)) == (TaskStatus.PENDING, resets, 1)
    assert (task.attempts, task.max_retries) == (1, 4)
    diagnosis = await engine.why(1)
    assert (diagnosis.causes[0].code, diagnosis.causes[0].cures[0].label) == ("put-off", "Try now")
    assert not any(cause.stuck for cause in diagnosis.causes)
    await engine.stop_workers()
    assert not any(cause.stuck for cause in (await engine.why()).causes), "nothing waits for a worker"


async def test_a_quota_that_ends_amid_a_channel_says_what_is_saved_and_goes_on_from_there(
    engine: Engine, api: DataApi, quota: Quota
):
    api.add(*map(video, range(60)))
    quota.budget = 4  # the channel, a page, its videos, and another page
    task = await done(engine, CHANNEL, channel_url=HANDLE, max_videos=60)
    assert (task.status, task.retry_at is not None) == (TaskStatus.PENDING, True)
    assert "50 of 60 videos are saved; a retry goes on from there." in str(task.error)
    quota.budget = 10_000
    await engine.retry([1])
    assert await engine.store.until(lambda seen: seen.counts.completed == 1 and seen.results_total == 60, SOON)
    assert api.calls().count("videos") == 2, "nothing is fetched again"


@pytest.mark.parametrize(("answers", "asked"), [([], 3), ([USED_UP], 1)])
async def test_a_server_that_cannot_be_told_tries_again_by_its_own_rules(
    source: YouTubeApi, api: DataApi, tmp_path: Path, answers: list[Any], asked: int
):
    api.answers(*answers)
    observed = ObservedTaskManager(api_key="made-up-key")
    with observed.serving() as origin:
        config = Config.bare(
            taskmanager_api_url=origin, taskmanager_api_key=observed.api_key, database=tmp_path / "ideas.s3db"
        )
        async with Engine.open(config, source=source) as engine:
            await engine.create_task(NewTask(SINGLE, {"video_id": id_of(1)}))
            await engine.start_workers([SINGLE], poll_interval=0.05)
            assert await engine.store.until(lambda seen: any(is_final(each.text) for each in seen.activity), SOON)
    # A used-up quota is known here after the first answer: further attempts cost no call.
    assert (next(iter(observed.tasks.values())).attempts, len(api.asked)) == (3, asked)


def is_final(text: str) -> bool:
    """Whether a line of the activity tells that the task has failed for good."""
    return "failed for good" in text or "is not retried" in text


@dataclass
class Refusing:
    """A TaskManager that takes no reports while it ``refuses``."""

    application: Any
    refuses: bool = True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not (self.refuses and "complete" in scope["path"]):
            await self.application(scope, receive, send)
            return
        body = json.dumps({"success": False, "error": "not now", "message": "not now"}).encode()
        await send({"type": "http.response.start", "status": 503, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})


def test_a_kill_before_the_report_is_delivered_keeps_that_it_is_final(tmp_path: Path, api: DataApi):
    database = Database.open(tmp_path / "served.db")
    manager = Refusing(create_app(database))
    with serving(manager) as origin:
        program = Program(tmp_path).with_settings(
            TASKMANAGER_API_URL=f"{origin}/api",
            PRISMQ_SOURCE="youtube_api",
            PRISMQ_YOUTUBE_API_URL=api.url,
            YOUTUBE_API_KEY=KEY,
        )
        params = json.dumps({"video_id": id_of(1)})
        assert program("tasks", "add", SINGLE, "--params", params).code == 0
        with program.running("run", "--types", SINGLE) as process:
            until = time.monotonic() + SOON
            while not owed(tmp_path):
                assert time.monotonic() < until
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert owed(tmp_path) == [(0, 0)]
        manager.refuses = False
        assert program("run", "--types", SINGLE, "--drain").code == 0
        task = program("tasks", "show", "1", "--json").json
    database.close()
    assert (task["status"], task["attempts"], api.calls()) == ("failed", 1, ["videos"])
    assert owed(tmp_path) == []


def owed(folder: Path) -> list[tuple[int, int]]:
    """What the outbox of the program holds: whether it was a success, and whether it may be retried."""
    path = folder / "data" / "prismq-workers" / "ideas.s3db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'prismq_outbox'").fetchall()
        return connection.execute("SELECT success, retryable FROM prismq_outbox").fetchall() if tables else []
