"""Writing rows to a file as JSON or CSV, one after another: never over a file that is there, unless told to."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from core.errors import CoreError
from core.masking import masked
from core.models import Json

Row = Mapping[str, Json]


class Format(StrEnum):
    """How rows are written."""

    JSON = "json"
    CSV = "csv"


class FileThere(CoreError):
    """There is a file already, and nobody said that it may be replaced."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already.")
        self.path = path


class ExportCancelled(CoreError):
    """It was stopped; no file is left behind."""


@dataclass(frozen=True, slots=True)
class Export:
    """Where to, how; ``overwrite``: a file that is there may be replaced. ``reveal``: secrets are not masked."""

    path: Path
    format: Format
    overwrite: bool = False
    reveal: bool = False


class Progress:
    """How far an export is. Read and cancelled from any thread. ``total`` is None until it is known."""

    def __init__(self) -> None:
        self.written = 0
        self.total: int | None = None
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it shall stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Let it stop with the next row."""
        self._cancelled.set()


def write(export: Export, columns: Sequence[str], rows: Iterable[Row], progress: Progress) -> int:
    """Write the rows; answers how many. Until the last one is written, the file at the path is as it was.

    Raises `FileThere`, `ExportCancelled`, and `CoreError` where the file cannot be written.
    """
    try:
        with replaced(export) as file:
            for text in encoded(export.format, columns, counted(hidden(rows, export.reveal), progress)):
                file.write(text)
    except OSError as fault:
        raise CoreError(f"{export.path} cannot be written: {fault.strerror or fault}.") from fault
    return progress.written


def counted(rows: Iterable[Row], progress: Progress) -> Iterator[Row]:
    """The rows, until it is cancelled."""
    for row in rows:
        if progress.cancelled:
            raise ExportCancelled(f"Stopped after {progress.written:,} rows; nothing was kept.")
        yield row
        progress.written += 1


@contextmanager
def replaced(export: Export) -> Generator[TextIO]:
    """A file beside the path, which takes the path's place at the end, or is gone after an error."""
    path, beside = export.path, export.path.with_name(f".{export.path.name}.part")
    if path.exists() and not path.is_file():
        raise CoreError(f"{path} is no file.")
    if not export.overwrite:
        try:
            path.open("x").close()  # takes the name: nobody else's file gets it meanwhile
        except FileExistsError:
            raise FileThere(path) from None
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        if not export.overwrite:
            path.unlink(missing_ok=True)
        raise


def hidden(rows: Iterable[Row], reveal: bool) -> Iterator[Row]:
    """The rows, without secrets unless they are asked for."""
    return iter(rows) if reveal else (masked(row) for row in rows)


def encoded(format: Format, columns: Sequence[str], rows: Iterable[Row], *, ascii: bool = False) -> Iterator[str]:
    """The text of a document: its head, one piece a row, its end."""
    return csv_text(columns, rows) if format is Format.CSV else json_text(rows, ascii=ascii)


def json_text(rows: Iterable[Row], *, ascii: bool = False) -> Iterator[str]:
    """A JSON list, one row a line."""
    yield "["
    between = "\n"
    for row in rows:
        yield between + json.dumps(row, ensure_ascii=ascii, default=str)
        between = ",\n"
    yield "\n]\n"


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Comma-separated lines below the names of the columns; a member of an object has a column ``object_member``."""
    yield csv_line(columns)
    for row in rows:
        cells = flat(row)
        yield csv_line([cell(cells.get(name)) for name in columns])


def flat(row: Row) -> dict[str, Json]:
    """The row with the members of its ``provenance`` beside the others."""
    cells = {name: value for name, value in row.items() if name != "provenance"}
    provenance: Row = row.get("provenance") or {}
    return cells | {f"provenance_{name}": value for name, value in provenance.items()}


def csv_line(cells: Sequence[Json]) -> str:
    """One line."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def cell(value: Json) -> Json:
    """A value for a spreadsheet, which must not take it for a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False, default=str)
    return "'" + value if value.lstrip()[:1] in FORMULA and value.strip() and not is_number(value) else value


FORMULA = frozenset("=+-@＝＋－＠|")
"""Characters that begin a formula."""


def is_number(text: str) -> bool:
    """Whether a text is only a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
