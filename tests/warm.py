"""Starts the program without reading its code again: a process that has read it forks one for each command.

What is forked is a process of its own, in the folder and with the environment, the arguments and the files that it is
told, and it runs `python -m tui` from its first line. Tests of what a start reads, of signals and of terminals start
the program cold, see `Program.running`, `Program.command` and `Terminal`.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent.parent
AT_THE_START = ("PYTHON", "LANG", "LC_")
"""What Python itself has read from the environment before it runs any code."""


class WarmStarts:
    """The process that has read the program; started with the first command, gone when this is closed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._answers: TextIO | None = None

    @staticmethod
    def can(settings: Mapping[str, str]) -> bool:
        """Whether a process with these settings is the same when it is forked as when it is started."""
        return not any(name.startswith(AT_THE_START) and name != "PYTHONPATH" for name in settings)

    def run(
        self, arguments: tuple[str, ...], folder: Path, environ: Mapping[str, str], timeout: float
    ) -> tuple[int, str, str]:
        """Run the program to its end; its exit code, and what it printed. Raises `subprocess.TimeoutExpired`."""
        with tempfile.TemporaryDirectory() as room:
            files = [os.path.join(room, name) for name in ("out", "err")]
            order = {"arguments": arguments, "folder": str(folder), "environ": dict(environ), "files": files}
            code = self._ordered(order, timeout)
            out, err = (Path(file).read_text() for file in files)
            return code, out, err

    def close(self) -> None:
        """Let it go."""
        if self._process is None or self._line is None or self._answers is None:
            return
        self._answers.close()
        self._line.close()
        self._process.wait(30)
        self._process = self._line = self._answers = None

    def _ordered(self, order: Mapping[str, Any], timeout: float) -> int:
        if self._process is None:
            self._start()
        assert self._line is not None and self._answers is not None
        self._line.settimeout(None)
        self._line.sendall(json.dumps(order).encode() + b"\n")
        pid = int(self._answers.readline())
        self._line.settimeout(timeout)
        try:
            return int(self._answers.readline())
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._line.settimeout(None)
            self.close()
            raise subprocess.TimeoutExpired(["tui", *order["arguments"]], timeout) from None

    def _start(self) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm"], cwd=ROOT, stdin=theirs, stdout=subprocess.DEVNULL
            )
        self._answers = self._line.makefile()


def read_all() -> None:
    """Read what commands import; not the screen, which they have to do without."""
    import core

    for module in pkgutil.walk_packages(core.__path__, "core."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    import_module("tui.key_map")
    gc.collect()
    gc.freeze()


def next_order(line: socket.socket, orders: TextIO) -> dict[str, Any] | None:
    """Fork for each order; answers it in the process that is to carry it out, and None in this one at the end."""
    for order in orders:
        pid = os.fork()
        if pid == 0:
            return json.loads(order)
        line.sendall(b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    return None


def become(order: Mapping[str, Any]) -> None:
    """Take on what a process is given when it is started."""
    for number, path in enumerate((os.devnull, *order["files"])):
        made = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(made, number)
        os.close(made)
    os.environ.clear()
    os.environ.update(order["environ"])
    time.tzset()
    os.chdir(order["folder"])
    named = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [order["folder"], *named, *(path for path in sys.path[1:] if path not in named)]
    sys.argv = ["tui", *order["arguments"]]


def main() -> None:
    """Wait for orders on stdin, and carry one out in each process that is forked."""
    read_all()
    line = socket.socket(fileno=os.dup(0))
    orders = line.makefile()
    order = next_order(line, orders)
    orders.close()
    line.close()
    if order is not None:
        become(order)
        runpy.run_module("tui", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
