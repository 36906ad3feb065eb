"""What our worker costs on a server that knows the documented calls alone, and what a request costs in any case."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from httpx_aiohttp import HttpxAiohttpClient

from core.taskmanager.connect import remote
from tests.benchmarks import draining
from tests.benchmarks.measuring import Case, Target, interleaved, table

TASKS = 1000
REQUESTS = 2000
ROUNDS = 5
AT_ONCE = 10
JSON = {"accept": "application/json", "content-type": "application/json"}


def documented(measure: Callable[[Path, str], Awaitable[float]]) -> Case:
    """Tasks a second, by what measures seconds on such a server with a full queue."""

    async def case(folder: Path) -> float:
        await draining.fill(folder, TASKS)
        server = draining.child("documented", folder)
        try:
            return TASKS / await measure(folder, draining.heard(server, "ready"))
        finally:
            draining.end(server)

    return case


async def shortest(folder: Path, url: str, client: httpx.AsyncClient) -> float:
    """Seconds of the shortest loops with this HTTP library: claim, complete, until there is nothing."""

    async def loop(worker: str) -> None:
        claim = {"worker_id": worker, "task_type_id": 1, "sort_by": "id", "sort_order": "ASC"}
        while (answer := await client.post(f"{url}/tasks/claim", json=claim)).status_code == 200:
            task = answer.json()["data"]["id"]
            done = await client.post(f"{url}/tasks/{task}/complete", json={"worker_id": worker, "success": True})
            assert done.status_code == 200

    async with client:
        began = time.time()
        await asyncio.gather(*(loop(f"loop-{number}") for number in range(AT_ONCE)))
    return draining.last_end(folder) - began


@pytest.mark.bench
async def test_draining_by_the_documented_calls_alone(tmp_path: Path):
    ours, theirs = f"pool, concurrency {AT_ONCE}", f"{AT_ONCE} shortest loops, httpx-aiohttp"
    cases = {
        ours: documented(lambda folder, url: draining.pool(folder, AT_ONCE, url=url)),
        theirs: documented(lambda folder, url: shortest(folder, url, HttpxAiohttpClient())),
        f"{AT_ONCE} shortest loops, httpx": documented(lambda folder, url: shortest(folder, url, httpx.AsyncClient())),
    }
    figures = await interleaved(cases, tmp_path, ROUNDS)
    print(table(f"Documented calls alone: tasks a second, {ROUNDS} rounds", figures, {ours: Target(0.9, theirs)}))


async def cpu(call: Callable[[], Awaitable[object]]) -> float:
    """Microseconds of this process's CPU that a call takes, ten at once."""

    async def some() -> None:
        for _ in range(REQUESTS // AT_ONCE):
            await call()

    await call()
    began = time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return (time.process_time() - began) / REQUESTS * 1e6


@pytest.mark.bench
async def test_the_cpu_of_a_request(tmp_path: Path):
    body = b'{"worker_id":"w","task_type_ids":[1],"limit":1}'
    await draining.fill(tmp_path, 0)
    with draining.served(tmp_path) as url:

        async def ours(folder: Path) -> float:
            channel = remote(url, "")
            try:
                return await cpu(lambda: channel.send("POST", "/tasks/claim-batch", {}, body, JSON, 30))
            finally:
                await channel.close()

        def with_client(make: Callable[[], httpx.AsyncClient]) -> Case:
            async def theirs(folder: Path) -> float:
                async with make() as client:
                    return await cpu(lambda: client.post(f"{url}/tasks/claim-batch", content=body, headers=JSON))

            return theirs

        cases = {
            "our client": ours,
            "httpx": with_client(httpx.AsyncClient),
            "httpx over httpx-aiohttp": with_client(HttpxAiohttpClient),
        }
        figures = await interleaved(cases, tmp_path, ROUNDS)
    targets = {"our client": Target(0.5, "httpx", at_most=True)}
    print(table(f"CPU of a request over HTTP: microseconds, {ROUNDS} rounds", figures, targets))
