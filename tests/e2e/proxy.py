"""A network that can be cut: TCP proxies on loopback that drop, delay, reset and truncate what passes, on command."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeVar

CHUNK = 1 << 16
ON_CLOSE_RESET = struct.pack("ii", 1, 0)
Value = TypeVar("Value")


class Cut(StrEnum):
    """What is wrong with the line."""

    REFUSE = "refuse"
    """Every connection is closed, and so is each new one."""
    RESET = "reset"
    """Every connection is reset, and so is each new one."""
    DROP = "drop"
    """Nothing arrives on either side, and nobody is told; connections that lost something are reset afterwards."""
    DEAFEN = "deafen"
    """What clients ask arrives, no answer does; connections that lost something are reset afterwards."""
    TRUNCATE = "truncate"
    """The first bytes of an answer arrive, then the connection is closed."""
    DELAY = "delay"
    """Everything arrives later."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A cut, with the bytes that still arrive (truncate) or the seconds that each piece takes longer (delay)."""

    cut: Cut
    amount: float = 0


class Connection:
    """A client's connection, and ours to the server for it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (client, server)
        self.has_lost = False

    def end(self, *, reset: bool) -> None:
        """Close both ends now."""
        for writer in self.ends:
            end(writer, reset=reset)


class Proxy:
    """One way to the server. Everything but `port` is for the loop of its `Network`."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._fault: Fault | None = None
        self._connections: set[Connection] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and end all connections."""
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def suffer(self, fault: Fault | None) -> None:
        """From now on the line is like this; None: it is well again."""
        self._fault = fault
        for connection in list(self._connections):
            if connection.has_lost or (fault is not None and fault.cut in (Cut.REFUSE, Cut.RESET)):
                connection.end(reset=fault is None or fault.cut is not Cut.REFUSE)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the proxy closes, and asyncio's own callback would complain of the cancellation
        finally:
            end(writer, reset=False)
            self._serving.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault
        if fault is not None and fault.cut in (Cut.REFUSE, Cut.RESET):
            end(writer, reset=fault.cut is Cut.RESET)
            return
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            end(writer, reset=True)
            return
        connection = Connection(writer, to_server)
        self._connections.add(connection)
        try:
            asking = asyncio.create_task(self._pump(connection, reader, to_server, answers=False))
            answering = asyncio.create_task(self._pump(connection, from_server, writer, answers=True))
            try:
                await asyncio.wait([asking, answering], return_when=asyncio.FIRST_COMPLETED)
            finally:
                asking.cancel()
                answering.cancel()
                await asyncio.gather(asking, answering, return_exceptions=True)
        finally:
            self._connections.discard(connection)
            connection.end(reset=connection.has_lost)

    async def _pump(
        self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                fault = self._fault
                if fault is not None and (fault.cut is Cut.DROP or (fault.cut is Cut.DEAFEN and answers)):
                    connection.has_lost = True
                    continue
                if fault is not None and fault.cut is Cut.DELAY:
                    await asyncio.sleep(fault.amount)
                if connection.has_lost:
                    return
                truncates = fault is not None and fault.cut is Cut.TRUNCATE and answers
                writer.write(data[: int(fault.amount)] if fault is not None and truncates else data)
                await writer.drain()
                if truncates:
                    return


class Network:
    """Proxies to one server, on an event loop in a thread of their own."""

    def __init__(self, target: int, lines: int) -> None:
        self._proxies = [Proxy(target) for _ in range(lines)]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        for proxy in self._proxies:
            self._do(proxy.open())
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        for proxy in self._proxies:
            self._do(proxy.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def ports(self) -> list[int]:
        """Where each line begins."""
        return [proxy.port for proxy in self._proxies]

    def cut(self, line: int, fault: Fault) -> None:
        """Spoil a line."""
        self._do(self._proxies[line].suffer(fault))

    def heal(self, line: int) -> None:
        """Make a line well again."""
        self._do(self._proxies[line].suffer(None))

    def _do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)


def end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """Close a connection without waiting for anything."""
    if writer.transport.is_closing():
        return
    if reset:
        ours: socket.socket = writer.get_extra_info("socket")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ON_CLOSE_RESET)
        writer.transport.abort()
    else:
        writer.close()
