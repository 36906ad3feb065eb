"""What is said of a call that was sent without an answer: never more than is known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from core.errors import ClaimLost, ServerFault, Unreachable
from core.models import Report
from core.taskmanager.channel import Answer, Channel, Query
from core.taskmanager.connect import DirectChannel
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from tests.contract.observed import ObservedTaskManager
from tests.taskmanager.faulty import Scripted, Trouble, TroubledChannel, failed, said
from tests.taskmanager.workplace import AT_ONCE

NONE, LOST, LATE, AWAY = Trouble.NONE, Trouble.LOST_BEFORE, Trouble.LATE, Trouble.NOT_REACHED


async def queue_of(client: ExtendedCalls, amount: int) -> int:
    known = await client.register_task_type("example.echo", "1", {"type": "object"})
    for n in range(amount):
        await client.create_task("example.echo", {"n": n})
    return known.id


def on_the_way(service: ObservedTaskManager, *troubles: Trouble) -> ExtendedCalls:
    """A client whose first requests have these troubles; the last one stays."""
    coming = list(troubles)
    client = ExtendedCalls(
        TroubledChannel(DirectChannel(service), lambda: (coming.pop(0) if len(coming) > 1 else coming[0], 0.9))
    )
    client.retrying = AT_ONCE
    return client


@pytest.fixture
async def service() -> ObservedTaskManager:
    """The real service, with two tasks, of which worker w holds the first."""
    service = ObservedTaskManager(api_key=None)
    client = ExtendedCalls(DirectChannel(service))
    await client.claim_task("w", await queue_of(client, 2), "id")
    return service


async def test_a_report_that_was_sent_once_may_have_been_taken_though_later_tries_did_not_leave(
    service: ObservedTaskManager,
):
    client = on_the_way(service, LATE, NONE, AWAY)  # the first is under way still when the task is read
    with pytest.raises(Unreachable) as fault:
        await client.complete_task(1, "w", True)
    assert fault.value.unclear


async def test_a_claim_that_was_sent_once_may_have_worked_though_later_tries_did_not_leave(
    service: ObservedTaskManager,
):
    client = on_the_way(service, LATE, NONE, AWAY)
    with pytest.raises(Unreachable) as fault:
        await client.claim_task("v", 1)
    assert fault.value.unclear


async def test_a_report_that_never_left_has_done_nothing(service: ObservedTaskManager):
    with pytest.raises(Unreachable) as fault:
        await on_the_way(service, AWAY).complete_task(1, "w", True)
    assert not fault.value.unclear


@pytest.mark.parametrize("status", ["completed", "failed", "claimed", "pending"])
async def test_what_another_worker_did_with_a_task_is_not_taken_for_our_report(
    service: ObservedTaskManager, status: str
):
    row = service.tasks[1]
    row.status, row.attempts = status, 2
    row.claimed_by = None if status == "pending" else "other"
    with pytest.raises(ClaimLost):
        await on_the_way(service, LOST, NONE).complete_task(1, "w", True)


async def test_a_task_that_an_operator_cancelled_is_not_taken_for_our_failure(service: ObservedTaskManager):
    row = service.tasks[1]
    row.status, row.error_message = "failed", "cancelled"
    with pytest.raises(ClaimLost):
        await on_the_way(service, LOST, NONE).complete_task(1, "w", False, error="boom")


async def test_a_batch_that_was_sent_once_may_have_been_taken_though_later_tries_did_not_leave():
    document = Answer(200, {}, b'{"paths": {"/tasks/complete-batch": {"post": {}}}}')
    lost, away = Unreachable("No answer.", unclear=True), Unreachable("Not reached.")
    for faults, unclear in (((away, lost, away), True), ((away,), False)):
        client = ExtendedCalls(Scripted(document, *faults))
        client.retrying = AT_ONCE
        with pytest.raises(Unreachable) as fault:
            await client.complete_many("w", [Report(1, "w", 1, True)])
        assert fault.value.unclear is unclear


class OneByOne:
    """The first claim's answer waits for ``go``; that of the second is lost, though it was carried out."""

    def __init__(self, inner: Channel) -> None:
        self._inner = inner
        self._claims = 0
        self.acted = asyncio.Event()
        self.go = asyncio.Event()

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As `Channel`."""
        answer = await self._inner.send(method, path, query, body, headers, timeout)
        if path == "/tasks/claim":
            self._claims += 1
            if self._claims == 1:
                self.acted.set()
                await self.go.wait()
            elif self._claims == 2:
                raise Unreachable("The answer was lost.", unclear=True)
        return answer

    async def close(self) -> None:
        """As `Channel`."""


async def test_what_one_claim_took_is_not_given_to_another_one_that_goes_on_at_the_same_time():
    channel = OneByOne(DirectChannel(ObservedTaskManager(api_key=None)))
    client = ExtendedCalls(channel)
    type_id = await queue_of(client, 3)
    first = asyncio.create_task(client.claim_task("w", type_id, "id"))
    await channel.acted.wait()
    with pytest.raises(Unreachable) as fault:
        await client.claim_task("w", type_id, "id")
    assert fault.value.unclear
    channel.go.set()
    found = [await first, await client.claim_task("w", type_id, "id"), await client.claim_task("w", type_id, "id")]
    assert [task.id for task in found if task] == [1, 2, 3]


async def test_what_a_server_can_do_is_not_judged_by_half_of_its_document():
    document = b'{"openapi": "3.1.1", "paths": {"/stats": {"get": {}}}}'
    half, whole = Answer(200, {}, document[:30]), Answer(200, {}, document)
    client = ExtendedCalls(Scripted(half, half, Answer(200, {}, b""), whole))
    client.retrying = AT_ONCE
    assert "stats" in await client.capabilities()


@pytest.mark.parametrize(
    "half",
    [
        Answer(400, {}, failed("Task is not in claimed state", 400).body[:40]),
        Answer(403, {}, failed("Task is claimed by another worker", 403).body[:40]),
        Answer(400, {}, b""),
        Answer(200, {}, said({"id": "12", "status": "completed"}).body[:40]),
    ],
)
async def test_a_no_that_breaks_off_is_no_refusal_but_looked_into(half: Answer):
    row = {"id": 12, "type": "t", "status": "completed", "attempts": 1, "claimed_by": "w", "params": []}
    client = ExtendedCalls(Scripted(half, said({"items": [row]})))
    assert (await client.complete_task(12, "w", True)).status == "completed"
    alone = ExtendedCalls(Scripted(half))
    alone.retrying = Retrying(tries=1)
    with pytest.raises(ServerFault) as fault:
        await alone.complete_task(12, "w", True)
    assert fault.value.unclear and fault.value.temporary
