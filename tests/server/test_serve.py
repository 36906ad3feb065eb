"""The TaskManager over HTTP, in a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core.server.serve import ServeProblem, serve

SERVE = """
import sys
from pathlib import Path
from core.server.serve import serve
serve(port=0, database=Path(sys.argv[1]), api_key=sys.argv[2] or None, announce=lambda said: print(said, flush=True))
print("ended", flush=True)
"""


class Served:
    """A serving process."""

    def __init__(self, database: Path, key: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(database), key], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/api", self.said)
        assert found, self.said
        self.client = httpx.Client(base_url=found[0], headers={"X-API-Key": key} if key else {}, timeout=10)

    def end(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path / "t.db")
    yield running
    running.end()


def register(client: httpx.Client) -> None:
    fields = {"name": "a/b", "version": "1", "param_schema": {"type": "object"}}
    assert client.post("/task-types/register", json=fields).status_code == 201


def test_a_task_runs_its_life_over_http(served: Served, tmp_path: Path) -> None:
    assert str(tmp_path / "t.db") in served.said
    client = served.client
    register(client)
    assert client.get("/task-types/a%2Fb").json()["data"]["id"] == 1
    assert client.post("/tasks", json={"type": "a/b", "params": {"x": "é"}}).status_code == 201
    claimed = client.post("/tasks/claim", json={"worker_id": "w", "task_type_id": 1}).json()["data"]
    assert claimed["params"] == {"x": "é"}
    done = client.post("/tasks/1/complete", json={"worker_id": "w", "success": True})
    assert done.json()["data"]["status"] == "completed"
    assert client.get("/tasks/1", headers={"Host": "evil.example"}).status_code == 403
    assert client.post("/tasks", content=b"x" * (2 << 20)).status_code == 413
    assert client.head("/health").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quickly_while_long_polls_are_open(served: Served, number: signal.Signals) -> None:
    register(served.client)
    body = b'{"worker_id":"w","task_type_ids":[1],"wait":30}'
    head = f"POST /tasks/claim-batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    polls = [socket.create_connection(("127.0.0.1", served.client.base_url.port or 0)) for _ in range(3)]
    for poll in polls:
        poll.sendall(head.encode() + body)
    # What came before these is read before these: afterwards the polls are open.
    for _ in range(3):
        assert served.client.get("/health").status_code == 200
    started = time.monotonic()
    served.process.send_signal(number)
    out, _ = served.process.communicate(timeout=10)
    assert time.monotonic() - started < 3
    assert (out, served.process.returncode) == ("ended\n", 0)
    for poll in polls:
        answer = poll.makefile("rb").read()
        poll.close()
        assert b'"tasks":[]' in answer


def test_a_killed_server_has_lost_nothing_that_it_answered(tmp_path: Path) -> None:
    served = Served(tmp_path / "t.db", key="secret")
    register(served.client)
    answered: list[int] = []
    enough = threading.Event()

    def create() -> None:
        for n in range(100_000):
            try:
                reply = served.client.post("/tasks", json={"type": "a/b", "params": {"n": n}})
            except httpx.TransportError:
                return
            answered.append(reply.json()["data"]["id"])
            if len(answered) == 50:
                enough.set()

    creating = threading.Thread(target=create)
    creating.start()
    enough.wait(20)
    os.kill(served.process.pid, signal.SIGKILL)
    creating.join()
    served.end()
    again = Served(tmp_path / "t.db", key="secret")
    kept = again.client.get("/tasks", params={"limit": 1000, "sort_order": "ASC"}).json()["data"]
    again.end()
    assert set(answered) <= {task["id"] for task in kept["tasks"]}
    assert kept["total"] == len(kept["tasks"])


def refused(tmp_path: Path, **options: object) -> str:
    settings = {"port": 0, "database": tmp_path / "t.db", "api_key": None} | options
    with pytest.raises(ServeProblem) as caught:
        serve(**settings, announce=lambda said: None)  # type: ignore[arg-type]
    return str(caught.value)


def test_it_does_not_start_where_it_should_not(tmp_path: Path) -> None:
    assert "key" in refused(tmp_path, host="0.0.0.0")
    assert "key" in refused(tmp_path, host="192.0.2.1", api_key="")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "in use" in refused(tmp_path, port=taken.getsockname()[1])
    assert "not a port" in refused(tmp_path, port=99_999)
    (tmp_path / "text").write_text("no database " * 100)
    assert "not a SQLite database" in refused(tmp_path, database=tmp_path / "text")
