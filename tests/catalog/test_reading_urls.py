"""Links are read as people paste them, and refused with one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sources.errors import BadReference, SourceError
from core.sources.youtube_urls import read_channel, read_video

VIDEO = "SMPLBS3Z-_i"
CHANNEL = "UCSMPLm0xVQzJXtw3XVBOsrT"

VIDEOS = [
    VIDEO,
    f"  {VIDEO}\n",
    f"https://www.youtube.com/watch?v={VIDEO}",
    f"HTTPS://WWW.YouTube.com/watch?v={VIDEO}",
    f"http://youtube.com/watch?app=desktop&v={VIDEO}&t=42s",
    f"https://www.youtube.com/watch?v={VIDEO}&list=PL123&index=3",
    f"https://m.youtube.com/watch?v={VIDEO}&feature=youtu.be",
    f"https://music.youtube.com/watch?v={VIDEO}",
    f"www.youtube.com/watch?v={VIDEO}",
    f"https://youtu.be/{VIDEO}?si=AbCdEf&t=10",
    f"youtu.be/{VIDEO}",
    f"https://www.youtube.com/shorts/{VIDEO}?feature=share",
    f"https://www.youtube.com/live/{VIDEO}",
    f"https://www.youtube.com/embed/{VIDEO}?autoplay=1",
    f"https://www.youtube-nocookie.com/embed/{VIDEO}",
    f"https://www.youtube.com/v/{VIDEO}",
    f"<https://www.youtube.com/watch?v={VIDEO}>",
    f"https://sample.example/watch?v={VIDEO}",
]

CHANNELS = {
    "@quiet-tape-club": "@quiet-tape-club",
    " @quiet-tape-club/videos ": "@quiet-tape-club",
    "https://www.youtube.com/@quiet-tape-club": "@quiet-tape-club",
    "https://m.youtube.com/@quiet-tape-club/shorts?si=abc": "@quiet-tape-club",
    "youtube.com/@quiet-tape-club/": "@quiet-tape-club",
    "https://www.youtube.com/@%E5%A4%9C%E3%81%AE": "@夜の",
    CHANNEL: CHANNEL,
    f"https://www.youtube.com/channel/{CHANNEL}/featured": CHANNEL,
    f"https://music.youtube.com/channel/{CHANNEL}": CHANNEL,
    "https://www.youtube.com/c/QuietTape/about": "c/QuietTape",
    "https://www.youtube.com/user/quiettape": "user/quiettape",
    "https://www.youtube.com/QuietTape/videos": "c/QuietTape",
    "https://sample.example/@quiet-tape-club": "@quiet-tape-club",
}


@pytest.mark.parametrize("text", VIDEOS)
def test_a_video_is_read_from_any_link_to_it(text: str):
    assert read_video(text) == VIDEO


@pytest.mark.parametrize("text", CHANNELS)
def test_a_channel_is_read_from_any_link_to_it(text: str):
    assert read_channel(text) == CHANNELS[text]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("https://www.youtube.com/playlist?list=PL123", "playlist"),
        ("https://www.youtube.com/embed/videoseries?list=PL123", "playlist"),
        ("https://vimeo.com/123456", "not a link to YouTube"),
        ("https://youtube.com.example.net/watch?v=SMPLBS3ZFei", "not a link to YouTube"),
        ("https://www.youtube.com/watch?v=tooshort", "not 11 letters"),
        ("https://youtu.be/SMPLBS3ZFei_and_more", "not 11 letters"),
        ("https://www.youtube.com/@quiet-tape-club", "no YouTube video"),
        ("https://[broken", "no YouTube video"),
        ("hello", "no YouTube video"),
        ("", "no YouTube video"),
    ],
)
def test_what_names_no_video_is_refused_with_the_reason(text: str, because: str):
    with pytest.raises(BadReference, match=because):
        read_video(text)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("https://www.youtube.com/playlist?list=PL123", "playlist"),
        (f"https://www.youtube.com/watch?v={VIDEO}", "is a video"),
        (f"https://youtu.be/{VIDEO}", "is a video"),
        ("https://www.youtube.com/channel/UCshort", "no YouTube channel"),
        ("https://www.youtube.com/", "no YouTube channel"),
        ("https://peertube.example/@somebody", "not a link to YouTube"),
        ("quiet tape club", "no YouTube channel"),
        ("@", "no YouTube channel"),
        ("", "no YouTube channel"),
    ],
)
def test_what_names_no_channel_is_refused_with_the_reason(text: str, because: str):
    with pytest.raises(BadReference, match=because):
        read_channel(text)


PIECES = st.sampled_from(
    [
        "https://",
        "youtube.com",
        "www.",
        "/",
        "@",
        "watch?v=",
        "list=",
        "&",
        "channel/",
        "UC",
        "[",
        "]",
        "%",
        ":",
        "#",
        VIDEO,
    ]
)
PASTED = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=9).map("".join))


@given(PASTED)
def test_whatever_is_pasted_is_read_or_refused_in_one_line(text: str):
    for read in (read_video, read_channel):
        try:
            found = read(text)
        except SourceError as fault:
            assert str(fault).isprintable()
        else:
            assert read(found) == found
