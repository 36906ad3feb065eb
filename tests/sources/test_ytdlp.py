"""YouTube without a key: yt-dlp's real class, over real HTTP, on pages of this machine."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError

from core.config import Config
from core.engine import Engine
from core.models import NewTask, TaskStatus
from core.sources.calling_off import called_off_when
from core.sources.errors import (
    AccessForbidden,
    BadAnswer,
    BadReference,
    CalledOff,
    ChannelNotFound,
    SourceError,
    SourceFault,
    SourceUnreachable,
    TooManyCalls,
    VideoNotFound,
    VideoPrivate,
    VideoUnavailable,
)
from core.sources.politeness import HostLimits
from core.sources.port import Source
from core.sources.ytdlp_faults import Asked, meaning_of
from core.sources.ytdlp_reader import Reader
from core.sources.ytdlp_source import Places, YtDlp
from tests.contract.loopback import serving
from tests.sources.video_site import CHANNEL, EMPTY, ODD, PLANE, QUIET, STONE, Site


@pytest.fixture(scope="module")
def origin() -> Iterator[tuple[Site, str]]:
    """The site, served."""
    site = Site()
    with serving(site.application) as address:
        yield site, address


@pytest.fixture
def site(origin: tuple[Site, str]) -> Site:
    """The site, as if nobody had asked it yet."""
    origin[0].asked.clear()
    origin[0].reached.clear()
    return origin[0]


def source_at(address: str, **options: float) -> YtDlp:
    """The source, asking this machine instead of YouTube."""
    places = Places(
        host="127.0.0.1",
        video=f"{address}/watch/{{}}",
        channel=f"{address}/page/{{}}",
        uploads=f"{address}/list/{{}}",
        search=f"{address}/list/{{1}}?n={{0}}",
        extractors=("generic",),
    )
    return YtDlp(limits=HostLimits(2, 0), places=places, **options)


@pytest.fixture
def source(site: Site, origin: tuple[Site, str]) -> YtDlp:
    """The source on a site that nobody has asked yet."""
    return source_at(origin[1])


def test_a_video_comes_with_what_is_said_in_it(source: Source):
    video = source.video(PLANE)
    assert (video.video_id, video.title, video.description) == (PLANE, f"About {PLANE}", "Slowly & with water")
    assert (video.channel_title, video.duration_seconds, video.views) == ("Quiet Tape Club", 754, None)
    assert (video.published_at, video.resolution) == ("2025-09-26T22:24:00Z", "1920x1080")
    assert video.content == "Hello and welcome\nto the shop"
    assert video.url.endswith(f"/watch/{PLANE}")


def test_subtitles_that_cannot_be_read_are_left_out_and_told_in_the_log(
    source: Source, caplog: pytest.LogCaptureFixture
):
    assert source.video(STONE).content == ""
    assert "Subtitles left out: HTTP Error 429" in caplog.text


def test_a_channel_gives_its_videos_one_by_one_as_they_are_asked_for(source: Source, site: Site):
    videos = source.channel_videos(CHANNEL, 10)
    assert site.asked == []
    assert next(videos).video_id == PLANE
    assert PLANE in site.asked
    assert STONE not in site.asked
    assert [each.video_id for each in videos] == [STONE, QUIET]


def test_what_is_gone_is_left_out_of_a_list_and_told_in_the_log(source: Source, caplog: pytest.LogCaptureFixture):
    assert [each.video_id for each in source.channel_videos(CHANNEL, 3)] == [PLANE, STONE]
    assert "Left out: There is no video 'SMPLgone000'" in caplog.text


def test_a_list_of_which_nothing_is_to_be_had_says_why(source: Source):
    with pytest.raises(VideoNotFound):
        list(source.search("gone", 5))


def test_what_was_saved_before_counts_but_is_not_fetched_again(source: Source, site: Site):
    assert [each.video_id for each in source.channel_videos(CHANNEL, 3, known={PLANE, "SMPLgone000"})] == [STONE]
    assert PLANE not in site.asked


def test_a_handle_is_looked_up(source: Source, site: Site):
    assert next(source.channel_videos("@quiet", 1)).video_id == PLANE
    assert f"channel {CHANNEL}" in site.asked


def test_a_channel_without_videos_is_told_from_one_that_is_not_there(source: Source):
    assert list(source.channel_videos(EMPTY, 5)) == []
    with pytest.raises(ChannelNotFound):
        list(source.channel_videos("UCSMPLgone00000000000000", 5))


def test_a_search_gives_the_best_first(source: Source):
    assert [each.video_id for each in source.search("planes", 2)] == [STONE, PLANE]
    assert [each.video_id for each in source.search("planes", 1)] == [STONE]


@pytest.mark.parametrize(
    ("video", "error", "retryable"),
    [
        ("SMPLhttp401", AccessForbidden, False),
        ("SMPLhttp404", VideoNotFound, False),
        ("SMPLhttp410", VideoNotFound, False),
        ("SMPLhttp403", AccessForbidden, True),
        ("SMPLhttp429", TooManyCalls, True),
        ("SMPLhttp503", SourceFault, True),
        (ODD, BadReference, False),
    ],
)
def test_a_refusal_is_told_by_what_it_means(source: Source, video: str, error: type[SourceError], retryable: bool):
    with pytest.raises(error) as refused:
        source.video(video)
    assert type(refused.value) is error
    assert refused.value.retryable is retryable
    assert str(refused.value).isprintable()


def test_where_nobody_listens_it_is_worth_trying_again():
    with pytest.raises(SourceUnreachable, match=r"not reached, asked for the video 'SMPLplane00'") as refused:
        source_at("http://127.0.0.1:9").video(PLANE)
    assert refused.value.retryable


def test_a_page_that_never_ends_is_given_up(site: Site, origin: tuple[Site, str]):
    with pytest.raises(SourceUnreachable, match=r"nothing after 0\.3 s") as refused:
        source_at(origin[1], total=0.3).video("SMPLslow000")
    assert refused.value.retryable


def test_a_page_that_never_ends_is_left_when_its_task_is_cancelled(source: Source, site: Site):
    with called_off_when(site.reached.is_set), pytest.raises(CalledOff):
        source.video("SMPLstuck00")


def test_nothing_is_asked_for_a_task_that_is_cancelled(source: Source, site: Site):
    videos = source.channel_videos(CHANNEL, 10)
    next(videos)
    before = list(site.asked)
    with called_off_when(lambda: True), pytest.raises(CalledOff):
        next(videos)
    assert site.asked == before


def test_nothing_is_asked_once_it_is_closed(source: YtDlp, site: Site):
    source.close()
    with pytest.raises(SourceUnreachable, match="the program ends"):
        source.video(PLANE)


def test_it_prints_nothing_and_leaves_no_file(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "yt-dlp").mkdir()
    (tmp_path / "yt-dlp" / "config").write_text("--write-info-json\n--print title\n--cache-dir cache\n--verbose\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # where there are none, Python prints warnings itself
    list(source.search("planes", 2))
    with pytest.raises(VideoNotFound):
        source.video("SMPLhttp404")
    assert capfd.readouterr() == ("", "")
    assert [str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")] == ["yt-dlp", "yt-dlp/config"]


def test_what_it_does_is_kept_in_the_log_of_who_asked(source: Source, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    source.video(PLANE)
    told = [each.getMessage() for each in caplog.records if each.name == "yt_dlp"]
    assert any("Downloading webpage" in each for each in told)
    assert len(told) == len(set(told))


async def test_a_task_keeps_what_it_has_and_what_was_logged_and_its_retry_goes_on(
    source: YtDlp, site: Site, tmp_path: Path
):
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
    async with Engine.open(config, source=source) as engine:
        asked = NewTask("PrismQ.YouTube.Video.Search", {"search_query": "shaky", "max_results": 3})
        task_id = (await engine.create_task(asked)).id
        await engine.start_workers()
        await engine.drained()
        detail = await engine.open_task(task_id)
    assert (detail.task.status, detail.task.attempts) == (TaskStatus.COMPLETED, 2)
    assert site.asked.count(PLANE) == 1
    logged = {log.number: [line.text for line in log.lines] for log in detail.logs}
    assert any(f"{PLANE}: Downloading webpage" in each for each in logged[1])
    assert not any(f"{PLANE}: Downloading webpage" in each for each in logged[2])


SAID = [
    ("Private video. Sign in if you've been granted access to this video", VideoPrivate, False),
    ("Video unavailable. This video has been removed by the uploader", VideoNotFound, False),
    ("Video unavailable. This video is no longer available: the account was terminated", VideoNotFound, False),
    ("Video unavailable", VideoNotFound, False),
    ("Sign in to confirm your age. This video may be inappropriate for some users.", VideoUnavailable, False),
    ("Join this channel to get access to members-only content like this video", VideoUnavailable, False),
    ("The uploader has not made this video available in your country", VideoUnavailable, False),
    ("This video requires payment to watch", VideoUnavailable, False),
    ("Video unavailable. It is not shown at your current address", VideoNotFound, False),
    ("Premieres in 3 hours", VideoUnavailable, True),
    ("This live event will begin in 2 days.", VideoUnavailable, True),
    ("This live stream recording is not available.", VideoUnavailable, False),
    ("Sign in to confirm you’re not a bot. Use --cookies", TooManyCalls, True),
    ("This content isn't available, try again later. The current session has been rate-limited", TooManyCalls, True),
    ("YouTube is requiring a captcha challenge before playback", TooManyCalls, True),
    ("Something that nobody has seen before", BadAnswer, True),
]  # fmt: skip


@pytest.mark.parametrize(("said", "error", "retryable"), SAID)
def test_what_youtube_says_of_a_video_is_understood(said: str, error: type[SourceError], retryable: bool):
    fault = raised(ExtractorError(said, expected=True, video_id=PLANE))
    told = meaning_of(fault, Asked("video", PLANE))
    assert type(told) is error
    assert told.retryable is retryable
    assert PLANE in str(told)


def test_a_region_is_told_by_the_kind_of_the_error():
    told = meaning_of(raised(GeoRestrictedError("Not here", countries=["DE"])), Asked("video", PLANE))
    assert isinstance(told, VideoUnavailable)


def test_what_yt_dlp_does_not_understand_is_no_word_of_youtube():
    fault = raised(ExtractorError("Unable to extract unavailable player; \x1b[31mplease\x1b[0m", video_id=PLANE))
    told = meaning_of(fault, Asked("video", PLANE))
    assert type(told) is BadAnswer
    assert "pip install -U yt-dlp" in str(told)
    assert "\x1b" not in str(told)
    assert "report this issue" not in str(told)


def test_a_bug_in_an_extractor_is_one_sentence_too():
    assert "KeyError" in str(meaning_of(KeyError("entries"), Asked("search", "planes")))


def raised(fault: ExtractorError) -> DownloadError:
    """The error as yt-dlp raises it."""
    with Reader(1, ("generic",), 1) as reader:
        try:
            try:
                raise fault
            except ExtractorError:
                reader.report_error(str(fault))
        except DownloadError as wrapped:
            return wrapped
    raise AssertionError("yt-dlp raised nothing")


def test_the_program_starts_without_loading_the_library(tmp_path: Path):
    code = (
        "import sys; from core.config import Config; from core.sources.choose import choose_source\n"
        "import core.engine, core.doctor, tui.app, tui.__main__\n"
        "for name in ('sample', 'yt_dlp'): assert choose_source(Config.bare(source=name)).name == name\n"
        "print([each for each in sys.modules if each.partition('.')[0] == 'yt_dlp'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.strip() == "[]"
