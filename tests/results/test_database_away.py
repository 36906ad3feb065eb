"""While the results database cannot be written nothing is lost, nobody claims, and work goes on by itself."""

import asyncio
import shutil
import sqlite3
import threading
from random import Random

import pytest

import core.results.database as database_room
from core.config import Config
from core.details import AttemptLog, LogLine
from core.errors import DatabaseUnusable, Unreachable
from core.events import ClaimingHeld, Said, TaskCompleted
from core.models import Claim, TaskResult, TaskStatus, utcnow
from core.results import Database
from core.results.faults import DatabaseAway
from core.results.ledger import Ledger
from core.workers import BaseWorker
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.results.conftest import SERVER, a_task, an_outcome, claimed, running


def said(heard):
    return [event.text for event in heard.of(Said)]


def held(heard):
    return [event.why for event in heard.of(ClaimingHeld)]


def in_file(path, sql):
    with sqlite3.connect(path) as connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("replaced", [False, True])
async def test_what_is_settled_after_the_file_was_deleted_is_in_the_new_file(
    tasks, database, path, heard, deliverer, replaced
):
    await claimed(tasks, 3)
    async with running(deliverer):
        await deliverer.settle([an_outcome(1)])
        path.unlink()
        if replaced:
            Database(path).close()
        for number in (2, 3):
            await deliverer.settle([an_outcome(number)])
        assert await deliverer.drain(5) == 0
    assert in_file(path, "SELECT task_id FROM prismq_result ORDER BY task_id") == [(2,), (3,)]
    assert len([text for text in said(heard) if "was deleted, replaced or damaged" in text]) == 1
    assert len(heard.of(TaskCompleted)) == 3


async def test_a_file_deleted_during_the_commit_is_noticed_and_the_commit_done_anew(database, path, heard, deliverer):
    def save():
        with database.saving(a_task(1), "w"):
            database.save({"title": "An idea"}, key="one")
        if path.stat().st_size and not gone:
            gone.append(True)
            path.unlink()

    gone = []
    await deliverer.settle([an_outcome(1, save=save)])
    assert in_file(path, "SELECT title FROM IdeaInspiration") == [("An idea",)]


def test_a_board_that_only_looks_sees_the_new_file(database, path):
    before = database.data_version()
    path.unlink()
    other = Database(path)
    other.bind(SERVER)
    with other.saving(a_task(), "w"):
        other.save({"title": "new"})
    other.close()
    assert database.data_version() != before
    assert [row.title for row in database.newest()] == ["new"]


async def test_a_damaged_file_is_told_with_what_to_do_and_waited_for(database, path, heard, deliverer, tmp_path):
    with database.transaction(1) as connection:
        connection.execute("CREATE TABLE mine (n)")
    database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = tmp_path / "backup"
    shutil.copy(path, backup)
    with path.open("r+b") as file:
        file.write(b"no database at all" * 400)
    database.doubt()  # what is in sqlite's memory hides the damage for a while
    settling = asyncio.create_task(deliverer.settle([an_outcome(1)]))
    await heard.until(lambda: said(heard))
    assert "Restore it from a backup, or move it away" in said(heard)[0]
    assert not settling.done()
    shutil.copy(backup, path)
    assert (await settling)[0].success
    assert in_file(path, "SELECT count(*) FROM mine") == [(0,)]
    assert database.result_of(1)["success"]


async def test_a_table_that_was_dropped_is_made_anew_and_the_outcome_kept(database, deliverer):
    database.tables.conn.execute("DROP TABLE prismq_result")
    [kept] = await deliverer.settle([an_outcome(1, TaskResult(True, {"n": 1}))])
    assert kept.success
    assert database.result_of(1)["data"] == {"n": 1}


async def test_a_full_disk_in_save_results_is_waited_for_and_no_fault_of_the_task(database, heard, deliverer):
    def save():
        with database.saving(a_task(1), "w"):
            database.save({"title": "An idea", "content": "x" * 100_000}, key="one")

    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")
    settling = asyncio.create_task(deliverer.settle([an_outcome(1, save=save), an_outcome(2)]))
    await heard.until(lambda: said(heard))
    assert "full" in said(heard)[0] and "kept in memory; claiming stops" in said(heard)[0]
    database.read("PRAGMA max_page_count = 100000")
    assert [result.success for result in await settling] == [True, True]
    assert database.count() == 1


async def test_an_authors_save_in_a_thread_waits_for_room(database):
    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")
    tried = threading.Event()

    def save():
        with database.saving(a_task(1), "w"):
            tried.set()
            return database.save({"title": "An idea", "content": "x" * 100_000}, key="one")

    saving = asyncio.create_task(asyncio.to_thread(save))
    await asyncio.to_thread(tried.wait, 5)
    database.read("PRAGMA max_page_count = 100000")
    assert await saving
    assert database.count() == 1


async def test_an_authors_save_that_waited_long_enough_says_what_is_wrong(database, monkeypatch):
    monkeypatch.setattr(database_room, "THREAD_PATIENCE", 0.3)
    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")

    def save():
        with database.saving(a_task(1), "w"):
            database.save({"title": "An idea", "content": "x" * 100_000})

    with pytest.raises(DatabaseUnusable, match="cannot be written: database or disk is full"):
        await asyncio.to_thread(save)


