"""The TaskManager against a plain model of its rules, over random lives of tasks."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api, Clock

WORKERS = st.sampled_from(["ann", "bob"])
IDS = st.integers(1, 6)
TIMEOUT = 300.0


@dataclass
class Known:
    """A task as the rules say it is."""

    id: int
    type_id: int
    priority: int
    status: str = "pending"
    owner: str | None = None
    since: float = 0.0
    attempts: int = 0
    progress: int = 0
    error: str | None = None
    cancelled: bool = False


class TaskManagerRules(RuleBasedStateMachine):
    """Each rule does one call, and what the rules say it does, and compares the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.database = Database.open(Path(self.folder.name) / "t.db")
        self.clock = Clock()
        self.api = Api(create_app(self.database, clock=self.clock))
        self.types: dict[str, int] = {}
        self.tasks: dict[int, Known] = {}
        self.keys: dict[tuple[int, int], int] = {}

    def teardown(self) -> None:
        self.loop.close()
        self.database.close()
        self.folder.cleanup()

    def run(self, call: Any) -> Any:
        return self.loop.run_until_complete(call)

    def expected_code(self, task_id: int, worker: str) -> int:
        task = self.tasks.get(task_id)
        if task is None:
            return 404
        if task.cancelled and task.owner == worker:
            return 403
        if task.status != "claimed":
            return 400
        return 200 if task.owner == worker else 403

    @rule(name=st.sampled_from(["a", "b"]))
    def register(self, name: str) -> None:
        type_id = self.run(self.api.register(name))
        assert self.types.setdefault(name, type_id) == type_id

    @precondition(lambda self: self.types)
    @rule(n=st.integers(0, 5), priority=st.integers(0, 2), data=st.data())
    def create(self, n: int, priority: int, data: Any) -> None:
        name = data.draw(st.sampled_from(sorted(self.types)))
        reply = self.run(self.api.post("/tasks", type=name, params={"n": n}, priority=priority))
        key = (self.types[name], n)
        assert reply.status == (200 if key in self.keys else 201)
        task_id = reply.data["id"]
        assert self.keys.setdefault(key, task_id) == task_id
        if reply.status == 201:
            assert task_id not in self.tasks
            self.tasks[task_id] = Known(task_id, self.types[name], priority)

    @rule(
        worker=WORKERS,
        type_id=st.integers(1, 2),
        sort=st.sampled_from(["id", "priority", "attempts"]),
        down=st.booleans(),
    )
    def claim(self, worker: str, type_id: int, sort: str, down: bool) -> None:
        now = self.clock.seconds
        free = [
            task
            for task in self.tasks.values()
            if task.type_id == type_id
            and (task.status == "pending" or (task.status == "claimed" and task.since < now - TIMEOUT))
        ]
        sign = -1 if down else 1
        key = {
            "id": lambda task: sign * task.id,
            "priority": lambda task: (sign * task.priority, task.id),
            "attempts": lambda task: (sign * task.attempts, task.id),
        }[sort]
        wanted = min(free, key=key, default=None)
        got = self.run(self.api.claim(worker, type_id, sort_by=sort, sort_order="DESC" if down else "ASC"))
        assert (got and got["id"]) == (wanted and wanted.id)
        if wanted:
            wanted.status, wanted.owner, wanted.since, wanted.progress = "claimed", worker, now, 0
            wanted.attempts += 1
            assert got["attempts"] == wanted.attempts

    @rule(task_id=IDS, worker=WORKERS, progress=st.integers(0, 100))
    def report_progress(self, task_id: int, worker: str, progress: int) -> None:
        code = self.expected_code(task_id, worker)
        reply = self.run(self.api.post(f"/tasks/{task_id}/progress", worker_id=worker, progress=progress))
        assert reply.status == code
        if code == 200:
            self.tasks[task_id].progress, self.tasks[task_id].since = progress, self.clock.seconds

    @rule(task_id=IDS, worker=WORKERS)
    def complete(self, task_id: int, worker: str) -> None:
        code = self.expected_code(task_id, worker)
        assert self.run(self.api.complete(task_id, worker)).status == code
        if code == 200:
            task = self.tasks[task_id]
            task.status, task.error, task.progress = "completed", None, 100

    @rule(task_id=IDS, worker=WORKERS)
    def fail(self, task_id: int, worker: str) -> None:
        code = self.expected_code(task_id, worker)
        reply = self.run(self.api.complete(task_id, worker, success=False, error="broke"))
        assert reply.status == code
        if code == 200:
            task = self.tasks[task_id]
            task.error = "broke"
            if task.attempts >= 3:
                task.status = "failed"
            else:
                task.status, task.owner = "pending", None
            assert reply.data["status"] == ("failed" if task.status == "failed" else "pending (retry)")

    @rule(seconds=st.sampled_from([1.0, 299.0, 300.0, 301.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.seconds += seconds

    @rule(task_id=IDS, action=st.sampled_from(["retry", "release", "cancel", "delete"]), dry=st.booleans())
    def operate(self, task_id: int, action: str, dry: bool) -> None:
        task = self.tasks.get(task_id)
        fits = {
            "retry": ["failed"],
            "release": ["claimed"],
            "cancel": ["pending", "claimed"],
            "delete": ["pending", "completed", "failed"],
        }[action]
        told = self.run(self.api.bulk(action, ids=[task_id], force=True, dry_run=dry))["outcomes"][0]
        assert told["ok"] is (task is not None and task.status in fits)
        if task is None or not told["ok"] or dry:
            return
        if action == "retry":
            task.status, task.owner, task.attempts, task.progress, task.cancelled = "pending", None, 0, 0, False
        elif action == "release":
            task.status, task.owner, task.progress = "pending", None, 0
        elif action == "cancel":
            task.status, task.error, task.cancelled = "failed", "cancelled", True
        else:
            del self.tasks[task_id]
            self.keys = {key: known for key, known in self.keys.items() if known != task_id}

    @invariant()
    def every_task_is_as_the_rules_say(self) -> None:
        rows = self.run(self.api.get("/tasks", limit=1000, sort_order="ASC")).data
        got = [
            (r["id"], r["status"], r["claimed_by"], r["attempts"], r["progress"], r["error_message"], r["priority"])
            for r in rows["tasks"]
        ]
        expected = [
            (t.id, t.status, t.owner, t.attempts, t.progress, t.error, t.priority)
            for t in sorted(self.tasks.values(), key=lambda task: task.id)
        ]
        assert got == expected
        assert rows["total"] == len(expected)

    @invariant()
    def the_counters_agree_with_the_tasks(self) -> None:
        for row in self.run(self.api.get("/stats")).data["types"]:
            for status in ("pending", "claimed", "completed", "failed"):
                held = [t for t in self.tasks.values() if t.type_id == row["id"] and t.status == status]
                assert row[status] == len(held)


TestRules = TaskManagerRules.TestCase
TestRules.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
