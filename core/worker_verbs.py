"""The verbs that act on workers."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import BadSetting
from core.events import Level, Said
from core.models import LIVE_STATES, TaskType, WorkerState, WorkerStatus, utcnow
from core.rooms import Rooms, can_start, why_not
from core.task_verbs import TaskVerbs
from core.workers.base import BaseWorker
from core.workers.claiming import Strategy, strategy_named
from core.workers.pool import WorkerPlan

MOST_WORKERS = 200
"""Workers of one process, at most: more would only wait for each other."""


class WorkerVerbs(TaskVerbs):
    """What can be done with the workers of this process."""

    async def start_workers(
        self, types: Sequence[str] = (), *, count: int = 1, strategy: str = "FIFO", concurrency: int = 1
    ) -> list[str]:
        """Start workers for these types (none: all that can be started); answers their ids."""
        rooms = self.rooms
        chosen = strategy_named(strategy)
        if not 1 <= count <= MOST_WORKERS - len(self._live()):
            raise BadSetting(f"{count} workers cannot be started: from 1 to {MOST_WORKERS} can work in one process.")
        if not 1 <= concurrency <= 1000:
            raise BadSetting(f"A concurrency of {concurrency} is not possible: it goes from 1 to 1000.")
        names = self._startable(types)
        task_types = [await self.type_for_work(name) for name in names]
        self.warn_of_priorities(chosen)
        return [self._start_one(rooms, task_types, chosen, concurrency) for _ in range(count)]

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

    async def scale(self, count: int) -> int:
        """Have ``count`` workers like those that run: start more, or stop idle ones first."""
        if not 0 <= count <= MOST_WORKERS:
            raise BadSetting(f"{count} workers are not possible: it goes from 0 to {MOST_WORKERS}.")
        live = [each for each in self._live() if each.state is not WorkerState.DRAINING]
        if count > len(live):
            like = live[-1] if live else None
            types, strategy = (like.types, like.strategy) if like else ((), "FIFO")
            more = count - len(live)
            await self.start_workers(types, count=more, strategy=strategy, concurrency=like.concurrency if like else 1)
        elif count < len(live):
            idle_first = sorted(live, key=lambda each: (bool(each.in_hand), -live.index(each)))
            await self.stop_workers([each.id for each in idle_first[: len(live) - count]])
        return count

    def _start_one(self, rooms: Rooms, types: Sequence[TaskType], strategy: Strategy, concurrency: int) -> str:
        worker_id = rooms.start.worker_id(next(rooms.numbers))
        handlers: dict[int, BaseWorker] = {}
        for each in types:
            needs_source = getattr(rooms.factory.registration(each.name).worker_class, "needs_source", False)
            handlers[each.id] = rooms.factory.create(
                each.name,
                worker_id=worker_id,
                config=rooms.config,
                results_db=rooms.database,
                task_type_ids=[each.id],
                strategy=strategy.name,
                concurrency=concurrency,
                **({"source": rooms.source} if needs_source else {}),
            )
        first = next(iter(handlers.values()))
        rooms.pool.start(WorkerPlan.of(first, handlers, tuple(each.name for each in types), strategy))
        return worker_id

    def _startable(self, types: Sequence[str]) -> list[str]:
        """The names asked for, each known and with what it needs; none asked: all such. Raises `BadSetting`."""
        rooms = self.rooms
        known = rooms.factory.registrations()
        if not types:
            names = [each.task_type for each in known if can_start(each, rooms.source)]
            if not names:
                raise why_not(known[0]) if known else BadSetting("There is no worker: name some with PRISMQ_WORKERS.")
            return names
        asked = [rooms.factory.registration(name) for name in dict.fromkeys(types)]
        for each in asked:
            if not can_start(each, rooms.source):
                raise why_not(each)
        return [each.task_type for each in asked]

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
