"""The composition root: opens the rooms, hands them to each other, and carries out the verbs.

    async with Engine.open(config) as engine:
        await engine.start_workers(count=3)

Everything here runs on the event loop that opened it; `core.host` gives it one in a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core.background import Background
from core.claim_verbs import ClaimVerbs
from core.config import Config
from core.diagnosing import diagnosed
from core.diagnosis import Diagnosis
from core.endings import drained, raise_crashed
from core.errors import CoreError, DatabaseUnusable, TaskManagerError, Unreachable
from core.events import Level, Said, ServerSeen
from core.known_workers import known_workers
from core.models import utcnow
from core.monitor import link_after
from core.outbox import Deliverer
from core.presence import Presence
from core.recovery import prune, recover
from core.result_verbs import ResultVerbs
from core.results import Database
from core.results.processes import Processes
from core.rooms import Rooms
from core.snapshot import Holdup, Link, ServerStatus, Snapshot
from core.source_watching import SourceWatch
from core.sources.choose import source_or_why
from core.sources.port import Source
from core.store import Store
from core.taskmanager.client import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying
from core.tellers import LimitTeller, RetryTeller, log_line
from core.watching import Watch
from core.worker_verbs import WorkerVerbs
from core.workers.base import BaseWorker
from core.workers.claiming import strategy_named
from core.workers.factory import WorkerFactory
from core.workers.pool import Pool, WorkerPlan
from core.workers.watchdog import warning

PATIENCE = Retrying(seconds=6.0, longest_wait=0.5)
"""How long one call is tried: workers, outbox and monitor have waits of their own after that."""
CLOSING_SECONDS = 5.0
"""How long a closing engine tries to deliver reports."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between two tries to reach a TaskManager that was away at the start."""


