"""Subtitles become the text that is said: the right track, no times, nothing twice."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sources.subtitles import KINDS, LONGEST, plain_text, tracks

SAID = "Hello & welcome\nto the workshop"

VTT = """WEBVTT
Kind: captions
Language: en

STYLE
::cue { color: white }

NOTE written by nobody

1
00:00:00.000 --> 00:00:02.000 align:start position:0%
<v Anna>Hello &amp; welcome</v>

00:00:02.000 --> 00:00:02.010
Hello &amp; welcome
 

00:00:02.010 --> 00:00:04.000
Hello &amp; welcome
to<00:00:02.500><c> the</c><00:00:03.000><c> workshop</c>
"""
SRT = "1\n00:00:00,000 --> 00:00:02,000\n<i>Hello & welcome</i>\n\n2\n00:00:02,000 --> 00:00:03,000\nto the  workshop\n"
SRV1 = (
    '<?xml version="1.0"?><transcript><text start="0" dur="2">Hello &amp;amp; welcome</text>'
    '<text start="2">to the workshop</text></transcript>'
)
SRV3 = (
    '<timedtext format="3"><head><pen id="1"/></head><body><p t="0" d="9"><s>Hello</s><s t="3"> &amp; welcome</s></p>\n'
    '<p t="9" a="1">\n</p><p t="10">to the workshop</p></body></timedtext>'
)
TTML = (
    "<tt><head><metadata><title>No line</title></metadata></head><body><div>"
    "<p begin='0s'>Hello &amp; welcome<br/>to the workshop</p></div></body></tt>"
)
JSON3 = json.dumps(
    {
        "wireMagic": "pb3",
        "events": [
            {"tStartMs": 0, "id": 1, "wpWinPosId": 1},
            {"tStartMs": 0, "segs": [{"utf8": "Hello &"}, {"utf8": " welcome", "tOffsetMs": 400}]},
            {"tStartMs": 2, "aAppend": 1, "segs": [{"utf8": "\n"}]},
            {"tStartMs": 2, "segs": [{"utf8": "to the workshop"}, {"utf8": None}, 3]},
            None,
        ],
    }
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("vtt", VTT), ("srt", SRT), ("srv1", SRV1), ("srv3", SRV3), ("ttml", TTML), ("json3", JSON3)],
)
def test_every_kind_of_subtitles_becomes_the_same_text(kind: str, text: str):
    assert plain_text(text, kind) == SAID


@pytest.mark.parametrize("kind", ["vtt", "srv1", "json3"])
def test_a_page_that_is_no_subtitles_is_not_taken_for_what_is_said(kind: str):
    with pytest.raises(ValueError, match=r"\w"):
        plain_text("<html>Please sign in</html>", kind)


def test_a_text_without_an_end_is_cut():
    text = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n" + "\n".join(map(str, range(LONGEST // 5)))
    assert len(plain_text(text, "vtt")) <= LONGEST


@settings(max_examples=50)
@given(
    st.text(max_size=60),
    st.sampled_from(KINDS),
    st.sampled_from(["", "WEBVTT\n0:00 --> 0:01\n", "<body>", '{"events":']),
)
def test_whatever_is_served_becomes_a_text_or_one_clear_refusal(text: str, kind: str, before: str):
    try:
        assert "-->" not in plain_text(before + text, kind) or "-->" in text
    except ValueError as fault:
        assert str(fault)


def formats(language: str, *kinds: str) -> list[dict[str, str]]:
    """The formats of a track, as yt-dlp tells them."""
    return [{"ext": kind, "url": f"https://sample.example/{language}.{kind}", "name": language} for kind in kinds]


WRITTEN = {"de": formats("de", "vtt"), "en-GB": formats("en-GB", "json3", "vtt", "srv1")}
AUTOMATIC = {"en-orig": formats("en-auto", "json3"), "en": formats("en-auto", "json3"), "fr": formats("fr", "json3")}


def urls(**info: object) -> list[str]:
    """The names of the tracks that are read, in order."""
    return [each.url.rpartition("/")[2] for each in tracks(info)]


def test_what_people_wrote_comes_before_automatic_captions_in_the_language_of_the_video():
    assert urls(language="en", subtitles=WRITTEN, automatic_captions=AUTOMATIC) == ["en-GB.srv1", "en-auto.json3"]
    assert urls(language="de-AT", subtitles=WRITTEN, automatic_captions=AUTOMATIC) == ["de.vtt"]
    assert urls(language="ja", subtitles=WRITTEN, automatic_captions={}) == []


def test_where_the_language_is_unknown_the_one_that_was_heard_counts():
    assert urls(subtitles=WRITTEN, automatic_captions={"de-orig": formats("de-auto", "vtt")}) == [
        "de.vtt",
        "de-auto.vtt",
    ]
    assert urls(language=None, subtitles=WRITTEN) == ["en-GB.srv1"]
    assert urls(subtitles={"cs": formats("cs", "vtt")}) == ["cs.vtt"]


def test_translations_chats_and_lists_of_pieces_are_not_what_is_said():
    assert urls(language="en", automatic_captions={"en": [{"ext": "vtt", "url": "https://x.example/t?tlang=en"}]}) == []
    assert urls(subtitles={"live_chat": [{"ext": "json", "url": "https://x.example/chat"}]}) == []
    pieces = {"ext": "vtt", "url": "https://x.example/s", "protocol": "m3u8_native"}
    assert urls(subtitles={"en": [pieces]}) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["en", "vtt", "https://x/y.vtt"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "ext", "url", "data"]), inner),
    max_leaves=8,
)


@settings(max_examples=50)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("language", "subtitles", "automatic_captions"), JUNK)))
def test_tracks_of_no_known_shape_are_passed_over(info: dict[str, object]):
    assert all(each.kind in KINDS for each in tracks(info))
