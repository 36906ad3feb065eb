"""The feed: an opening at once, then a steady trickle that holds back when too much waits."""

import asyncio
from itertools import islice

import pytest

from core.answers import CreatedTask
from core.demo.feed import ENOUGH_PENDING, EVERY, FEW_PENDING, JITTER, TRY_AGAIN, Feed
from core.demo.plan import OPENING, tasks
from core.errors import CoreError, Invalid, ServerFault, Unreachable
from core.models import NewTask, TaskStatus


class Enough(Exception):
    """Ends a feed that would go on."""


class Queue:
    """A TaskManager and a clock that only count. ``refusals`` are raised by the next creations."""

    def __init__(self, *refusals: CoreError, waits: int = 10) -> None:
        self.created: list[NewTask] = []
        self.waited: list[float] = []
        self.pending = 0
        self._refusals = list(refusals)
        self._waits = waits

    async def create(self, new: NewTask) -> CreatedTask:
        if self._refusals:
            raise self._refusals.pop(0)
        self.created.append(new)
        return CreatedTask(len(self.created), new.task_type, TaskStatus.PENDING)

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        if len(self.waited) == self._waits:
            raise Enough

    async def feed(self, seed: int = 7) -> None:
        with pytest.raises(Enough):
            await Feed(self.create, pending=lambda: self.pending, seed=seed, wait=self.wait).run()


async def test_two_dozen_tasks_come_at_once():
    queue = Queue(waits=1)
    await queue.feed()
    assert queue.created == list(islice(tasks(7), OPENING))


async def test_then_one_task_follows_each_wait():
    queue = Queue(waits=11)
    queue.pending = FEW_PENDING
    await queue.feed()
    assert len(queue.created) == OPENING + 10
    assert all(EVERY * (1 - JITTER) <= seconds <= EVERY * (1 + JITTER) for seconds in queue.waited)
    assert len(set(queue.waited)) > 1


async def test_it_comes_faster_while_little_is_pending():
    few, enough = Queue(waits=30), Queue(waits=30)
    enough.pending = FEW_PENDING
    await few.feed()
    await enough.feed()
    assert sum(few.waited) * 3 == pytest.approx(sum(enough.waited))


async def test_it_holds_back_while_too_much_is_pending():
    queue = Queue(waits=20)
    queue.pending = ENOUGH_PENDING + 1
    await queue.feed()
    assert len(queue.created) == OPENING


async def test_a_task_is_tried_again_while_the_taskmanager_is_away():
    queue = Queue(Unreachable("Away."), ServerFault("Broken.", temporary=True), waits=3)
    await queue.feed()
    assert queue.created == list(islice(tasks(7), OPENING))
    assert queue.waited[:2] == [TRY_AGAIN, TRY_AGAIN]


@pytest.mark.parametrize("refusal", [Invalid("No."), ServerFault("Broken for good.", temporary=False)])
async def test_a_refusal_for_good_ends_the_feed(refusal: CoreError):
    queue = Queue(refusal)
    with pytest.raises(type(refusal)):
        await Feed(queue.create, pending=lambda: 0, seed=7, wait=queue.wait).run()


async def test_it_ends_when_it_is_cancelled():
    queue, waits = Queue(), asyncio.Event()

    async def wait(_: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    feed = asyncio.create_task(Feed(queue.create, pending=lambda: 0, seed=7, wait=wait).run())
    await waits.wait()
    feed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await feed
