"""Serves an ASGI application over real HTTP on this machine, for the time of a test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """The origin (``http://127.0.0.1:port``) at which the application answers until the block ends; then the port is
    closed, and what is still being answered is cut off."""
    # Named TCP, or asyncio does not switch Nagle's algorithm off and each answer waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from now on: a request that comes before the server has started waits in the backlog
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()
    thread = threading.Thread(target=live, args=(loop, application, listening, stopping), name="loopback", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(timeout=10)
        loop.close()


def live(loop: asyncio.AbstractEventLoop, application: Any, listening: socket.socket, stopping: asyncio.Event) -> None:
    """Serve on this thread until told to stop."""
    loop.run_until_complete(serve(application, listening, stopping))
    loop.run_until_complete(loop.shutdown_default_executor())


async def serve(application: Any, listening: socket.socket, stopping: asyncio.Event) -> None:
    """uvicorn without its main loop, which looks only every 0.1 s whether it should end."""
    config = uvicorn.Config(application, log_level="critical", lifespan="off", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    await stopping.wait()
    for each in server.servers:
        each.close()
    for task in tuple(server.server_state.tasks):
        task.cancel()
    for connection in tuple(server.server_state.connections):
        connection.transport.close()
    await asyncio.gather(*server.server_state.tasks, return_exceptions=True)
    await asyncio.sleep(0)  # lets the transports close their sockets
