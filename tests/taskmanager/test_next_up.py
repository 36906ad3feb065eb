"""The tasks that are claimed next, where many that come before them are put off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.config import Config
from core.models import Report
from core.taskmanager import next_up
from core.taskmanager.client import AsyncTaskManagerClient

LATER = datetime(2999, 1, 1, tzinfo=UTC)


async def with_put_off(client: AsyncTaskManagerClient, put_off: int, free: int) -> list[int]:
    """So many tasks, the oldest of them put off; answers the ids of the others."""
    kind = await client.register_task_type("T", "1", {"type": "object"})
    ids = [(await client.create_task("T", {"n": number})).id for number in range(put_off + free)]
    taken = await client.claim_many("w", [kind.id], limit=put_off, sort_by="id", sort_order="ASC")
    assert [task.id for task in taken] == ids[:put_off]
    await client.complete_many("w", [Report(each, "w", 1, False, None, "no", True, LATER) for each in ids[:put_off]])
    return ids[put_off:]


@pytest.mark.parametrize("field", ["id", "priority"])
async def test_a_list_is_read_on_past_those_that_are_put_off(tmp_path: Path, field: str):
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        free = await with_put_off(client, 5, 4)
        page = await client.pending_in_order("T", field, "ASC", 5)
        assert ([task.id for task in page.tasks], page.total, page.searched) == (free, 4, None)


async def test_how_many_wait_is_not_known_where_more_may_be_put_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(next_up, "PAGE", 2)
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        free = await with_put_off(client, 2, 6)
        page = await client.pending_in_order("T", "id", "ASC", 2)
        assert ([task.id for task in page.tasks], page.searched) == (free[:2], None)
        assert (page.total, page.searchable) == (None, 6)


async def test_where_too_many_are_put_off_it_says_how_many_were_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(next_up, "MOST_LOOKED_AT", 6)
    async with AsyncTaskManagerClient(Config.bare(taskmanager_db=tmp_path / "tasks.db")) as client:
        free = await with_put_off(client, 5, 5)
        page = await client.pending_in_order("T", "id", "ASC", 3)
        assert ([task.id for task in page.tasks], page.searched) == (free[:1], 6)
        assert (page.total, page.searchable) == (None, 5), "at most five wait, and some of them may be put off"
