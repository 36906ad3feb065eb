"""A channel whose source breaks off keeps what it has, and the retry goes on from there; in a real database."""

from collections.abc import Container, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.models import TaskResult, utcnow
from core.results import Database
from core.sources.errors import SETTLED, ChannelNotFound, QuotaUsedUp, SourceError, SourceUnreachable, TooManyCalls
from core.sources.port import Video
from core.sources.sample import SampleSource
from core.workers.catalog.youtube.channel_scrape import ChannelScrape
from core.workers.catalog.youtube.video_search import VideoSearch
from core.workers.catalog.youtube.video_single import VideoSingle
from core.workers.outcomes import sentence
from tests.catalog.hands import Attempt

SAMPLE = SampleSource()
NAME = "@quiet-tape-club"
CHANNEL = {"channel_url": NAME, "max_videos": 50}
IDS = [video.video_id for video in SAMPLE.channel_videos(NAME, 50)]


class Counted(SampleSource):
    """The sample, which notes what is fetched of it and fails at a video; ``skips``: it leaves out what is known."""

    def __init__(self, *, fails_at: int | None = None, fault: Exception | None = None, skips: bool = True) -> None:
        self.fetched: list[str] = []
        self.fails_at = fails_at
        self.fault = fault or SourceUnreachable("The connection broke off.")
        self.skips = skips

    def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
        for place, video in enumerate(super().channel_videos(channel, limit)):
            if place == self.fails_at:
                raise self.fault
            if not (self.skips and video.video_id in known):
                self.fetched.append(video.video_id)
                yield video


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "ideas.s3db")
    database.bind("here")
    yield database
    database.close()


def attempt(source: SampleSource, database: Database, **options: int) -> TaskResult:
    """One attempt at the channel."""
    return Attempt(ChannelScrape, source, database).at(CHANNEL, **options)


def kept(database: Database) -> list[str]:
    """Ids of the videos that are saved, in the order in which they were."""
    return [row[0] for row in database.read("SELECT source_id FROM IdeaInspiration ORDER BY rowid")]


def test_a_task_that_fails_at_video_40_of_50_has_40_and_says_so(database: Database):
    result = attempt(Counted(fails_at=40), database)
    assert kept(database) == IDS[:40]
    assert result.error == "The connection broke off. 40 of 50 videos are saved; a retry goes on from there."
    assert (result.success, result.items_processed) == (False, 40)


@pytest.mark.parametrize("skips", [True, False])
def test_its_retry_goes_on_from_there(database: Database, skips: bool):
    attempt(Counted(fails_at=40), database)
    saves = database.read("SELECT number, saved_at FROM prismq_idea")
    source = Counted(skips=skips)
    result = attempt(source, database)
    assert kept(database) == IDS
    assert source.fetched == (IDS[40:] if skips else IDS)
    assert database.read("SELECT number, saved_at FROM prismq_idea")[:40] == saves, "nothing is saved again"
    assert result.metrics == {"saved": 10, "saved_before": 40, "shorts": result.metrics["shorts"]}
    assert (result.success, result.items_processed, result.data["videos"]) == (True, 50, 50)


def test_a_retry_that_fails_too_tells_of_all_that_is_saved(database: Database):
    attempt(Counted(fails_at=20), database)
    result = attempt(Counted(fails_at=45), database)
    assert result.error is not None
    assert "45 of 50 videos are saved; a retry goes on from there." in result.error


def test_a_task_whose_videos_are_all_saved_fetches_nothing(database: Database):
    attempt(Counted(), database)
    source = Counted(fails_at=0)
    assert attempt(source, database).success
    assert source.fetched == []


@pytest.mark.parametrize("fault", [ChannelNotFound(NAME), QuotaUsedUp("No more calls today.")])
def test_a_fault_that_trying_again_cannot_mend_says_so(database: Database, fault: SourceError):
    result = attempt(Counted(fails_at=7, fault=fault), database)
    assert result.error == f"{fault} 7 of 50 videos are saved. Trying again now does not help."
    assert result.metrics is not None
    assert result.metrics["retryable"] is False


def test_a_cancelled_task_fetches_nothing_more(database: Database):
    source = Counted()
    result = attempt(source, database, cancel_after=3)
    assert result.error == "Stopped: 3 of 50 videos are saved; a retry goes on from there."
    assert source.fetched == IDS[:3]


def test_a_task_that_is_cancelled_with_its_last_video_is_done(database: Database):
    assert attempt(Counted(), database, cancel_after=50).success


def test_progress_of_a_retry_begins_where_the_last_attempt_ended(database: Database):
    attempt(Counted(fails_at=40), database)
    hand = Attempt(ChannelScrape, Counted(), database)
    hand.at(CHANNEL)
    assert hand.heard[:2] == [(80, "40 of 50 videos are saved"), (82, "41 of 50 videos are saved")]


def test_a_video_that_a_source_tells_twice_counts_once(database: Database):
    class Twice(SampleSource):
        def channel_videos(self, channel: str, limit: int, known: Container[str] = frozenset()) -> Iterator[Video]:
            for video in super().channel_videos(channel, 3, known):
                yield from (video, video)

    assert attempt(Twice(), database).items_processed == 3


def test_a_single_video_that_is_saved_is_not_fetched_again(database: Database):
    asked: list[str] = []

    class Asked(SampleSource):
        def video(self, video_id: str) -> Video:
            asked.append(video_id)
            return super().video(video_id)

    for _ in range(2):
        result = Attempt(VideoSingle, Asked(), database).at({"video_id": IDS[0]})
        assert (result.success, result.items_processed) == (True, 1)
    assert asked == IDS[:1]


def test_a_search_goes_on_with_what_is_not_saved_yet(database: Database):
    for limit in (3, 5):
        result = Attempt(VideoSearch, SAMPLE, database).at({"search_query": "lo-fi", "max_results": limit})
    assert result.metrics is not None
    assert (result.metrics["saved_before"], result.metrics["saved"]) == (3, 2)
    assert kept(database) == [video.video_id for video in SAMPLE.search("lo-fi", 5)]


def test_the_same_channel_scraped_by_another_task_is_updated(database: Database):
    attempt(Counted(), database)
    database.bind("elsewhere")
    assert attempt(Counted(), database).metrics == {
        "saved": 50,
        "saved_before": 0,
        "shorts": sum(video.is_short for video in SAMPLE.channel_videos(NAME, 50)),
    }
    assert len(kept(database)) == 50


def test_whatever_breaks_it_off_is_told_with_what_is_saved(database: Database):
    with pytest.raises(KeyError) as broken:
        attempt(Counted(fails_at=7, fault=KeyError("views")), database)
    assert sentence(broken.value) == "KeyError: 'views'. 7 of 50 videos are saved; a retry goes on from there."
    assert kept(database) == IDS[:7]


def test_a_used_up_quota_amid_a_channel_puts_the_task_off_and_says_what_is_saved(database: Database):
    at = datetime(2999, 1, 1, tzinfo=UTC)
    result = attempt(Counted(fails_at=7, fault=QuotaUsedUp("No more calls today.", resets_at=at)), database)
    assert result.error == "No more calls today. 7 of 50 videos are saved; a retry goes on from there."
    assert (result.retryable, result.retry_at) == (True, at + SETTLED)


def test_a_source_that_names_seconds_to_wait_puts_the_task_off_by_them(database: Database):
    before = utcnow()
    result = attempt(Counted(fails_at=0, fault=TooManyCalls("Slower.", retry_after=3600, pause=1)), database)
    assert result.retry_at is not None
    assert 3600 <= (result.retry_at - before).total_seconds() < 3700
