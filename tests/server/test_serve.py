"""The TaskManager over HTTP, in a process of its own."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core.server.serve import ServeProblem, serve
from tests.program import Program
from tests.server.served import Served, register


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path / "t.db")
    yield running
    running.end()


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
    polls = [served.connect() for _ in range(3)]
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
    assert "NORMAL or FULL" in refused(tmp_path, synchronous="OFF")
    assert "not a port" in refused(tmp_path, port=99_999)
    (tmp_path / "text").write_text("no database " * 100)
    assert "not a SQLite database" in refused(tmp_path, database=tmp_path / "text")


def test_its_rules_are_those_that_it_was_started_with(tmp_path: Path) -> None:
    served = Served(
        tmp_path / "t.db", claim_timeout=7, max_body=200, synchronous="FULL", rate_limit=[3, 60], key="secret"
    )
    assert served.client.get("/health").json()["data"]["claim_timeout"] == 7
    register(served.client)
    assert served.client.post("/tasks", content=b"x" * 201).status_code == 413
    codes = [served.client.get("/tasks").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    served.end()


def hang_up(client: socket.socket) -> None:
    """End what this client says, and see the server end the connection because of that."""
    client.settimeout(10)
    client.shutdown(socket.SHUT_WR)
    assert client.recv(1) == b""


def test_a_client_that_hangs_up_while_it_waits_is_given_nothing(served: Served) -> None:
    register(served.client)
    body = b'{"worker_id":"gone","task_type_ids":[1],"wait":20}'
    head = f"POST /tasks/claim-batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    with served.connect() as waiting:
        waiting.sendall(head.encode() + body)
        hang_up(waiting)
    made = served.client.post("/tasks", json={"type": "a/b", "params": {"n": 1}}).json()["data"]["id"]
    task = served.client.get(f"/tasks/{made}").json()["data"]
    assert (task["status"], task["claimed_by"], task["attempts"]) == ("pending", None, 0)


def test_a_hundred_clients_that_hung_up_leave_every_task_to_the_one_that_waits(served: Served) -> None:
    register(served.client)
    body = b'{"worker_id":"gone","task_type_ids":[1],"wait":20}'
    head = f"POST /tasks/claim-batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    gone = [served.connect() for _ in range(100)]
    for poll in gone:
        poll.sendall(head.encode() + body)
    for poll in gone:
        hang_up(poll)
        poll.close()
    for n in range(20):
        served.client.post("/tasks", json={"type": "a/b", "params": {"n": n}})
    here = {"worker_id": "here", "task_type_ids": [1], "limit": 100, "wait": 5}
    assert len(served.client.post("/tasks/claim-batch", json=here).json()["data"]["tasks"]) == 20


def test_the_command_hands_its_options_and_the_configured_claim_timeout_on(program: Program) -> None:
    configured = program.with_settings(PRISMQ_CLAIM_TIMEOUT="9")
    options = ("--rate-limit", "2/60", "--max-body", "100", "--synchronous", "FULL")
    with configured.serving(*options, "--database", "t.db") as base:
        assert httpx.get(f"{base}/health").json()["data"]["claim_timeout"] == 9
        assert [httpx.get(f"{base}/stats").status_code for _ in range(3)] == [200, 200, 429]
        assert httpx.post(f"{base}/tasks", content=b"x" * 101).status_code == 413


@pytest.mark.parametrize("rate", ["5", "0/60", "5/0", "5/nan", "five/60", "-1/60"])
def test_the_command_refuses_a_rate_that_is_none(program: Program, rate: str) -> None:
    answer = program("serve", "--rate-limit", rate, "--port", "0")
    assert answer.code == 2
    assert "100/60" in answer.err
