"""What the demo found is written to files, by the engine and from the command line."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli.results import WHEN
from core.demo.play import open_demo
from core.exports import Export, FileThere, Format, Progress
from core.models import LIVE_STATES
from core.saved import IdeaQuery
from core.snapshot import ResultsView
from tests.program import Program


@pytest.fixture
def found(program: Program, tmp_path: Path) -> Iterator[Program]:
    """A program whose results database has an idea."""
    added = program.with_settings(PRISMQ_SOURCE="sample")
    assert added("tasks", "add", "PrismQ.YouTube.Video.Search", "--params", '{"search_query": "bread"}').code == 0
    assert added("run", "--drain").code == 0
    yield added


async def test_what_the_demo_saved_is_exported_opened_and_searched(tmp_path: Path):
    async with open_demo(tmp_path, seed=7, pace=0.05) as engine:
        assert await engine.store.until(lambda seen: len(seen.results) >= 5, 60)
        await engine.stop_workers()  # a later task may find the same idea
        assert await engine.store.until(lambda seen: all(each.state not in LIVE_STATES for each in seen.workers), 10)
        progress = Progress()
        export = Export(tmp_path / "all.json", Format.JSON)
        written = await engine.export_results(IdeaQuery(), export, progress)
        rows = json.loads(export.path.read_text(encoding="utf-8"))
        assert len(rows) == written == progress.written >= 5
        one = rows[0]
        detail = await engine.open_idea(one["id"])
        assert (detail.title, detail.task_id) == (one["title"], one["provenance"]["task_id"])
        assert (await engine.open_task(one["provenance"]["task_id"])).task.task_type == one["provenance"]["task_type"]
        assert await engine.count_results(IdeaQuery()) == written
        noted = [entry.text for entry in engine.store.snapshot.activity]
        assert f"Exported {written:,} rows to {export.path}." in noted
        with pytest.raises(FileThere):
            await engine.export_results(IdeaQuery(), export, Progress())
        wanted = ResultsView(one["title"], 5)
        await engine.look_at_results(wanted)
        assert await engine.store.until(lambda seen: seen.results_view == wanted, 10)
        assert one["title"] in [row.title for row in engine.store.snapshot.results]
        entries = engine.store.snapshot.activity
        log = Export(tmp_path / "log.csv", Format.CSV)
        assert await engine.export_activity(entries, log, Progress()) == len(entries)


def test_results_are_listed_and_exported_from_the_command_line(found: Program):
    listed = found("results", "list", "--json").json
    assert listed["total"] == len(listed["results"]) > 0
    assert found("results", "list", "--search", "no such text").err.strip() == "0 of 0 results."
    assert found("results", "export", "--since", "today").json == listed["results"]
    assert found("results", "export", "--since", "yesterday", "--until", "today").json == []
    path = found.folder / "out.csv"
    assert found("results", "export", "-o", str(path)).code == 0
    with path.open(encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    assert titles == [row["title"] for row in listed["results"]]
    again = found("results", "export", "-o", str(path))
    assert (again.code, "Add --overwrite" in again.err) == (1, True)
    assert found("results", "export", "-o", str(path), "--overwrite", "--format", "json").code == 0
    assert json.loads(path.read_text(encoding="utf-8")) == listed["results"]


def test_a_result_is_shown_with_all_that_changed_of_it(found: Program):
    idea = found("results", "list", "--json").json["results"][0]
    shown = found("results", "show", idea["id"])
    assert shown.code == 0
    assert idea["title"] in shown.out
    assert "PrismQ.YouTube.Video.Search" in shown.out
    with sqlite3.connect(found.folder / "data" / "prismq-workers" / "ideas.s3db") as ideas:
        ideas.execute("UPDATE IdeaInspiration SET metadata = json_set(metadata, '$.views', '7')")
    ideas.close()
    found("tasks", "add", "PrismQ.YouTube.Video.Single", "--params", json.dumps({"video_id": idea["source_id"]}))
    assert found("run", "--drain").code == 0
    told = found("results", "show", idea["id"], "--json").json
    views = idea["metadata"]["views"]
    assert [entry["views"] for entry in told["history"]] == ["7", views]
    assert [save["task_id"] for save in told["saved_by"]] == [2, 1]
    assert "history" not in told["metadata"]
    listed = {each["id"]: each for each in found("results", "list", "--json").json["results"]}
    assert [entry["views"] for entry in listed[idea["id"]]["metadata"]["history"]] == ["7", views]
    assert views in found("results", "show", idea["id"]).out
    gone = found("results", "show", "no-such-id")
    assert (gone.code, "There is no idea no-such-id any more." in gone.err) == (1, True)


def test_a_time_that_is_none_is_refused(program: Program):
    answer = program("results", "list", "--since", "tomorrow")
    assert answer.code == 2
    assert WHEN.split(",")[0] in answer.err
