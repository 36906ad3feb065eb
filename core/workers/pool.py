"""Many workers: start, pause, resume, another strategy, stop; and what they look like meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from core.details import AttemptLog
from core.errors import BadSetting
from core.events import Level, Said
from core.models import Task, WorkerStatus, utcnow
from core.snapshot import Holdup
from core.workers.abandoned import LIMIT, Abandoned
from core.workers.claiming import Strategy
from core.workers.collector import Collector
from core.workers.deadlines import Deadlines
from core.workers.driving import GRACE
from core.workers.gate import Gate
from core.workers.hand import Hand
from core.workers.log_capture import LogCapture
from core.workers.plan import WorkerPlan
from core.workers.ports import Publish, Settlement, Tasks
from core.workers.post import Post
from core.workers.process_host import ProcessHosts
from core.workers.progress import ProgressTeller
from core.workers.roster import Roster
from core.workers.runner import Runner
from core.workers.status_telling import StatusTeller
from core.workers.surroundings import Surroundings
from core.workers.threads import Threads
from core.workers.watchdog import Watchdog

__all__ = ["Pool", "WorkerPlan"]


class Pool:
    """The workers of this process, on one event loop. All methods are for that loop.

    ``claim_timeout`` (seconds) is when the TaskManager gives a claimed task to somebody else, unless it hears of it.
    Chance comes from ``rng``. ``on_held`` is as in `Watchdog`. ``gone`` are workers as they ended, oldest first, which
    are no longer among `statuses`; whoever has told of one takes it out. Async code that is told to stop has ``grace``
    seconds for that. From ``abandon_limit`` runs on that went on after their end, workers that have some claim nothing
    more.
    """

    def __init__(
        self,
        tasks: Tasks,
        settlement: Settlement,
        publish: Publish,
        *,
        claim_timeout: float = 300,
        rng: random.Random | None = None,
        on_held: Callable[[Holdup | None], None] = lambda holdup: None,
        grace: float = GRACE,
        abandon_limit: int = LIMIT,
    ) -> None:
        self._roster = Roster()
        self.gone = self._roster.gone
        self._watchdog = Watchdog(publish, on_held)
        self._abandoned = Abandoned(self._on_abandoned, abandon_limit)
        self._threads = Threads()
        self._processes = ProcessHosts(self._threads)
        self._progress = ProgressTeller(tasks, publish, self._lose)
        settle = Collector(settlement).settle
        runner = Runner(settle, publish, self._threads, self._processes, self._abandoned, grace)
        self._gate = Gate(publish, self._on_gate)
        self._teller = StatusTeller(publish)
        self._around = Surroundings(
            tasks,
            runner,
            self._progress,
            publish,
            rng or random.Random(),
            self._teller.changed,
            self._abandoned,
            settlement.keep_log,
            self._gate,
            claim_timeout,
            grace,
        )
        self._capture = LogCapture()
        self._publish = publish
        hands = self._roster.hands
        self._deadlines = Deadlines(tasks, hands, self._lose, self._on_claim_time, publish, seconds=claim_timeout)
        self._loops: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None

    def start(self, plan: WorkerPlan) -> None:
        """Set a worker to work. Raises `BadSetting` when one of that id is at work, or it has nothing to work with."""
        if not plan.handlers:
            raise BadSetting(f"The worker {plan.worker_id} has no task type to work on.")
        self._roster.make_room(plan.worker_id)
        self._capture.start()
        post = Post(plan, self._around)
        self._roster.add(post)
        loop = asyncio.create_task(post.live(), name=f"worker {plan.worker_id}")
        self._loops[plan.worker_id] = loop
        loop.add_done_callback(partial(self._on_end, post))
        if self._watch is None:
            self._begin_watch()
            self._watchdog.start()
        self._teller.changed(post)
        self._teller.hurry()

    def pause(self, ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim nothing more. Answers who was changed."""
        return [self._told(post, paused=True) for post in self._roster.live(ids) if not post.paused]

    def resume(self, ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim again, at once. Answers who was changed."""
        resumed = [post for post in self._roster.live(ids) if post.paused]
        for post in resumed:
            post.wake()
        return [self._told(post, paused=False) for post in resumed]

    def hold(self, cause: str, why: str) -> None:
        """Let no worker claim, with ``why`` in a few words; with an empty text that cause is over. Others may remain.

        Tasks in hand go on; what a claim under way brings is given back.
        """
        self._gate.hold(cause, why)

    def set_strategy(self, strategy: Strategy, ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim by this strategy from the next claim on. Answers who was changed."""
        return [self._told(post, strategy=strategy) for post in self._roster.live(ids) if post.strategy != strategy]

    def set_concurrency(self, concurrency: int, ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) have so many tasks in hand, from the next claim on; those in hand go on.
        Answers who was changed."""
        changed = [post for post in self._roster.live(ids) if post.concurrency != concurrency]
        return [self._told(post, concurrency=concurrency) for post in changed]

    async def step(self, worker_id: str) -> Task | None:
        """Let a paused worker do one task, and stay paused; see `Post.step`. Raises `BadSetting`."""
        post = self._roster.posts.get(worker_id)
        if post is None or post.ended is not None:
            raise BadSetting(f"{worker_id} is no live worker of this process.")
        return await post.step()

    async def stop(self, ids: Sequence[str] = (), now: bool = False) -> list[str]:
        """Let these workers (none: all) end when the tasks in hand are done; see `finished`. Answers who was told.

        With ``now``: give the tasks in hand back, and return when that is done.
        """
        posts = self._roster.live(ids)
        if now:
            await asyncio.gather(*(post.give_back() for post in posts))
        return [self._told(post, stopping=True) for post in posts]

    def wake(self) -> None:
        """There may be something to claim: let nobody wait for the next poll."""
        for post in self._roster.live():
            post.wake()

    def heard(self, worker_id: str, asked_at: datetime, held: Sequence[int], lost: Sequence[int]) -> None:
        """The TaskManager was told at ``asked_at`` that a worker holds these tasks, and answered which of them are not
        its own any more: those are stopped, and the claims of the others last anew."""
        post = self._roster.posts.get(worker_id)
        for hand in () if post is None else tuple(post.hands):
            if hand.since > asked_at or hand.task.id not in held:
                continue  # claimed since then, perhaps again: the answer is not about this claim
            if hand.task.id in lost:
                self._lose(hand)
            elif hand.claim is not None:
                hand.claim.renew(asked_at)
                self._on_claim_time(hand)

    async def say_again(self, task_id: int) -> None:
        """Tell the TaskManager anew how far a task in hand is, which lets its claim last anew where progress does.
        Raises `ClaimLost`, and what the TaskManager says."""
        for hand in [hand for hand in self._roster.hands() if hand.task.id == task_id]:
            await self._progress.send(hand)
            self._on_claim_time(hand)

    def statuses(self) -> list[WorkerStatus]:
        """How all workers are, those that ended last included, in the order of their start."""
        return self._roster.statuses()

    def totals(self) -> tuple[int, int]:
        """How many tasks all workers that there ever were have done, and how many failed."""
        return self._roster.totals()

    async def finished(self, worker_id: str) -> None:
        """Wait until a worker has ended (stopped, out of passes, or crashed); at once when there is none."""
        loop = self._loops.get(worker_id)
        if loop is not None:
            await asyncio.wait([loop])

    def empty_rounds(self, worker_id: str) -> int:
        """Passes in a row, up to now, that found nothing to claim; 0 for a worker that has something in hand."""
        post = self._roster.posts.get(worker_id)
        return 0 if post is None or post.hands else post.pace.misses

    def in_hand(self) -> int:
        """How many tasks all workers have in hand."""
        return len(self._roster.hands())

    def abandoned(self) -> int:
        """How many runs of workers' code go on though their tasks have ended."""
        return self._abandoned.total

    def logs(self, task_id: int) -> list[AttemptLog]:
        """What the attempts at a task that are under way here have logged up to now, newest first."""
        hands = [hand for hand in self._roster.hands() if hand.task.id == task_id]
        logs = [log for hand in hands if (log := hand.logged()) is not None]
        return sorted(logs, key=lambda log: log.started_at, reverse=True)

    async def close(self, now: bool = False) -> None:
        """Stop all workers, wait until they have ended, and let threads and processes go."""
        await self.stop((), now)
        loops = [loop for loop in self._loops.values() if not loop.done()]
        if loops:
            await asyncio.wait(loops)
        if self._watch is not None:
            self._watch.cancel()
        self._watchdog.close()
        await self._progress.close()
        self._processes.close()
        self._threads.close()
        self._capture.stop()
        self._teller.tell()

    def _begin_watch(self) -> None:
        self._watch = asyncio.create_task(self._deadlines.run())
        self._watch.add_done_callback(self._on_end_of_watch)

    def _on_end_of_watch(self, watch: asyncio.Task[None]) -> None:
        """A fault of ours must not leave the claims unwatched, nor be unheard."""
        if not watch.cancelled() and (fault := watch.exception()) is not None:
            text = f"The watch over the time of claims broke off, and begins anew: {type(fault).__name__}: {fault}"
            self._publish(Said(Level.ERROR, text, utcnow()))
            self._begin_watch()

    def _told(self, post: Post, **what: object) -> str:
        post.tell(**what)  # pyright: ignore[reportArgumentType]
        self._teller.hurry()
        return post.plan.worker_id

    def _on_gate(self) -> None:
        for post in self._roster.live():
            post.tell()
            if not self._gate.why:
                post.wake()

    def _lose(self, hand: Hand) -> None:
        if (post := self._roster.posts.get(hand.worker_id)) is not None:
            post.hands.lose(hand)

    def _on_claim_time(self, hand: Hand) -> None:
        if (post := self._roster.posts.get(hand.worker_id)) is not None:
            self._teller.changed(post)

    def _on_abandoned(self, worker_id: str, many: int) -> None:
        for post in self._roster.posts.values():
            if post.plan.worker_id == worker_id or post.ended is None:
                post.look_again()
        if many > 0 and self._abandoned.total == self._abandoned.limit:
            text = (
                f"{self._abandoned.limit} runs of workers' code go on though they were told to stop, the last of "
                f"{worker_id}: the workers that have one claim nothing more until one ends."
            )
            self._publish(Said(Level.WARNING, text, utcnow()))

    def _on_end(self, post: Post, loop: asyncio.Task[None]) -> None:
        fault = None if loop.cancelled() else loop.exception()
        if fault is not None:
            text = f"The worker {post.plan.worker_id} crashed: {type(fault).__name__}: {fault}"
            self._publish(Said(Level.ERROR, text, utcnow()))
        post.end(fault)
        for handler in post.plan.handlers.values():
            self._processes.dismiss(handler)
        self._teller.tell()
        self._roster.end(post)
        if self._loops.get(post.plan.worker_id) is loop:
            del self._loops[post.plan.worker_id]
