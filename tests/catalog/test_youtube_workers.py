"""The YouTube workers: they keep videos as they come, go on where they broke off, and say what went wrong."""

from collections.abc import Container, Iterator
from typing import Any

import pytest

from core.config import Config
from core.errors import BadSetting
from core.sources.errors import SourceUnreachable
from core.sources.port import Video
from core.sources.sample import SampleSource
from core.workers.catalog.youtube.channel_scrape import ChannelScrape
from core.workers.catalog.youtube.source_worker import SourceWorker
from core.workers.catalog.youtube.video_search import VideoSearch
from core.workers.catalog.youtube.video_single import VideoSingle
from core.workers.testing import MemoryIdeas, perform
from tests.catalog.hands import Attempt, Ideas

CHANNEL = "https://www.youtube.com/@quiet-tape-club"
SAMPLE = SampleSource()
VIDEO = next(SAMPLE.channel_videos("@quiet-tape-club", 1))


class BreaksOff(SampleSource):
    """The sample over a connection that breaks after two videos."""

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        yield from super().channel_videos(channel, 2, known)
        raise SourceUnreachable("The connection broke off.")


class ScrapesTheSample(ChannelScrape):
    """The worker as a rehearsal makes it: with its source."""

    def __init__(self, **options: Any) -> None:
        super().__init__(source=SAMPLE, **options)


async def test_at_work_a_channel_is_saved_once_over_two_attempts():
    ideas = MemoryIdeas()
    first = await perform(ScrapesTheSample, ideas, channel_url=CHANNEL, max_videos=3)
    second = await perform(ScrapesTheSample, ideas, 2, channel_url=CHANNEL, max_videos=3)
    assert (first.success, second.success, len(ideas.ideas)) == (True, True, 3)


def test_a_channel_is_kept_video_by_video():
    attempt = Attempt(ChannelScrape, SAMPLE)
    result = attempt.at({"channel_url": CHANNEL, "max_videos": 20})
    assert result.success
    assert result.items_processed == 20
    assert list(attempt.ideas.kept) == [video.video_id for video in SAMPLE.channel_videos("@quiet-tape-club", 20)]


def test_the_result_tells_source_and_counts():
    result = Attempt(ChannelScrape, SAMPLE).at({"channel_url": CHANNEL, "max_videos": 4})
    assert result.data == {"source": "sample", "channel": "@quiet-tape-club", "videos": 4}
    assert result.metrics is not None
    assert result.metrics["saved"] == 4


def test_fifty_videos_are_kept_unless_told_otherwise():
    assert Attempt(ChannelScrape, SAMPLE).at({"channel_url": CHANNEL}).items_processed == 50


def test_progress_is_told_with_every_video():
    attempt = Attempt(ChannelScrape, SAMPLE)
    attempt.at({"channel_url": CHANNEL, "max_videos": 4})
    assert attempt.heard[0] == (25, "1 of 4 videos are saved")
    assert attempt.heard[-1] == (100, "4 of 4 videos are saved")


def test_a_cancelled_task_stops_at_once_and_keeps_what_it_has():
    attempt = Attempt(ChannelScrape, SAMPLE)
    result = attempt.at({"channel_url": CHANNEL, "max_videos": 20}, cancel_after=3)
    assert not result.success
    assert result.error == "Stopped: 3 of 20 videos are saved; a retry goes on from there."
    assert len(attempt.ideas.kept) == 3


def test_a_broken_connection_fails_the_task_and_says_that_trying_again_helps():
    attempt = Attempt(ChannelScrape, BreaksOff())
    result = attempt.at({"channel_url": CHANNEL, "max_videos": 5})
    assert not result.success
    assert result.error == "The connection broke off. 2 of 5 videos are saved; a retry goes on from there."
    assert result.metrics == {"saved": 2, "saved_before": 0, "shorts": 0, "retryable": True}
    assert result.items_processed == 2
    assert len(attempt.ideas.kept) == 2


def test_a_retry_saves_only_what_is_missing():
    ideas = Ideas()
    Attempt(ChannelScrape, BreaksOff(), ideas).at({"channel_url": CHANNEL, "max_videos": 5})
    result = Attempt(ChannelScrape, SAMPLE, ideas).at({"channel_url": CHANNEL, "max_videos": 5})
    assert result.items_processed == 5
    assert result.metrics is not None
    assert (result.metrics["saved_before"], result.metrics["saved"]) == (2, 3)
    assert ideas.writes == 5


def test_a_channel_that_is_gone_fails_the_task_with_a_sentence():
    result = Attempt(ChannelScrape, SAMPLE).at({"channel_url": "@gone-fishing-beats"})
    assert not result.success
    assert result.error == (
        "There is no channel '@gone-fishing-beats': it was removed, or it never was. Trying again now does not help."
    )


def test_a_link_that_is_no_channel_fails_the_task_with_a_sentence():
    result = Attempt(ChannelScrape, SAMPLE).at({"channel_url": "https://vimeo.com/somebody"})
    assert result.error == "'https://vimeo.com/somebody' is not a link to YouTube. Trying again now does not help."


def test_a_search_keeps_five_results_unless_told_otherwise():
    attempt = Attempt(VideoSearch, SAMPLE)
    result = attempt.at({"search_query": " lo-fi beats "})
    assert result.data == {"source": "sample", "query": "lo-fi beats", "videos": 5}
    assert len(attempt.ideas.kept) == 5


def test_a_search_that_finds_nothing_is_a_success():
    result = Attempt(VideoSearch, SAMPLE).at({"search_query": "xyzzy"})
    assert result.success
    assert result.items_processed == 0


@pytest.mark.parametrize(
    "parameters",
    [
        {"video_id": VIDEO.video_id},
        {"video_url": f"https://youtu.be/{VIDEO.video_id}"},
        {"video_url": VIDEO.url},
        {"video_id": VIDEO.video_id, "video_url": VIDEO.url},
    ],
)
def test_a_single_video_is_kept_by_its_id_or_its_link(parameters: dict[str, str]):
    attempt = Attempt(VideoSingle, SAMPLE)
    assert attempt.at(parameters).success
    assert attempt.ideas.kept == {VIDEO.video_id: VIDEO.to_idea()}


def test_a_single_video_that_is_private_fails_the_task():
    video_id = min(SAMPLE.library.private)
    result = Attempt(VideoSingle, SAMPLE).at({"video_id": video_id})
    assert result.error == f"The video '{video_id}' is private. Trying again now does not help."


def test_no_video_and_two_videos_are_refused():
    attempt = Attempt(VideoSingle, SAMPLE)
    assert (attempt.at({}).error or "").startswith("The parameters name no video: give video_id or video_url.")
    two = attempt.at({"video_id": VIDEO.video_id, "video_url": "https://youtu.be/SMPL0000000"})
    assert two.error is not None
    assert "is another video than" in two.error


@pytest.mark.parametrize("worker_class", [ChannelScrape, VideoSearch, VideoSingle])
def test_without_a_source_a_worker_does_not_start_and_says_what_to_set(worker_class: type[SourceWorker]):
    assert worker_class.needs_source
    with pytest.raises(BadSetting, match="PRISMQ_SOURCE"):
        worker_class(worker_id="w-1", config=Config.bare(), results_db=Ideas(), task_type_ids=[1])
