"""Keeps the newest videos of a channel."""

from __future__ import annotations

from collections.abc import Container, Mapping

from core.models import Json
from core.sources.youtube_urls import read_channel
from core.workers import worker_factory
from core.workers.catalog.youtube.source_worker import SourceWorker, Wanted

DEFAULT_LIMIT = 50

PARAMETERS = {
    "type": "object",
    "properties": {
        "channel_url": {
            "type": "string",
            "title": "Channel",
            "description": "URL of the channel, its @handle, or its id (UC and 22 characters).",
            "minLength": 1,
            "maxLength": 500,
            "examples": ["@quiet-tape-club", "https://www.youtube.com/@quiet-tape-club"],
        },
        "max_videos": {
            "type": "integer",
            "title": "Videos at most",
            "description": "How many of the newest videos to keep.",
            "minimum": 1,
            "maximum": 100,
            "default": DEFAULT_LIMIT,
            "examples": [10, 50],
        },
    },
    "required": ["channel_url"],
    "additionalProperties": False,
}


@worker_factory.register("PrismQ.YouTube.Channel.Scrape", version="1.0.0", param_schema=PARAMETERS)
class ChannelScrape(SourceWorker):
    """Saves the newest videos of a channel as ideas."""

    def wanted(self, parameters: Mapping[str, Json], known: Container[str]) -> Wanted:
        """The videos of the channel. Raises `BadReference` when the parameters name none."""
        channel = read_channel(parameters["channel_url"])
        limit = int(parameters.get("max_videos", DEFAULT_LIMIT))
        return Wanted(self.source.channel_videos(channel, limit, known), limit, {"channel": channel})
