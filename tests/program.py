"""The program as a user runs it: in a folder and a home of its own, with nothing configured."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.warm import WarmStarts

ROOT = Path(__file__).resolve().parent.parent
OURS = ("TASKMANAGER_", "PRISMQ_", "DATABASE_URL", "YOUTUBE_")


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its stdout, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Program:
    """Runs commands in ``folder``, which is also the home of their user."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    warm: WarmStarts | None = None
    """Starts commands without reading the code of the program for each."""

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a fresh user."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
        own = {
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PATH": path,
        }
        return {**kept, **own, "TERM": "xterm-256color", "COLUMNS": "200", **self.settings}

    def with_settings(self, **settings: str) -> Program:
        """The same with more environment variables."""
        return replace(self, settings={**self.settings, **settings})

    def __call__(self, *arguments: str, timeout: float = 60) -> Answer:
        """Run the program to its end."""
        if self.warm is not None and self.warm.can(self.settings):
            return Answer(*self.warm.run(arguments, self.folder, self.environ, timeout))
        return self.command([sys.executable, "-m", "tui", *arguments], timeout=timeout)

    def command(self, command: list[str] | str, *, timeout: float = 60) -> Answer:
        """Run any command to its end; a text goes to the shell."""
        done = subprocess.run(
            command,
            shell=isinstance(command, str),
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The program at work; killed at the end if it still is."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()

    @contextmanager
    def serving(self, *arguments: str, port: int = 0) -> Iterator[str]:
        """`serve` on that port, or a free one; gives its URL."""
        with self.running("serve", "--port", str(port), *arguments) as process:
            assert process.stderr is not None
            said = process.stderr.readline()
            assert "listens on" in said, said
            yield said.split("listens on ")[1].split()[0].rstrip(",")
