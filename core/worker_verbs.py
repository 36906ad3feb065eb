"""The verbs that act on workers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.details import Preview, WorkerDetail
from core.diagnosis.outlook import Simulation
from core.errors import BadSetting
from core.events import Level, Said
from core.models import LIVE_STATES, Step, TaskType, WorkerState, WorkerStatus, utcnow
from core.previewing import preview
from core.rooms import Rooms, can_start, hindrances, why_not
from core.simulating import simulate_here
from core.task_verbs import TaskVerbs
from core.workers.base import BaseWorker
from core.workers.claiming import STRATEGIES, Strategy, strategy_named
from core.workers.pool import WorkerPlan

MOST_WORKERS = 200
"""Workers of one process, at most: more would only wait for each other."""
MOST_AT_ONCE = 1000
"""Tasks that one worker may have in hand, at most."""
ENDED = (WorkerState.STOPPED, WorkerState.CRASHED)
"""States of workers of this process that can be started again."""


@dataclass(frozen=True, slots=True)
class Making:
    """How a worker is made. Times are in seconds, None is what its class has; without a ``worker_id`` it gets one."""

    strategy: Strategy
    concurrency: int = 1
    poll_interval: float | None = None
    task_timeout: float | None = None
    paused: bool = False
    worker_id: str = ""


def check_concurrency(concurrency: int) -> None:
    """Raises `BadSetting` for one that is not possible."""
    if not 1 <= concurrency <= MOST_AT_ONCE:
        raise BadSetting(f"A concurrency of {concurrency} is not possible: it goes from 1 to {MOST_AT_ONCE}.")


class WorkerVerbs(TaskVerbs):
    """What can be done with the workers of this process."""

    async def start_workers(
        self,
        types: Sequence[str] = (),
        *,
        count: int = 1,
        strategy: str = "FIFO",
        concurrency: int = 1,
        poll_interval: float | None = None,
        task_timeout: float | None = None,
    ) -> list[str]:
        """Start workers for these types (none: all that can be started); answers their ids.

        ``poll_interval`` and ``task_timeout`` are in seconds; None is what the class of the worker has.
        """
        rooms = self.rooms
        chosen = strategy_named(strategy)
        self._check_room(count)
        check_concurrency(concurrency)
        task_types = [await self.type_for_work(name) for name in self._startable(types)]
        self.warn_of_priorities(chosen)
        made = Making(chosen, concurrency, poll_interval, task_timeout)
        return [self._start_one(rooms, task_types, made) for _ in range(count)]

    async def pause(self, worker_ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim nothing more; tasks in hand finish."""
        chosen = self._ours(worker_ids)
        self.rooms.pool.pause(chosen)
        return chosen

    async def resume(self, worker_ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim again."""
        chosen = self._ours(worker_ids)
        self.rooms.pool.resume(chosen)
        return chosen

    async def stop_workers(self, worker_ids: Sequence[str] = (), *, now: bool = False) -> list[str]:
        """Stop these workers (none: all): tasks in hand finish, or are given back at once with ``now``."""
        chosen = self._ours(worker_ids)
        await self.rooms.pool.stop(chosen, now=now)
        return chosen

    async def set_strategy(self, strategy: str, worker_ids: Sequence[str] = ()) -> list[str]:
        """Claim by this strategy from the next claim on."""
        named = strategy_named(strategy)
        chosen = self._ours(worker_ids)
        self.warn_of_priorities(named)
        self.rooms.pool.set_strategy(named, chosen)
        who = f"{len(chosen)} workers claim" if len(chosen) != 1 else f"{chosen[0]} claims"
        self.rooms.publish(Said(Level.INFO, f"{who} {named.name} from now on.", utcnow()))
        return chosen

    async def set_concurrency(self, concurrency: int, worker_ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) have so many tasks in hand; with fewer, those in hand still finish."""
        check_concurrency(concurrency)
        chosen = self._ours(worker_ids)
        self.rooms.pool.set_concurrency(concurrency, chosen)
        return chosen

    async def step(self, worker_ids: Sequence[str] = ()) -> list[Step]:
        """Let each of these paused workers claim and do one task, and stay paused; none: a fresh one for all types.

        Answers what they claimed as soon as they have. Raises `BadSetting` for one that is not paused.
        """
        chosen = list(worker_ids)
        if not chosen:
            self._check_room(1)
            names = self._startable(())
            made = Making(strategy_named("FIFO"), paused=True)
            chosen = [self._start_one(self.rooms, [await self.type_for_work(name) for name in names], made)]
        claims = (self.rooms.pool.step(each) for each in self._ours(chosen))
        claimed = await asyncio.gather(*claims, return_exceptions=True)
        steps: list[Step] = []
        for worker_id, task in zip(chosen, claimed, strict=True):
            if isinstance(task, BaseException):
                raise task
            steps.append(Step(worker_id) if task is None else Step(worker_id, task.id, task.task_type))
        return steps

    async def restart(self, worker_ids: Sequence[str]) -> list[str]:
        """Start workers that crashed or stopped again, under their ids, as they were. Answers who was started.

        Raises `BadSetting` for one that is at work, or that was not started from here.
        """
        known = {each.id: each for each in self.rooms.pool.statuses()}
        for worker_id in worker_ids:
            status = known.get(worker_id)
            if status is None or status.state not in ENDED or not status.types:
                raise BadSetting(f"{worker_id} cannot be started again: only workers that ended here can.")
        self._check_room(len(worker_ids))
        for worker_id in worker_ids:
            was = known[worker_id]
            types = [await self.type_for_work(name) for name in self._startable(was.types)]
            strategy = strategy_named(was.strategy)
            made = Making(strategy, was.concurrency, was.poll_interval, was.task_timeout, worker_id=worker_id)
            self._start_one(self.rooms, types, made)
        return list(worker_ids)

    async def open_worker(self, worker_id: str) -> WorkerDetail:
        """What is remembered of a worker of this process; empty for any other."""
        return self.rooms.book.of(worker_id)

    async def strategies(self) -> dict[str, str]:
        """The orders in which workers can claim: by name, what each means in a sentence."""
        return {each.name: each.explanation for each in STRATEGIES.values()}

    async def preview(self, strategy: str, types: Sequence[str] = ()) -> Preview:
        """Which tasks of these types (none: all that can be started) are claimed next by this strategy."""
        return await preview(self.rooms, strategy_named(strategy), types or self._startable(()))

    async def simulate(
        self, types: Sequence[str] = (), worker_ids: Sequence[str] = (), *, extra: int = 0
    ) -> Simulation:
        """What the waiting tasks of these types would experience if these workers claimed by each of the strategies."""
        names = list(types) or self._startable(())
        return await simulate_here(self.rooms, names, worker_ids, max(0, min(extra, MOST_WORKERS)))

    async def hindrances(self) -> dict[str, str]:
        """Why no worker can be started for a type though there is a class for it, by the name of the type."""
        return hindrances(self.rooms.factory, self.rooms.source, self.rooms.source_lacks)

    async def scale(self, count: int, *, like: str = "") -> int:
        """Have ``count`` workers like those that run: start more, or stop idle ones first.

        ``like``: a worker that is known; then only those of the same types are counted, started and stopped.
        """
        if not 0 <= count <= MOST_WORKERS:
            raise BadSetting(f"{count} workers are not possible: it goes from 0 to {MOST_WORKERS}.")
        model = self._known(like) if like else None
        live = [each for each in self._live() if each.state is not WorkerState.DRAINING]
        live = [each for each in live if model is None or each.types == model.types]
        if count > len(live):
            model = model or (live[-1] if live else WorkerStatus("", WorkerState.STARTING))
            await self.start_workers(
                model.types,
                count=count - len(live),
                strategy=model.strategy,
                concurrency=model.concurrency,
                poll_interval=model.poll_interval,
                task_timeout=model.task_timeout,
            )
        elif count < len(live):
            idle_first = sorted(live, key=lambda each: (bool(each.in_hand), -live.index(each)))
            await self.stop_workers([each.id for each in idle_first[: len(live) - count]])
        return count

    def _start_one(self, rooms: Rooms, types: Sequence[TaskType], made: Making) -> str:
        worker_id = made.worker_id or rooms.start.worker_id(next(rooms.numbers))
        own = {"poll_interval": made.poll_interval, "task_timeout": made.task_timeout}
        given = {name: value for name, value in own.items() if value is not None}
        handlers: dict[int, BaseWorker] = {}
        for each in types:
            needs_source = getattr(rooms.factory.registration(each.name).worker_class, "needs_source", False)
            handlers[each.id] = rooms.factory.create(
                each.name,
                worker_id=worker_id,
                config=rooms.config,
                results_db=rooms.database,
                task_type_ids=[each.id],
                strategy=made.strategy.name,
                concurrency=made.concurrency,
                **given,
                **({"source": rooms.source} if needs_source else {}),
            )
        first = next(iter(handlers.values()))
        plan = WorkerPlan.of(first, handlers, tuple(each.name for each in types), made.strategy)
        rooms.pool.start(replace(plan, paused=made.paused, **given))  # an old class may not have taken them
        return worker_id

    def _startable(self, types: Sequence[str]) -> list[str]:
        """The names asked for, each known and with what it needs; none asked: all such. Raises `BadSetting`."""
        rooms = self.rooms
        known = rooms.factory.registrations()
        if not types:
            names = [each.task_type for each in known if can_start(each, rooms.source)]
            if not names:
                raise (
                    why_not(known[0], rooms.source_lacks)
                    if known
                    else BadSetting("There is no worker: name some with PRISMQ_WORKERS.")
                )
            return names
        asked = [rooms.factory.registration(name) for name in dict.fromkeys(types)]
        for each in asked:
            if not can_start(each, rooms.source):
                raise why_not(each, rooms.source_lacks)
        return [each.task_type for each in asked]

    def _check_room(self, count: int) -> None:
        """Raises `BadSetting` where so many more workers are too many, or none."""
        if not 1 <= count <= MOST_WORKERS - len(self._live()):
            raise BadSetting(f"{count} workers cannot be started: from 1 to {MOST_WORKERS} can work in one process.")

    def _known(self, worker_id: str) -> WorkerStatus:
        """A worker of this process, at work or ended. Raises `BadSetting`."""
        for each in self.rooms.pool.statuses():
            if each.id == worker_id:
                return each
        raise BadSetting(f"{worker_id} is no worker of this process.")

    def _live(self) -> list[WorkerStatus]:
        return [each for each in self.rooms.pool.statuses() if each.state in LIVE_STATES]

    def _ours(self, worker_ids: Sequence[str]) -> list[str]:
        """These workers, or all live ones. Raises `BadSetting` for one that is not live in this process."""
        live = [each.id for each in self._live()]
        strangers = [each for each in worker_ids if each not in live]
        if strangers:
            raise BadSetting(f"{strangers[0]} is no live worker of this process.")
        return list(worker_ids) or live

    def warn_of_priorities(self, strategy: Strategy) -> None:
        """Say so where a strategy goes by priorities and the TaskManager does not."""
        if strategy.sort_by == "priority" and "priority" not in self.rooms.can:
            text = "This TaskManager ignores priorities: PRIORITY claims the oldest task first."
            self.rooms.publish(Said(Level.WARNING, text, utcnow()))
