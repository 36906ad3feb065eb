"""The real client asks a double of the Data API over real HTTP."""

from __future__ import annotations

import threading
from itertools import islice

import pytest

from core.sources.errors import BadReference, ChannelNotFound, SourceError, VideoNotFound, VideoPrivate
from core.sources.port import Source, Video
from core.sources.quota import Quota
from core.sources.youtube_api import YouTubeApi
from tests.sources.data_api import CHANNEL, HANDLE, DataApi, channel, id_of, listed, refusal, video


def ids(videos: list[Video]) -> list[str]:
    return [each.video_id for each in videos]


def test_it_is_a_source(source: YouTubeApi):
    fits: Source = source
    assert fits.name == "youtube_api"


def test_a_video_is_read_with_everything_that_the_service_tells(source: YouTubeApi, api: DataApi):
    api.add(video(7))
    assert source.video(id_of(7)) == Video(
        video_id="MADEUP00007",
        title="Tape loop 7",
        description="Side 7 of a made-up tape.",
        content="",
        tags=("tape", "loop"),
        channel_id=CHANNEL,
        channel_title="Quiet Tape Club",
        url="https://www.youtube.com/watch?v=MADEUP00007",
        published_at="2026-01-08T12:00:00Z",
        duration_seconds=253,
        views=7000,
        likes=70,
        comments=7,
        resolution="hd",
        language="en",
        is_short=False,
    )


def test_an_upright_video_of_three_minutes_is_a_short(source: YouTubeApi, api: DataApi):
    upright = {"embedWidth": "405", "embedHeight": "720"}
    api.add(video(1, contentDetails={"duration": "PT2M59S"}, player=upright))
    assert source.video(id_of(1)).is_short


def test_a_video_that_is_not_shown_is_private_or_gone(source: YouTubeApi, api: DataApi):
    with pytest.raises(VideoNotFound, match="There is no video 'MADEUP00001': it is private, was removed, or never"):
        source.video(id_of(1))
    api.add(video(2, status={"privacyStatus": "private"}), video(3, status={"uploadStatus": "deleted"}))
    with pytest.raises(VideoPrivate):
        source.video(id_of(2))
    with pytest.raises(VideoNotFound):
        source.video(id_of(3))


def test_what_is_no_video_id_is_never_sent(source: YouTubeApi, api: DataApi):
    with pytest.raises(BadReference):
        source.video("one,two&key=3")
    assert api.asked == []


@pytest.mark.parametrize("written", [CHANNEL, HANDLE, HANDLE.upper(), "user/quiettape", "c/quiet-tape-club"])
def test_a_channel_is_found_by_id_handle_user_name_and_custom_name(source: YouTubeApi, api: DataApi, written: str):
    api.users["quiettape"] = CHANNEL
    api.add(video(1))
    assert ids(list(source.channel_videos(written, 5))) == [id_of(1)]
    assert api.calls() == ["channels", "playlistItems", "videos"]


def test_a_custom_name_that_is_no_handle_is_searched_for(source: YouTubeApi, api: DataApi, quota: Quota):
    old = channel("UCMADEUPsomebodyElse0001", "oldname")
    api.channels += [channel("UCMADEUPthirdParty000001", "@other"), old]
    for each in api.channels:
        each["snippet"] = each["snippet"] | {"title": "OldName and others"}
    api.add(video(1), to=old["id"])
    assert ids(list(source.channel_videos("c/OldName", 5))) == [id_of(1)]
    assert api.calls() == ["channels", "search", "channels", "playlistItems", "videos"]
    assert quota.standing() == "9,896 of 10,000 units left today"


def test_a_custom_name_that_cannot_be_found_is_told_with_what_to_give_instead(source: YouTubeApi):
    with pytest.raises(ChannelNotFound, match=r"There is no channel 'c/Nobody'.*no call for custom names: give the"):
        list(source.channel_videos("c/Nobody", 5))


def test_a_custom_name_is_searched_for_once(source: YouTubeApi, api: DataApi):
    for _ in range(3):  # as the attempts at a task do
        with pytest.raises(ChannelNotFound):
            list(source.channel_videos("c/Nobody", 5))
    assert api.calls() == ["channels", "search", "channels", "channels"]


@pytest.mark.parametrize("written", ["UCMADEUPnobodyNobody0001", "@nobody", "user/nobody"])
def test_a_channel_that_is_not_there_is_told(source: YouTubeApi, written: str):
    with pytest.raises(ChannelNotFound, match=f"There is no channel '{written}': it was removed, or it never was"):
        list(source.channel_videos(written, 5))


@pytest.mark.parametrize("reason", ["channelNotFound", "channelClosed", "channelSuspended"])
def test_a_channel_that_the_service_refuses_as_gone_is_told(source: YouTubeApi, api: DataApi, reason: str):
    api.answers(refusal(404, reason))
    with pytest.raises(ChannelNotFound):
        list(source.channel_videos(CHANNEL, 5))


