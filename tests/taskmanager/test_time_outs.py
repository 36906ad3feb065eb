"""Each part of a call has its time: making a connection, waiting for one, sending, and the answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from core.errors import Unreachable
from core.taskmanager import over_http
from core.taskmanager.over_http import HttpChannel

SHORT = 0.4


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Connections can be made; nobody reads or answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listening:
        yield listening


def channel_to(listening: socket.socket) -> HttpChannel:
    return HttpChannel(f"http://127.0.0.1:{listening.getsockname()[1]}/api", "")


def read_to_the_end(listening: socket.socket) -> None:
    """Let the connection that waits send what it holds, and close."""
    connection, _ = listening.accept()
    with connection:
        while connection.recv(2**20):
            pass


async def fault_of(channel: HttpChannel, body: bytes | None = None) -> Unreachable:
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unreachable) as fault:
        await channel.send("POST", "/tasks", {}, body, {}, SHORT)
    assert asyncio.get_running_loop().time() - began < 5
    await channel.close()
    return fault.value


async def test_an_answer_that_does_not_come_leaves_it_unclear_what_the_server_did(listener: socket.socket):
    fault = await fault_of(channel_to(listener))
    assert fault.unclear
    assert "did not answer within 0.4 s" in str(fault)


async def test_a_request_that_nobody_takes_in_leaves_it_unclear_too(listener: socket.socket):
    fault = await fault_of(channel_to(listener), body=b"x" * 32 * 2**20)
    await asyncio.get_running_loop().run_in_executor(None, read_to_the_end, listener)
    assert fault.unclear
    assert "did not answer within 0.4 s" in str(fault)


async def test_a_connection_that_is_not_made_in_time_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as stack:
        for _ in range(4):  # those that wait to be accepted fill the backlog: further ones get no answer at all
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        fault = await fault_of(channel_to(full))
    assert not fault.unclear
    assert "cannot be reached" in str(fault)


async def test_a_call_that_finds_no_free_connection_in_time_was_not_sent(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(over_http, "MOST_CONNECTIONS", 1)
    channel = channel_to(listener)
    first = asyncio.create_task(channel.send("GET", "/health", {}, None, {}, 60))
    connection, _ = await asyncio.get_running_loop().run_in_executor(None, listener.accept)
    with connection, pytest.raises(Unreachable) as refused:
        await channel.send("POST", "/tasks", {}, None, {}, SHORT)
    first.cancel()
    await asyncio.wait({first})
    await channel.close()
    assert not refused.value.unclear
    assert "use fewer workers" in str(refused.value)