class Engine(WorkerVerbs, ClaimVerbs, ResultVerbs):
    """The engine, open. See `open`."""

    def __init__(
        self,
        config: Config,
        database: Database,
        client: AsyncTaskManagerClient,
        factory: WorkerFactory,
        source: Source | None,
        watching: AsyncTaskManagerClient | None,
        source_lacks: str = "",
    ) -> None:
        """Use `open`. ``watching`` is the client that only looks, whose long polls and failures disturb no work."""
        self.config = config
        self.store = Store(tell=log_line)
        self._database, self._client, self._factory, self._source = database, client, factory, source
        self._watching = watching
        self._source_lacks = source_lacks
        client.retrying = PATIENCE
        if watching is not None:
            watching.retrying = Retrying(tries=1)
        self._rooms: Rooms | None = None
        self._connected = asyncio.Event()
        self._presence: Presence | None = None
        self.on_held: Callable[[Holdup | None], None] = lambda holdup: None
        """Told what holds this event loop, from another thread, while it does; and with None when it is over."""
        self._background = Background(self.store.publish)
        self._source_watch = SourceWatch(source, self.store.publish)
        if source_lacks:
            self._source_watch.text = f"{config.source}, which lacks something"
        self._server = ServerStatus(label=self.label, embedded=config.embedded, source=self._source_watch.text)
        self._trouble = f"{self.label} has not answered yet."
        client.on_retry = RetryTeller(self.store.publish).tell
        client.on_limit = LimitTeller(self.store.publish).tell

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        config: Config | None = None,
        *,
        results: Database | None = None,
        factory: WorkerFactory | None = None,
        source: Source | None = None,
        monitor: bool = True,
        patient: bool = False,
    ) -> AsyncGenerator[Engine]:
        """Open everything; at the end workers finish what they have in hand and reports are delivered.

        ``factory``: None loads all workers that there are. ``monitor`` watches the queue for a screen. ``patient``
        opens also while the TaskManager is away, and goes on trying; else that raises `Unreachable`.
        """
        config = config or Config()
        config.mask_keys()
        faults: list[str] = []
        if factory is None:
            factory, faults = known_workers(config)
        async with AsyncExitStack() as stack:
            database = results or Database(config=config)
            if results is None:
                stack.callback(database.close)
            client = await stack.enter_async_context(AsyncTaskManagerClient(config))
            watching = await stack.enter_async_context(AsyncTaskManagerClient(config)) if monitor else None
            chosen, lacks = (source, "") if source is not None else source_or_why(config)
            if source is None and chosen is not None:
                stack.callback(chosen.close)
            engine = cls(config, database, client, factory, chosen, watching, lacks)
            for text in (*config.warnings, *faults, *([lacks] if lacks else [])):
                engine.store.publish(Said(Level.WARNING, text, utcnow()))
            stack.push_async_callback(engine._leave)
            if patient:
                engine.in_background(engine._connect_patiently())
            else:
                await engine._connect()
            yield engine

    @property
    def label(self) -> str:
        """The TaskManager as a person knows it: its URL, or the file of the embedded one."""
        return self.config.taskmanager_api_url or str(self.config.taskmanager_db)

    @property
    def rooms(self) -> Rooms:
        """The open rooms. Raises `Unreachable` while there is no TaskManager yet."""
        if self._rooms is None:
            raise Unreachable(self._trouble)
        return self._rooms

    @property
    def presence(self) -> Presence:
        """What sends heartbeats. Raises `Unreachable` while there is no TaskManager yet."""
        if self._presence is None:
            raise Unreachable(self._trouble)
        return self._presence

    @property
    def database(self) -> Database:
        """The results database."""
        return self._database

    async def snapshots(self) -> AsyncGenerator[Snapshot]:
        """The newest snapshot, whenever it is another. Ends with an error when the background work does."""
        async for snapshot in self.store.watch():
            self._background.raise_fault()
            yield snapshot

    async def first_workers(self, count: int, strategy: str) -> None:
        """Start workers as soon as there is a TaskManager; what keeps them from starting is said."""
        await self._connected.wait()
        try:
            await self.start_workers(count=count, strategy=strategy)
        except CoreError as error:
            self.store.publish(Said(Level.ERROR, f"No worker was started: {error}", utcnow()))

    async def run_worker(self, worker: BaseWorker) -> None:
        """Run an author's own worker until it is stopped or its iterations are used up."""
        rooms = self.rooms
        strategy = strategy_named(worker.strategy)
        self.warn_of_priorities(strategy)
        plan = WorkerPlan.of(worker, strategy=strategy)
        rooms.start = Processes(rooms.database, rooms.server).add_worker(rooms.start, worker.worker_id)
        rooms.pool.start(plan)
        await self.over()

    async def drained(self) -> int:
        """Wait until no task of our workers' types is pending, none is in hand and no report waits.

        Answers how many tasks others hold; they are not waited for. Raises `CoreError` when no worker is left to do
        them, what broke the background work, and `Unreachable` when the TaskManager is away for long.
        """
        return await drained(self.rooms, self._background.raise_fault)

    async def over(self) -> None:
        """Wait until every worker has ended. Raises `CoreError` when one crashed, or what broke the background."""
        pool = self.rooms.pool
        ends = asyncio.gather(*(pool.finished(each.id) for each in pool.statuses()))
        await self._background.unless_broken(ends)
        raise_crashed(pool.statuses())

    async def why(self, task_id: int | None = None) -> Diagnosis:
        """Why this task is not done; without an id, why nothing happens. Raises `core.errors.NotFound`."""
        rooms, snapshot = self._rooms, self.store.snapshot
        if rooms is not None and self._watching is not None and snapshot.server.link is not Link.LIVE:
            rooms = replace(rooms, client=self._watching)  # which tries once: nobody waits for one that is away
        return await diagnosed(rooms, snapshot, task_id)

    async def shut(self, *, now: bool = False) -> int:
        """Stop the workers and deliver; answers how many reports still wait."""
        if self._rooms is None:
            return 0
        if now:
            self._rooms.deliverer.leave_at_once()
        await self._rooms.pool.close(now=now)
        return await self._rooms.deliverer.drain(CLOSING_SECONDS)

    async def _connect_patiently(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._connect()
                return
            except TaskManagerError as error:
                self._trouble = str(error)
                link = link_after(error)
                retry_at = utcnow() + timedelta(seconds=pause)
                self.store.publish(ServerSeen(self._server_now(link, str(error), retry_at)))
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _connect(self) -> None:
        """Learn who the TaskManager is, open the rooms for it, and look after what earlier starts left behind."""
        server = await self._client.identity()
        for client in filter(None, (self._client, self._watching)):
            client.keep_to(server)
        can = (await self._client.capabilities()).names
        timeout = self._client.claim_timeout
        self._server = replace(self._server_now(Link.LIVE, ""), can=can, heard_at=utcnow(), claim_timeout=timeout)
        self._rooms = rooms = self._open_rooms(server, can)
        watch = None
        if self._watching is not None:
            watch = Watch(self._watching, rooms, self.store, self._source_watch, self._server)
            rooms.monitor = watch.monitor
        self.store.publish(ServerSeen(self._server))
        prune(rooms)
        await recover(rooms)
        rooms.deliverer.load()
        self._background.begin(rooms.deliverer.run())
        self._presence = Presence(rooms)
        self._background.begin(self._presence.run())
        if watch is not None:
            watch.begin(self._background)
        self._connected.set()

    def _open_rooms(self, server: str, can: frozenset[str]) -> Rooms:
        client, database, publish = self._client, self._database, self.store.publish
        database.bind(server)
        start = Processes(database, server).enter(self.config.worker_prefix)
        deliverer = Deliverer(client, database, server=server, process_id=start.id, publish=publish)
        pool = Pool(client, deliverer, publish, claim_timeout=client.claim_timeout, on_held=self._tell_holdup)
        deliverer.hold = pool.hold
        return Rooms(
            config=self.config,
            factory=self._factory,
            source=self._source,
            source_lacks=self._source_lacks,
            client=client,
            database=database,
            server=server,
            can=can,
            start=start,
            pool=pool,
            deliverer=deliverer,
            monitor=None,
            publish=publish,
            book=self.store.book,
        )

    def _server_now(self, link: Link, trouble: str, retry_at: datetime | None = None) -> ServerStatus:
        return replace(self._server, link=link, trouble=trouble, retry_at=retry_at)

    def _tell_holdup(self, holdup: Holdup | None) -> None:
        """From the watchdog's thread: the store is for the loop, which is held."""
        if holdup is not None:
            log_line(Level.WARNING, warning(holdup))
        self.on_held(holdup)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done until it is over or the engine closes; its failure ends the watching."""
        self._background.begin(work)

    async def _leave(self) -> None:
        """Stop what still runs, and take this start off the list of those that may need help."""
        try:
            await self.shut()
            if self._presence is not None:
                await self._presence.leave()
        finally:
            await self._background.end()
        if self._rooms is not None:
            with suppress(DatabaseUnusable):  # the next start on this host does it
                Processes(self._database, self._rooms.server).leave(self._rooms.start)


@asynccontextmanager
async def open_for_board(config: Config, count: int, strategy: str) -> AsyncGenerator[Engine]:
    """An engine for a screen: it opens also while the TaskManager is away, and starts ``count`` workers once it can."""
    async with Engine.open(config, patient=True) as engine:
        if count:
            engine.in_background(engine.first_workers(count, strategy))
        yield engine
