"""One file: opened by many, in one process and in several; and files that cannot be used."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.server.app import create_app
from core.server.database import Database, DatabaseProblem
from core.server.database_file import SCHEMA_VERSION
from core.server.refusal import Refused
from core.server.writer import Writer
from tests.server.client import Api, let_it_begin


def open_refused(path: Path) -> str:
    with pytest.raises(DatabaseProblem) as caught:
        Database.open(path)
    return str(caught.value)


def test_openers_of_one_path_share_one_database_until_the_last_closes(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    first = Database.open(tmp_path / "t.db")
    second = Database.open(tmp_path / "folder" / ".." / "t.db")
    assert first is second
    first.close()
    assert second.read(lambda connection: connection.execute("SELECT 1").fetchone()) == (1,)
    second.close()
    with pytest.raises(DatabaseProblem, match="closed"):
        second.read(lambda connection: None)
    third = Database.open(tmp_path / "t.db")
    assert third is not first
    assert third.server_id == first.server_id
    third.close()


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "a" / "b" / "t.db")
    assert database.path.is_file()
    database.close()


def test_what_is_no_taskmanager_database_is_refused_in_a_sentence_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("hello, this is a text, and not a database at all" * 10)
    assert "not a SQLite database" in open_refused(text)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE tasks (id)")
    connection.close()
    before = other.read_bytes()
    assert "not a TaskManager database" in open_refused(other)
    assert other.read_bytes() == before
    assert "is a folder" in open_refused(tmp_path)
    assert "folder" in open_refused(text / "t.db")


def test_a_database_without_its_name_is_refused_in_a_sentence(tmp_path: Path) -> None:
    Database.open(tmp_path / "t.db").close()
    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute("DELETE FROM meta WHERE key = 'server_id'")
    connection.close()
    assert "is damaged" in open_refused(tmp_path / "t.db")


def test_a_database_that_is_damaged_behind_its_first_page_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    Database.open(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    assert "is damaged" in open_refused(path)


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 99])
def test_a_database_of_another_version_is_refused(tmp_path: Path, version: int) -> None:
    Database.open(tmp_path / "t.db").close()
    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    assert f"its schema is {version}, this program knows {SCHEMA_VERSION}" in open_refused(tmp_path / "t.db")


SCHEMA_1 = (
    "DROP TABLE task_type_versions",
    "ALTER TABLE tasks DROP COLUMN deferrals",
    "DROP INDEX deferred",
    "ALTER TABLE tasks DROP COLUMN retry_at",
    "PRAGMA user_version = 1",
)
"""What makes a database what the first version of the program has left behind."""


async def test_a_database_of_the_first_version_is_brought_up_to_date_with_all_that_it_holds(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "t.db")
    api = Api(create_app(database))
    await api.register()
    await api.create_many(3)
    await api.claimed()
    before = (await api.get("/api/tasks")).data
    database.close()
    with closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None)) as connection:
        for statement in SCHEMA_1:
            connection.execute(statement)
    for _ in range(2):  # once to bring it up to date, and once when it is
        database = Database.open(tmp_path / "t.db")
        api = Api(create_app(database))
        assert (await api.get("/api/tasks")).data == before
        database.close()
    database = Database.open(tmp_path / "t.db")
    api = Api(create_app(database))
    assert (await api.complete(1, success=False, retry_at="2999-01-01T00:00:00Z")).status == 200
    assert (await api.task(1))["retry_at"] == "2999-01-01T00:00:00.000Z"
    database.close()


OPENER = """
import sys
from pathlib import Path
from core.server.database import Database
print("ready", flush=True)
sys.stdin.readline()
Database.open(Path(sys.argv[1])).close()
"""


async def test_two_processes_may_bring_one_file_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    Database.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in SCHEMA_1:
            connection.execute(statement)
        pipe = asyncio.subprocess.PIPE
        openers = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", OPENER, str(path), stdin=pipe, stdout=pipe, stderr=pipe
            )
            for _ in range(2)
        ]
        for each in openers:
            assert each.stdout is not None
            assert await each.stdout.readline() == b"ready\n"
        told = await asyncio.gather(*(each.communicate(b"go\n") for each in openers))
        assert [(each.returncode, errors) for each, (_, errors) in zip(openers, told, strict=True)] == [(0, b"")] * 2
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_a_damaged_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    Database.open(path).close()
    content = bytearray(path.read_bytes())
    content[100:4096] = os.urandom(3996)
    path.write_bytes(content)
    assert "damaged" in open_refused(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    Database.open(tmp_path / "t.db").close()
    (tmp_path / "t.db").chmod(0o400)
    tmp_path.chmod(0o500)
    assert "cannot be written" in open_refused(tmp_path / "t.db")
    tmp_path.chmod(0o700)


async def test_writes_of_one_turn_are_one_commit_and_a_refused_one_is_undone_alone(database: Database) -> None:
    def insert(name: str, refuse: bool = False):
        def operation(writer: Writer) -> str:
            writer.connection.execute("INSERT INTO meta VALUES (?, 'x')", (name,))
            if refuse:
                raise Refused(400, "no")
            return name

        return operation

    with sqlite3.connect(database.path) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        got = await asyncio.gather(
            database.write(insert("a")),
            database.write(insert("b", refuse=True)),
            database.write(insert("c")),
            return_exceptions=True,
        )
        assert (got[0], got[2]) == ("a", "c")
        assert isinstance(got[1], Refused)
        assert other.execute("PRAGMA data_version").fetchone() != before
        names = [row[0] for row in other.execute("SELECT key FROM meta WHERE value = 'x'")]
    other.close()
    assert names == ["a", "c"]
    with pytest.raises(Refused):
        await database.write(insert("d", refuse=True))
    assert await database.write(insert("d")) == "d"


async def test_a_write_waits_for_the_lock_of_another_without_blocking_the_loop(database: Database) -> None:
    api = Api(create_app(database))
    await api.register()
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(api.create(x=1))
    ticks = 0
    while ticks < 20:
        await asyncio.sleep(0.005)
        ticks += 1
        assert not waiting.done()
    assert (await api.get("/tasks")).data["total"] == 0
    other.execute("ROLLBACK")
    other.close()
    async with asyncio.timeout(2):
        assert await waiting == 1


async def test_a_write_that_breaks_is_told_to_its_asker_and_the_next_one_works(database: Database) -> None:
    def broken(writer: Writer) -> None:
        writer.connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(DatabaseProblem, match="nowhere"):
        await database.write(broken)
    assert await database.write(lambda writer: writer.sequence) == 0


async def test_with_full_synchronous_writes_are_grouped_on_a_thread(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "t.db", synchronous="FULL")
    threads: set[str] = set()

    def operation(writer: Writer) -> int:
        threads.add(threading.current_thread().name)
        return writer.renew()

    numbers = await asyncio.gather(*(database.write(operation) for _ in range(20)))
    assert sorted(numbers) == list(range(1, 21))
    assert threading.current_thread().name not in threads
    database.close()
    with pytest.raises(DatabaseProblem):
        await database.write(operation)


CLAIMER = """
import asyncio, sys
from pathlib import Path
from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api

