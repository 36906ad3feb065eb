"""Scenes of forms and of a task type's own screen."""

from __future__ import annotations

from collections.abc import Mapping

from core.models import Json

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
