"""One worker at its post: the loop that claims tasks, has them done, and waits when there are none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from core.errors import BadSetting, CoreError
from core.events import Level, Said, TaskClaimed
from core.models import Task, WorkerState, WorkerStatus, utcnow
from core.workers.backoff import Backoff
from core.workers.claiming import Strategy
from core.workers.deadlines import claim_time, still_ours
from core.workers.hand import Hand
from core.workers.pace import Pace
from core.workers.plan import WorkerPlan
from core.workers.surroundings import Surroundings

FIRST_WAIT, LONGEST_WAIT = 0.25, 15.0
"""Seconds that a claim waits at the server, doubled after each miss, and at most: a claim under way is never cut off,
since a task could be lost with it; the server is asked to answer it early."""
LONGEST_RELEASE = 5.0
"""Seconds that giving tasks back may take; whoever leaves does not wait longer for the server."""
LATE_ANSWER = 0.75
"""Share of the time of a claim after which the answer that tells of it may speak of one that is over."""

HELD_UP = "too many abandoned runs: claims nothing until one ends"


class Post:
    """A worker with its tasks in hand. All methods are for the event loop."""

    def __init__(self, plan: WorkerPlan, around: Surroundings) -> None:
        self.plan = plan
        self.strategy = plan.strategy
        self.concurrency = plan.concurrency
        self.paused = plan.paused
        self.stopping = False
        self.ended: WorkerState | None = None
        self.hands: dict[Hand, asyncio.Task[None]] = {}
        self.pace = Pace(Backoff(plan.poll_interval, plan.backoff_multiplier, plan.max_backoff), around.rng)
        self._around = around
        self._woken = asyncio.Event()
        self._passes = self._turn = 0
        self._claiming = self._leaving = self._giving_back = False
        self._claim_limit: asyncio.Timeout | None = None
        self._endings: set[asyncio.Task[None]] = set()
        self._cut_short: asyncio.Task[None] | None = None
        self._fault: BaseException | None = None
        self._step: asyncio.Future[Task | None] | None = None

    async def live(self) -> None:
        """Claim tasks and have them done until told to stop. Raises what went wrong beyond an author's code."""
        while not self.stopping and not self._is_through():
            delay = self._delay()
            if self._step is not None:
                await self._do_step(self._step)
            elif delay == 0:
                await self._pass()
            else:
                await self._wait(delay)
        if self._step is not None and not self._step.done():
            self._step.set_exception(self._no_step("it stops"))
        while self.hands or self._giving_back:
            self.stopping = True
            self._around.changed(self)
            await self._wait(None)
        if self._fault is not None:
            raise self._fault

    def wake(self) -> None:
        """There may be something to claim: do not wait for the poll."""
        self.pace.hurry()
        self._woken.set()

    def look_again(self) -> None:
        """Something that it may wait for is another now."""
        self._woken.set()
        self._around.changed(self)

    async def step(self) -> Task | None:
        """Claim one task, have it done, and stay paused; answers it, or None when there was nothing to claim.

        Returns when it is claimed. Raises `BadSetting` where it may not claim, and what the TaskManager says.
        """
        held = self._around.gate.why or (HELD_UP if self._is_held_up else "")
        if not self.paused or self.stopping:
            raise self._no_step("it stops" if self.stopping else "it is not paused")
        if self.room <= 0:
            raise self._no_step("it has as many tasks in hand as it may have")
        if held:
            raise self._no_step(held)
        if self._step is None:
            self._step = asyncio.get_running_loop().create_future()
            self._woken.set()
        return await asyncio.shield(self._step)

    def tell(
        self,
        *,
        paused: bool | None = None,
        stopping: bool | None = None,
        strategy: Strategy | None = None,
        concurrency: int | None = None,
    ) -> None:
        """Change how it works, from its next claim on; what a claim under way brings is given back when it must."""
        self.paused = self.paused if paused is None else paused
        self.stopping = self.stopping if stopping is None else stopping
        self.strategy = strategy or self.strategy
        self.concurrency = concurrency or self.concurrency
        if self._claiming and self._cut_short is None:
            self._cut_short = asyncio.create_task(self._end_wait())
        self._woken.set()
        self._around.changed(self)

    async def give_back(self) -> None:
        """Leave at once: stop what is being processed, and give those tasks back. Outcomes being kept are kept."""
        self._leaving = self._giving_back = True
        self.tell(stopping=True)
        if self._claiming and self._claim_limit is not None:
            self._claim_limit.reschedule(asyncio.get_running_loop().time() + self._around.grace)
        lives = dict(self.hands)
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
        await self._release([hand.task.id for hand in (*left_over, *unkept) if not hand.lost])
        logs = [(hand.task, log) for hand in left_over if (log := hand.logged()) is not None]
        await asyncio.gather(*(self._around.keep_log(*each) for each in logs))
        self._giving_back = False
        self._woken.set()

    def lose(self, hand: Hand) -> None:
        """The task is not ours any more: let it be stopped, and keep nothing of it. Once its outcome is being
        committed it is too late for that; then its report is refused."""
        if hand.lost or hand.settling or hand not in self.hands:
            return
        hand.lost = True
        hand.abandon()
        text = (
            f"Task {hand.task.id} is not claimed by {self.plan.worker_id} any more: it is stopped, and nothing of this "
            "attempt is kept."
        )
        self._around.publish(Said(Level.WARNING, text, utcnow()))
        ending = asyncio.create_task(self._stop_lost(hand, self.hands[hand]))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

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

    def status(self) -> WorkerStatus:
        """How it is now."""
        plan = self.plan
        now = asyncio.get_running_loop().time()
        is_idle = not (self.ended or self.paused or self.stopping or self._claiming or self._is_held_up)
        waits = self.pace.until() - now if is_idle else 0.0
        return WorkerStatus(
            id=plan.worker_id,
            state=self._state(now),
            types=plan.types,
            strategy=self.strategy.name,
            concurrency=self.concurrency,
            in_hand=tuple([hand.seen() for hand in self.hands]),
            done=self.pace.done,
            failed=self.pace.failed,
            until=None if waits <= 0 else utcnow() + timedelta(seconds=waits),
            last_seen=utcnow(),
            note=HELD_UP if self._is_held_up else self._note(),
            abandoned=self._around.abandoned.of(plan.worker_id),
            failed_in_a_row=self.pace.failures,
            poll_interval=plan.poll_interval,
            task_timeout=plan.task_timeout,
        )

    def end(self, fault: BaseException | None) -> None:
        """Its loop is over, because it was stopped or because of ``fault``."""
        self.ended = WorkerState.STOPPED if fault is None else WorkerState.CRASHED
        self.pace.note = "" if fault is None else f"{type(fault).__name__}: {fault}"
        self._around.changed(self)

    @property
    def room(self) -> int:
        """How many more tasks it may have in hand."""
        return self.concurrency - len(self.hands)

    def _is_through(self) -> bool:
        limit = self.plan.max_iterations
        return self._fault is not None or (limit is not None and self._passes >= limit)

    @property
    def _is_held_up(self) -> bool:
        """Whether so much of its code goes on unheard that it may not begin anything more."""
        return self.ended is None and self._around.abandoned.are_too_many(self.plan.worker_id)

    def _delay(self) -> float | None:
        if self.paused or self.room <= 0 or self._is_held_up or self._around.gate.why:
            return None
        return max(0.0, self.pace.until() - asyncio.get_running_loop().time())

    async def _wait(self, seconds: float | None) -> None:
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _pass(self) -> None:
        self._passes += 1
        loop = asyncio.get_running_loop()
        started, wait = loop.time(), self._wait_at_server()
        self._claiming, self._cut_short = True, None
        self._around.changed(self)
        try:
            tasks = await self._claim(wait)
        except TimeoutError:
            return
        except CoreError as fault:
            self.pace.troubled(fault, loop.time())
            return
        finally:
            self._claiming = False
            self._around.changed(self)
        waited = self._cut_short is not None or 0 < wait / 2 <= loop.time() - started
        self.pace.answered(len(tasks), loop.time(), waited=waited)
        await self._take(await self._if_late(tasks, started))

    async def _if_late(self, tasks: list[Task], started: float) -> list[Task]:
        """Those of these tasks that are ours; the claim that brought them was asked for at ``started``."""
        if asyncio.get_running_loop().time() - started >= LATE_ANSWER * self._around.claim_timeout:
            return await still_ours(self._around.tasks, tasks, self.plan.worker_id)
        return tasks

    async def _do_step(self, asked: asyncio.Future[Task | None]) -> None:
        started = asyncio.get_running_loop().time()
        self._claiming, self._cut_short = True, None
        self._around.changed(self)
        try:
            begun = await self._take(await self._if_late(await self._claim(0.0, limit=1), started), is_step=True)
            asked.set_result(begun[0] if begun else None)
        except TimeoutError:
            asked.set_exception(self._no_step("it stops"))
        except CoreError as fault:
            asked.set_exception(fault)
        finally:
            self._step, self._claiming = None, False
            if not asked.done():
                asked.set_exception(self._no_step("it crashed"))
            self._around.changed(self)

    def _no_step(self, why: str) -> BadSetting:
        return BadSetting(f"{self.plan.worker_id} cannot do one task: {why}.")

    async def _end_wait(self) -> None:
        """Something about this worker is another now: what it waits for at the server may not hold any more."""
        with suppress(CoreError):  # then the wait ends by itself, soon enough
            await self._around.tasks.end_wait(self.plan.worker_id, [hand.task.id for hand in self.hands])

    def _wait_at_server(self) -> float:
        is_last = self.plan.max_iterations is not None and self._passes >= self.plan.max_iterations
        if is_last or not self._around.tasks.can_wait:
            return 0.0
        return min(FIRST_WAIT * 2 ** min(self.pace.misses, 16), LONGEST_WAIT)

    async def _claim(self, wait: float, limit: int | None = None) -> list[Task]:
        """Ask for tasks. Raises `TimeoutError` when it left meanwhile: what the claim may bring is found by the next
        start."""
        ids = list(self.plan.handlers)
        self._turn = (self._turn + 1) % len(ids)
        async with asyncio.timeout(None) as self._claim_limit:
            return await self._around.tasks.claim_many(
                self.plan.worker_id,
                ids[self._turn :] + ids[: self._turn],
                limit=limit or self.room,
                sort_by=self.strategy.sort_by,
                sort_order=self.strategy.sort_order,
                wait=wait,
            )

    async def _take(self, tasks: Sequence[Task], *, is_step: bool = False) -> Sequence[Task]:
        """Begin with these tasks, or give back those that it may not begin; answers those that were begun."""
        room = max(0, self.room)
        if len(tasks) > room:  # its concurrency was lowered while it claimed
            tasks = [*tasks[:room], *await self._not_taken_back(tasks[room:])]
        if (self.paused and not is_step) or self.stopping or self._around.gate.why:
            tasks = await self._not_taken_back(tasks)
            if self._leaving:
                return ()
        if not tasks:
            return ()
        given = {task.id for task in tasks}
        for older in [hand for hand in self.hands if hand.task.id in given]:
            self.lose(older)  # its claim timed out, and we were given the task again
        now = utcnow()
        for task in tasks:
            claim = claim_time(task, now, self._around.claim_timeout)
            hand = Hand(task, self.plan.worker_id, now, self._on_report, claim, self._on_log)
            self._around.publish(TaskClaimed(task, self.plan.worker_id, now))
            life = asyncio.create_task(self._live_through(hand))
            self.hands[hand] = life
            life.add_done_callback(self._on_end_of_life)
        self._around.changed(self)
        return tasks

    async def _live_through(self, hand: Hand) -> None:
        try:
            worker = self.plan.handler(hand.task)
            limit = worker.task_timeout if self.plan.task_timeout is None else self.plan.task_timeout
            result = await self._around.runner.run(worker, hand, limit)
            is_put_off = not result.success and result.retryable and result.retry_at is not None
            put_off = is_put_off and self._around.tasks.puts_off
            rest = None if put_off else self.pace.ended(result, asyncio.get_running_loop().time())
            if rest is not None:
                self._around.publish(Said(Level.WARNING, f"{self.plan.worker_id}: {rest}", utcnow()))
        finally:
            self._drop(hand)

    def _drop(self, hand: Hand) -> None:
        hand.ended = True
        if self.hands.pop(hand, None) is not None:
            self._around.progress.forget(hand)
            self._woken.set()
            self._around.changed(self)

    def _on_report(self, hand: Hand) -> None:
        self._around.progress.tell(hand)
        self._around.changed(self)

    def _on_log(self, hand: Hand) -> None:
        self._around.changed(self)

    def _on_end_of_life(self, life: asyncio.Task[None]) -> None:
        if not life.cancelled() and life.exception() is not None:
            self._fault = self._fault or life.exception()
            self._woken.set()

    async def _not_taken_back(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Give these back; answers those that are still ours all the same, and have to be done."""
        if not tasks or await self._release([task.id for task in tasks]) or self._leaving:
            return ()
        return await still_ours(self._around.tasks, tasks, self.plan.worker_id)

    async def _release(self, ids: Sequence[int]) -> bool:
        """Give tasks back; False (and a word in the log) where that cannot be done."""
        if not ids:
            return True
        try:
            async with asyncio.timeout(LONGEST_RELEASE):
                released = await self._around.tasks.release_many(self.plan.worker_id, ids)
            why = "the server cannot do that"
        except TimeoutError:
            released, why = False, "the server does not answer"
        except CoreError as fault:
            released, why = False, str(fault)
        if not released:
            listed = ", ".join(map(str, ids))
            text = f"Tasks that {self.plan.worker_id} has claimed could not be given back ({listed}): {why}"
            self._around.publish(Said(Level.WARNING, text, utcnow()))
        return released

    def _note(self) -> str:
        held = "" if self.ended or self.stopping else self._around.gate.why
        if held:
            return f"Claims nothing: {held}."
        is_resting = self.paused and self.ended is None
        return "" if is_resting else self.pace.note  # what was wrong at the last claim may be over: it does not ask

    def _state(self, now: float) -> WorkerState:
        facts = (
            (self.ended is not None, self.ended or WorkerState.STOPPED),
            (self.stopping, WorkerState.DRAINING),
            (self.paused, WorkerState.PAUSED),
            (self._is_held_up or bool(self._around.gate.why) or self.pace.backs_off(now), WorkerState.BACKING_OFF),
            (bool(self.hands), WorkerState.BUSY),
            (self._claiming and self.pace.misses == 0, WorkerState.POLLING),
            (self._passes == 0, WorkerState.STARTING),
        )
        return next((state for holds, state in facts if holds), WorkerState.IDLE)


def has_failed(life: asyncio.Task[None]) -> bool:
    """Whether the life of a task in hand broke off: its outcome was not kept."""
    return life.done() and not life.cancelled() and life.exception() is not None
