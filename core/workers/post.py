"""One worker at its post: the loop that claims tasks, has them done, and waits when there are none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from core.errors import BadSetting, CoreError
from core.models import Task, WorkerState, WorkerStatus, utcnow
from core.workers.backoff import Backoff
from core.workers.claiming import Strategy
from core.workers.deadlines import still_ours
from core.workers.hands import Hands
from core.workers.pace import Pace
from core.workers.plan import WorkerPlan
from core.workers.surroundings import Surroundings

FIRST_WAIT, LONGEST_WAIT = 0.25, 15.0
"""Seconds that a claim waits at the server, doubled after each miss, and at most: a claim under way is never cut off,
since a task could be lost with it; the server is asked to answer it early."""
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
        self.pace = Pace(Backoff(plan.poll_interval, plan.backoff_multiplier, plan.max_backoff), around.rng)
        self.hands = Hands(plan, around, self.pace, self._changed, self.look_again)
        self._around = around
        self._woken = asyncio.Event()
        self._passes = self._turn = 0
        self._claiming = self._leaving = self._giving_back = False
        self._claim_limit: asyncio.Timeout | None = None
        self._cut_short: asyncio.Task[None] | None = None
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
            self._changed()
            await self._wait(None)
        if self.hands.fault is not None:
            raise self.hands.fault

    def wake(self) -> None:
        """There may be something to claim: do not wait for the poll."""
        self.pace.hurry()
        self._woken.set()

    def look_again(self) -> None:
        """Something that it may wait for is another now."""
        self._woken.set()
        self._changed()

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
        self._changed()

    async def give_back(self) -> None:
        """Leave at once: stop what is being processed, and give those tasks back. Outcomes being kept are kept."""
        self._leaving = self._giving_back = True
        self.tell(stopping=True)
        if self._claiming and self._claim_limit is not None:
            self._claim_limit.reschedule(asyncio.get_running_loop().time() + self._around.grace)
        await self.hands.give_back()
        self._giving_back = False
        self._woken.set()

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
        self._changed()

    @property
    def room(self) -> int:
        """How many more tasks it may have in hand."""
        return self.concurrency - len(self.hands)

    def _changed(self) -> None:
        self._around.changed(self)

    def _is_through(self) -> bool:
        limit = self.plan.max_iterations
        return self.hands.fault is not None or (limit is not None and self._passes >= limit)

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
        self._changed()
        try:
            tasks = await self._claim(wait)
        except TimeoutError:
            return
        except CoreError as fault:
            self.pace.troubled(fault, loop.time())
            return
        finally:
            self._claiming = False
            self._changed()
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
        self._changed()
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
            self._changed()

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
        self.hands.begin(tasks)
        return tasks

    async def _not_taken_back(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Give these back; answers those that are still ours all the same, and have to be done."""
        if not tasks or await self.hands.release([task.id for task in tasks]) or self._leaving:
            return ()
        return await still_ours(self._around.tasks, tasks, self.plan.worker_id)

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
