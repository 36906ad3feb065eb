"""What is tried again, what is looked up first, and what is not tried again at all."""

from __future__ import annotations

import asyncio
import socket

import pytest

from core.config import Config
from core.errors import (
    ClaimLost,
    Invalid,
    NotAuthenticated,
    NotFound,
    RateLimited,
    ServerFault,
    TooLarge,
    Unreachable,
)
from core.models import Report, TaskStatus
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.channel import Answer
from core.taskmanager.connect import DirectChannel
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from tests.contract.observed import DEADLOCK, ObservedTaskManager
from tests.taskmanager.conftest import QUICK
from tests.taskmanager.faulty import LosingChannel, Scripted, failed, said

SCHEMA = {"type": "object"}
COMPLETED = {"id": "12", "status": "completed"}


class Losing:
    """A client of the observed service whose answers can be lost."""

    def __init__(self) -> None:
        self.server = ObservedTaskManager(api_key=None)
        self.channel = LosingChannel(DirectChannel(self.server))
        self.client = ExtendedCalls(self.channel)
        self.client.retrying = QUICK
        self.heard: list[str] = []
        self.client.on_retry = self.heard.append

    async def queue(self, amount: int) -> int:
        known = await self.client.register_task_type("example.echo", "1", SCHEMA)
        for n in range(amount):
            await self.client.create_task("example.echo", {"n": n})
        return known.id


@pytest.fixture
def losing() -> Losing:
    return Losing()


def scripted(*answers: Answer | Exception, retrying: Retrying = QUICK) -> tuple[ExtendedCalls, Scripted, list[str]]:
    channel, heard = Scripted(*answers), []
    client = ExtendedCalls(channel)
    client.retrying, client.on_retry = retrying, heard.append
    return client, channel, heard


async def test_a_deadlock_is_tried_again_and_said():
    client, channel, heard = scripted(failed(DEADLOCK), failed(DEADLOCK), said(COMPLETED))
    assert (await client.complete_task(12, "w", True)).status == "completed"
    assert channel.asked == 3
    assert heard == ["retrying complete of #12: deadlock, try 2", "retrying complete of #12: deadlock, try 3"]


