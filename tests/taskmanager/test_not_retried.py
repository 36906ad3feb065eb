"""Reports that say whether and when to try again: told where the server understands that, and left out elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.config import Config
from core.errors import ClaimLost
from core.models import Report, Task, TaskStatus
from core.taskmanager.capabilities import announced
from core.taskmanager.client import AsyncTaskManagerClient
from core.taskmanager.unclear import became
from tests.contract.observed import ObservedTaskManager

LATER = datetime(2999, 1, 1, tzinfo=UTC)


async def claimed(client: AsyncTaskManagerClient, number: int = 1) -> Task:
    """A task that w has claimed."""
    kind = await client.register_task_type("T", "1.0.0", {"type": "object"})
    await client.create_task("T", {"n": number})
    task = await client.claim_task("w", kind.id)
    assert task is not None
    return task


def embedded(tmp_path: Path) -> AsyncTaskManagerClient:
    return AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db"))


async def test_the_embedded_server_announces_that_it_can_be_told(tmp_path: Path):
    async with embedded(tmp_path) as client:
        assert not client.puts_off, "nothing is known before it was asked"
        assert {"retryable", "retry-at"} <= (await client.capabilities()).names
        assert client.puts_off


async def test_a_single_report_can_be_final_or_put_its_task_off(tmp_path: Path):
    async with embedded(tmp_path) as client:
        first, second = await claimed(client, 1), await claimed(client, 2)
        taken = await client.complete_task(first.id, "w", False, error="private", retryable=False)
        assert (taken.status, taken.requeued) == ("failed", False)
        taken = await client.complete_task(second.id, "w", False, error="no quota", retry_at=LATER)
        assert taken.requeued
        task = await client.get_task(second.id)
        assert (task.status, task.retry_at, task.attempts, task.max_retries) == (TaskStatus.PENDING, LATER, 1, 4)


async def test_reports_of_a_batch_are_final_or_put_off_each_for_itself(tmp_path: Path):
    async with embedded(tmp_path) as client:
        ids = [(await claimed(client, number)).id for number in (1, 2, 3)]
        fates = [(True, None), (False, None), (True, LATER)]
        reports = [Report(each, "w", 1, False, None, "no", *fate) for each, fate in zip(ids, fates, strict=True)]
        rows = await client.complete_many("w", reports)
        assert [row.status for row in rows] == ["pending (retry)", "failed", "pending (retry)"]
        assert [(await client.get_task(each)).retry_at for each in ids] == [None, None, LATER]
        page = await client.pending_in_order("T", "id", "ASC", 10)
        assert ([task.id for task in page.tasks], page.total) == ([ids[0]], 1), "no claim takes one that is put off"


async def test_a_server_that_cannot_be_told_gets_the_documented_report_only():
    observed = ObservedTaskManager()
    with observed.serving() as url:
        config = Config.bare(taskmanager_api_url=url, taskmanager_api_key=observed.api_key)
        async with AsyncTaskManagerClient(config) as client:
            task = await claimed(client)
            [row] = await client.complete_many("w", [Report(task.id, "w", 1, False, None, "no", False, LATER)])
            assert (row.status, client.puts_off) == ("pending (retry)", False)
            again = await client.claim_task("w", task.task_type_id or 0)
            assert again is not None
            taken = await client.complete_task(task.id, "w", False, error="no", retryable=False, retry_at=LATER)
            assert taken.requeued
    assert observed.report_bodies == [{"worker_id": "w", "success": False, "error": "no"}] * 2


def test_a_task_that_waits_again_has_not_heard_that_its_failure_is_final():
    waiting = Task(1, "T", status=TaskStatus.PENDING, attempts=1)
    final = Report(1, "w", 1, False, None, "no", retryable=False)
    with pytest.raises(ClaimLost, match="no longer claimed"):
        became(final, waiting)
    taken = became(replace(final, retryable=True), waiting)
    assert taken is not None and taken.requeued


def test_only_a_document_that_names_the_fields_announces_them():
    post = {"post": {"requestBody": {"content": {"application/json": {"schema": {"properties": {"retryable": {}}}}}}}}
    known = announced({"paths": {"/tasks/claim-batch": {"post": {}}, "/tasks/{id}/complete": post}})
    assert known is not None
    assert ("retryable" in known, "retry-at" in known) == (True, False)


def test_a_report_whose_own_error_is_cancelled_was_taken_where_the_server_says_that_nobody_cancelled_it():
    ended = Task(1, "T", status=TaskStatus.FAILED, attempts=1, claimed_by="w", error="cancelled", cancelled=False)
    report = Report(1, "w", 1, False, None, "cancelled")
    assert became(report, ended) is not None
    with pytest.raises(ClaimLost):
        became(report, replace(ended, cancelled=True))
