"""The idea of a source is found in PrismQ's own table too, which has no index for that, and is never given one."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.results import Database, sources
from core.results.schema import IDEA_TABLE
from tests.results.conftest import SERVER, a_task

TABLES = {
    "ids are numbers": "id INTEGER PRIMARY KEY, title TEXT, source_id TEXT, source_platform TEXT, metadata TEXT, "
    "created_at TEXT",
    "ids are texts": "id TEXT PRIMARY KEY, title TEXT, source_id TEXT, source_platform TEXT, created_at TEXT",
    "no times": "id TEXT PRIMARY KEY, title TEXT, source_id, source_platform",
}


@pytest.fixture(params=TABLES)
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to its database."""
    connection = sqlite3.connect(tmp_path / "db.s3db", isolation_level=None)
    connection.execute(f"CREATE TABLE {IDEA_TABLE} ({TABLES[request.param]})")
    yield connection
    connection.close()


@pytest.fixture
def database(theirs: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Ours, which takes in four rows at a time."""
    monkeypatch.setattr(sources, "CHUNK", 4)
    database = Database(tmp_path / "db.s3db")
    database.bind(SERVER)
    yield database
    database.close()


def add(theirs: sqlite3.Connection, *names: str) -> None:
    """Have the other program save videos."""
    theirs.executemany(
        f"INSERT INTO {IDEA_TABLE} (id, title, source_platform, source_id) "
        f"VALUES ((SELECT coalesce(max(rowid), 0) + 1 FROM {IDEA_TABLE}), ?, 'youtube', ?)",
        [(name, name) for name in names],
    )


def save(database: Database, name: str) -> str:
    with database.saving(a_task(), "w"):
        return database.save({"title": f"{name}, again", "source_platform": "youtube", "source_id": name}, key=name)


def titles(theirs: sqlite3.Connection) -> list[str]:
    return sorted(row[0] for row in theirs.execute(f"SELECT title FROM {IDEA_TABLE}"))


def taken_in(database: Database) -> int:
    return database.read("SELECT count(*) FROM prismq_source")[0][0]


def test_a_video_that_is_not_taken_in_yet_is_found_as_well(theirs: sqlite3.Connection, database: Database):
    add(theirs, *(f"v{n}" for n in range(10)))
    save(database, "v9")
    assert taken_in(database) == 4
    save(database, "v0")
    save(database, "v5")
    assert taken_in(database) == 10
    assert len(titles(theirs)) == 10
    assert {"v0, again", "v5, again", "v9, again"} <= set(titles(theirs))


def test_what_others_save_meanwhile_is_found(theirs: sqlite3.Connection, database: Database):
    save(database, "mine")
    add(theirs, "v1")
    save(database, "v1")
    add(theirs, "v2", "v3")
    save(database, "v3")
    save(database, "mine")
    assert titles(theirs) == ["mine, again", "v1, again", "v2", "v3, again"]


def test_a_video_whose_row_was_deleted_is_saved_anew_and_no_other_row_is_touched(
    theirs: sqlite3.Connection, database: Database
):
    add(theirs, "v1", "v2", "v3")
    save(database, "v2")
    theirs.execute(f"DELETE FROM {IDEA_TABLE} WHERE source_id = 'v2'")
    save(database, "v2")
    assert titles(theirs) == ["v1", "v2, again", "v3"]


def test_a_row_that_has_another_source_now_is_not_taken_for_the_old_one(theirs: sqlite3.Connection, database: Database):
    add(theirs, "v1", "v2", "v3")
    save(database, "v3")
    theirs.execute(f"UPDATE {IDEA_TABLE} SET source_id = 'other' WHERE source_id = 'v1'")
    save(database, "v1")
    assert titles(theirs) == ["v1", "v1, again", "v2", "v3, again"]


def test_another_row_of_the_same_source_takes_the_place_of_one_that_is_gone(
    theirs: sqlite3.Connection, database: Database
):
    add(theirs, "v1", "v1", "v2")
    save(database, "v1")
    theirs.execute(f"DELETE FROM {IDEA_TABLE} WHERE title = 'v1, again'")
    save(database, "v1")
    save(database, "v1")
    assert titles(theirs) == ["v1, again", "v2"]


def test_rows_that_took_the_numbers_of_deleted_ones_are_found(theirs: sqlite3.Connection, database: Database):
    add(theirs, "v1", "v2", "v3")
    save(database, "v1")
    theirs.execute(f"DELETE FROM {IDEA_TABLE} WHERE source_id != 'v1'")
    add(theirs, "v8", "v9")
    save(database, "v9")
    assert titles(theirs) == ["v1, again", "v8", "v9, again"]


def test_a_table_that_was_made_anew_is_read_anew(theirs: sqlite3.Connection, database: Database):
    add(theirs, *(f"v{n}" for n in range(6)))
    save(database, "v0")
    theirs.execute(f"DELETE FROM {IDEA_TABLE}")
    add(theirs, "v5", "v4")
    save(database, "v4")
    assert titles(theirs) == ["v4, again", "v5"]


def test_packing_the_file_misleads_nobody(theirs: sqlite3.Connection, database: Database):
    add(theirs, *(f"v{n}" for n in range(6)))
    save(database, "v0")
    save(database, "v0")
    theirs.execute(f"DELETE FROM {IDEA_TABLE} WHERE source_id IN ('v1', 'v2')")
    theirs.execute("VACUUM")
    for name in ("v0", "v3", "v4", "v5"):
        save(database, name)
    assert titles(theirs) == ["v0, again", "v3, again", "v4, again", "v5, again"]


def test_once_it_is_taken_in_no_save_reads_the_whole_table(theirs: sqlite3.Connection, database: Database):
    add(theirs, *(f"v{n}" for n in range(2000)))
    sources.CHUNK = 5000
    save(database, "v0")
    steps: list[int] = []
    connection = database.tables.conn
    connection.set_progress_handler(lambda: steps.append(1), 100)
    save(database, "new")
    save(database, "v1999")
    connection.set_progress_handler(None, 0)
    assert len(steps) < 40, "reading 2,000 rows takes more than 10,000 steps"


def test_their_table_is_left_as_it_is(theirs: sqlite3.Connection, database: Database):
    schema = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'prismq_%' AND tbl_name NOT LIKE 'prismq_%'"
    before = theirs.execute(schema).fetchall()
    save(database, "v1")
    assert theirs.execute(schema).fetchall() == before


@pytest.mark.parametrize(
    ("index", "used"),
    [
        ("(source_id)", True),
        ("(source_platform, source_id)", True),
        ("(source_platform)", False),
        ("(source_id) WHERE title != ''", False),
    ],
)
def test_where_they_have_an_index_for_it_nothing_is_taken_in(tmp_path: Path, index: str, used: bool):
    theirs = sqlite3.connect(tmp_path / "db.s3db", isolation_level=None)
    theirs.execute(f"CREATE TABLE {IDEA_TABLE} ({TABLES['ids are numbers']})")
    theirs.execute(f"CREATE INDEX theirs ON {IDEA_TABLE} {index}")
    add(theirs, "v1")
    database = Database(tmp_path / "db.s3db")
    save(database, "v1")
    assert titles(theirs) == ["v1, again"]
    assert taken_in(database) == (0 if used else 1)
    database.close()
    theirs.close()


def test_a_table_that_knows_no_sources_is_saved_to_all_the_same(tmp_path: Path):
    theirs = sqlite3.connect(tmp_path / "db.s3db", isolation_level=None)
    theirs.execute(f"CREATE TABLE {IDEA_TABLE} (id INTEGER PRIMARY KEY, title TEXT)")
    database = Database(tmp_path / "db.s3db")
    assert save(database, "v1") == save(database, "v1")
    assert titles(theirs) == ["v1, again"]
    database.close()
    theirs.close()
