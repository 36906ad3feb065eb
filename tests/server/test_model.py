"""The TaskManager beside the plain rules, over random lives of tasks: same answers, and a feed that tells all."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.server.app import create_app
from core.server.database import Database
from core.server.times import iso
from tests.server.client import Api, Clock
from tests.server.rules import FITS, MOST_ATTEMPTS, SORTS, STATUSES, Rules

WORKERS = st.sampled_from(["ann", "bob", "cy"])
WHO = st.sampled_from(["its owner", "its owner", "its owner", "ann", "bob"])
PICKS = st.integers(0, 9)
"""Which of the present tasks is meant, see `picked`."""

TYPES = st.sampled_from([1, 1, 1, 2, 2, 3])
ATTEMPTS = st.sampled_from([None, None, None, 1, 2, 3])
RETRYABLE = st.sampled_from([True, True, True, False])
RETRY_IN = st.sampled_from([None, None, 0.0, 150.0, 400.0])
"""Seconds after which a failure may be tried again."""
NAMES = ["a", "b", "c"]
ORDERS = st.sampled_from(["ASC", "DESC"])


class TaskManagerRules(RuleBasedStateMachine):
    """Each rule makes one call, has the plain rules say what comes of it, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.database = Database.open(Path(self.folder.name) / "t.db")
        self.clock = Clock()
        self.api = Api(create_app(self.database, clock=self.clock, max_attempts=MOST_ATTEMPTS))
        self.rules = Rules()
        self.mirror: dict[int, dict[str, Any]] = {}
        self.after = 0

    def teardown(self) -> None:
        self.loop.close()
        self.database.close()
        self.folder.cleanup()

    def run(self, call: Any) -> Any:
        return self.loop.run_until_complete(call)

    def post(self, path: str, **fields: Any) -> Any:
        return self.run(self.api.post(path, **fields))

    def picked(self, pick: int) -> int:
        """An id: most picks mean a task that is claimed, some any that is there, 9 one that is not."""
        known = self.rules.in_order()
        if pick < 6:
            known = [task for task in known if task.status == "claimed"] or known
        return known[pick % len(known)].id if known and pick < 9 else 999

    def called(self, who: str, task_id: int) -> str:
        """A worker's name: the one that holds this task, or the one named."""
        task = self.rules.tasks.get(task_id)
        return (task and task.owner) or "ann" if who == "its owner" else who

    @initialize(priorities=st.lists(st.integers(-1, 1), min_size=5, max_size=9))
    def begin(self, priorities: list[int]) -> None:
        """Lives begin with something to do."""
        for name in NAMES[:2]:
            self.register(name, "1")
        for place, priority in enumerate(priorities):
            self.make(NAMES[place % 2], place, priority)

    @rule(name=st.sampled_from(NAMES), version=st.sampled_from(["1", "2"]))
    def register(self, name: str, version: str) -> None:
        reply = self.post("/task-types/register", name=name, version=version, param_schema={"type": "object"})
        assert (reply.status, reply.data["id"]) == self.rules.register(name)

    @rule(n=st.integers(0, 12), priority=st.integers(-1, 1), data=st.data())
    def create(self, n: int, priority: int, data: Any) -> None:
        self.make(data.draw(st.sampled_from(sorted(self.rules.types))), n, priority)

    def make(self, name: str, n: int, priority: int) -> None:
        reply = self.post("/tasks", type=name, params={"n": n}, priority=priority)
        assert (reply.status, reply.data["id"]) == self.rules.create(name, n, priority)

    @rule(worker=WORKERS, type_id=TYPES, sort=st.sampled_from(sorted(SORTS)), order=ORDERS)
    def claim(self, worker: str, type_id: int, sort: str, order: str) -> None:
        expected = self.rules.claim(worker, [type_id], 1, sort, order, self.clock.seconds)
        got = self.run(self.api.claim(worker, type_id, sort_by=sort, sort_order=order))
        told = [] if got is None else [(got["id"], got["attempts"])]
        assert told == [(each.id, each.attempts) for each in expected]

    @rule(
        worker=WORKERS,
        types=st.lists(TYPES, min_size=1, max_size=4),
        limit=st.integers(1, 4),
        sort=st.sampled_from(sorted(SORTS)),
        order=ORDERS,
    )
    def claim_batch(self, worker: str, types: list[int], limit: int, sort: str, order: str) -> None:
        expected = self.rules.claim(worker, types, limit, sort, order, self.clock.seconds)
        got = self.run(self.api.batch(types, worker, limit=limit, sort_by=sort, sort_order=order))
        assert [(task["id"], task["attempts"], task["priority"]) for task in got] == [
            (each.id, each.attempts, each.priority) for each in expected
        ]

    @rule(pick=PICKS, who=WHO, progress=st.integers(0, 100))
    def tell_progress(self, pick: int, who: str, progress: int) -> None:
        task_id = self.picked(pick)
        worker = self.called(who, task_id)
        reply = self.post(f"/tasks/{task_id}/progress", worker_id=worker, progress=progress)
        assert reply.status == self.rules.tell_progress(task_id, worker, progress, self.clock.seconds)

    @rule(who=WHO, picks=st.lists(PICKS, min_size=1, max_size=4), later=st.sampled_from([0.0, 150.0]))
    def beat(self, who: str, picks: list[int], later: float) -> None:
        self.clock.seconds += later
        ids = list(dict.fromkeys(map(self.picked, picks)))
        worker = self.called(who, ids[0])
        told = self.post(f"/workers/{worker}/heartbeat", state="busy", task_ids=ids).data
        assert told["extended"] == self.rules.beat(worker, ids, self.clock.seconds)
        assert told["lost"] == sorted(set(ids) - set(told["extended"]))

    def told(
        self, success: bool, attempts: int | None, retryable: bool, retry_in: float | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """How a task ended, as the rules are asked and as it goes over the wire."""
        at = None if retry_in is None else round(self.clock.seconds + retry_in, 3)
        fields = {"error": None if success else "broke", "attempts": attempts, "retryable": retryable}
        fields["retry_at"] = None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
        return (success, attempts, self.clock.seconds, retryable, at), fields

    @rule(pick=PICKS, who=WHO, success=st.booleans(), attempts=ATTEMPTS, retryable=RETRYABLE, retry_in=RETRY_IN)
    def complete(
        self, pick: int, who: str, success: bool, attempts: int | None, retryable: bool, retry_in: float | None
    ) -> None:
        task_id = self.picked(pick)
        worker = self.called(who, task_id)
        asked, fields = self.told(success, attempts, retryable, retry_in)
        code, status = self.rules.report(task_id, worker, *asked)
        reply = self.run(self.api.complete(task_id, worker, success, **fields))
        assert reply.status == code
        if code == 200:
            assert reply.data == {"id": task_id, "status": status}

    @rule(
        who=WHO,
        said=st.lists(st.tuples(PICKS, st.booleans(), ATTEMPTS, RETRYABLE, RETRY_IN), min_size=1, max_size=4),
    )
    def complete_batch(self, who: str, said: list[tuple[int, bool, int | None, bool, float | None]]) -> None:
        reports = [(self.picked(pick), *self.told(*told)) for pick, *told in said]
        worker = self.called(who, reports[0][0])
        expected = [(task_id, *self.rules.report(task_id, worker, *asked)) for task_id, asked, _ in reports]
        given = [{"id": task_id, "success": asked[0], **fields} for task_id, asked, fields in reports]
        outcomes = self.post("/tasks/complete-batch", worker_id=worker, reports=given).data["outcomes"]
        assert [(each["id"], each["code"], each["status"]) for each in outcomes] == expected
        assert all(each["ok"] is (each["code"] == 200) for each in outcomes)

    @rule(seconds=st.sampled_from([0.001, 150.0, 300.0, 300.0, 301.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.seconds = round(self.clock.seconds + seconds, 3)

    @rule(
        action=st.sampled_from(sorted(FITS)),
        picks=st.lists(PICKS, min_size=1, max_size=2),
        who=WHO,
        force=st.booleans(),
        dry=st.booleans(),
    )
    def operate(self, action: str, picks: list[int], who: str, force: bool, dry: bool) -> None:
        ids = [self.picked(pick) for pick in picks]
        worker = self.called(who, ids[0])
        expected = self.rules.operate(action, ids, worker, force, dry)
        told = self.post("/tasks/bulk", action=action, ids=ids, worker_id=worker, force=force, dry_run=dry).data
        assert [(each["id"], each["code"]) for each in told["outcomes"]] == expected
        assert told["changed"] == [code for _, code in expected].count(200)

    @rule(
        action=st.sampled_from(sorted(FITS)),
        statuses=st.lists(st.sampled_from(STATUSES), unique=True, max_size=3),
        types=st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
        dry=st.booleans(),
    )
    def operate_by_filter(self, action: str, statuses: list[str], types: list[str], dry: bool) -> None:
        wanted = {"status": statuses, "type": types}
        reply = self.post("/tasks/bulk", action=action, filter=wanted, force=True, dry_run=dry)
        if not statuses and not types:
            assert reply.status == 400
            return
        chosen = self.rules.selected(action, statuses, types)
        expected = self.rules.operate(action, chosen, "", True, dry)
        assert [(each["id"], each["code"]) for each in reply.data["outcomes"]] == expected

    @rule(pick=PICKS)
    def read_history(self, pick: int) -> None:
        task_id = self.picked(pick)
        known = self.rules.tasks.get(task_id)
        if known is None:
            assert self.run(self.api.get(f"/tasks/{task_id}/history")).status == 404
        else:
            assert [line["event"] for line in self.run(self.api.history(task_id))] == known.events

    def listed(self) -> list[dict[str, Any]]:
        return self.run(self.api.get("/tasks", limit=1000, sort_order="ASC")).data["tasks"]

    @invariant()
    def every_task_is_as_the_rules_say(self) -> None:
        got = [
            (r["id"], r["status"], r["claimed_by"], r["attempts"], r["progress"], r["error_message"], r["priority"])
            for r in self.listed()
        ]
        assert got == [
            (t.id, t.status, t.owner, t.attempts, t.progress, t.error, t.priority) for t in self.rules.in_order()
        ]

    @invariant()
    def it_is_told_which_tasks_wait_to_be_tried_again(self) -> None:
        got = [(row["id"], row.get("retry_at"), row.get("deferrals", 0)) for row in self.listed()]
        assert got == [
            (t.id, iso(None if t.retry_at is None else round(t.retry_at * 1000)), t.deferrals)
            for t in self.rules.in_order()
        ]

    @rule(sort=st.sampled_from(["priority", "attempts"]), order=ORDERS)
    def list_those_that_are_pending(self, sort: str, order: str) -> None:
        page = self.run(self.api.get("/tasks", status="pending", limit=1000, sort_by=sort, sort_order=order)).data
        pending = [t for t in self.rules.in_order() if t.status == "pending"]
        sign = -1 if order == "DESC" else 1
        expected = sorted(pending, key=lambda task: SORTS[sort](task, sign))
        assert [row["id"] for row in page["tasks"]] == [task.id for task in expected]
        assert page["total"] == len(expected)

    @invariant()
    def the_counters_agree_with_the_tasks(self) -> None:
        for row in self.run(self.api.get("/stats")).data["types"]:
            for status in STATUSES:
                held = [t for t in self.rules.tasks.values() if t.type_id == row["id"] and t.status == status]
                assert row[status] == len(held)

    @invariant()
    def the_oldest_that_may_be_claimed_is_told(self) -> None:
        created = {row["id"]: row["created_at"] for row in self.listed()}
        for row in self.run(self.api.get("/stats")).data["types"]:
            oldest = self.rules.oldest_pending(row["id"], self.clock.seconds)
            assert row["oldest_pending_at"] == (None if oldest is None else created[oldest])

    @rule(page=st.integers(1, 3))
    def follow(self, page: int) -> None:
        """Read on where the reader left off, in small pages, and come to the present state."""
        while True:
            feed = self.run(self.api.changes(self.after, limit=page))
            if feed["reset"]:
                assert self.after == 0  # a reader that keeps up is never sent back
                self.mirror = {task["id"]: task for task in self.listed()}
            for change in feed["changes"]:
                if change["task"] is None:
                    self.mirror.pop(change["deleted"], None)
                else:
                    self.mirror[change["task"]["id"]] = change["task"]
            done = not feed["changes"]
            self.after = feed["next"]
            if done:
                break
        assert [self.mirror[task_id] for task_id in sorted(self.mirror)] == self.listed()


STEADY = settings(
    max_examples=30,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestRules = TaskManagerRules.TestCase
TestRules.settings = STEADY


@pytest.mark.soak
def test_long_lives_keep_to_the_rules() -> None:
    long = settings(STEADY, max_examples=600, stateful_step_count=80, derandomize=False, print_blob=True)
    run_state_machine_as_test(TaskManagerRules, settings=long)
