"""A client has room for the long polls of many workers, and uses its connections again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.config import Config
from core.errors import NotFound
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying
from tests.contract.loopback import serving
from tests.taskmanager.faulty import failed

WORKERS = 250


class Crowd:
    """Answers no claim before as many wait as there are workers; beats are answered at once."""

    def __init__(self) -> None:
        self.connections: set[Any] = set()
        self.waiting = 0
        self._all_here = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        self.connections.add(tuple(scope["client"]))
        while (await receive()).get("more_body"):
            pass
        if scope["path"].endswith("/claim"):
            self.waiting += 1
            if self.waiting == WORKERS:
                self._all_here.set()
            await self._all_here.wait()
        answer = failed("No available tasks", 404)
        length = (b"content-length", str(len(answer.body)).encode())
        await send({"type": "http.response.start", "status": answer.status, "headers": [length]})
        await send({"type": "http.response.body", "body": answer.body})


async def test_calls_one_after_the_other_share_one_connection():
    crowd = Crowd()
    with serving(crowd) as origin:
        async with AsyncTaskManagerClient(Config.bare(), url=f"{origin}/api") as client:
            client.retrying = Retrying(tries=1)
            for _ in range(20):
                with pytest.raises(NotFound):
                    await client.health_check()
    assert len(crowd.connections) == 1


async def test_250_workers_may_wait_at_the_server_at_once_and_connections_are_used_again():
    crowd = Crowd()
    with serving(crowd) as origin:
        async with AsyncTaskManagerClient(Config.bare(), url=f"{origin}/api") as client, asyncio.timeout(20):
            claims = await asyncio.gather(*(client.claim_task(f"w{n}", 1) for n in range(WORKERS)))
            assert claims == [None] * WORKERS
            opened = len(crowd.connections)
            for n in range(20):
                await client.claim_task(f"w{n}", 1)
    assert opened == WORKERS == len(crowd.connections)
