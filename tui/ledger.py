"""What became of each of many tasks, as JSON or CSV; secrets are masked, nothing drives a terminal or a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from core.bulk import Action, BulkRow, Fate
from core.errors import CoreError
from core.texts import harmless
from tui.widgets.masking import masked_text

COLUMNS = ("id", "type", "outcome", "said", "made")


def counts_of(rows: Iterable[BulkRow]) -> Counter[Fate]:
    """How many have which fate."""
    return Counter(row.fate for row in rows)


def as_json(action: Action, rows: Sequence[BulkRow]) -> str:
    """One JSON document."""
    told = [dict(zip(COLUMNS, (*cells(row), list(row.made)), strict=True)) for row in rows]
    counts = {fate.value: number for fate, number in counts_of(rows).items()}
    return json.dumps({"action": action.value, "counts": counts, "tasks": told}, indent=2)


def as_csv(rows: Sequence[BulkRow]) -> str:
    """A table with a header."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    table.writerows([*map(guarded, cells(row)), " ".join(map(str, row.made))] for row in rows)
    return written.getvalue()


def cells(row: BulkRow) -> tuple[int, str, str, str]:
    """All of a row but the ids of its copies."""
    return row.id, harmless(row.task_type), row.fate.value, harmless(masked_text(row.said))


def guarded(cell: int | str) -> int | str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell


def export(action: Action, rows: Sequence[BulkRow], kind: str, at: datetime) -> Path:
    """Write a new file in the working folder, "json" or "csv"; answers where it is. Raises `CoreError`."""
    text = as_json(action, rows) if kind == "json" else as_csv(rows)
    path = Path.cwd() / f"prismq-{action.value}-{at:%Y%m%d-%H%M%S-%f}.{kind}"
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as fault:
        raise CoreError(f"{path} could not be written: {fault.strerror or fault}.") from None
    return path
