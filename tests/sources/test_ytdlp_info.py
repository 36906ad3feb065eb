"""What yt-dlp knows of a video becomes a record, whatever of it is missing or odd."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sources.errors import BadAnswer
from core.sources.port import Video
from core.sources.ytdlp_info import channel_id_of, listed_ids, video_of

VIDEO = "SMPLBS3Z-_i"
CHANNEL = "UCSMPLm0xVQzJXtw3XVBOsrT"

INFO: dict[str, object] = {
    "id": VIDEO,
    "title": "Sharpening a plane 2026-01-01 12:00",
    "fulltitle": "Sharpening a plane",
    "description": "Slowly.\nWith water.",
    "tags": ["plane", " stone ", "plane", None, 3],
    "channel_id": CHANNEL,
    "channel": "Quiet Tape Club",
    "uploader": "Somebody else",
    "uploader_id": "@quiet-tape-club",
    "webpage_url": f"https://www.youtube.com/watch?v={VIDEO}",
    "timestamp": 1758925440,
    "upload_date": "20250926",
    "duration": 754.4,
    "view_count": 12345,
    "like_count": 678,
    "comment_count": None,
    "language": "en",
    "width": 48,
    "height": 27,
    "ext": "mhtml",
    "media_type": "video",
    "formats": [
        {"ext": "mhtml", "width": 4800, "height": 2700},
        {"ext": "m4a", "vcodec": "none"},
        {"ext": "mp4", "vcodec": "avc1", "width": 1920, "height": 1080},
        {"ext": "mp4", "vcodec": "avc1", "width": 640, "height": 360},
        None,
    ],
    "extractor_key": "Youtube",
    "heatmap": [{"value": 1}],
}


def test_a_video_is_read_from_what_yt_dlp_tells():
    assert video_of(INFO, VIDEO, "Hello") == Video(
        video_id=VIDEO,
        title="Sharpening a plane",
        description="Slowly.\nWith water.",
        content="Hello",
        tags=("plane", "stone"),
        channel_id=CHANNEL,
        channel_title="Quiet Tape Club",
        url=f"https://www.youtube.com/watch?v={VIDEO}",
        published_at="2025-09-26T22:24:00Z",
        duration_seconds=754,
        views=12345,
        likes=678,
        comments=None,
        resolution="1920x1080",
        language="en",
        is_short=False,
    )


def test_of_some_only_the_title_is_known():
    video = video_of({"title": "Alone"}, VIDEO, "")
    assert video.url == f"https://www.youtube.com/watch?v={VIDEO}"
    assert (video.views, video.duration_seconds, video.published_at, video.resolution) == (None, None, "", "")


def test_the_day_is_taken_where_the_time_is_unknown():
    assert video_of({"title": "A", "upload_date": "20240229"}, VIDEO, "").published_at == "2024-02-29T00:00:00Z"
    assert video_of({"title": "A", "upload_date": "20230229"}, VIDEO, "").published_at == ""


@pytest.mark.parametrize(
    ("said", "is_short"),
    [
        ({"media_type": "short", "duration": 200}, True),
        ({"media_type": "video", "duration": 20}, False),
        ({"duration": 60}, True),
        ({"duration": 61, "width": 1920, "height": 1080}, False),
        ({"duration": 20, "width": 1920, "height": 1080}, False),
        ({"duration": 170, "width": 1080, "height": 1920, "upload_date": "20240101"}, False),
        ({"duration": 170, "width": 1080, "height": 1920}, True),
        ({"duration": 0}, False),
        ({}, False),
    ],
)
def test_a_short_is_told_by_youtube_or_by_its_length_and_shape(said: dict[str, object], is_short: bool):
    assert video_of({"title": "A", **said}, VIDEO, "").is_short is is_short


@pytest.mark.parametrize(
    ("said", "because"),
    [
        (None, "nothing that can be read"),
        ([INFO], "nothing that can be read"),
        ({"_type": "playlist", "entries": []}, "'playlist'"),
        ({"id": "SMPLanother", "title": "A"}, "'SMPLanother'"),
        ({"id": VIDEO, "title": " "}, "knows no title"),
        ({}, "knows no title"),
    ],
)
def test_what_is_no_video_is_refused_in_one_sentence(said: object, because: str):
    with pytest.raises(BadAnswer, match=because) as refused:
        video_of(said, VIDEO, "")
    assert refused.value.retryable


def test_a_list_gives_the_ids_of_its_videos_in_order():
    entries = [
        {"_type": "url", "ie_key": "Youtube", "id": VIDEO, "url": f"https://www.youtube.com/watch?v={VIDEO}"},
        {"_type": "url", "url": "https://sample.example/watch/SMPLBS3ZFei"},
        {"_type": "url", "ie_key": "YoutubeTab", "id": CHANNEL, "url": f"https://www.youtube.com/channel/{CHANNEL}"},
        None,
        {"url": 3},
    ]
    assert list(listed_ids({"_type": "playlist", "entries": entries})) == [VIDEO, "SMPLBS3ZFei"]
    assert list(listed_ids({"_type": "playlist", "entries": None})) == []


def test_the_id_of_a_channel_is_found_on_its_page():
    assert channel_id_of({"channel_id": CHANNEL, "id": "@quiet-tape-club"}) == CHANNEL
    assert channel_id_of({"channel_id": None, "id": CHANNEL}) == CHANNEL
    assert channel_id_of({"id": f"UU{CHANNEL[2:]}"}) == CHANNEL
    assert channel_id_of({"id": "@quiet-tape-club"}) == ""


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "20240101", "99999999", 10**30, 1e300, "12", f"UC{VIDEO * 2}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["width", "ext", "id", "url"]), inner),
    max_leaves=6,
)
ODD = st.fixed_dictionaries(
    {"title": JUNK | st.just("A")}, optional={name: JUNK for name in (*INFO, "_type", "entries") if name != "title"}
)


@settings(max_examples=50)
@given(ODD | JUNK, st.text(max_size=5))
def test_whatever_is_said_becomes_a_record_or_one_clear_error(said: object, content: str):
    for read in (lambda: list(listed_ids(said)), lambda: channel_id_of(said)):
        try:
            read()
        except BadAnswer as fault:
            assert str(fault).isprintable()
    try:
        video = video_of(said, VIDEO, content)
    except BadAnswer as fault:
        assert str(fault).isprintable()
    else:
        idea = video.to_idea()
        assert all(isinstance(value, str) for value in idea["metadata"].values())
        repr(idea).encode()
