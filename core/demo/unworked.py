"""A task type that nobody works on, so that the demo has tasks that are stuck for a reason one can find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.models import Json


@dataclass(frozen=True, slots=True)
class DemoType:
    """A task type to register, in the words of ``register_task_type``."""

    name: str
    version: str
    param_schema: Mapping[str, Json]


NAME = "PrismQ.Reddit.Post.Scrape"

UNWORKED_BEFORE = DemoType(
    name=NAME,
    version="0.9.0",
    param_schema={
        "type": "object",
        "properties": {
            "subreddit": {"type": "string", "title": "Subreddit", "description": "Its name.", "minLength": 2},
        },
        "required": ["subreddit"],
    },
)
"""What it was first, so that there is a type whose versions can be seen."""

UNWORKED_TYPE = DemoType(
    name=NAME,
    version="1.0.0",
    param_schema={
        "type": "object",
        "properties": {
            "subreddit": {
                "type": "string",
                "title": "Subreddit",
                "description": "Its name, without r/.",
                "minLength": 2,
                "maxLength": 21,
                "examples": ["sample_workshop"],
            },
            "max_posts": {
                "type": "integer",
                "title": "Posts at most",
                "description": "How many of the newest posts to keep.",
                "minimum": 1,
                "maximum": 100,
                "default": 25,
                "examples": [10],
            },
        },
        "required": ["subreddit"],
        "additionalProperties": False,
    },
)
