"""What one event loop asks of a database: writes grouped by a few turns of the loop, and waits for changes."""

import asyncio
import random
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from core.server.problem import DatabaseBusy, DatabaseProblem
from core.server.refusal import Refused
from core.server.writer import Writer

PATIENCE = 10.0
"""Seconds that a write waits for a lock which another process holds."""

GATHERING = 2
"""Turns of the loop for which a commit waits for what else is asked: who reports tasks claims the next ones two turns
later, and one commit for both costs half."""

FOREIGN_COMMITS_EVERY = 0.2
"""Seconds between two looks for commits of other processes, only while somebody waits."""

Operation = Callable[[Writer], Any]


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was carried out (or refused) in a commit."""

    value: Any = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    operation: Operation
    future: asyncio.Future[Any]
    until: float


class Listener:
    """Hears of commits; `types` narrows it to those that made tasks of these types claimable."""

    __slots__ = ("_event", "types")

    def __init__(self, types: frozenset[int] | None) -> None:
        self.types = types
        self._event = asyncio.Event()

    def clear(self) -> None:
        """Forget what was heard. Look at the database after this, then `wait`."""
        self._event.clear()

    def hear(self, types: frozenset[int] | None) -> None:
        """A commit made tasks of `types` claimable (None: nobody knows which)."""
        if self.types is None or types is None or self.types & types:
            self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return at the first commit heard since `clear`, or after `seconds`."""
        if self._event.is_set():
            return
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return


class LoopSide:
    """The writes and waits of one event loop. Every method but `ring` is called on that loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        commit: Callable[[Sequence[Operation]], list[Done] | None],
        look_for_foreign_commits: Callable[[], None],
        executor: Executor | None,
    ) -> None:
        self.loop = loop
        self._commit = commit
        self._look = look_for_foreign_commits
        self._executor = executor
        self._chance = random.Random()
        self._asked: list[_Asked] = []
        self._scheduled = False
        self._misses = 0
        self._listeners: set[Listener] = set()
        self._looking = False

    def ask(self, operation: Operation) -> asyncio.Future[Any]:
        """Have an operation carried out in the next commit; the future is resolved after COMMIT."""
        future: asyncio.Future[Any] = self.loop.create_future()
        self._asked.append(_Asked(operation, future, self.loop.time() + PATIENCE))
        if not self._scheduled:
            self._scheduled = True
            self.loop.call_soon(self._gather, GATHERING)
        return future

    @contextmanager
    def listening(self, types: frozenset[int] | None) -> Generator[Listener]:
        """A listener for as long as the block runs."""
        listener = Listener(types)
        self._listeners.add(listener)
        if not self._looking:
            self._looking = True
            self.loop.call_later(FOREIGN_COMMITS_EVERY, self._look_again)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def ring(self, types: frozenset[int] | None) -> None:
        """Tell this loop's listeners of a commit. May be called from any thread."""
        if self._listeners:
            # A loop that another thread is just closing has nobody left to tell.
            with suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._tell, types)

    def _tell(self, types: frozenset[int] | None) -> None:
        for listener in self._listeners:
            listener.hear(types)

    def _look_again(self) -> None:
        self._looking = bool(self._listeners)
        if self._looking:
            self.loop.call_later(FOREIGN_COMMITS_EVERY, self._look_again)
            self._look()

    def _gather(self, turns: int) -> None:
        if turns:
            self.loop.call_soon(self._gather, turns - 1)
        else:
            self._flush()

    def _flush(self) -> None:
        batch = [asked for asked in self._asked if not asked.future.done()]
        self._asked = []
        if not batch:
            self._scheduled = False
        elif self._executor is None:
            self._settle_after(batch, lambda: self._commit([asked.operation for asked in batch]))
        else:
            self._flush_on_thread(batch, self._executor)

    def _flush_on_thread(self, batch: list[_Asked], executor: Executor) -> None:
        try:
            work = self.loop.run_in_executor(executor, self._commit, [asked.operation for asked in batch])
        except RuntimeError:
            # The executor takes nothing more: the database has been closed meanwhile.
            self._scheduled = False
            self._fail(batch, DatabaseProblem("The TaskManager's database has been closed."))
            return
        work.add_done_callback(lambda finished: self._settle_after(batch, finished.result))

    def _settle_after(self, batch: list[_Asked], outcome: Callable[[], list[Done] | None]) -> None:
        settled = False
        self._scheduled = False
        try:
            done = outcome()
            self._settle(batch, done)
            settled = True
        except DatabaseProblem as problem:
            self._fail(batch, problem)
            settled = True
        finally:
            if not settled:
                # What went wrong goes on to the loop's exception handler; nobody may wait for ever.
                self._fail(batch, DatabaseProblem("The TaskManager failed at this write; nothing was stored."))
            if self._asked and not self._scheduled:
                self._scheduled = True
                self.loop.call_soon(self._flush)

    def _settle(self, batch: list[_Asked], outcomes: list[Done] | None) -> None:
        if outcomes is None:
            self._try_again(batch)
            return
        self._misses = 0
        for asked, done in zip(batch, outcomes, strict=True):
            if asked.future.done():
                continue
            if done.refusal is None:
                asked.future.set_result(done.value)
            else:
                asked.future.set_exception(done.refusal)

    def _try_again(self, batch: list[_Asked]) -> None:
        now = self.loop.time()
        late = [asked for asked in batch if asked.until <= now]
        self._fail(late, DatabaseBusy())
        self._asked = [asked for asked in batch if asked.until > now] + self._asked
        self._misses += 1
        if self._asked:
            self._scheduled = True
            ceiling = min(0.2, 0.005 * 2 ** min(self._misses, 10))
            self.loop.call_later(self._chance.uniform(ceiling / 4, ceiling), self._flush)

    def _fail(self, batch: list[_Asked], problem: DatabaseProblem) -> None:
        for asked in batch:
            if not asked.future.done():
                asked.future.set_exception(problem)
