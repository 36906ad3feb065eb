"""Keeps one video."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from core.models import Json
from core.sources.errors import BadReference, SourceError
from core.sources.port import Video
from core.sources.youtube_urls import read_video
from core.workers import worker_factory
from core.workers.catalog.youtube.source_worker import SourceWorker, Wanted

PARAMETERS = {
    "type": "object",
    "properties": {
        "video_id": {
            "type": "string",
            "title": "Video id",
            "description": "The 11 characters behind v= in its URL. This or the URL must be given.",
            "minLength": 11,
            "maxLength": 11,
            "pattern": "^[A-Za-z0-9_-]{11}$",
            "examples": ["SMPLBS3ZFei"],
        },
        "video_url": {
            "type": "string",
            "title": "Video URL",
            "description": "Any link to the video: watch, shorts, live, embed, youtu.be. This or the id must be given.",
            "minLength": 1,
            "maxLength": 2000,
            "examples": ["https://www.youtube.com/watch?v=SMPLBS3ZFei"],
        },
    },
    "anyOf": [{"required": ["video_id"]}, {"required": ["video_url"]}],
    "additionalProperties": False,
}


@worker_factory.register("PrismQ.YouTube.Video.Single", version="1.0.0", param_schema=PARAMETERS)
class VideoSingle(SourceWorker):
    """Saves one video as an idea."""

    def wanted(self, parameters: Mapping[str, Json], known: Container[str]) -> Wanted:
        """The one video. Raises `SourceError` when the parameters name none, or two."""
        video_id = named_video(parameters)
        return Wanted(self._only(video_id), 1, {"video_id": video_id})

    def _only(self, video_id: str) -> Iterator[Video]:
        yield self.source.video(video_id)


def named_video(parameters: Mapping[str, Json]) -> str:
    """The id of the video that the parameters name.

    Raises `SourceError` when there is none (not every TaskManager understands ``anyOf``), or when there are two.
    """
    given = [str(parameters[name]) for name in ("video_id", "video_url") if parameters.get(name)]
    if not given:
        raise SourceError("The parameters name no video: give video_id or video_url.")
    found = [read_video(text) for text in given]
    if len(set(found)) > 1:
        raise BadReference(given[1], f"is another video than {found[0]}: give one of them.")
    return found[0]
