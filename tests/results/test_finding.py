"""Looking for saved ideas: by text and time, one opened, all of them in a file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import BadSetting, CoreError
from core.exports import Export, ExportCancelled, Format, Progress
from core.results import Database
from core.results.exporting import export_ideas
from core.results.finding import CHUNK, Finder
from core.saved import IdeaQuery, day, moment_said
from core.snapshot import ResultsView
from tests.results.conftest import SERVER, a_task

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def keep(database: Database, number: int, server: str = SERVER, **idea: object) -> str:
    """Save an idea for a task of that number."""
    database.bind(server)
    with database.saving(a_task(number), f"w-{number}"):
        saved = database.save({"title": f"Title {number}", **idea})
    database.bind(SERVER)
    return saved


def titles(database: Database, text: str) -> list[str]:
    return [row.title for row in Finder(database).page(ResultsView(text))[0]]


def saved_at(database: Database, task_id: int, at: datetime) -> None:
    """Let the task's ideas be saved at another time."""
    with database.transaction(1) as connection:
        connection.execute("UPDATE prismq_idea SET saved_at = ? WHERE task_id = ?", (at.isoformat(), task_id))


@pytest.mark.parametrize("text", ["Ten quiet", "HARBOUR", "youtube", "example.org/watch", "100%_", "'; DROP TABLE x"])
def test_a_text_is_found_in_title_description_source_and_address(database: Database, text: str):
    keep(database, 1)
    keep(
        database,
        2,
        title="Ten quiet places 100%_ '; DROP TABLE x",
        description="a day in the harbour",
        source_platform="youtube",
        source_url="https://example.org/watch?v=2",
    )
    assert titles(database, text) == ["Ten quiet places 100%_ '; DROP TABLE x"]


def test_a_text_is_found_in_the_type_of_the_task(database: Database):
    keep(database, 1)
    with database.transaction(1) as connection:
        connection.execute("UPDATE prismq_idea SET task_type = 'PrismQ.Video'")
    keep(database, 2)
    assert titles(database, "prismq.video") == ["Title 1"]
    assert titles(database, "%") == []


def test_a_page_tells_how_many_fit_and_grows(database: Database):
    for n in range(30):
        keep(database, n)
    rows, total, exact = Finder(database).page(ResultsView("Title 2", rows=5))
    assert ([row.title for row in rows], total, exact) == ([f"Title {n}" for n in (29, 28, 27, 26, 25)], 11, True)
    assert len(Finder(database).page(ResultsView(rows=200))[0]) == 30


def test_an_idea_is_opened_with_all_its_fields_and_every_task_that_saved_it(database: Database):
    source = {"source_platform": "youtube", "source_id": "v1"}
    first = keep(database, 1, content="A long text", metadata={"likes": 3}, keywords=["a", "b"], **source)
    assert keep(database, 2, **source) == first
    assert keep(database, 3, server="another", **source) == first
    detail = Finder(database).opened(first)
    assert (detail.title, detail.content, detail.metadata) == ("Title 3", "A long text", {"likes": 3})
    assert detail.fields["keywords"] == ["a", "b"]
    assert [(save.server, save.task_id, save.worker_id) for save in detail.saves] == [
        ("another", None, "w-3"),
        (SERVER, 2, "w-2"),
        (SERVER, 1, "w-1"),
    ]
    assert detail.task_id == 2


def test_an_idea_that_is_gone_is_told_in_a_sentence(database: Database):
    with pytest.raises(CoreError, match="no idea 17 any more"):
        Finder(database).opened("17")


def test_yesterday_is_the_day_before_in_utc(database: Database):
    for number, at in enumerate((NOW - timedelta(days=2), NOW - timedelta(hours=36), NOW - timedelta(hours=13), NOW)):
        keep(database, number)
        saved_at(database, number, at)
    since, until = day("yesterday", NOW)
    found = [row["title"] for row in Finder(database).rows(IdeaQuery(since=since, until=until), lambda: False)]
    assert found == ["Title 2", "Title 1"]


def test_ideas_of_other_programs_are_dated_by_their_own_column(database: Database):
    with database.transaction(1) as connection:
        connection.execute("INSERT INTO IdeaInspiration (id, title, created_at) VALUES ('x', 'X', '2026-03-01 10:00')")
        connection.execute("INSERT INTO IdeaInspiration (id, title, created_at) VALUES ('y', 'Y', '2026-03-02 10:00')")
    since, until = day("yesterday", NOW)
    rows = list(Finder(database).rows(IdeaQuery(since=since, until=until), lambda: False))
    assert [(row["title"], row["provenance"]) for row in rows] == [("X", None)]


def test_an_export_holds_every_idea_once_across_chunks(database: Database, tmp_path: Path):
    with database.transaction(1) as connection:
        connection.executemany(
            "INSERT INTO IdeaInspiration (id, title) VALUES (?, ?)", [(f"x{n}", f"T{n}") for n in range(CHUNK * 2 + 7)]
        )
    export = Export(tmp_path / "all.json", Format.JSON)
    progress = Progress()
    assert export_ideas(Finder(database), IdeaQuery(), export, progress) == progress.total == CHUNK * 2 + 7
    assert [row["id"] for row in json.loads(export.path.read_text())] == [f"x{n}" for n in range(CHUNK * 2 + 6, -1, -1)]


def test_marked_ideas_are_exported_also_where_ids_are_numbers(tmp_path: Path):
    path = tmp_path / "theirs.s3db"
    with closing(sqlite3.connect(path)) as theirs, theirs:
        theirs.execute("CREATE TABLE IdeaInspiration (id INTEGER PRIMARY KEY, title TEXT NOT NULL)")
        theirs.executemany("INSERT INTO IdeaInspiration (title) VALUES (?)", [("a",), ("b",), ("c",)])
    database = Database(path)
    try:
        rows = list(Finder(database).rows(IdeaQuery(ids=("1", "3")), lambda: False))
        assert [row["title"] for row in rows] == ["c", "a"]
        assert Finder(database).opened("2").title == "b"
        assert Finder(database).columns()[:2] == ["id", "title"]
    finally:
        database.close()


def test_someone_saves_while_an_export_is_read(database: Database):
    for n in range(3):
        keep(database, n)
    rows = Finder(database).rows(IdeaQuery(), lambda: False)
    assert next(rows)["title"] == "Title 2"
    keep(database, 9)
    assert [row["title"] for row in rows] == ["Title 1", "Title 0"]


def test_an_export_that_is_cancelled_before_it_begins_leaves_no_file(database: Database, tmp_path: Path):
    keep(database, 1)
    progress = Progress()
    progress.cancel()
    with pytest.raises(ExportCancelled):
        export_ideas(Finder(database), IdeaQuery(), Export(tmp_path / "a.csv", Format.CSV), progress)
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("today", datetime(2026, 3, 2, tzinfo=UTC)),
        ("yesterday", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-02-03", datetime(2026, 2, 3, tzinfo=UTC)),
        ("2026-02-03T10:00+02:00", datetime(2026, 2, 3, 8, tzinfo=UTC)),
    ],
)
def test_a_time_is_said_in_words_or_digits(word: str, said: datetime):
    assert moment_said(word, NOW) == said


def test_a_time_that_is_none_is_refused_with_what_there_is():
    with pytest.raises(BadSetting, match="'tomorrow' is no time: say today, yesterday"):
        moment_said("tomorrow", NOW)
