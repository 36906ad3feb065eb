"""The processes of a soak: the real server on a fixed port and file, and worker processes that are started again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.e2e.proxy import Network
from tests.program import Program

UNREACHABLE = 4
"""The exit code of a start that found no server."""
PATIENCE = 60.0
"""Seconds until a process that does not do what it should is given up."""


@dataclass(slots=True)
class Started:
    """A process whose words go to files."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


@dataclass(slots=True)
class Runs:
    """What the workers noted in the file ``path`` when they began a task."""

    path: Path
    number: int = 0
    pids: set[int] = field(default_factory=set[int])
    _read: int = 0

    def look(self) -> int:
        """Read on; answers how many tasks were begun."""
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self._read)
                *lines, _ = file.read().split(b"\n")
            self._read += sum(len(line) + 1 for line in lines)
            self.number += len(lines)
            self.pids.update(int(line.split()[2]) for line in lines)
        return self.number


@dataclass(slots=True)
class Fleet:
    """One server, and ``workers`` processes with a line each; all is gone at the end."""

    program: Program
    workers: int
    exits: Counter[int] = field(default_factory=Counter[int])
    wrong: list[str] = field(default_factory=list[str])
    port: int = 0
    starts: int = 0
    runs: Runs = field(init=False)
    _server: Started | None = None
    _at_work: dict[int, Started] = field(default_factory=dict[int, Started])
    _stalled: set[int] = field(default_factory=set[int])
    _network: Network | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.runs = Runs(Path(self.program.settings["RAN"]))

    def __enter__(self) -> Self:
        self._stack.callback(self._end)
        self.start_server()
        self._network = self._stack.enter_context(Network(self.port, self.workers))
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    @property
    def network(self) -> Network:
        """The lines between the workers and the server."""
        assert self._network is not None
        return self._network

    @property
    def url(self) -> str:
        """The server's own address, past all lines."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def serves(self) -> bool:
        """Whether the server is up."""
        return self._server is not None

    def start_server(self) -> None:
        """Start the server, on the port and file that it had before."""
        server = self._start(self.program, "server", "serve", "--port", str(self.port), "--database", "t.db")
        until = time.monotonic() + PATIENCE
        while "listens on" not in (said := server.err.read_text()):
            assert server.process.poll() is None and time.monotonic() < until, said
            time.sleep(0.01)
        self.port = int(said.split("listens on ")[1].split("/api")[0].rsplit(":", 1)[1])
        self._server = server

    def kill_server(self) -> None:
        """kill -9 for the server."""
        assert self._server is not None
        self._server.kill()
        self._server = None

    def keep_at_work(self) -> None:
        """Start every worker process that is not there, and note how it ended."""
        for worker in range(self.workers):
            started = self._at_work.get(worker)
            if started is None or started.process.poll() is not None:
                if started is not None:
                    self._ended(started, allowed=(UNREACHABLE,))
                self._at_work[worker] = self._start_worker(worker)

    def begun(self) -> list[int]:
        """The workers whose present process has begun a task."""
        self.runs.look()
        return [worker for worker, started in self._at_work.items() if started.process.pid in self.runs.pids]

    def kill(self, worker: int) -> None:
        """kill -9 for a worker process."""
        started = self._at_work.pop(worker)
        started.kill()
        self._stalled.discard(worker)
        self._ended(started, allowed=(-signal.SIGKILL, UNREACHABLE))

    def stall(self, worker: int) -> None:
        """Let a worker process stand still."""
        self._at_work[worker].process.send_signal(signal.SIGSTOP)
        self._stalled.add(worker)

    def go_on(self, worker: int) -> None:
        """Let it go on, unless it was killed meanwhile."""
        if worker in self._stalled:
            self._at_work[worker].process.send_signal(signal.SIGCONT)
            self._stalled.discard(worker)

    def stop_workers(self) -> None:
        """Ask all worker processes to stop, and wait until they have."""
        for started in self._at_work.values():
            started.process.send_signal(signal.SIGTERM)
        for started in self._at_work.values():
            try:
                started.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                started.kill()
            self._ended(started, allowed=(0, UNREACHABLE, -signal.SIGTERM))
        self._at_work.clear()

    def left(self) -> list[str]:
        """Processes that are still there, the server apart: those that work in our folder."""
        known = self._server.process.pid if self._server is not None else 0
        found: list[str] = []
        for process in psutil.process_iter():
            try:
                if process.pid != known and process.cwd() == str(self.program.folder):
                    found.append(f"{process.pid}: {' '.join(process.cmdline())}")
            except psutil.Error:
                continue
        return found

    def _start_worker(self, worker: int) -> Started:
        url = f"http://127.0.0.1:{self.network.ports[worker]}/api"
        own = self.program.with_settings(TASKMANAGER_API_URL=url, PRISMQ_WORKER_PREFIX=f"soak{worker}")
        return self._start(own, f"worker{worker}", "run", "--concurrency", "2", "--json")

    def _start(self, program: Program, name: str, *arguments: str) -> Started:
        self.starts += 1
        out, err = (program.folder / f"{name}.{self.starts}.{kind}" for kind in ("out", "err"))
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                [sys.executable, "-m", "tui", *arguments],
                cwd=program.folder,
                env=program.environ,
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
            )
        return Started(process, out, err)

    def _ended(self, started: Started, allowed: tuple[int, ...]) -> None:
        code = started.process.returncode
        self.exits[code] += 1
        said = started.err.read_text()
        if code not in allowed or (code != -signal.SIGKILL and "Traceback" in said):
            lines = "\n    ".join(said.splitlines()[-20:])
            self.wrong.append(f"{started.err.name} ended with {code}, having said:\n    {lines}")

    def _end(self) -> None:
        server = [self._server] if self._server is not None else []
        for started in (*self._at_work.values(), *server):
            if started.process.poll() is None:
                started.kill()
