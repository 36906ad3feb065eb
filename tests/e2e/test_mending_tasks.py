"""Mending tasks from the command line, and seeing who is alive."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import TypeVar

import pytest

from core.config import Config
from core.taskmanager.client import AsyncTaskManagerClient
from tests.program import Program

Value = TypeVar("Value")


def on(program: Program, ask: Callable[[AsyncTaskManagerClient], Awaitable[Value]]) -> Value:
    """Ask the TaskManager that the program uses."""

    async def asked() -> Value:
        path = str(program.folder / "data" / "prismq-workers" / "taskmanager.db")
        async with AsyncTaskManagerClient(Config(environ={"PRISMQ_TASKMANAGER_DB": path})) as client:
            return await ask(client)

    return asyncio.run(asked())


@pytest.fixture
def queued(program: Program) -> Program:
    """Three tasks that wait: #1, #2, #3."""
    for n in range(3):
        assert program("tasks", "add", "Echo", "--params", f'{{"message": "{n}"}}').code == 0
    return program


def status_of(program: Program, task_id: int) -> str:
    return program("tasks", "show", str(task_id), "--json").json["status"]


def test_a_task_is_cancelled_tried_again_and_deleted(queued: Program):
    cancelled = queued("tasks", "cancel", "1", "--yes", "--json")
    assert (cancelled.code, cancelled.json["done"], status_of(queued, 1)) == (0, 1, "failed")
    assert queued("tasks", "retry", "1").code == 0
    assert status_of(queued, 1) == "pending"
    assert queued("tasks", "delete", "1", "--yes").code == 0
    assert queued("tasks", "show", "1").code == 1


def test_what_cannot_be_done_is_told_by_row_in_the_order_asked_and_by_the_exit_code(queued: Program):
    queued("tasks", "cancel", "2", "--yes")
    answer = queued("tasks", "retry", "3", "2", "--json")
    assert answer.code == 1
    assert [(row["id"], row["ok"]) for row in answer.json["outcomes"]] == [(3, False), (2, True)]
    assert "pending" in answer.json["outcomes"][0]["error"]


def test_a_dry_run_changes_nothing_and_needs_no_yes(queued: Program):
    answer = queued("tasks", "delete", "1", "2", "--dry-run")
    assert answer.code == 0
    assert "2 of 2 would be deleted" in answer.err
    assert status_of(queued, 1) == "pending"


def test_copies_are_told_apart_by_a_parameter_and_duplicates_are_told(queued: Program):
    async def open_type(client: AsyncTaskManagerClient) -> None:
        await client.register_task_type("Open", "1", {"type": "object"})
        assert (await client.create_task("Open", {"message": "a"}, priority=3)).id == 4

    on(queued, open_type)
    answer = queued("tasks", "clone", "4", "--copies", "2", "--json")
    assert answer.code == 0
    assert [row["made"] for row in answer.json["outcomes"]] == [[5, 6]]
    copy = queued("tasks", "show", "5", "--json").json
    assert (copy["parameters"]["message"], copy["priority"]) == ("a", 3)
    assert copy["parameters"]["copy_of"].startswith("4-")
    same = queued("tasks", "clone", "4", "--same")
    assert same.code == 1
    assert "a duplicate of #4, which is pending" in same.out


def test_where_a_type_allows_no_other_parameter_copies_need_a_changed_one(queued: Program):
    answer = queued("tasks", "clone", "1")
    assert answer.code == 1
    assert "its type allows no parameter copy_of" in answer.out
    changed = queued("tasks", "clone", "1", "--copies", "2", "--change", '{"message": "copy {n}"}')
    assert changed.code == 0
    assert queued("tasks", "show", "5", "--json").json["parameters"] == {"message": "copy 2"}


def test_what_cannot_be_undone_needs_a_yes_where_nobody_can_be_asked(queued: Program):
    answer = queued("tasks", "delete", "1")
    assert answer.code == 2
    assert "add --yes" in answer.err
    assert status_of(queued, 1) == "pending"


def test_a_task_is_released_at_once_only_when_its_owner_is_not_alive(queued: Program):
    async def claim(client: AsyncTaskManagerClient) -> None:
        type_id = (await client.get_task_type("Echo")).id
        for worker in ("gone", "alive"):
            assert await client.claim_task(worker, type_id, sort_by="id") is not None
        await client.heartbeat("alive", "host-a", 7, "busy", "FIFO", [2])

    on(queued, claim)
    listed = queued("workers", "--json").json["workers"]
    assert [(each["id"], each["host"], each["pid"], each["in_hand"][0]["task_id"]) for each in listed] == [
        ("alive", "host-a", 7, 2)
    ]
    answer = queued("tasks", "release", "1", "2")
    assert answer.code == 1
    assert "alive is alive and works on it" in answer.out
    assert (status_of(queued, 1), status_of(queued, 2)) == ("pending", "claimed")
    assert queued("tasks", "release", "2", "--force").code == 0
    assert status_of(queued, 2) == "pending"


def test_a_worker_of_another_machine_that_sends_no_heartbeats_any_more_is_silent(queued: Program):
    async def beat(client: AsyncTaskManagerClient) -> None:
        for worker, state in (("far-1", "busy"), ("far-2", "stopped"), ("far-3", "idle")):
            await client.heartbeat(worker, "another-machine", 7, state, "FIFO", [])

    on(queued, beat)
    path = queued.folder / "data" / "prismq-workers" / "taskmanager.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE workers SET last_seen_at = last_seen_at - 61000 WHERE id != 'far-3'")
    listed = {row["id"]: row["state"] for row in queued("workers", "--json").json["workers"]}
    assert listed == {"far-1": "silent", "far-2": "stopped", "far-3": "idle"}
