"""Many clients at once over HTTP, with and without a server that is killed in between."""

import http.client
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.server.served import Served, free_port, register

CLIENTS = 8
SIZES = [240, pytest.param(5000, marks=pytest.mark.soak)]


class Unanswered(Exception):
    """The server was gone before it answered: nobody knows what it did."""


class Worker:
    """One client: a kept connection, and a record of everything that was answered."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.created: list[int] = []
        self.claimed: list[int] = []
        self.completed: list[int] = []

    def call(self, method: str, path: str, **fields: Any) -> tuple[int, Any]:
        body = json.dumps(fields) if method == "POST" else None
        try:
            self.connection.request(method, f"/api{path}", body)
            reply = self.connection.getresponse()
            told = json.loads(reply.read())
        except (OSError, http.client.HTTPException) as gone:
            self.connection.close()
            raise Unanswered from gone
        return reply.status, told.get("data", told)

    def create(self, n: int) -> None:
        code, told = self.call("POST", "/tasks", type="a/b", params={"n": n, "by": self.name})
        assert code in (200, 201), told
        self.created.append(told["id"])

    def claim(self, limit: int) -> list[int]:
        """Claim up to `limit` tasks: one by the documented call, more by the batch."""
        if limit == 1:
            code, told = self.call("POST", "/tasks/claim", worker_id=self.name, task_type_id=1)
            assert code in (200, 404), told
            found = [told["id"]] if code == 200 else []
        else:
            fields = {"worker_id": self.name, "task_type_ids": [1], "limit": limit}
            code, told = self.call("POST", "/tasks/claim-batch", **fields)
            assert code == 200, told
            found = [task["id"] for task in told["tasks"]]
        self.claimed += found
        return found

    def complete(self, task_id: int) -> None:
        fields = {"worker_id": self.name, "success": True, "result": {"by": self.name}}
        code, told = self.call("POST", f"/tasks/{task_id}/complete", **fields)
        if code == 400:  # an earlier report arrived, but its answer did not
            _, task = self.call("GET", f"/tasks/{task_id}")
            assert (task["status"], task["result"]) == ("completed", {"by": self.name})
        else:
            assert (code, told["status"]) == (200, "completed")
        self.completed.append(task_id)


def all_at_once(workers: list[Worker], work: Callable[[Worker, int], None]) -> None:
    """Have each client work in a thread of its own; raises what went wrong in any."""
    with ThreadPoolExecutor(len(workers)) as threads:
        for running in [threads.submit(work, worker, place) for place, worker in enumerate(workers)]:
            running.result()
    for worker in workers:
        worker.connection.close()


def events(path: Path) -> Counter[tuple[int, str]]:
    """How often each event is in each task's history, read from the file."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT task_id, event, count(*) FROM history GROUP BY task_id, event")
        return Counter({(task_id, event): amount for task_id, event, amount in rows})


def assert_each_done_once(served: Served, path: Path, workers: list[Worker], amount: int) -> None:
    created = [task_id for worker in workers for task_id in worker.created]
    completed = [task_id for worker in workers for task_id in worker.completed]
    claimed = [task_id for worker in workers for task_id in worker.claimed]
    assert len(created) == len(set(created)) == amount
    assert sorted(completed) == sorted(created)
    assert len(claimed) == len(set(claimed))
    assert set(events(path).items()) == {
        ((task_id, event), 1) for task_id in created for event in ("created", "claimed", "completed")
    }
    told = served.client.get("/stats").json()["data"]["types"][0]
    assert {name: told[name] for name in ("pending", "claimed", "completed", "failed")} == {
        "pending": 0,
        "claimed": 0,
        "completed": amount,
        "failed": 0,
    }


@pytest.mark.parametrize("amount", SIZES)
def test_eight_clients_claim_and_complete_every_task_once(tmp_path: Path, amount: int) -> None:
    served = Served(tmp_path / "t.db")
    register(served.client)
    workers = [Worker(f"worker-{n}", served.port) for n in range(CLIENTS)]

    def create(worker: Worker, place: int) -> None:
        for n in range(place, amount, CLIENTS):
            worker.create(n)

    def drain(worker: Worker, place: int) -> None:
        limit = 1 if place % 2 else 7
        while held := worker.claim(limit):
            for task_id in held:
                worker.complete(task_id)

    all_at_once(workers, create)
    all_at_once(workers, drain)
    assert sum(bool(worker.claimed) for worker in workers) > 1
    assert_each_done_once(served, tmp_path / "t.db", workers, amount)
    served.end()


class Killed:
    """A server that is killed whenever so many more tasks are done, and started again at the same port."""

    def __init__(self, path: Path, amount: int, kills: int) -> None:
        self.path, self.port = path, free_port()
        self.running = Served(path, port=self.port)
        self.up = threading.Event()
        self.up.set()
        self.done = threading.Semaphore(0)
        self.every, self.kills = amount // (kills + 1), kills
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        for _ in range(self.kills):
            for _ in range(self.every):
                self.done.acquire()
            self.up.clear()
            self.running.kill()
            self.running = Served(self.path, port=self.port)
            self.up.set()

    def again(self, step: Callable[[], Any]) -> Any:
        """Do a step until it is answered."""
        while True:
            try:
                return step()
            except Unanswered:
                assert self.up.wait(60)


def held_by(worker: Worker) -> list[int]:
    """What a client finds that it holds, after a claim whose answer it never got."""
    _, told = worker.call("GET", "/tasks?status=claimed&limit=1000")
    return [task["id"] for task in told["tasks"] if task["claimed_by"] == worker.name]


@pytest.mark.parametrize("amount", SIZES)
def test_nothing_that_was_answered_is_lost_when_the_server_is_killed_three_times(tmp_path: Path, amount: int) -> None:
    path = tmp_path / "t.db"
    server = Killed(path, amount, kills=3)
    register(server.running.client)
    workers = [Worker(f"worker-{n}", server.port) for n in range(CLIENTS)]

    def claim(worker: Worker, limit: int) -> list[int]:
        try:
            return worker.claim(limit)
        except Unanswered:
            assert server.up.wait(60)
            found: list[int] = server.again(lambda: held_by(worker))
            worker.claimed += found
            return found

    def work(worker: Worker, place: int) -> None:
        limit = 1 if place % 2 else 3
        for n in range(place, amount, CLIENTS):
            server.again(lambda n=n: worker.create(n))
            for task_id in claim(worker, limit):
                server.again(lambda task_id=task_id: worker.complete(task_id))
                server.done.release()
        while held := claim(worker, limit):
            for task_id in held:
                server.again(lambda task_id=task_id: worker.complete(task_id))
                server.done.release()

    server.thread.start()
    all_at_once(workers, work)
    server.thread.join(60)
    # A client that found nothing while another's claim was unclear has left; look once more.
    all_at_once(workers[:1], lambda worker, place: [worker.complete(each) for each in worker.claim(7)] and None)
    assert_each_done_once(server.running, path, workers, amount)
    server.running.end()
