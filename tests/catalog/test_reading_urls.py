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
    f"https://WWW.YOUTUBE.COM./watch?v={VIDEO}",
    f"//www.youtube.com/watch?v={VIDEO}",
    f"/watch?v={VIDEO}",
    f"watch?v={VIDEO}&t=3",
    f"shorts/{VIDEO}",
    f"https://www.youtube.com/?v={VIDEO}",
    f"https://www.youtube.com/watch?v={VIDEO}?si=AbCdEf",
    f"https://www.youtube.com/watch?list=PL123&amp;v={VIDEO}",
    f"https://youtu.be/{VIDEO}&t=10",
    f"https://www.youtube.com/watch?v=\u200b{VIDEO}\u200e",
    f"\ufeff\u00a0https://youtu.be/{VIDEO}\u200b\r\n",
    f"https://www.youtube.com/\nwatch?v={VIDEO}",
    f"(see https://youtu.be/{VIDEO}).".removeprefix("(see "),
    f"“https://youtu.be/{VIDEO}”,",
    f"https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{VIDEO}",
    f"https%253A%252F%252Fyoutu.be%252F{VIDEO}",
    f"https://www.youtube.com/attribution_link?a=xyz&u=%2Fwatch%3Fv%3D{VIDEO}%26feature%3Dshare",
    f"https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fyoutu.be%2F{VIDEO}%3Fsi%3Dy",
    f"https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{VIDEO}&gl=DE",
    f"https://www.youtubekids.com/watch?v={VIDEO}",
    f"https://www.youtube.com/watch/{VIDEO}",
    f"https://studio.youtube.com/video/{VIDEO}/edit",
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
    "@quiet-tape-club?si=abc": "@quiet-tape-club",
    "\u200b@quiet-tape-club,\n": "@quiet-tape-club",
    "@%E5%A4%9C%E3%81%AE": "@夜の",
    "https://WWW.YOUTUBE.COM/@quiet-tape-club?sub_confirmation=1": "@quiet-tape-club",
    "https%3A%2F%2Fwww.youtube.com%2F%40quiet-tape-club": "@quiet-tape-club",
    "https://www.youtube.com/attribution_link?u=%2F%40quiet-tape-club": "@quiet-tape-club",
    "/@quiet-tape-club": "@quiet-tape-club",
    f"/channel/{CHANNEL}": CHANNEL,
    f"https://studio.youtube.com/channel/{CHANNEL}/videos": CHANNEL,
    f"https://music.youtube.com/browse/{CHANNEL}": CHANNEL,
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
        ("PLSMPL0123456789abcdef", "playlist"),
        ("https://www.youtube.com/watch?list=PL123", "playlist"),
        ("https://www.youtube.com/attribution_link?u=%2Fplaylist%3Flist%3DPL123", "playlist"),
        ("https://www.youtube.com/redirect?q=https%3A%2F%2Fvimeo.com%2F123456", "not a link to YouTube"),
        ("https://www.youtube.com@vimeo.com/watch?v=SMPLBS3ZFei", "not a link to YouTube"),
        ("https://www.youtube.com/redirect?q=", "no YouTube video"),
        ("https://www.youtube.com/watch?v=", "no YouTube video"),
        ("https://www.youtube.com/clip/UgkxSMPL", "no YouTube video"),
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
        ("UUSMPLm0xVQzJXtw3XVBOsrT", "playlist"),
        ("https://www.youtube.com/redirect?q=https%3A%2F%2Fexample.com%2F", "not a link to YouTube"),
        ("https://www.youtube.com/channel/UCshort", "no YouTube channel"),
        ("https://www.youtube.com/", "no YouTube channel"),
        ("https://www.youtube.com/premium", "no YouTube channel"),
        ("https://music.youtube.com/browse/MPREb_SMPL", "no YouTube channel"),
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
        "attribution_link?u=",
        "redirect?q=",
        "%2F",
        "%3A",
        ".",
        "\u200b",
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
