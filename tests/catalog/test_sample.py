"""The bundled sample: invented, marked as such, and the same every time."""

from dataclasses import replace
from itertools import islice

import pytest

from core.sources.errors import ChannelNotFound, VideoNotFound, VideoPrivate
from core.sources.port import Source
from core.sources.sample import SampleSource


@pytest.fixture(scope="module")
def sample() -> SampleSource:
    return SampleSource()


def test_it_is_a_source(sample: SampleSource):
    source: Source = sample
    assert source.name == "sample"


def test_it_is_large_enough_to_play_with(sample: SampleSource):
    assert len(sample.library.channels) == 24
    assert len(sample.library.videos) >= 400
    assert any(len(channel.videos) >= 50 for channel in sample.library.channels)


def test_every_id_and_url_is_invented(sample: SampleSource):
    for video in sample.library.videos.values():
        assert video.video_id.startswith("SMPL")
        assert len(video.video_id) == 11
        assert video.channel_id.startswith("UCSMPL")
        assert video.url == f"https://sample.example/watch?v={video.video_id}"


def test_every_idea_is_marked_as_a_sample_and_its_metadata_are_texts(sample: SampleSource):
    for video in sample.library.videos.values():
        metadata = video.to_idea()["metadata"]
        assert metadata["sample"] == "true"
        assert all(isinstance(value, str) for value in metadata.values())


def test_an_idea_has_the_description_for_content_where_there_are_no_subtitles(sample: SampleSource):
    video = replace(next(iter(sample.library.videos.values())), content="", description="What it is about")
    assert video.to_idea()["content"] == "What it is about"
    assert replace(video, content="Spoken words").to_idea()["content"] == "Spoken words"


def test_a_video_that_is_not_from_the_sample_is_not_marked(sample: SampleSource):
    video = replace(next(iter(sample.library.videos.values())), sample=False)
    assert "sample" not in video.to_idea()["metadata"]


def test_two_samples_hold_the_same(sample: SampleSource):
    assert SampleSource().library == sample.library


def test_a_channel_gives_its_newest_videos_first(sample: SampleSource):
    dates = [video.published_at for video in sample.channel_videos("@quiet-tape-club", 10)]
    assert len(dates) == 10
    assert dates == sorted(dates, reverse=True)


def test_a_channel_is_known_by_its_id_handle_and_name(sample: SampleSource):
    channel = sample.library.channels[0]
    for reference in (channel.channel_id, channel.handle, channel.handle.upper(), f"c/{channel.handle[1:]}"):
        assert next(sample.channel_videos(reference, 1)) == channel.videos[0]


def test_one_channel_is_gone_and_others_never_were(sample: SampleSource):
    (gone,) = (channel for channel in sample.library.channels if channel.gone)
    for reference in (gone.handle, "@nobody-here"):
        with pytest.raises(ChannelNotFound, match=reference):
            next(sample.channel_videos(reference, 1))


def test_a_private_video_is_refused_and_never_listed(sample: SampleSource):
    for video_id in sample.library.private:
        assert video_id not in sample.library.videos
        with pytest.raises(VideoPrivate):
            sample.video(video_id)


def test_an_unknown_video_is_refused(sample: SampleSource):
    with pytest.raises(VideoNotFound):
        sample.video("SMPL0000000")


def test_a_search_finds_titles_first_then_what_is_seen_more(sample: SampleSource):
    found = list(sample.search("SOURDOUGH pancakes", 5))
    assert len(found) == 5
    assert all("sourdough pancakes" in video.title.lower() for video in found[:2])
    assert found == list(sample.search("sourdough PANCAKES", 5))


def test_a_search_for_nothing_known_finds_nothing(sample: SampleSource):
    assert list(sample.search("xyzzy", 5)) == []
    assert list(sample.search("  ", 5)) == []


def test_titles_differ(sample: SampleSource):
    titles = [video.title for video in sample.library.videos.values()]
    assert len(set(titles)) == len(titles)


def test_one_may_stop_asking_at_any_time(sample: SampleSource):
    assert len(list(islice(sample.channel_videos("@quiet-tape-club", 50), 3))) == 3
