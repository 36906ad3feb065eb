"""Rows in files: read back as they were, never over another file, harmless in a spreadsheet, without secrets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import CoreError
from core.exports import Export, ExportCancelled, FileThere, Format, Progress, write

COLUMNS = ["id", "title", "metadata", "provenance_task_id"]
ROWS: list[dict[str, Any]] = [
    {"id": "1", "title": 'A "quoted", title\nof two lines', "metadata": {"n": 1}, "provenance": {"task_id": 7}},
    {"id": "2", "title": "漢字", "metadata": None, "provenance": None},
]


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_json_is_read_back_as_it_was(tmp_path: Path):
    path = tmp_path / "a.json"
    progress = Progress()
    assert write(Export(path, Format.JSON), COLUMNS, ROWS, progress) == 2
    assert json.loads(path.read_text(encoding="utf-8")) == ROWS
    assert progress.written == 2


def test_no_rows_are_a_document_too(tmp_path: Path):
    write(Export(tmp_path / "a.json", Format.JSON), COLUMNS, [], Progress())
    write(Export(tmp_path / "a.csv", Format.CSV), COLUMNS, [], Progress())
    assert json.loads((tmp_path / "a.json").read_text()) == []
    assert (tmp_path / "a.csv").read_text().strip() == ",".join(COLUMNS)


def test_csv_has_a_cell_for_every_column(tmp_path: Path):
    path = tmp_path / "a.csv"
    write(Export(path, Format.CSV), COLUMNS, ROWS, Progress())
    assert lines(path) == [
        {"id": "1", "title": ROWS[0]["title"], "metadata": '{"n": 1}', "provenance_task_id": "7"},
        {"id": "2", "title": "漢字", "metadata": "", "provenance_task_id": ""},
    ]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1", " =1", "\r\n=1", "＝1"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str):
    path = tmp_path / "a.csv"
    write(Export(path, Format.CSV), ["title"], [{"title": text}], Progress())
    assert lines(path) == [{"title": "'" + text}]


@pytest.mark.parametrize("value", ["-5", "+1.5", -5, "a=b", ""])
def test_numbers_and_plain_texts_are_left_as_they_are(tmp_path: Path, value: object):
    path = tmp_path / "a.csv"
    write(Export(path, Format.CSV), ["n", "id"], [{"n": value, "id": 1}], Progress())
    assert lines(path)[0]["n"] == str(value)


@pytest.mark.parametrize("format", list(Format))
def test_secrets_are_masked_until_asked_for(tmp_path: Path, format: Format):
    rows = [{"title": "see ?token=hidden1", "metadata": {"api_key": "hidden2"}}]
    export = Export(tmp_path / "a", format)
    write(export, ["title", "metadata"], rows, Progress())
    assert "hidden" not in export.path.read_text()
    write(Export(export.path, format, overwrite=True, reveal=True), ["title", "metadata"], rows, Progress())
    assert "hidden1" in export.path.read_text()
    assert "hidden2" in export.path.read_text()


def test_a_file_that_is_there_is_replaced_only_when_told_so(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text("mine")
    with pytest.raises(FileThere, match="is there already"):
        write(Export(path, Format.JSON), COLUMNS, ROWS, Progress())
    assert path.read_text() == "mine"
    write(Export(path, Format.JSON, overwrite=True), COLUMNS, ROWS, Progress())
    assert json.loads(path.read_text(encoding="utf-8")) == ROWS


@pytest.mark.parametrize("overwrite", [True, False])
def test_one_that_is_cancelled_leaves_everything_as_it_was(tmp_path: Path, overwrite: bool):
    path = tmp_path / "a.json"
    if overwrite:
        path.write_text("mine")
    progress = Progress()

    def rows() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        progress.cancel()
        yield ROWS[1]

    with pytest.raises(ExportCancelled, match="after 1 rows"):
        write(Export(path, Format.JSON, overwrite=overwrite), COLUMNS, rows(), progress)
    assert [each.name for each in tmp_path.iterdir()] == (["a.json"] if overwrite else [])
    if overwrite:
        assert path.read_text() == "mine"


def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(CoreError, match="cannot be written: No such file or directory"):
        write(Export(tmp_path / "no" / "a.json", Format.JSON), COLUMNS, ROWS, Progress())
