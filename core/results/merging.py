"""What an update writes over an idea that is there: what the source says now, with what others have said kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import cast

from core.history import HISTORY, read_history, recorded, written
from core.models import Json
from core.results.idea import Cell
from core.saved import COMPUTED_SCORE

RESOLUTION = "resolution"
COARSE = ("hd", "sd")
SIZE = re.compile(r"[0-9]+x[0-9]+")
"""A resolution as one source tells it, and as one that knows the size: that says more, and stays."""

READ = ("title", "description", "content", "metadata", "score", "created_at", "updated_at")
"""Columns that an update looks at."""


def merged(cells: Mapping[str, Cell], stored: Mapping[str, Cell], now: str, *, has_metadata: bool) -> dict[str, Cell]:
    """The cells to write over the stored ones, of an idea from the same source.

    Names in the metadata that the update does not mention stay, as columns do. What changed is added to the history
    in it. A computed score gives way to one that anyone else has given; a content that only repeats the description
    gives way to one that says more.
    """
    said = dict(cells)
    new, old = object_in(cells.get("metadata")), object_in(stored.get("metadata"))
    if new and old and new.get(RESOLUTION) in COARSE and SIZE.fullmatch(str(old.get(RESOLUTION))):
        new.pop(RESOLUTION)
    if gives_way(new, cells.get("score"), old, stored.get("score")):
        said.pop("score", None)
    if stands_in(cells) and stored.get("content") and not stands_in(stored):
        said.pop("content", None)
    if has_metadata and new is not None and old is not None:
        known = old | new
        history = history_of(cells, new, stored, old, now)
        if history:
            known[HISTORY] = history
        if known != old:
            said["metadata"] = json.dumps(known, ensure_ascii=False)
        else:
            said.pop("metadata", None)
    return said


def history_of(
    cells: Mapping[str, Cell], new: dict[str, Json], stored: Mapping[str, Cell], old: dict[str, Json], now: str
) -> str:
    """The history with this update; empty where nothing ever changed, or where the name is used for something else."""
    history = read_history(old.get(HISTORY))
    if history is None or HISTORY in new:
        return ""
    before = str(stored.get("updated_at") or stored.get("created_at") or "")
    was, is_now = {**old, "title": stored.get("title")}, {**new, "title": cells.get("title")}
    changes = recorded(history, was, is_now, before, now)
    return written(changes) if changes else ""


def object_in(cell: Cell) -> dict[str, Json] | None:
    """The object that a cell holds as JSON; an empty one where the cell is empty; None where it holds anything else."""
    if cell is None or cell == "":
        return {}
    if not isinstance(cell, str):
        return None
    try:
        found: object = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Json]", found) if isinstance(found, dict) else None


def gives_way(new: dict[str, Json] | None, score: Cell, old: dict[str, Json] | None, stored: Cell) -> bool:
    """Whether a score was only computed, and the stored one was not."""
    is_computed = score is not None and (new or {}).get(COMPUTED_SCORE) == str(score)
    return is_computed and stored is not None and (old or {}).get(COMPUTED_SCORE) != str(stored)


def stands_in(cells: Mapping[str, Cell]) -> bool:
    """Whether the content is only the description again."""
    return bool(cells.get("content")) and cells.get("content") == cells.get("description")
