"""A video that was saved before is updated: what changed is kept, and what others have added stays."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.history import Change, read_history
from core.results import Database
from core.results.finding import Finder
from core.saved import IdeaQuery
from tests.results.conftest import SERVER, a_task

PRISMQ = """
CREATE TABLE IdeaInspiration (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, description TEXT, content TEXT, keywords TEXT,
    source_type TEXT NOT NULL, metadata TEXT, source_id TEXT, source_url TEXT, source_platform TEXT,
    source_created_by TEXT, source_created_at TEXT, score INTEGER, category TEXT, subcategory_relevance TEXT,
    contextual_category_scores TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
)
"""
THEIRS = """
INSERT INTO IdeaInspiration (title, description, content, source_type, metadata, source_id, source_platform, score,
                             category, created_at, updated_at)
VALUES ('Bread', 'About bread.', 'Spoken words.', 'video', '{"views": "10", "mood": "warm"}', 'v1', 'youtube', 77,
        'food', '2025-01-01 10:00:00', '2025-02-01 10:00:00')
"""


@pytest.fixture(params=["ours", "PrismQ's"])
def database(request: pytest.FixtureRequest, path: Path) -> Iterator[Database]:
    """A results database that we made, and one of PrismQ's own."""
    if request.param != "ours":
        path.parent.mkdir(parents=True)
        with sqlite3.connect(path) as connection:
            connection.execute(PRISMQ)
        connection.close()
    database = Database(path)
    database.bind(SERVER)
    yield database
    database.close()


def save(database: Database, number: int = 1, *, views: int = 10, **more: object) -> str:
    """Save the video, as this task found it."""
    metadata = {"views": str(views), "likes": "2"} | dict(more.pop("metadata", {}))
    said = {"title": "Bread", "description": "About bread.", "content": "About bread.", "metadata": metadata}
    idea = {**said, "source_platform": "youtube", "source_id": "v1", **more}
    with database.saving(a_task(number), "w"):
        return database.save(idea, key="v1")


def row(database: Database) -> dict[str, object]:
    """The only idea that there is."""
    (found,) = database.tables.query("SELECT * FROM IdeaInspiration")
    return dict(found)


def metadata(database: Database) -> dict[str, str]:
    return json.loads(str(row(database)["metadata"]))


def execute(database: Database, sql: str) -> None:
    """What another program does to the database."""
    with sqlite3.connect(database.path) as connection:
        connection.execute(sql)
    connection.close()


def test_views_are_kept_over_time_whichever_task_finds_the_video(database: Database):
    for number, views in enumerate((10, 10, 25, 40), 1):
        save(database, number, views=views)
    history = read_history(metadata(database)["history"])
    assert history is not None
    assert [change.values for change in history] == [{"views": "10"}, {"views": "25"}, {"views": "40"}]
    assert [change.at for change in history] == sorted(change.at for change in history)
    assert metadata(database)["views"] == "40"


def test_every_value_of_the_metadata_stays_a_text(database: Database):
    save(database)
    save(database, 2, views=11)
    assert all(isinstance(value, str) for value in metadata(database).values())


def test_a_video_that_is_found_unchanged_gets_no_history(database: Database):
    save(database)
    save(database, 2)
    assert "history" not in metadata(database)


def test_a_new_title_is_part_of_the_history(database: Database):
    save(database)
    save(database, 2, title="Bread, again")
    detail = Finder(database).opened(str(row(database)["id"]))
    assert [change.values for change in detail.history] == [{"title": "Bread"}, {"title": "Bread, again"}]
    assert "history" not in detail.metadata


def test_a_number_that_is_hidden_now_stays_as_it_was_known_last(database: Database):
    save(database)
    with database.saving(a_task(2), "w"):
        database.save({"title": "Bread", "metadata": {"views": "11"}, "source_platform": "youtube", "source_id": "v1"})
    assert metadata(database)["likes"] == "2"


def test_what_other_programs_added_stays(database: Database):
    save(database, views=12)
    execute(
        database,
        "UPDATE IdeaInspiration SET category = 'food', subcategory_relevance = '{}', "
        "metadata = json_set(metadata, '$.mood', 'warm')",
    )
    created = row(database)["created_at"]
    save(database, 2, views=13)
    found = row(database)
    assert (found["category"], found["subcategory_relevance"], found["created_at"]) == ("food", "{}", created)
    assert metadata(database)["mood"] == "warm"


def test_a_computed_score_follows_the_views_until_someone_else_gives_one(database: Database):
    save(database, score=5, metadata={"computed_score": "5"})
    save(database, 2, score=6, metadata={"computed_score": "6"})
    assert row(database)["score"] == 6
    execute(database, "UPDATE IdeaInspiration SET score = 88")
    save(database, 3, score=7, metadata={"computed_score": "7"})
    assert row(database)["score"] == 88
    save(database, 4, score=41)
    assert row(database)["score"] == 41, "what a worker says of its own is no computed one"


def test_subtitles_are_not_lost_to_a_source_that_has_none(database: Database):
    save(database, content="Spoken words.")
    save(database, 2, content="About bread.")
    assert row(database)["content"] == "Spoken words."
    save(database, 3, content="Better spoken words.")
    assert row(database)["content"] == "Better spoken words."


def test_a_description_stands_in_for_the_content_as_long_as_there_is_nothing_else(database: Database):
    save(database)
    save(database, 2, description="More about bread.", content="More about bread.")
    assert row(database)["content"] == "More about bread."


def test_a_metadata_that_has_a_history_of_its_own_keeps_it(database: Database):
    save(database, metadata={"history": "since 1990"})
    save(database, 2, views=99)
    assert metadata(database) == {"views": "99", "likes": "2", "history": "since 1990"}


def test_an_export_tells_the_history_as_a_list(database: Database):
    save(database)
    save(database, 2, views=11)
    (exported,) = Finder(database).rows(IdeaQuery(), lambda: False)
    assert [entry["views"] for entry in exported["metadata"]["history"]] == ["10", "11"]


def test_an_idea_of_no_source_is_replaced_as_its_author_says(database: Database):
    for number in (1, 2):
        with database.saving(a_task(1, number), "w"):
            database.save({"title": "Mine", "metadata": {f"n{number}": "x"}}, key="k")
    assert metadata(database) == {"n2": "x"}


def test_a_video_that_prismq_saved_is_updated_and_tells_what_it_was(path: Path):
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        connection.execute(PRISMQ)
        connection.execute(THEIRS)
    connection.close()
    database = Database(path)
    database.bind(SERVER)
    save(database, views=30, score=5, metadata={"computed_score": "5"})
    found = row(database)
    assert (found["score"], found["category"], found["content"]) == (77, "food", "Spoken words.")
    assert found["created_at"] == "2025-01-01 10:00:00"
    (detail,) = [Finder(database).opened("1")]
    assert detail.metadata == {"views": "30", "mood": "warm", "likes": "2", "computed_score": "5"}
    assert detail.history[0] == Change("2025-02-01 10:00:00", {"views": "10"})
    database.close()


def test_a_size_that_is_known_stays_where_an_update_says_only_how_sharp_it_is(database: Database):
    save(database, metadata={"resolution": "1920x1080"})
    save(database, 2, views=20, metadata={"resolution": "hd"})
    assert json.loads(str(row(database)["metadata"]))["resolution"] == "1920x1080"
    save(database, 3, metadata={"resolution": "1280x720"})
    assert json.loads(str(row(database)["metadata"]))["resolution"] == "1280x720"