async def main():
    database = Database.open(Path(sys.argv[1]))
    api = Api(create_app(database))
    while task := await api.claim(sys.argv[2]):
        assert (await api.complete(task["id"], sys.argv[2])).status == 200
        print(task["id"], flush=True)
    database.close()

asyncio.run(main())
"""


async def test_two_processes_share_the_work_of_one_file_without_a_double_claim(api: Api, database: Database) -> None:
    await api.register()
    made = await api.create_many(150)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLAIMER, str(database.path), name, stdout=asyncio.subprocess.PIPE
        )
        for name in ("one", "two")
    ]
    told = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    ids = [int(line) for out, _ in told for line in out.split()]
    assert sorted(ids) == made
    assert (await api.get("/stats")).data["types"][0]["completed"] == 150


async def test_a_waiting_claim_notices_a_task_that_another_process_made(api: Api, database: Database) -> None:
    await api.register()
    waiting = asyncio.ensure_future(api.batch([1], wait=20))
    await let_it_begin()
    code = (
        "import asyncio, sys; from pathlib import Path; from core.server.app import create_app;"
        "from core.server.database import Database; from tests.server.client import Api;"
        "asyncio.run(Api(create_app(Database.open(Path(sys.argv[1])))).create(x=1))"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, str(database.path)], check=True)
    async with asyncio.timeout(0.35):
        assert len(await waiting) == 1


def test_all_statements_of_a_read_see_one_state_whatever_others_commit_meanwhile(database: Database) -> None:
    def twice(connection: sqlite3.Connection) -> list[int]:
        seen = [connection.execute("SELECT value FROM sequence").fetchone()[0]]
        with closing(sqlite3.connect(database.path)) as other:
            other.execute("UPDATE sequence SET value = value + 1")
            other.commit()
        return [*seen, connection.execute("SELECT value FROM sequence").fetchone()[0]]

    first, again = database.read(twice)
    assert first == again
    assert database.read(twice)[0] == first + 1


@pytest.mark.parametrize(("mode", "number"), [("NORMAL", 1), ("FULL", 2)])
def test_the_durability_that_was_asked_for_is_that_of_the_file(tmp_path: Path, mode: str, number: int) -> None:
    database = Database.open(tmp_path / "durable.db", synchronous=mode)
    pragmas = ("synchronous", "journal_mode", "foreign_keys")
    told = database.read(lambda c: [c.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas])
    database.close()
    assert told == [number, "wal", 1]


async def test_writes_asked_for_in_one_turn_cost_one_commit(database: Database) -> None:
    said: list[str] = []
    database.read(lambda connection: connection.set_trace_callback(said.append))
    said.clear()
    await asyncio.gather(*(database.write(lambda writer: writer.renew()) for _ in range(20)))
    database.read(lambda connection: connection.set_trace_callback(None))
    assert said.count("BEGIN IMMEDIATE") == 1
