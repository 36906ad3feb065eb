"""An idea on its way into the table: its columns, its item key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any, cast

from core.errors import CoreError

Cell = str | int | float | None


class BadIdea(CoreError, ValueError):
    """What should be saved is no idea: it has no title, or says something that no column can hold."""


def columns_of(idea: Mapping[str, Any], known: Mapping[str, object]) -> dict[str, Cell]:
    """The idea as cells of the columns that the table has; whatever has no column goes into ``metadata``.

    Raises `BadIdea`.
    """
    title = idea.get("title")
    if not isinstance(title, str) or not title.strip():
        raise BadIdea("An idea needs a title.")
    cells = {name: cell(name, value) for name, value in idea.items() if name in known and name != "id"}
    strangers = {name: value for name, value in idea.items() if name not in known}
    if strangers and "metadata" in known:
        metadata: object = idea.get("metadata") or {}
        if not isinstance(metadata, Mapping):
            raise BadIdea("The metadata of an idea must be a dict.")
        cells["metadata"] = cell("metadata", {**strangers, **cast("Mapping[str, Any]", metadata)})
    return cells


def cell(name: str, value: object) -> Cell:
    """One value as the table keeps it. Raises `BadIdea`."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, (bool, int, float)):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, date):
        return value.isoformat()
    try:
        return json.dumps(listed(value), ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    except (TypeError, ValueError) as fault:
        raise BadIdea(f"The field {name} of an idea cannot be kept: {fault}.") from fault


def listed(value: object) -> object:
    """Tuples and sets as lists, which JSON can say."""
    return sorted(cast("set[Any]", value)) if isinstance(value, (set, frozenset)) else value


def source_of(idea: Mapping[str, Any]) -> tuple[str, str] | None:
    """Platform and id at the source, where the idea tells both."""
    platform, source_id = idea.get("source_platform"), idea.get("source_id")
    if platform in (None, "") or source_id in (None, ""):
        return None
    return str(platform.value if isinstance(platform, Enum) else platform), str(source_id)


def content_key(cells: Mapping[str, Cell]) -> str:
    """A key made of everything that the idea says."""
    said = json.dumps(dict(cells), sort_keys=True)
    return "content:" + sha256(said.encode("utf-8", "replace")).hexdigest()[:24]
