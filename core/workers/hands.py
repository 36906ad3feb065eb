"""The tasks that one worker has in hand: begun, done, lost, or given back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence

from core.errors import CoreError
from core.events import Level, Said, TaskClaimed
from core.models import Task, utcnow
from core.workers.deadlines import claim_time
from core.workers.hand import Hand
from core.workers.pace import Pace
from core.workers.plan import WorkerPlan
from core.workers.surroundings import Surroundings

LONGEST_RELEASE = 5.0
"""Seconds that giving tasks back may take; whoever leaves does not wait longer for the server."""


class Hands(Collection[Hand]):
    """What one worker has in hand. ``changed`` is told when one of them looks different, ``freed`` when it has one
    less, or one broke off. ``fault`` is what went wrong beyond an author's code. All methods are for the event loop."""

    def __init__(
        self,
        plan: WorkerPlan,
        around: Surroundings,
        pace: Pace,
        changed: Callable[[], None],
        freed: Callable[[], None],
    ) -> None:
        self.fault: BaseException | None = None
        self._plan = plan
        self._around = around
        self._pace = pace
        self._changed = changed
        self._freed = freed
        self._lives: dict[Hand, asyncio.Task[None]] = {}
        self._endings: set[asyncio.Task[None]] = set()

    def __contains__(self, hand: object) -> bool:
        return hand in self._lives

    def __iter__(self) -> Iterator[Hand]:
        return iter(self._lives)

    def __len__(self) -> int:
        return len(self._lives)

    def begin(self, tasks: Sequence[Task]) -> None:
        """Have these tasks done. One that is in hand already was given anew: its claim timed out, and it is lost."""
        given = {task.id for task in tasks}
        for older in [hand for hand in self._lives if hand.task.id in given]:
            self.lose(older)
        now = utcnow()
        for task in tasks:
            claim = claim_time(task, now, self._around.claim_timeout)
            hand = Hand(task, self._plan.worker_id, now, self._on_report, claim, self._on_log)
            self._around.publish(TaskClaimed(task, self._plan.worker_id, now))
            life = asyncio.create_task(self._live_through(hand))
            self._lives[hand] = life
            life.add_done_callback(self._on_end_of_life)
        self._changed()

    async def give_back(self) -> None:
        """Stop what is being processed at once, and give those tasks back. Outcomes that are being kept are kept."""
        lives = dict(self._lives)
        processing = [hand for hand in lives if not hand.settling]
        for hand in processing:
            hand.abandon()
            lives[hand].cancel()
        if lives:
            await asyncio.wait(lives.values(), timeout=self._around.grace)
        left_over = [hand for hand in processing if not hand.settling]
        for hand in left_over:
            self._drop(hand)
        unkept = [hand for hand, life in lives.items() if hand.settling and has_failed(life)]
        if unkept:
            listed = ", ".join(str(hand.task.id) for hand in unkept)
            text = f"What was done of these tasks could not be kept, and they have to be done again: {listed}."
            self._around.publish(Said(Level.WARNING, text, utcnow()))
        await self.release([hand.task.id for hand in (*left_over, *unkept) if not hand.lost])
        logs = [(hand.task, log) for hand in left_over if (log := hand.logged()) is not None]
        await asyncio.gather(*(self._around.keep_log(*each) for each in logs))

    def lose(self, hand: Hand) -> None:
        """The task is not ours any more: let it be stopped, and keep nothing of it. Once its outcome is being
        committed it is too late for that; then its report is refused."""
        if hand.lost or hand.settling or hand not in self._lives:
            return
        hand.lost = True
        hand.abandon()
        text = (
            f"Task {hand.task.id} is not claimed by {self._plan.worker_id} any more: it is stopped, and nothing of "
            "this attempt is kept."
        )
        self._around.publish(Said(Level.WARNING, text, utcnow()))
        ending = asyncio.create_task(self._stop_lost(hand, self._lives[hand]))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    async def release(self, ids: Sequence[int]) -> bool:
        """Give tasks back; False (and a word in the log) where that cannot be done."""
        if not ids:
            return True
        worker_id = self._plan.worker_id
        try:
            async with asyncio.timeout(LONGEST_RELEASE):
                released = await self._around.tasks.release_many(worker_id, ids)
            why = "the server cannot do that"
        except TimeoutError:
            released, why = False, "the server does not answer"
        except CoreError as fault:
            released, why = False, str(fault)
        if not released:
            listed = ", ".join(map(str, ids))
            text = f"Tasks that {worker_id} has claimed could not be given back ({listed}): {why}"
            self._around.publish(Said(Level.WARNING, text, utcnow()))
        return released

    async def _live_through(self, hand: Hand) -> None:
        try:
            worker = self._plan.handler(hand.task)
            limit = worker.task_timeout if self._plan.task_timeout is None else self._plan.task_timeout
            result = await self._around.runner.run(worker, hand, limit)
            is_put_off = not result.success and result.retryable and result.retry_at is not None
            put_off = is_put_off and self._around.tasks.puts_off
            rest = None if put_off else self._pace.ended(result, asyncio.get_running_loop().time())
            if rest is not None:
                self._around.publish(Said(Level.WARNING, f"{self._plan.worker_id}: {rest}", utcnow()))
        finally:
            self._drop(hand)

    async def _stop_lost(self, hand: Hand, life: asyncio.Task[None]) -> None:
        """Code that was asked to stop gets its grace; then it is cancelled, killed, or, in a thread, left behind."""
        try:
            for _ in range(2):
                await asyncio.wait([life], timeout=self._around.grace)
                life.cancel()
            if (log := hand.logged()) is not None:
                await self._around.keep_log(hand.task, log)
        finally:
            self._drop(hand)

    def _drop(self, hand: Hand) -> None:
        hand.ended = True
        if self._lives.pop(hand, None) is not None:
            self._around.progress.forget(hand)
            self._freed()

    def _on_report(self, hand: Hand) -> None:
        self._around.progress.tell(hand)
        self._changed()

    def _on_log(self, hand: Hand) -> None:
        self._changed()

    def _on_end_of_life(self, life: asyncio.Task[None]) -> None:
        if has_failed(life):
            self.fault = self.fault or life.exception()
            self._freed()


def has_failed(life: asyncio.Task[None]) -> bool:
    """Whether the life of a task in hand broke off: its outcome was not kept."""
    return life.done() and not life.cancelled() and life.exception() is not None
