"""A task type that became another several times, for its own screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.details import TypeDetail
from core.models import Json, TaskType, TypeVersion
from core.schema_changes import steps_of
from core.snapshot import Snapshot
from tests.tui import scenes

DAY = 86_400
URL: Mapping[str, Json] = {"type": "string", "format": "uri", "description": "The channel's address."}
FIRST: Mapping[str, Json] = {
    "type": "object",
    "properties": {"channel_url": URL, "max": {"type": "integer", "default": 10}, "api_key": {"default": "s3cret-1"}},
}
SECOND: Mapping[str, Json] = {
    "type": "object",
    "required": ["channel_url"],
    "properties": {
        "channel_url": {**URL, "description": "The channel's address or handle."},
        "limit": {"type": "integer", "maximum": 100, "default": 10},
        "api_key": {"default": "s3cret-2"},
    },
}
THIRD: Mapping[str, Json] = {
    "type": "object",
    "required": ["channel_url"],
    "properties": {
        "channel_url": {**URL, "description": "The channel's address or handle."},
        "limit": {"type": "integer", "maximum": 500, "default": 20},
        "filter": {"type": "object", "properties": {"min_views": {"type": "integer"}}},
        "order": {"enum": ["date", "views"]},
    },
    "additionalProperties": False,
}

VERSIONS = (
    TypeVersion(4, "1.2.0", THIRD, True, scenes.ago(3_600), 812),
    TypeVersion(3, "1.1.0", SECOND, True, scenes.ago(3 * DAY), 0),
    TypeVersion(2, "1.1.0", SECOND, False, scenes.ago(4 * DAY), 4_100),
    TypeVersion(1, "1.0.0", FIRST, True, scenes.ago(30 * DAY), 1),
)

_ROW, *_OTHERS = scenes.BUSY.types


def detail(*versions: TypeVersion, lost: bool = False) -> TypeDetail:
    """The type opened. ``lost``: versions before these are not kept."""
    newest, oldest = versions[0], versions[-1]
    began = scenes.ago(90 * DAY) if lost else oldest.registered_at
    kind = TaskType(
        1, scenes.CHANNEL, newest.version, newest.param_schema, newest.is_active, began, newest.registered_at
    )
    return TypeDetail(kind, "1.2.0", (), steps_of(versions))


def board(*, schema: Mapping[str, Json] = THIRD, version: str = "1.2.0", versions: int = 4) -> Snapshot:
    """A busy board with that type."""
    row = replace(_ROW, version=version, param_schema=schema, versions=versions)
    return replace(scenes.BUSY, types=(row, *(replace(each, versions=1) for each in _OTHERS)))
