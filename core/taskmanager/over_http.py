"""The way to a remote TaskManager, over httpx. The only file on our side that imports it.

Its requests go through aiohttp: the same interface for a third of the processor time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import aiohttp
import httpx
from httpx_aiohttp import HttpxAiohttpClient

from core.errors import ServerFault, Unreachable
from core.setting_values import is_loopback
from core.taskmanager.addresses import masked
from core.taskmanager.channel import Answer, Query

NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures in which the request has not left this machine. aiohttp's are the causes of httpx's, which tell less."""

CONNECT_SECONDS = 10.0
"""How long a connection may take to be made."""

NOT_SENT_SHARE = 0.9
"""Of the time for a call: what waiting for a connection may use up, so that it ends as one that was not sent."""

MOST_BYTES = 64 * 1024 * 1024
"""Of one answer: more than the largest page of tasks needs."""

MOST_CONNECTIONS = 512
"""At once: each of 250 workers may wait at the server for a task and report on another; more of them would queue."""

LARGE = 512 * 1024
"""Bytes of a request that are handed over piece by piece, so that other calls are not held up."""

KEPT_SECONDS = 30.0
"""How long an idle one is kept for the next call."""


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """A large body, one piece after the other."""
    for start in range(0, len(body), LARGE):
        yield body[start : start + LARGE]


@dataclass(frozen=True, slots=True)
class Lines:
    """The connections of one event loop. ``free`` counts those that may still be made or used."""

    client: httpx.AsyncClient
    free: asyncio.Semaphore


class HttpChannel:
    """Keeps connections alive between calls; follows no redirects, so that the key goes nowhere else."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._key = key
        # A connection belongs to the event loop that made it; scripts may use one client in several asyncio.run().
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, Lines] = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"remote({masked(self._url)!r}, key={'***' if self._key else None})"

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Send over HTTP; ``timeout`` bounds the whole call. Raises `Unreachable`, or `ServerFault` for an endless
        answer."""
        lines = self._lines_here()
        unsent = NOT_SENT_SHARE * timeout
        try:
            async with asyncio.timeout(unsent):
                await lines.free.acquire()
        except TimeoutError as fault:
            raise Unreachable(
                f"More calls to the TaskManager at {self._where()} wait than it has connections for: use fewer workers."
            ) from fault
        asking = lines.client.stream(
            method,
            self._url + path,
            params=dict(query) if query else None,
            content=body if body is None or len(body) < LARGE else in_pieces(body),
            headers=dict(headers) if body is None else {**headers, "Content-Length": str(len(body))},
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, unsent), pool=unsent),
        )
        try:
            async with asyncio.timeout(timeout), asking as answer:
                return Answer(answer.status_code, answer.headers, await self._whole(answer))
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, TimeoutError) as fault:
            cause = fault.__cause__ if isinstance(fault.__cause__, aiohttp.ClientError) else fault
            unclear = not isinstance(cause, NOT_SENT)
            raise Unreachable(self._sentence(cause, timeout), unclear=unclear) from fault
        finally:
            lines.free.release()

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

    def _lines_here(self) -> Lines:
        loop = asyncio.get_running_loop()
        lines = self._lines.get(loop)
        if lines is None:
            client = HttpxAiohttpClient(
                headers={"X-API-Key": self._key} if self._key else {},
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=KEPT_SECONDS),
                trust_env=trusts_proxies(self._url),
            )
            lines = self._lines[loop] = Lines(client, asyncio.Semaphore(MOST_CONNECTIONS))
        return lines

    def _where(self) -> str:
        return urlsplit(self._url).netloc.rpartition("@")[2]

    def _sentence(self, fault: BaseException, timeout: float) -> str:
        where = self._where()
        if isinstance(fault, NOT_SENT):
            return f"The TaskManager at {where} cannot be reached: is it running, and is TASKMANAGER_API_URL right?"
        if isinstance(fault, TimeoutError):
            return f"The TaskManager at {where} did not answer within {timeout:g} s: try again, or see if it is busy."
        return f"The connection to the TaskManager at {where} broke before it had answered: it may have acted."

    async def close(self) -> None:
        """Close this loop's connections."""
        lines = self._lines.pop(asyncio.get_running_loop(), None)
        if lines is not None:
            await lines.client.aclose()


def trusts_proxies(url: str) -> bool:
    """Whether proxy settings of the environment apply: not to this machine itself."""
    return not is_loopback(urlsplit(url).hostname or "")
