"""A worker of the channel type whose source is the sample: it notes what is fetched, and holds at one video."""

from __future__ import annotations

import os
import threading
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any, ClassVar

from core.sources.port import Video
from core.sources.sample import SampleSource
from core.workers import worker_factory
from core.workers.catalog.youtube.channel_scrape import PARAMETERS, ChannelScrape


class HoldingSource(SampleSource):
    """Fetches of a new task go no further than ``HOLD`` videos; those of a retry do."""

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        """The videos, each noted in the file ``FETCHED``."""
        begun = known != frozenset()
        for place, video in enumerate(super().channel_videos(channel, limit, known)):
            if not begun and place == int(os.environ["HOLD"]):
                threading.Event().wait()
            with Path(os.environ["FETCHED"]).open("a") as fetched:
                fetched.write(f"{video.video_id}\n")
            yield video


@worker_factory.register("Channel", version="1.0.0", param_schema=PARAMETERS)
class HoldingChannel(ChannelScrape):
    """Scrapes a channel of that source."""

    needs_source: ClassVar[bool] = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, source=HoldingSource(), **options)
