"""The rooms of a process that only looks: nothing is claimed, reported, taken over or registered from them."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psutil

from core.config import Config
from core.diagnosing import diagnosed, limit_end
from core.diagnosis import Diagnosis
from core.errors import NotFound, RateLimited, TaskManagerError
from core.events import Event
from core.known_workers import known_workers
from core.models import utcnow
from core.monitor import link_after
from core.outbox import Deliverer
from core.results import Database
from core.results.processes import Start
from core.rooms import Rooms
from core.snapshot import Link, ServerStatus, Snapshot
from core.sources.choose import source_or_why
from core.taskmanager.client import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying
from core.worker_book import WorkerBook
from core.workers.pool import Pool


async def look(config: Config, task_id: int | None, warn: Callable[[str], None]) -> Diagnosis:
    """Why this task is not done, or, without an id, what is stuck. That the TaskManager cannot be reached, or refuses,
    is a cause too. Raises `core.errors.NotFound`. ``warn`` is told which workers could not be loaded."""
    label = config.taskmanager_api_url or str(config.taskmanager_db)
    try:
        async with looking(config, warn) as rooms:
            server = ServerStatus(label, config.embedded, Link.LIVE, utcnow(), can=rooms.can)
            return await diagnosed(rooms, Snapshot(server=server), task_id)
    except NotFound:
        raise
    except RateLimited as fault:
        server = ServerStatus(label, config.embedded, Link.LIVE, utcnow(), trouble=str(fault))
        return await diagnosed(None, Snapshot(server=server, limited_until=limit_end(fault)), task_id)
    except TaskManagerError as fault:
        if (link := link_after(fault)) is Link.LIVE:
            raise
        server = ServerStatus(label, config.embedded, link, trouble=str(fault))
        return await diagnosed(None, Snapshot(server=server), task_id)


@asynccontextmanager
async def looking(config: Config, warn: Callable[[str], None]) -> AsyncGenerator[Rooms]:
    """The rooms, open; no other process learns of this one. Each call is tried once: whoever asks why nothing happens
    is not to wait for a server that is away."""
    factory, faults = known_workers(config)
    for sentence in faults:
        warn(sentence)
    async with AsyncTaskManagerClient(config) as client:
        client.retrying = Retrying(tries=1)
        server = await client.identity()
        client.keep_to(server)
        can = (await client.capabilities()).names
        with TemporaryDirectory() as folder, closing(results_of(config, folder)) as database:
            database.bind(server)
            start = own_start(config.worker_prefix)
            deliverer = Deliverer(client, database, server=server, process_id=start.id, publish=unheard)
            source, source_lacks = source_or_why(config)
            pool = Pool(client, deliverer, unheard, claim_timeout=client.claim_timeout)
            rooms = Rooms(
                config=config,
                factory=factory,
                source=source,
                source_lacks=source_lacks,
                client=client,
                database=database,
                server=server,
                can=can,
                start=start,
                pool=pool,
                deliverer=deliverer,
                monitor=None,
                publish=unheard,
                book=WorkerBook(),
            )
            try:
                yield rooms
            finally:
                await pool.close(now=True)


def results_of(config: Config, folder: str) -> Database:
    """The results database; where there is none yet, an empty one in that folder: to look creates no file of ours."""
    return Database(config=config) if config.database.exists() else Database(Path(folder) / "ideas.s3db")


def own_start(prefix: str) -> Start:
    """A row for this process that is not written anywhere."""
    pid = os.getpid()
    return Start(uuid4().hex, prefix, socket.gethostname(), pid, psutil.Process().create_time(), utcnow())


def unheard(event: Event) -> None:
    """Nobody listens."""
