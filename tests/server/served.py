"""A TaskManager in a process of its own, over HTTP."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

SERVE = """
import json, sys
from pathlib import Path
from core.server.serve import serve
options = json.loads(sys.argv[2])
serve(**options, database=Path(sys.argv[1]), announce=lambda said: print(said, flush=True))
print("ended", flush=True)
"""


class Served:
    """A serving process; `options` are those of `serve`."""

    def __init__(self, database: Path, key: str | None = None, port: int = 0, **options: Any) -> None:
        said = {"port": port, "api_key": key, **options}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(database), json.dumps(said)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/api", self.said)
        assert found, self.said
        self.port = int(found[1])
        self.client = httpx.Client(base_url=found[0], headers={"X-API-Key": key} if key else {}, timeout=10)

    def connect(self) -> socket.socket:
        """A connection on which a test writes what it likes."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.end()

    def end(self) -> None:
        """Be sure that it is gone."""
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def register(client: httpx.Client, name: str = "a/b") -> None:
    """Register the task type 1."""
    fields = {"name": name, "version": "1", "param_schema": {"type": "object"}}
    assert client.post("/task-types/register", json=fields).status_code == 201


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
