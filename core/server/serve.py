"""The TaskManager over HTTP: listens until it is told to stop."""

import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Generator
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from core.server.app import TaskManager, create_app
from core.server.database import Database
from core.server.problem import DatabaseProblem

GRACE_SECONDS = 2
"""How long requests in hand may take after the signal to stop."""


class ServeProblem(Exception):
    """The server cannot start; the text is one sentence for a person."""


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8750,
    database: Path,
    api_key: str | None,
    announce: Callable[[str], None],
    claim_timeout: float = 300,
    max_body: int = 1 << 20,
    synchronous: str = "NORMAL",
    rate_limit: tuple[int, float] | None = None,
) -> None:
    """Serve the database until SIGTERM or SIGINT; port 0 takes a free one.

    `announce` is called with one line once it listens. The rules are those of `app.create_app`, `synchronous` is
    that of `Database.open`. Raises `ServeProblem`.
    """
    if not api_key and not _is_loopback(host):
        raise ServeProblem(
            f"{host} can be reached from other machines, so a key is needed: set one, or listen on 127.0.0.1."
        )
    listening = _listen(host, port)
    with contextlib.closing(listening):
        try:
            opened = Database.open(database, synchronous=synchronous)
        except DatabaseProblem as problem:
            raise ServeProblem(str(problem)) from problem
        with contextlib.closing(opened):
            app = create_app(
                opened, api_key=api_key, claim_timeout=claim_timeout, max_body=max_body, rate_limit=rate_limit
            )
            _Server(app, lambda: announce(_told(listening, opened.path))).run(sockets=[listening])


class _Server(uvicorn.Server):
    """uvicorn, made to tell when it listens, to end long polls, and to return after a signal."""

    def __init__(self, app: TaskManager, announce: Callable[[], None]) -> None:
        # No proxy headers: they could name any client, the embedded one too.
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                loop="auto",  # uvloop, where it is
                ws="none",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._task_manager = app
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then announce it."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening; long polls answer at once, other requests have `GRACE_SECONDS`."""
        self._task_manager.stop_waiting()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take SIGINT and SIGTERM as the wish to stop, without raising them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ServeProblem(f"{port} is not a port; choose one from 1 to 65535, or 0 for a free one.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ServeProblem(f"{host}:{port} is not an address to listen on: {error}.") from error
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is in use; stop the program that has it, or choose another port."
        else:
            reason = f"Cannot listen on {host}:{port}: {error.strerror}."
        raise ServeProblem(reason) from error
    return listening


def _told(listening: socket.socket, database: Path) -> str:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"TaskManager listens on http://{shown}:{port}/api, database {database}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
