"""An outcome that cannot be kept fails alone, and the database is waited for when it is not to blame."""

import asyncio

import pytest

from core.errors import DatabaseUnusable
from core.events import Said, TaskFailed
from core.models import TaskResult
from tests.results.conftest import a_task, an_outcome, claimed, running


async def test_an_outcome_that_no_database_can_keep_fails_alone(tasks, database, heard, deliverer):
    await claimed(tasks, 3)
    huge = TaskResult(True, {"n": 2}, items_processed=2**70)
    async with running(deliverer):
        kept_results = await deliverer.settle([an_outcome(1), an_outcome(2, huge), an_outcome(3)])
        assert await deliverer.drain(5) == 0
    assert [result.success for result in kept_results] == [True, False, True]
    assert "could not be kept" in kept_results[1].error
    assert [event.task_id for event in heard.of(TaskFailed)] == [2]


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
async def test_a_save_that_ends_the_transaction_fails_alone_and_is_told_why(tasks, database, heard, deliverer, end):
    await claimed(tasks, 3)

    def saving(number):
        with database.saving(a_task(number), "w"):
            database.save({"title": f"idea {number}"}, key="one")

    outcomes = [
        an_outcome(1, save=lambda: saving(1)),
        an_outcome(2, save=lambda: database.tables.conn.execute(end)),
        an_outcome(3, save=lambda: saving(3)),
    ]
    async with running(deliverer):
        kept_results = await deliverer.settle(outcomes)
        assert await deliverer.drain(5) == 0
    assert [result.success for result in kept_results] == [True, False, True]
    assert "must not commit or roll back" in kept_results[1].error
    assert sorted(row.title for row in database.newest()) == ["idea 1", "idea 3"]


async def test_a_database_that_is_broken_is_told_and_not_tried_for_ever(database, deliverer):
    database.close()
    with pytest.raises(DatabaseUnusable, match="closed"):
        await deliverer.settle([an_outcome(1), an_outcome(2)])


async def test_a_disk_without_room_is_waited_for(tasks, database, heard, deliverer):
    await claimed(tasks)
    pages = database.read("PRAGMA page_count", ())[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")
    settling = asyncio.create_task(deliverer.settle([an_outcome(1, TaskResult(True, "x" * 100_000))]))
    await heard.until(lambda: heard.of(Said))
    assert "full" in heard.of(Said)[0].text
    database.read("PRAGMA max_page_count = 100000")
    assert (await settling)[0].success
