"""The YouTube workers on the real client, and what the board says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.engine import Engine
from core.sources.quota import Quota, end_of_day, pacific_day
from core.sources.youtube_api import YouTubeApi
from core.workers.base import BaseWorker
from core.workers.catalog.youtube.channel_scrape import ChannelScrape
from core.workers.catalog.youtube.video_search import VideoSearch
from core.workers.catalog.youtube.video_single import VideoSingle
from core.workers.factory import WorkerFactory
from core.workers.testing import MemoryIdeas, perform
from tests.catalog.hands import Attempt
from tests.sources.conftest import Clock
from tests.sources.data_api import HANDLE, DataApi, id_of, refusal, video

SOON = 15.0


def with_source(worker_class: type[BaseWorker], source: YouTubeApi) -> type[BaseWorker]:
    """The worker as a rehearsal makes it: with its source."""

    def make(self: Any, **options: Any) -> None:
        worker_class.__init__(self, source=source, **options)  # pyright: ignore[reportCallIssue]

    return type(worker_class.__name__, (worker_class,), {"__init__": make})


async def test_a_channel_is_saved_as_ideas(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(60)))
    ideas = MemoryIdeas()
    result = await perform(with_source(ChannelScrape, source), ideas, channel_url=HANDLE, max_videos=55)
    assert (result.success, result.items_processed, len(ideas.ideas)) == (True, 55, 55)
    idea = ideas.ideas[1, id_of(7)]
    assert (idea["source_id"], idea["source_platform"], idea["source_created_by"]) == (
        id_of(7),
        "youtube",
        "Quiet Tape Club",
    )
    assert idea["metadata"]["views"] == "7000"
    assert "sample" not in idea["metadata"]


async def test_a_search_and_a_single_video_are_saved(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(4)))
    found = await perform(with_source(VideoSearch, source), search_query="loop", max_results=3)
    one = await perform(with_source(VideoSingle, source), video_url=f"https://youtu.be/{id_of(2)}?si=abc")
    assert (found.items_processed, one.items_processed) == (3, 1)


async def test_a_channel_whose_quota_ends_amid_it_keeps_what_it_has_and_goes_on_the_next_day(
    source: YouTubeApi, api: DataApi, quota: Quota, clock: Clock
):
    api.add(*map(video, range(60)))
    ideas = MemoryIdeas()
    worker = with_source(ChannelScrape, source)
    quota.budget = 4  # the channel, a page, its videos, and another page
    first = await perform(worker, ideas, channel_url=HANDLE, max_videos=60)
    assert (first.success, len(ideas.ideas)) == (False, 50)
    assert first.error is not None
    assert "this call costs 1 unit, and 0 of 4 are left. Try again after 2026-01-16 09:00 CET." in first.error
    clock.now = end_of_day(pacific_day(clock.now))
    second = await perform(worker, ideas, 2, channel_url=HANDLE, max_videos=60)
    assert (second.success, len(ideas.ideas)) == (True, 60)
    assert api.calls().count("videos") == 2


async def test_a_private_video_fails_the_task_with_a_sentence(source: YouTubeApi):
    result = await perform(with_source(VideoSingle, source), video_id=id_of(1))
    assert not result.success
    assert str(result.error).startswith("There is no video 'MADEUP00001': it is private, was removed, or never was.")


def test_a_task_that_is_cancelled_asks_nothing_more(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(60)))
    attempt = Attempt(ChannelScrape, source)
    result = attempt.at({"channel_url": HANDLE, "max_videos": 60}, cancel_after=50)
    assert result.error == "Stopped: 50 of 60 videos are saved; a retry goes on from there."
    assert api.calls() == ["channels", "playlistItems", "videos"]


async def test_the_board_says_what_is_left_and_follows_it(
    source: YouTubeApi, api: DataApi, quota: Quota, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.source_watching.EVERY", 0.05)
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, source=source, factory=WorkerFactory()) as engine:
        words = "youtube_api, 10,000 of 10,000 units left today"
        assert await engine.store.until(lambda seen: seen.server.source == words, SOON), engine.store.snapshot
        api.add(video(1))
        await asyncio.to_thread(source.video, id_of(1))
        words = "youtube_api, 9,999 of 10,000 units left today"
        assert await engine.store.until(lambda seen: seen.server.source == words, SOON), engine.store.snapshot


async def test_the_board_says_why_it_does_not_know_what_is_left(
    source: YouTubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.source_watching.EVERY", 0.05)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "quota.db").write_bytes(b"This is no database." * 100)
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, source=source, factory=WorkerFactory()) as engine:
        told = "What was used of the YouTube quota cannot be kept"
        assert await engine.store.until(lambda seen: any(told in each.text for each in seen.activity), SOON)
        assert engine.store.snapshot.server.source == "youtube_api"


async def test_a_refused_key_fails_the_task_with_what_to_look_at(source: YouTubeApi, api: DataApi):
    api.answers(refusal(400, "keyInvalid", "Bad Request", domain="usageLimits"))
    result = await perform(with_source(VideoSingle, source), video_id=id_of(1))
    assert "See YOUTUBE_API_KEY." in str(result.error)
    assert result.metrics is not None
    assert result.metrics["retryable"] is False
