"""Keeps the videos that a search finds."""

from __future__ import annotations

from collections.abc import Container, Mapping

from core.models import Json
from core.workers import worker_factory
from core.workers.catalog.youtube.source_worker import SourceWorker, Wanted

DEFAULT_LIMIT = 5

PARAMETERS = {
    "type": "object",
    "properties": {
        "search_query": {
            "type": "string",
            "title": "Search for",
            "description": "Words, as you would type them on YouTube.",
            "minLength": 1,
            "maxLength": 200,
            "examples": ["lo-fi beats", "shaker stool with hand tools"],
        },
        "max_results": {
            "type": "integer",
            "title": "Results at most",
            "description": "How many of the best results to keep.",
            "minimum": 1,
            "maximum": 50,
            "default": DEFAULT_LIMIT,
            "examples": [5, 25],
        },
    },
    "required": ["search_query"],
    "additionalProperties": False,
}


@worker_factory.register("PrismQ.YouTube.Video.Search", version="1.0.0", param_schema=PARAMETERS)
class VideoSearch(SourceWorker):
    """Saves the videos that a search finds as ideas. Finding none is a success too."""

    def wanted(self, parameters: Mapping[str, Json], known: Container[str]) -> Wanted:
        """The best results of the search."""
        query = str(parameters["search_query"]).strip()
        limit = int(parameters.get("max_results", DEFAULT_LIMIT))
        return Wanted(self.source.search(query, limit, known), limit, {"query": query})
