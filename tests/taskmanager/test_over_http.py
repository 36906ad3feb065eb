"""What goes over HTTP goes where it should, by the proxy that the environment names, and is read as it was meant."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.taskmanager.channel import Answer
from core.taskmanager.over_http import HttpChannel

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[tuple[str, list[str]]]:
    """A server with this answer to everything: its origin, and the requests that it was sent."""
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
    server.close()


async def asked(url: str, *, key: str = "", times: int = 1) -> Answer:
    """The last answer to so many questions."""
    channel = HttpChannel(f"{url}/api", key)
    try:
        for _ in range(times - 1):
            await channel.send("GET", "/tasks", {"limit": 1}, None, {}, 5)
        return await channel.send("GET", "/tasks", {"limit": 1}, None, {}, 5)
    finally:
        await channel.close()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_of_the_environment_is_asked_for_an_address_elsewhere(monkeypatch: pytest.MonkeyPatch, name: str):
    async with answering(PLAIN) as (proxy, heard):
        monkeypatch.setenv(name, proxy)
        assert (await asked("http://tasks.invalid", key="s3cret")).status == 200
    assert heard[0].startswith("GET http://tasks.invalid/api/tasks?limit=1 HTTP/1.1\r\n")
    assert "X-API-Key: s3cret\r\n" in heard[0]


async def test_no_proxy_is_asked_for_this_machine_or_for_an_address_that_is_excepted(monkeypatch: pytest.MonkeyPatch):
    async with answering(PLAIN) as (proxy, heard), answering(PLAIN) as (url, direct):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        await asked(url)
        monkeypatch.setenv("NO_PROXY", "tasks.invalid")
        channel = HttpChannel("http://tasks.invalid/api", "")
        with pytest.raises(Exception, match="cannot be reached"):
            await channel.send("GET", "/health", {}, None, {}, 5)
        await channel.close()
    assert len(direct) == 1 and heard == []


async def test_an_answer_may_be_compressed():
    body = gzip.compress(b'{"success": true}')
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    async with answering(head + body) as (url, _):
        assert (await asked(url)).body == b'{"success": true}'


async def test_the_headers_of_an_answer_are_text_whatever_bytes_they_have():
    answer = b"HTTP/1.1 200 OK\r\nRetry-After: 3\r\nX-Name: caf\xe9 \xff\r\ncontent-length: 0\r\n\r\n"
    async with answering(answer) as (url, _):
        headers = (await asked(url)).headers
    assert headers["retry-after"] == "3"
    headers["x-name"].encode()  # a lone surrogate could not be written anywhere


async def test_nothing_that_a_server_wants_remembered_is_sent_back():
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: PHPSESSID=1; Path=/\r\ncontent-length: 2\r\n\r\n{}"
    async with answering(answer) as (url, heard):
        await asked(url.replace("127.0.0.1", "localhost"), times=3)
    assert len(heard) == 3
    assert not any("cookie" in request.lower() for request in heard)
