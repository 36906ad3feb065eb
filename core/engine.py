"""The composition root: opens the rooms, hands them to each other, and carries out the verbs.

    async with Engine.open(config) as engine:
        await engine.start_workers(count=3)

Everything here runs on the event loop that opened it; `core.host` gives it one in a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core.config import Config
from core.errors import CoreError, TaskManagerError, Unreachable
from core.events import Level, Said, ServerSeen
from core.known_workers import known_workers
from core.models import TaskStatus, utcnow
from core.monitor import Monitor, link_after
from core.outbox import Deliverer
from core.presence import Presence
from core.recovery import recover
from core.results import Database
from core.results.processes import Processes
from core.rooms import Rooms, local_types
from core.snapshot import Link, ServerStatus, Snapshot
from core.sources.choose import choose_source
from core.sources.port import Source
from core.store import Store
from core.taskmanager.client import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying
from core.worker_verbs import WorkerVerbs
from core.workers.factory import WorkerFactory
from core.workers.pool import Pool

PATIENCE = Retrying(seconds=6.0, longest_wait=0.5)
"""How long one call is tried: workers, outbox and monitor have waits of their own after that."""
CLOSING_SECONDS = 5.0
"""How long a closing engine tries to deliver reports."""
DRAIN_POLL = 0.1
"""Seconds between two looks at whether the queue is empty."""
EMPTY_ROUNDS = 2
"""Passes without a task after which a queue that cannot be counted is taken to be empty."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between two tries to reach a TaskManager that was away at the start."""


