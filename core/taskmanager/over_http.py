"""The way to a remote TaskManager, over httpx. The only file on our side that imports it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx

from core.errors import ServerFault, Unreachable
from core.taskmanager.addresses import masked
from core.taskmanager.connect import CONNECT_SECONDS, Answer, Query, trusts_proxies

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Failures in which the request has not left this machine."""

NOT_SENT_SHARE = 0.9
"""Of the time for a call: what waiting for a connection may use up, so that it ends as one that was not sent."""

MOST_BYTES = 64 * 1024 * 1024
"""Of one answer: more than the largest page of tasks needs."""

MOST_CONNECTIONS = 512
"""At once: each of 250 workers may wait at the server for a task and report on another; more of them would queue."""

KEPT_CONNECTIONS = 256
"""Idle ones that are kept for the next call."""

KEPT_SECONDS = 30.0
"""How long an idle one is kept."""


class HttpChannel:
    """Keeps connections alive between calls; follows no redirects, so that the key goes nowhere else."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._key = key
        # A connection belongs to the event loop that made it; scripts may use one client in several asyncio.run().
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"remote({masked(self._url)!r}, key={'***' if self._key else None})"

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Send over HTTP; ``timeout`` bounds the whole call. Raises `Unreachable`, or `ServerFault` for an endless
        answer."""
        unsent = NOT_SENT_SHARE * timeout
        asking = self._client().stream(
            method,
            self._url + path,
            params=dict(query) if query else None,
            content=body,
            headers=dict(headers),
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, unsent), pool=unsent),
        )
        try:
            async with asyncio.timeout(timeout), asking as answer:
                return Answer(answer.status_code, answer.headers, await self._whole(answer))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
            raise Unreachable(self._sentence(fault, timeout), unclear=not isinstance(fault, NOT_SENT)) from fault

    async def _whole(self, answer: httpx.Response) -> bytes:
        """The body of an answer. Raises `ServerFault` when there is no end of it."""
        parts: list[bytes] = []
        size = 0
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                raise ServerFault(
                    f"The answer of the TaskManager at {self._where()} is longer than {MOST_BYTES // 2**20} MiB: "
                    "ask for less at once, or see whether TASKMANAGER_API_URL is right.",
                    temporary=False,
                    unclear=True,
                    status=answer.status_code,
                )
            parts.append(part)
        return b"".join(parts)

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = httpx.AsyncClient(
                headers={"X-API-Key": self._key} if self._key else {},
                limits=httpx.Limits(
                    max_connections=MOST_CONNECTIONS,
                    max_keepalive_connections=KEPT_CONNECTIONS,
                    keepalive_expiry=KEPT_SECONDS,
                ),
                trust_env=trusts_proxies(self._url),
            )
        return client

    def _where(self) -> str:
        return urlsplit(self._url).netloc.rpartition("@")[2]

    def _sentence(self, fault: Exception, timeout: float) -> str:
        where = self._where()
        if isinstance(fault, httpx.PoolTimeout):
            return f"More calls to the TaskManager at {where} wait than it has connections for: use fewer workers."
        if isinstance(fault, (httpx.ReadTimeout, httpx.WriteTimeout, TimeoutError)):
            return f"The TaskManager at {where} did not answer within {timeout:g} s: try again, or see if it is busy."
        if isinstance(fault, NOT_SENT):
            return f"The TaskManager at {where} cannot be reached: is it running, and is TASKMANAGER_API_URL right?"
        return f"The connection to the TaskManager at {where} broke before it had answered: it may have acted."

    async def close(self) -> None:
        """Close this loop's connections."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()
