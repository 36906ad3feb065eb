"""What benchmarks run in a process of its own: ``python -m tests.benchmarks.children VERB FOLDER [URL] ...``.

Each says in a line on stdout how far it is, and waits for a line on stdin before it goes on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import psutil

from core.engine import Engine
from core.loops import run_to_end
from core.server.app import create_app
from core.server.database import Database
from tests.benchmarks.draining import settings, tasks_in
from tests.benchmarks.idlers import factory_of
from tests.contract.loopback import serving
from tests.contract.playback import recorded

MIB = 2**20


def say(*words: object) -> None:
    """A line for whoever started this process."""
    print(*words, flush=True)


async def told() -> None:
    """Wait for the word to go on."""
    await asyncio.to_thread(sys.stdin.readline)


async def drain(folder: Path, url: str, concurrency: str) -> None:
    """A pool that drains the queue at ``url`` when told."""
    async with Engine.open(settings(folder, url), factory=factory_of("async"), monitor=False) as engine:
        say("ready")
        await told()
        await engine.start_workers(concurrency=int(concurrency))
        await engine.drained()


async def idle(folder: Path, url: str, workers: str) -> None:
    """Workers that wait for work until told to end; ``url`` - is the embedded TaskManager."""
    config = settings(folder, None if url == "-" else url)
    async with Engine.open(config, factory=factory_of("async"), monitor=False) as engine:
        await engine.start_workers(count=int(workers))
        say("ready")
        await told()


async def remember(folder: Path, first: str, concurrency: str) -> None:
    """Drain the queue in this folder; says the MiB in use after the ``first`` tasks, and after all."""
    async with Engine.open(settings(folder), factory=factory_of("async"), monitor=False) as engine:
        await engine.start_workers(concurrency=int(concurrency))
        drained = asyncio.create_task(engine.drained())
        while engine.rooms.pool.totals()[0] < int(first):  # noqa: ASYNC110  # no event tells of a number
            await asyncio.sleep(0.01)
        say("first", in_use())
        await drained
        say("all", in_use())


def in_use() -> float:
    """MiB of memory of this process."""
    return psutil.Process().memory_info().rss / MIB


async def documented(folder: Path) -> None:
    """The queue in this folder over HTTP, by a server that announces the documented calls alone."""
    database = Database.open(tasks_in(folder))
    whole = create_app(database)
    said = next(each for each in recorded("01_health_docs_cors") if each.path == "/openapi.json").said

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("/openapi.json"):
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(said).encode()})
        else:
            await whole(scope, receive, send)

    with serving(app) as origin:
        say("ready", f"{origin}/api")
        await told()
    database.close()


if __name__ == "__main__":
    verb = {"drain": drain, "idle": idle, "remember": remember, "documented": documented}[sys.argv[1]]
    run_to_end(verb(Path(sys.argv[2]), *sys.argv[3:]))