class Engine(WorkerVerbs):
    """The engine, open. See `open`."""

    def __init__(
        self,
        config: Config,
        database: Database,
        client: AsyncTaskManagerClient,
        factory: WorkerFactory,
        source: Source | None,
        watching: AsyncTaskManagerClient | None,
    ) -> None:
        """Use `open`. ``watching`` is the client that only looks, whose long polls and failures disturb no work."""
        self.config = config
        self.store = Store()
        self._database, self._client, self._factory, self._source = database, client, factory, source
        self._watching = watching
        client.retrying = PATIENCE
        if watching is not None:
            watching.retrying = Retrying(tries=1)
        self._rooms: Rooms | None = None
        self._connected = asyncio.Event()
        self._presence: Presence | None = None
        self._background: list[asyncio.Task[None]] = []
        self._server = ServerStatus(
            label=self.label, embedded=config.embedded, source=source.name if source is not None else ""
        )
        self._trouble = f"{self.label} has not answered yet."
        client.on_retry = self._tell_retry

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
        faults: list[str] = []
        if factory is None:
            factory, faults = known_workers(config)
        async with AsyncExitStack() as stack:
            database = results or Database(config=config)
            if results is None:
                stack.callback(database.close)
            client = await stack.enter_async_context(AsyncTaskManagerClient(config))
            watching = await stack.enter_async_context(AsyncTaskManagerClient(config)) if monitor else None
            chosen = source or choose_source(config)
            engine = cls(config, database, client, factory, chosen, watching)
            for text in (*config.warnings, *faults):
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

    async def snapshots(self) -> AsyncGenerator[Snapshot]:
        """The newest snapshot, whenever it is another. Ends with an error when the background work does."""
        async for snapshot in self.store.watch():
            for each in self._background:
                if each.done() and not each.cancelled():
                    each.result()
            yield snapshot

    async def first_workers(self, count: int, strategy: str) -> None:
        """Start workers as soon as there is a TaskManager; what keeps them from starting is said."""
        await self._connected.wait()
        try:
            await self.start_workers(count=count, strategy=strategy)
        except CoreError as error:
            self.store.publish(Said(Level.ERROR, f"No worker was started: {error}", utcnow()))

    async def drained(self) -> int:
        """Wait until no task of our workers' types is pending, none is in hand and no report waits.

        Answers how many tasks others hold; they are not waited for.
        """
        while True:
            others = await self._left_to_others()
            if others is not None:
                return others
            await asyncio.sleep(DRAIN_POLL)

    async def shut(self, *, now: bool = False) -> int:
        """Stop the workers and deliver; answers how many reports still wait."""
        if self._rooms is None:
            return 0
        await self._rooms.pool.close(now=now)
        return await self._rooms.deliverer.drain(CLOSING_SECONDS)

    async def _left_to_others(self) -> int | None:
        """Tasks of our types that others hold; None while there is something to do for us."""
        rooms = self.rooms
        statuses = rooms.pool.statuses()
        if rooms.pool.in_hand() or rooms.deliverer.waiting:
            return None
        types = {name for each in statuses for name in each.types}
        if "stats" in rooms.can:
            # Counted before the claims are listed: with nothing pending, no claim of ours can come in between.
            if any(each.pending for each in await rooms.client.stats() if each.name in types):
                return None
        elif any(rooms.pool.empty_rounds(each.id) < EMPTY_ROUNDS for each in statuses):
            return None
        claimed = (await rooms.client.list_tasks(status=TaskStatus.CLAIMED, limit=1000)).tasks
        ours = {each.id for each in statuses}
        if any(task.claimed_by in ours for task in claimed):
            return None
        return sum(task.task_type in types for task in claimed)

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
        can = (await self._client.capabilities()).names
        database, publish = self._database, self.store.publish
        database.bind(server)
        start = Processes(database, server).enter(self.config.worker_prefix)
        deliverer = Deliverer(self._client, database, server=server, process_id=start.id, publish=publish)
        pool = Pool(self._client, deliverer, publish, claim_timeout=self._client.claim_timeout)
        self._server = replace(self._server_now(Link.LIVE, ""), can=can, heard_at=utcnow())
        monitor = self._monitor(self._watching) if self._watching is not None else None
        self._rooms = Rooms(
            config=self.config,
            factory=self._factory,
            source=self._source,
            client=self._client,
            database=database,
            server=server,
            can=can,
            start=start,
            pool=pool,
            deliverer=deliverer,
            monitor=monitor,
            publish=publish,
        )
        publish(ServerSeen(self._server))
        await recover(self._rooms)
        self.in_background(deliverer.run())
        self._presence = Presence(self._rooms)
        self.in_background(self._presence.run())
        if monitor is not None:
            self.in_background(monitor.run())
        self._connected.set()

    def _monitor(self, watching: AsyncTaskManagerClient) -> Monitor:
        return Monitor(
            watching,
            self._database,
            self.store.publish,
            server=self._server,
            local_types=lambda: local_types(self._factory),
        )

    def _server_now(self, link: Link, trouble: str, retry_at: datetime | None = None) -> ServerStatus:
        return replace(self._server, link=link, trouble=trouble, retry_at=retry_at)

    def _tell_retry(self, sentence: str) -> None:
        self.store.publish(Said(Level.WARNING, sentence, utcnow()))

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done until it is over or the engine closes; its failure ends the watching."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._tell_end)
        self._background.append(task)

    def _tell_end(self, task: asyncio.Task[None]) -> None:
        """Ring, so that those who watch notice a failure."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.store.publish(Said(Level.ERROR, f"Stopped: {fault}", utcnow()))

    async def _leave(self) -> None:
        """Stop what still runs, and take this start off the list of those that may need help."""
        await self.shut()
        for each in self._background:
            each.cancel()
        if self._presence is not None:
            await self._presence.leave()
        ended = await asyncio.gather(*self._background, return_exceptions=True)
        if self._rooms is not None:
            Processes(self._database, self._rooms.server).leave(self._rooms.start)
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault


@asynccontextmanager
async def open_for_board(config: Config, count: int, strategy: str) -> AsyncGenerator[Engine]:
    """An engine for a screen: it opens also while the TaskManager is away, and starts ``count`` workers once it can."""
    async with Engine.open(config, patient=True) as engine:
        if count:
            engine.in_background(engine.first_workers(count, strategy))
        yield engine
