"""No answer keeps a call for ever or fills the memory, and no fault of the embedded TaskManager comes through raw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.errors import BadSetting, ServerFault, Unreachable
from core.taskmanager import AsyncTaskManagerClient, TaskManagerClient, over_http
from core.taskmanager.connect import DirectChannel, EmbeddedChannel
from core.taskmanager.over_http import HttpChannel

Served = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def channel_to(*parts: bytes, pause: float) -> AsyncIterator[HttpChannel]:
    """A way to a server that sends these parts again and again, with pauses, until nobody listens."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
            while not writer.is_closing():
                for part in parts:
                    writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        except OSError:
            pass  # the client has hung up
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    channel = HttpChannel(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api", "")
    yield channel
    await channel.close()
    server.close()


async def test_an_answer_that_drips_is_given_up_when_its_time_is_over():
    async with channel_to(b" ", pause=0.02) as channel:
        with pytest.raises(Unreachable, match=r"within 0\.3 s") as fault:
            await asyncio.wait_for(channel.send("GET", "/health", {}, None, {}, 0.3), 5)
    assert fault.value.unclear


async def test_an_answer_without_an_end_is_given_up_when_it_is_too_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(over_http, "MOST_BYTES", 2 * 2**20)
    async with channel_to(b"x" * 100_000, pause=0) as channel:
        with pytest.raises(ServerFault, match="longer than 2 MiB") as fault:
            await channel.send("GET", "/health", {}, None, {}, 20)
    assert fault.value.unclear and not fault.value.temporary


@pytest.mark.parametrize("key", ["s3krét", "two\nlines", "bell\x07", "🔑"])
def test_a_key_that_no_header_can_carry_is_refused_at_once_and_not_shown(key: str):
    for client in (AsyncTaskManagerClient, TaskManagerClient):
        with pytest.raises(BadSetting, match="key") as fault:
            client(Config.bare(), url="http://127.0.0.1:1/api", api_key=key)
        assert key not in str(fault.value)


def test_a_key_is_taken_without_the_end_of_its_line():
    client = AsyncTaskManagerClient(Config.bare(), url="http://127.0.0.1:1/api", api_key="s3cret\n")
    assert client.config.taskmanager_api_key == "s3cret"


def embedded_with(application: Any, tmp_path: Path) -> EmbeddedChannel:
    channel = EmbeddedChannel(tmp_path / "tasks.db", 300)
    channel._direct = DirectChannel(application)
    return channel


async def test_what_the_embedded_taskmanager_answered_stands_though_it_fails_after_it(tmp_path: Path):
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b'{"success":false}'})
        raise RuntimeError("boom")

    answer = await embedded_with(application, tmp_path).send("GET", "/health", {}, None, {}, 1)
    assert (answer.status, answer.body) == (500, b'{"success":false}')


async def test_a_failure_of_the_embedded_taskmanager_without_an_answer_is_a_server_fault(tmp_path: Path):
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("boom")

    with pytest.raises(ServerFault, match="RuntimeError") as fault:
        await embedded_with(application, tmp_path).send("GET", "/health", {}, None, {}, 1)
    assert fault.value.unclear and not fault.value.temporary