def test_the_newest_videos_of_a_channel_come_over_several_pages(source: YouTubeApi, api: DataApi, quota: Quota):
    api.add(*map(video, range(130)))
    found = list(source.channel_videos(CHANNEL, 120))
    assert ids(found) == [id_of(number) for number in range(120)]
    assert api.calls() == ["channels", *["playlistItems", "videos"] * 3]
    assert [len(query["id"].split(",")) for call, query in api.asked if call == "videos"] == [50, 50, 20]
    assert quota.standing() == "9,993 of 10,000 units left today"


def test_a_page_is_fetched_when_its_first_video_is_wanted(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(130)))
    videos = source.channel_videos(CHANNEL, 100)
    assert api.asked == []
    assert len(list(islice(videos, 50))) == 50
    assert api.calls() == ["channels", "playlistItems", "videos"]
    next(videos)
    assert api.calls()[3:] == ["playlistItems", "videos"]


def test_no_more_is_asked_for_than_is_wanted(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(9)))
    assert len(list(source.channel_videos(CHANNEL, 3))) == 3
    sizes = [query["maxResults"] for call, query in api.asked if call == "playlistItems"]
    assert sizes == ["3"]


def test_private_and_deleted_videos_of_a_channel_do_not_count(
    source: YouTubeApi, api: DataApi, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "core.sources")
    api.add(*map(video, range(8)))
    playlist = api.uploads["UU" + CHANNEL[2:]]
    for number, title in ((0, "Private video"), (1, "Deleted video")):
        playlist[number]["snippet"]["title"] = title
    playlist[2] = listed(api.videos[id_of(2)], status={"privacyStatus": "private"})
    del api.videos[id_of(3)]
    api.videos[id_of(4)]["status"]["privacyStatus"] = "private"
    assert ids(list(source.channel_videos(CHANNEL, 2))) == [id_of(5), id_of(6)]
    asked_for = [query["id"] for call, query in api.asked if call == "videos"]
    assert not any(id_of(number) in each for each in asked_for for number in range(3))
    assert "1 of 2 videos were passed over: they are private or deleted." in caplog.text


def test_videos_that_are_known_count_but_are_not_fetched(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(8)))
    found = list(source.channel_videos(CHANNEL, 4, {id_of(0), id_of(2)}))
    assert ids(found) == [id_of(1), id_of(3)]
    assert api.asked[-1][1]["id"] == f"{id_of(1)},{id_of(3)}"
    before = len(api.asked)
    assert list(source.channel_videos(CHANNEL, 2, {id_of(0), id_of(1)})) == []
    assert api.calls()[before:] == ["channels", "playlistItems"]


def test_a_channel_without_videos_has_none(source: YouTubeApi, api: DataApi):
    api.channels = [channel(statistics={"videoCount": "0"})]
    assert list(source.channel_videos(CHANNEL, 5)) == []


def test_a_list_of_uploads_that_is_not_shown_is_told(source: YouTubeApi, api: DataApi):
    with pytest.raises(SourceError, match=f"YouTube shows no list of uploads of the channel '{CHANNEL}'"):
        list(source.channel_videos(CHANNEL, 5))
    api.channels = [channel(contentDetails=None)]
    with pytest.raises(SourceError, match="YouTube names no list of uploads"):
        list(source.channel_videos(CHANNEL, 5))


def test_a_list_that_repeats_its_pages_comes_to_an_end(source: YouTubeApi, api: DataApi):
    page = 200, {"items": [], "nextPageToken": "T1"}
    api.answers((200, {"items": [channel()]}), page, page)
    assert list(source.channel_videos(CHANNEL, 5)) == []
    assert len(api.asked) == 3


def test_a_search_finds_videos_in_its_order_with_all_details(source: YouTubeApi, api: DataApi, quota: Quota):
    api.add(*map(video, (3, 1, 2)))
    found = list(source.search("loop", 2))
    assert [(each.video_id, each.views) for each in found] == [(id_of(3), 3000), (id_of(1), 1000)]
    assert api.asked[0] == ("search", {"part": "snippet", "type": "video", "q": "loop", "maxResults": "2"})
    assert quota.standing() == "9,899 of 10,000 units left today"


def test_a_search_goes_over_pages(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(70)))
    assert len(list(source.search("loop", 60))) == 60
    assert api.calls() == ["search", "videos"] * 2


def test_a_search_finds_nothing_without_an_error(source: YouTubeApi):
    assert list(source.search("xyzzy", 5)) == []


def test_a_result_that_is_gone_is_not_made_up_for_by_another_page(source: YouTubeApi, api: DataApi):
    api.add(*map(video, range(9)))
    api.videos[id_of(0)]["status"]["privacyStatus"] = "private"
    assert ids(list(source.search("loop", 2))) == [id_of(1)]
    assert api.calls() == ["search", "videos"]


def test_any_text_can_be_searched_for(source: YouTubeApi, api: DataApi):
    text = "a&b=c #d % ü 夜 \ud800 \n"
    assert list(source.search(text, 5)) == []
    assert api.asked[0][1]["q"] == text.replace("\ud800", "?")


def test_many_threads_may_ask_at_once(source: YouTubeApi, api: DataApi, quota: Quota):
    api.add(*map(video, range(20)))
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(ids(list(source.channel_videos(HANDLE, 10))))) for _ in range(6)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert found == [[id_of(number) for number in range(10)]] * 6
    assert quota.standing() == "9,982 of 10,000 units left today"