@pytest.mark.parametrize(
    "passing",
    [
        failed("SQLSTATE[23000]: Integrity constraint violation: 1062 Duplicate entry 'x' for key 'dedupe_key'"),
        failed("Internal server error"),
        Answer(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>"),
        Answer(503, {}, b""),
        Answer(504, {}, b""),
        failed("Another process holds the database locked", 503, **{"retry-after": "1"}),
        Unreachable("no connection"),
        Unreachable("no answer", unclear=True),
    ],
)
async def test_a_creation_is_tried_again_after_what_passes(passing: Answer | Exception):
    client, channel, _ = scripted(passing, said({"id": 3, "status": "pending", "deduplicated": True}))
    assert (await client.create_task("t", {"a": 1})).id == 3
    assert channel.asked == 2


@pytest.mark.parametrize(
    ("lasting", "error"),
    [
        (failed("SQLSTATE[22001]: String data, right truncated: 1406 Data too long"), TooLarge),
        (failed("SQLSTATE[22007]: 1292 Truncated incorrect DOUBLE value"), ServerFault),
        (failed("Endpoint is not active", 503), ServerFault),
        (failed("Validation failed", 400), Invalid),
        (failed("Task type not found", 404), NotFound),
        (Answer(401, {}, b'{"error": "Unauthorized", "message": "Invalid API key"}'), NotAuthenticated),
        (Answer(500, {}, b""), ServerFault),
        (Answer(302, {"location": "https://elsewhere.example/"}, b""), ServerFault),
    ],
)
async def test_what_lasts_is_not_tried_again(lasting: Answer, error: type[Exception]):
    client, channel, heard = scripted(lasting)
    with pytest.raises(error):
        await client.create_task("t", {"a": 1})
    assert (channel.asked, heard) == (1, [])


async def test_tries_are_bounded():
    client, channel, _ = scripted(failed(DEADLOCK), retrying=Retrying(tries=4, first_wait=0.001, longest_wait=0.001))
    with pytest.raises(ServerFault):
        await client.get_task(1)
    assert channel.asked == 4


async def test_the_time_of_all_tries_is_bounded():
    bounded = Retrying(tries=10_000, seconds=0.1, first_wait=0.001, longest_wait=0.005)
    client, channel, _ = scripted(failed(DEADLOCK), retrying=bounded)
    began = asyncio.get_running_loop().time()
    with pytest.raises(ServerFault):
        await client.get_task(1)
    assert asyncio.get_running_loop().time() - began < 2
    assert 2 <= channel.asked < 1000


async def test_clients_that_failed_together_do_not_come_again_together():
    waits: list[float] = []

    async def wait() -> None:
        times: list[float] = []

        async def once() -> None:
            times.append(asyncio.get_running_loop().time())
            if len(times) == 1:
                raise Unreachable("gone")

        await Retrying(first_wait=0.02).call("a call", once)
        waits.append(times[1] - times[0])

    for _ in range(12):
        await wait()
    assert min(waits) >= 0.019
    assert max(waits) - min(waits) > 0.005  # twelve draws from 40 ms lie closer together once in a thousand million


async def test_a_rate_limit_is_waited_for_as_long_as_the_server_says():
    limited = Answer(429, {"retry-after": "0.01"}, b'{"error": "Too Many Requests", "message": "slow down"}')
    client, channel, heard = scripted(limited, said({"items": [], "count": 0}))
    assert (await client.list_tasks()).tasks == ()
    assert (channel.asked, heard) == (2, ["rate limit: no task is claimed for 0.26 s"])


async def test_a_rate_limit_that_takes_too_long_is_raised_at_once():
    client, channel, _ = scripted(Answer(429, {"retry-after": "3600"}, b"{}"))
    with pytest.raises(RateLimited) as limited:
        await client.list_tasks()
    assert (limited.value.retry_after, channel.asked) == (3600, 1)


async def test_a_completion_whose_answer_was_lost_is_not_made_twice(losing: Losing):
    type_id = await losing.queue(1)
    await losing.client.claim_task("w", type_id)
    losing.channel.lose("/tasks/1/complete")
    assert (await losing.client.complete_task(1, "w", True, {"a": 1})).status == "completed"
    assert losing.channel.sent.count("POST /tasks/1/complete") == 1


async def test_a_completion_that_did_not_arrive_is_made_again(losing: Losing):
    type_id = await losing.queue(1)
    await losing.client.claim_task("w", type_id)
    losing.channel.lose("/tasks/1/complete", carried_out=False)
    assert (await losing.client.complete_task(1, "w", True)).status == "completed"
    assert losing.channel.sent.count("POST /tasks/1/complete") == 2
    assert losing.server.tasks[1].status == "completed"


async def test_a_failure_whose_answer_was_lost_was_requeued(losing: Losing):
    type_id = await losing.queue(1)
    await losing.client.claim_task("w", type_id)
    losing.channel.lose("/tasks/1/complete")
    assert (await losing.client.complete_task(1, "w", False, error="boom")).requeued
    assert losing.server.tasks[1].attempts == 1


async def test_a_lost_answer_and_a_task_that_another_took_over_is_a_lost_claim(losing: Losing):
    type_id = await losing.queue(1)
    await losing.client.claim_task("w", type_id)
    losing.server.tasks[1].claimed_by = "other"
    losing.channel.lose("/tasks/1/complete", carried_out=False)
    with pytest.raises(ClaimLost, match="other"):
        await losing.client.complete_task(1, "w", True)


async def test_a_failure_that_lost_its_retries_to_a_deadlock_is_taken_and_said():
    client, _, heard = scripted(
        failed(DEADLOCK),
        failed("Task is not in claimed state", 400),
        said({"items": [{"id": 12, "type": "t", "status": "failed", "attempts": 1, "claimed_by": "w", "params": []}]}),
    )
    taken = await client.complete_task(12, "w", False, error="boom")
    assert (taken.status, taken.requeued) == ("failed", False)
    assert heard[-1] == "#12 has failed for good after 1 of 3 attempts"


async def test_an_unclear_report_stays_unclear_when_nothing_can_be_read():
    client, _, _ = scripted(Unreachable("no answer", unclear=True))
    client.retrying = Retrying(tries=2, first_wait=0.001, longest_wait=0.001)
    with pytest.raises(Unreachable) as fault:
        await client.complete_task(12, "w", True)
    assert fault.value.unclear


async def test_a_claim_whose_answer_was_lost_gives_the_task_that_it_took(losing: Losing):
    type_id = await losing.queue(3)
    first = await losing.client.claim_task("w", type_id, "id")
    await losing.client.claim_task("other", type_id, "id")
    losing.channel.lose("/tasks/claim")
    found = await losing.client.claim_task("w", type_id, "id")
    assert first and found and (first.id, found.id) == (1, 3)
    assert found.params == {"n": 2}
    assert sum(row.status == "claimed" for row in losing.server.tasks.values()) == 3


async def test_a_claim_that_did_not_arrive_is_made_again(losing: Losing):
    type_id = await losing.queue(1)
    losing.channel.lose("/tasks/claim", carried_out=False)
    assert await losing.client.claim_task("w", type_id)
    assert losing.server.tasks[1].attempts == 1


async def test_a_task_of_another_type_is_not_mistaken_for_the_one_that_was_claimed(losing: Losing):
    other = await losing.client.register_task_type("example.other", "1", SCHEMA)
    await losing.client.create_task("example.other", {"n": 0})
    before = ExtendedCalls(DirectChannel(losing.server))  # the same worker in an earlier life
    await before.claim_task("w", other.id)
    type_id = await losing.queue(1)
    losing.channel.lose("/tasks/claim")
    found = await losing.client.claim_task("w", type_id)
    assert found and found.type == "example.echo"


async def test_reports_that_cannot_be_sent_any_more_have_an_outcome_that_says_so(losing: Losing):
    client, _, _ = scripted(
        said({"paths": {}}), said({"items": [], "count": 0}), said(COMPLETED), Unreachable("gone"), retrying=Retrying(1)
    )
    outcomes = await client.complete_many("w", [Report(n, "w", 1, True) for n in (12, 13, 14)])
    assert [(each.id, each.ok, each.code) for each in outcomes] == [(12, True, 200), (13, False, 503), (14, False, 503)]


async def test_when_nothing_can_be_said_about_any_report_that_is_an_error():
    client, _, _ = scripted(
        said({"paths": {}}), said({"items": [], "count": 0}), Unreachable("gone"), retrying=Retrying(1)
    )
    with pytest.raises(Unreachable):
        await client.complete_many("w", [Report(12, "w", 1, True)])


async def test_all_tasks_end_though_every_third_call_deadlocks():
    server = ObservedTaskManager(api_key=None, deadlocks=0.3, seed=7)
    client = ExtendedCalls(DirectChannel(server))
    client.retrying = QUICK
    known = await client.register_task_type("example.echo", "1", SCHEMA)
    for n in range(40):
        await client.create_task("example.echo", {"n": n})
    while task := await client.claim_task("w", known.id, "id"):
        await client.complete_task(task.id, "w", task.id % 4 != 0, error="boom" if task.id % 4 == 0 else None)
    ended = {row.status for row in server.tasks.values()}
    assert ended == {TaskStatus.COMPLETED, TaskStatus.FAILED}


async def test_a_connection_that_cannot_be_made_is_not_unclear(free_port: int):
    async with AsyncTaskManagerClient(Config(environ={}), url=f"http://127.0.0.1:{free_port}/api") as client:
        with pytest.raises(Unreachable, match="cannot be reached") as fault:
            await client.health_check()
    assert not fault.value.unclear


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return unused.getsockname()[1]
