"""Scenes of forms and of a task type's own screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.models import Json
from core.type_files import Plan, PlannedType
from tests.tui import scenes

RICH: Mapping[str, Json] = {
    "type": "object",
    "required": ["channel_url", "max_videos"],
    "properties": {
        "channel_url": {"type": "string", "format": "uri", "description": "The channel's address."},
        "max_videos": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
        "order": {"enum": ["date", "views"], "description": "Which videos first."},
        "live": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 5},
        "note": {"type": "string", "maxLength": 2000},
        "window": {
            "type": "object",
            "description": "How far back.",
            "properties": {"days": {"type": "integer"}, "since": {"type": "string", "format": "date-time"}},
        },
        "proxy": {"oneOf": [{"type": "string"}, {"type": "object"}]},
    },
}
"""A field of every kind."""

_FIRST, *_OTHERS = scenes.BUSY.types
TYPES = replace(scenes.BUSY, types=(replace(_FIRST, param_schema=RICH), *_OTHERS))
"""A busy board whose first type has them all."""


def planned() -> list[PlannedType]:
    """A file with one type of each plan."""
    return [
        PlannedType(scenes.CHANNEL, "1.1.0", Plan.CHANGE, ("version 1.0.0 → 1.1.0", "max_videos: maximum 100 → 500")),
        PlannedType(scenes.SEARCH, "1.0.0", Plan.KEEP),
        PlannedType("PrismQ.Podcast.Scrape", "1.0.0", Plan.CREATE),
        PlannedType("entry 4", plan=Plan.WRONG, said=("It needs a name.",)),
    ]