async def test_an_authors_save_on_the_loop_does_not_wait_for_another_programs_transaction(database, path):
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.5, other.execute, ["ROLLBACK"])
    release.start()
    with database.saving(a_task(1), "w"), pytest.raises(DatabaseUnusable, match="Another program is writing"):
        database.save({"title": "An idea"})
    release.cancel()
    release.join()
    other.close()


async def test_a_file_that_nobody_can_look_at_after_a_commit_is_waited_for(database, path):
    moved = path.parent.with_name("moved")
    with pytest.raises(DatabaseAway, match="cannot be opened"), database.transaction(1) as connection:
        connection.execute("CREATE TABLE mine (n)")
        path.parent.rename(moved)
        path.parent.symlink_to(path.parent)
    path.parent.unlink()
    moved.rename(path.parent)
    assert database.read("SELECT count(*) FROM mine") == [(0,)]


class Quick(BaseWorker):
    """Has done it at once."""

    async def process_task(self, task):
        return TaskResult(True, {"n": task.id})


@pytest.fixture
async def pool(tasks, deliverer, heard):
    pool = Pool(tasks, deliverer, heard.publish)
    deliverer.hold = pool.hold
    yield pool
    await pool.close(now=True)


def start(pool, database, *names):
    for name in names:
        given = {"worker_id": name, "config": Config(environ={}), "results_db": database, "task_type_ids": [1]}
        pool.start(WorkerPlan.of(Quick(**given)))


async def test_while_the_database_is_locked_no_worker_claims_and_all_go_on_when_it_is_free(
    tasks, database, path, heard, deliverer, pool
):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with running(deliverer):
        start(pool, database, "a", "b")
        tasks.add(1)
        await heard.until(lambda: held(heard) == ["the results database cannot be written"])
        tasks.add(20)
        await heard.until(lambda: all("Claims nothing: the results" in each.note for each in pool.statuses()))
        assert tasks.statuses()[TaskStatus.CLAIMED] == pool.in_hand() < 3
        other.execute("ROLLBACK")
        other.close()
        await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 21)
    assert held(heard) == ["the results database cannot be written", ""]
    assert [text for text in said(heard) if "claiming stops" in text] == said(heard)[:1]
    assert said(heard)[-1] == "The results database can be written again."


async def test_who_is_cancelled_while_the_database_is_locked_leaves_nobody_held_up(database, path, heard, deliverer):
    told = []
    deliverer.hold = lambda cause, why: told.append((cause, why))
    await deliverer.settle([an_outcome(1)])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first, second = (asyncio.create_task(deliverer.discard([Claim(1, str(n))])) for n in range(2))
    await heard.until(lambda: said(heard))
    first.cancel()
    await asyncio.wait([first])
    assert told == [("results", "the results database cannot be written")]
    second.cancel()
    await asyncio.wait([second])
    assert told[1:] == [("results", "")]
    assert said(heard)[-1] == "Nothing waits for the results database any more."
    other.close()


async def test_a_log_that_cannot_be_kept_holds_up_nobody(database, path, heard, deliverer):
    told = []
    deliverer.hold = lambda cause, why: told.append(why)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await deliverer.keep_log(a_task(1), AttemptLog(1, "w", utcnow(), (LogLine(utcnow(), "INFO", "mine", "hello"),)))
    assert told == []
    assert ["is not kept" in text for text in said(heard)] == [True]
    other.close()


async def test_reports_that_were_taken_are_deleted_less_often_the_longer_that_fails(tasks, path, heard):
    tried, enough = [], asyncio.Event()

    class Watched(Database):
        def transaction(self, patience):
            tried.append(asyncio.get_running_loop().time())
            if len(tried) == 6:
                enough.set()
            return super().transaction(patience)

    database = Watched(path)
    ledger = Ledger(database, SERVER, "me", heard.publish, Random(1), lambda why: None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.cross_off(Claim(1, ""))
    async with asyncio.timeout(30):
        await enough.wait()
    assert tried[5] - tried[4] > 0.25, "the delay grows"
    other.close()
    ledger.forget()
    database.close()


async def test_too_many_reports_that_cannot_be_delivered_stop_the_claiming(
    tasks, database, heard, deliverer, pool, monkeypatch
):
    monkeypatch.setattr("core.sending.MOST_WAITING", 4)
    tasks.faults["complete_many"] += [Unreachable("No answer.")] * 100_000
    async with running(deliverer):
        start(pool, database, "a")
        tasks.add(50)
        await heard.until(lambda: held(heard))
        assert "reports wait to be delivered" in held(heard)[0]
        await heard.until(lambda: pool.in_hand() == 0)
        assert "Claims nothing" in pool.statuses()[0].note
        assert tasks.statuses()[TaskStatus.PENDING] > 0
        tasks.faults.clear()
        await heard.until(lambda: tasks.statuses()[TaskStatus.COMPLETED] == 50)
    assert held(heard)[-1] == ""


async def test_who_leaves_at_once_waits_for_no_database(database, path, heard, deliverer):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    settling = asyncio.create_task(deliverer.settle([an_outcome(1)]))
    await heard.until(lambda: said(heard))
    deliverer.leave_at_once()
    with pytest.raises(DatabaseUnusable):
        await settling
    other.close()
