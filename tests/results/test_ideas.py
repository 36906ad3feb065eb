"""Ideas are saved once, found again, and tell where they came from."""

import json
import sqlite3
import threading

import pytest

from core.errors import BadSetting, DatabaseUnusable
from core.models import TaskResult
from core.results import Database
from core.results.idea import BadIdea
from tests.results.conftest import a_task, an_outcome

VIDEO = {"title": "A video", "source_platform": "youtube", "source_id": "v1", "keywords": ["a", "b"]}


def save(database, idea, *, number=1, attempts=1, **kwargs):
    with database.saving(a_task(number, attempts), "w"):
        return database.save(idea, **kwargs)


def rows(database, sql="SELECT * FROM IdeaInspiration"):
    return list(database.tables.query(sql))


def test_an_idea_is_kept_with_its_lists_as_json_and_fields_of_no_column_in_its_metadata(database):
    idea_id = save(database, VIDEO | {"views": 7, "metadata": {"lang": "en"}})
    [row] = rows(database)
    assert row["id"] == idea_id
    assert json.loads(row["keywords"]) == ["a", "b"]
    assert json.loads(row["metadata"]) == {"views": 7, "lang": "en"}
    assert row["created_at"]


def test_an_idea_saved_again_under_its_key_is_the_same_row(database):
    first = save(database, {"title": "One"}, key="k")
    second = save(database, {"title": "One, better"}, key="k", attempts=2)
    assert first == second
    assert [row["title"] for row in rows(database)] == ["One, better"]


def test_the_same_source_is_one_idea_whichever_task_found_it(database):
    assert save(database, VIDEO) == save(database, VIDEO | {"title": "Renamed"}, number=2)
    assert database.count() == 1
    assert [row.task_id for row in database.newest(5)] == [2]


def test_what_an_update_does_not_mention_stays(database):
    save(database, VIDEO | {"description": "long"})
    save(database, VIDEO, attempts=2)
    assert rows(database)[0]["description"] == "long"


def test_ideas_of_tasks_of_one_number_on_two_servers_are_two(database):
    save(database, {"title": "One"}, key="k")
    database.bind("another")
    save(database, {"title": "Two"}, key="k")
    assert database.count() == 2
    assert [row.title for row in database.of_task(1)] == ["Two"]


def test_the_same_content_in_a_result_is_the_idea_that_was_saved_before(database):
    first = save(database, {"title": "One"})
    assert save(database, {"title": "One"}, position=0) == first
    assert save(database, {"title": "Two"}, position=1) != first


def test_saved_keys_are_told_oldest_first_over_all_attempts(database):
    save(database, {"title": "b"}, key="b")
    save(database, {"title": "a"}, key="a", attempts=2)
    assert database.saved_keys(a_task()) == ["b", "a"]
    assert database.saved_keys(a_task(2)) == []


def test_newest_rows_tell_where_they_came_from(database):
    database.settle("a-server", "p", [an_outcome(1, TaskResult(True, items_processed=4), save=lambda: None)])
    save(database, VIDEO | {"source_url": "https://example.invalid/v1"})
    [row] = database.newest(10)
    assert (row.title, row.task_id, row.task_type, row.worker_id, row.attempt) == ("A video", 1, "T", "w", 1)
    assert (row.seconds, row.items, row.source_url) == (1.5, 4, "https://example.invalid/v1")


def test_ideas_are_found_by_text_that_means_itself(database):
    save(database, {"title": "100% pure"}, key="1")
    save(database, {"title": "100 pure"}, key="2")
    assert [row.title for row in database.query("100%")] == ["100% pure"]
    assert [row.title for row in database.query("PURE", limit=1, offset=1)] == ["100% pure"]


def test_text_that_no_file_can_hold_is_made_holdable(database):
    save(database, {"title": "broken \ud800 text"})
    assert database.newest(1)[0].title == "broken ? text"


@pytest.mark.parametrize("idea", [{}, {"title": ""}, {"title": 3}, {"title": "x", "metadata": [1], "strange": 1}])
def test_what_is_no_idea_is_refused(database, idea):
    with pytest.raises(BadIdea):
        save(database, idea)
    assert database.count() == 0


def test_saving_needs_a_task(database):
    with pytest.raises(BadSetting):
        database.save({"title": "x"})


def test_threads_may_save_side_by_side(database):
    def many(number):
        for n in range(20):
            save(database, {"title": f"{number}-{n}"}, number=number)

    threads = [threading.Thread(target=many, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.count() == 80


def test_a_change_is_noticed_whoever_made_it(database, path):
    seen = {database.data_version()}
    save(database, {"title": "ours"})
    seen.add(database.data_version())
    other = Database(path)
    other.bind("a-server")
    save(other, {"title": "theirs"}, number=2)
    other.close()
    seen.add(database.data_version())
    assert len(seen) == 3
    assert database.data_version() in seen


def test_the_task_of_another_server_is_not_told_as_one_of_ours(database):
    save(database, VIDEO)
    database.bind("another")
    assert [(row.task_id, row.task_type) for row in database.newest(5)] == [(None, "T")]


def test_a_database_of_prismq_is_extended_and_not_altered(tmp_path):
    file = tmp_path / "db.s3db"
    connection = sqlite3.connect(file)
    connection.execute(
        "CREATE TABLE IdeaInspiration (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, "
        "source_type TEXT NOT NULL, source_id TEXT, source_platform TEXT, metadata TEXT)"
    )
    connection.execute(
        "INSERT INTO IdeaInspiration (title, source_type, source_platform, source_id) VALUES ('Old', 'x', 'p', '1')"
    )
    connection.commit()
    schema = "SELECT sql FROM sqlite_master WHERE tbl_name NOT LIKE 'prismq_%' ORDER BY name"
    before = connection.execute(schema).fetchall()
    connection.close()
    database = Database(file)
    save(database, {"title": "New", "description": "has no column"})
    save(database, {"title": "Old, seen again", "source_platform": "p", "source_id": "1"})
    assert [(row.title, row.task_id) for row in database.newest(5)] == [("New", 1), ("Old, seen again", 1)]
    assert [tuple(row.values()) for row in database.tables.query(schema)] == before
    database.close()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not a database at all, " * 100)
    with pytest.raises(DatabaseUnusable, match=r"notes.txt cannot be used: file is not a database"):
        Database(file)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        Database(tmp_path / "file" / "ideas.s3db")


def test_a_table_of_that_name_without_a_title_is_refused(tmp_path):
    file = tmp_path / "db.s3db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE IdeaInspiration (a TEXT)")
    connection.close()
    with pytest.raises(DatabaseUnusable, match="no id or no title"):
        Database(file)
