"""A file that the second version of the program has left behind is brought up to date, or stays as it was."""

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.server.app import create_app
from core.server.database import Database
from core.server.database_file import APPLICATION_ID, SCHEMA_VERSION
from tests.server.client import Api

SCHEMA_2 = (Path(__file__).parent / "schema_2.sql").read_text("utf-8")
"""The tables as that version made them."""

TYPES = (
    (1, "once", "1.0.0", '{"type":"object"}', 1, 1_000, 1_000, 2, 5_000),
    (2, "again", "2.1.0", '{"type":"object","required":["url"]}', 1, 1_000, 9_000, 7, None),
    (3, "off", "1.0.0", "{}", 0, 1_000, 1_000, 0, None),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of schema 2, with types that were registered once, several times, and taken out of use."""
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA_2)
        connection.execute("INSERT INTO meta VALUES ('server_id', 'its own')")
        connection.executemany("INSERT INTO task_types VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", TYPES)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 2")
        connection.commit()
    return path


def looked_at(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


async def test_tasks_that_were_cancelled_before_are_known_to_be(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for cancelled in (0, 1, 1):
            connection.execute(
                "INSERT INTO tasks (type_id, status, claimable, cancelled, seq, priority, created_at, dedupe_key, "
                "params) VALUES (1, 'failed', 0, ?, 1, 0, 1000, hex(randomblob(4)), '{}')",
                (cancelled,),
            )
        connection.commit()
    database = Database.open(path)
    told = (await Api(create_app(database)).get("/stats")).data["types"]
    database.close()
    assert {row["name"]: row["cancelled"] for row in told} == {"once": 2, "again": 0, "off": 0}


async def test_what_a_type_is_becomes_the_first_version_that_is_known(path: Path) -> None:
    for _ in range(2):  # once to bring it up to date, and once when it is
        database = Database.open(path)
        api = Api(create_app(database))
        told = {name: (await api.get(f"/task-types/{name}/versions")).data["versions"] for _, name, *_ in TYPES}
        database.close()
        assert told == {
            "once": [{"number": 1, "version": "1.0.0", "is_active": True, "tasks": 2,
                      "registered_at": "1970-01-01T00:00:01.000Z", "param_schema": {"type": "object"}}],
            # Other versions may have been before it, and nobody knows which tasks are theirs.
            "again": [{"number": 1, "version": "2.1.0", "is_active": True, "tasks": None,
                       "registered_at": "1970-01-01T00:00:09.000Z",
                       "param_schema": {"type": "object", "required": ["url"]}}],
            "off": [{"number": 1, "version": "1.0.0", "is_active": False, "tasks": 0,
                     "registered_at": "1970-01-01T00:00:01.000Z", "param_schema": {}}],
        }  # fmt: skip


async def test_the_next_versions_are_kept_with_their_tasks(path: Path) -> None:
    database = Database.open(path)
    api = Api(create_app(database))
    for name in ("again", "off"):
        await api.register(name, {"type": "object"})
        await api.create(name, n=1)
    told = {name: (await api.get(f"/task-types/{name}/versions")).data["versions"] for name in ("again", "off")}
    database.close()
    assert [(each["version"], each["tasks"]) for each in told["again"]] == [("1.0.0", 1), ("2.1.0", None)]
    assert [(each["is_active"], each["tasks"]) for each in told["off"]] == [(True, 1), (False, 0)]


def test_a_file_that_was_brought_up_to_date_has_the_tables_of_a_new_one(path: Path, tmp_path: Path) -> None:
    Database.open(path).close()
    Database.open(tmp_path / "new.db").close()
    tables = 'SELECT m.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.cid FROM sqlite_master m'
    tables += " JOIN pragma_table_xinfo(m.name) x ORDER BY m.name, x.cid"
    assert looked_at(path, tables) == looked_at(tmp_path / "new.db", tables)
    assert looked_at(path, "PRAGMA user_version") == [(SCHEMA_VERSION,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from core.server import database_file
from core.server.database import Database

def statements(known):
    yield from known
    print("changed", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

database_file.UPGRADES[2] = statements(database_file.UPGRADES[2])
Database.open(Path(sys.argv[1]))
"""


async def test_a_program_that_is_killed_while_it_changes_a_file_leaves_it_as_it_was(path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(path), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert (out, process.returncode) == (b"changed\n", -signal.SIGKILL)
    assert looked_at(path, "PRAGMA user_version") == [(2,)]
    assert looked_at(path, "SELECT name FROM sqlite_master WHERE name = 'task_type_versions'") == []
    database = Database.open(path)
    assert database.server_id == "its own"
    assert (await Api(create_app(database)).get("/task-types/once/versions")).data["count"] == 1
    database.close()
