"""A rate limit holds back what it would refuse, for all callers at once, and is told of once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from core.config import Config
from core.engine import Engine
from core.errors import RateLimited
from core.events import Event, Level, LimitSeen, Said
from core.models import TaskResult
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager import TaskManagerClient
from core.taskmanager.channel import Answer
from core.taskmanager.connect import Application, Message, Receive, Send
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from core.taskmanager.throttle import AFTER_REPORTS, Throttle, used_up
from core.tellers import RETRIES_TOLD, LimitTeller, RetryTeller
from core.workers import BaseWorker, Task, WorkerFactory
from tests.contract.loopback import serving
from tests.taskmanager.faulty import Scripted, said

CLAIM, BATCH, REPORT = "/tasks/claim", "/tasks/claim-batch", "/tasks/complete-batch"
WINDOW = 1.0
"""Seconds of the limit of the served TaskManager."""


class Clock:
    """A monotonic clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_was_refused_waits_and_so_does_every_claim_but_no_other_call():
    clock = Clock()
    throttle = Throttle(clock)
    throttle.refused(REPORT, 20)
    assert [throttle.left(path) for path in (REPORT, CLAIM, BATCH, "/tasks/7/complete")] == [
        *(20, 20 + AFTER_REPORTS, 20 + AFTER_REPORTS),
        0,
    ]
    clock.now += 20.1
    assert throttle.left(REPORT) == 0, "what is owed goes before more is taken"
    assert throttle.left(CLAIM) > 0
    clock.now += 0.2
    assert throttle.left(CLAIM) == 0


def test_an_allowance_that_is_used_up_holds_its_own_path_alone():
    throttle = Throttle(Clock())
    throttle.used_up("/tasks/7", 20)
    throttle.used_up(BATCH, 5)
    throttle.used_up(BATCH, 1)
    assert [throttle.left(path) for path in ("/tasks/7", BATCH, CLAIM)] == [20, 5, 0]


@pytest.mark.parametrize(
    ("remaining", "reset", "left"), [("0", "784111797", 20.0), ("1", "784111797", None), ("0", "784111777", None)]
)
def test_the_end_of_a_limit_is_reckoned_by_the_servers_clock(remaining: str, reset: str, left: float | None):
    headers = {"date": "Sun, 06 Nov 1994 08:49:37 GMT", "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    assert used_up(Answer(200, headers)) == left
    assert used_up(Answer(200, {"x-ratelimit-remaining": "0"})) is None


async def test_a_call_that_would_be_refused_is_not_sent():
    channel = Scripted(Answer(429, {"retry-after": "30"}, b"{}"), said({"items": [], "count": 0}))
    client = ExtendedCalls(channel)
    client.retrying = Retrying(tries=1)
    for _ in range(5):
        with pytest.raises(RateLimited) as limited:
            await client.list_tasks()
        assert 29 < limited.value.retry_after <= 30
    assert channel.asked == 1
    with pytest.raises(RateLimited):
        await client.claim_task("w", 1)
    assert channel.asked == 1


async def test_a_limit_is_told_when_it_begins_and_when_it_is_over_however_often_it_is_met():
    heard: list[Event] = []
    over = asyncio.Event()

    def publish(event: Event) -> None:
        heard.append(event)
        if isinstance(event, Said) and event.level is Level.INFO:
            over.set()

    teller = LimitTeller(publish)
    for seconds in (0.01, 0.03, 0.05):
        teller.tell(seconds)
    await asyncio.wait_for(over.wait(), 5)
    lines = [event.text for event in heard if isinstance(event, Said)]
    assert len(lines) == 2
    assert lines[0].startswith("Rate limited until ")
    assert [event.until is None for event in heard if isinstance(event, LimitSeen)] == [False, False, False, True]


class Counting(BaseWorker):
    """Done at once."""

    async def process_task(self, task: Task) -> TaskResult:
        return TaskResult(True, {"n": task.parameters["n"]})


class Watched:
    """Passes requests on, and notes the moment and the status of each answer by path."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.answers: list[tuple[float, str, int]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers.append((time.monotonic(), scope["path"], message["status"]))
            await send(message)

        await self._application(scope, receive, noting if scope["type"] == "http" else send)


async def test_five_workers_at_a_limited_server_claim_nothing_before_the_time_and_finish(tmp_path: Path):
    database = Database.open(tmp_path / "tasks.db")
    app = Watched(create_app(database, rate_limit=(8, WINDOW)))
    factory = WorkerFactory()
    factory.register("Count", Counting, param_schema={"type": "object"})
    with serving(app) as origin:
        config = Config.bare(taskmanager_api_url=f"{origin}/api", database=tmp_path / "ideas.s3db")
        with TaskManagerClient(config) as client:
            client.register_task_type("Count", "1.0.0", {"type": "object"})
            for n in range(8):
                client.create_task("Count", {"n": n})
        async with Engine.open(config, factory=factory, monitor=False) as engine:
            await engine.start_workers(count=5)
            assert await engine.store.until(lambda s: s.limited_until is not None, 10)
            assert await engine.store.until(lambda s: sum(w.done for w in s.workers) == 8, 30)
            assert await engine.rooms.deliverer.drain(20) == 0
            said_of_it = [line.text for line in engine.store.snapshot.activity if "ate limit" in line.text]
    windows = 1 + (app.answers[-1][0] - app.answers[0][0]) / WINDOW
    refused = [path for _, path, status in app.answers if status == 429]
    assert len(refused) <= 10 * windows, "only calls that were under way together are refused"
    starts = [text for text in said_of_it if text.startswith("Rate limited until")]
    assert 1 <= len(starts) <= windows
    database.close()


async def test_of_many_retries_in_a_minute_only_the_first_are_told_one_by_one():
    said: list[Event] = []
    teller = RetryTeller(said.append)
    for number in range(RETRIES_TOLD + 5):
        teller.tell(f"retrying {number}")
    assert len(said) == RETRIES_TOLD
    teller.over()
    assert "5 more calls were made again" in said[-1].text
    teller.tell("retrying once more")
    assert said[-1].text == "retrying once more"
