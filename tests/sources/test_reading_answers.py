"""Whatever the service answers becomes a record, or one clear error."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sources import youtube_api_answers as answers
from core.sources.errors import SourceError
from core.sources.youtube_api_faults import day_is_over, fault_of, reasons_of
from tests.sources.data_api import KEY, channel, id_of, listed, newer_refusal, refusal, video

JSON = st.one_of(
    st.sampled_from([None, True, False, 0, -1, 2**70, 1.5, float("nan"), "", "42", "PT1M", [], {}, [None], {"": {}}]),
    st.text(max_size=8),
    st.lists(st.sampled_from([None, 7, "x", {}, {"id": 1}]), max_size=3),
)
GONE = "gone"


@st.composite
def bent(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """The answer with some fields gone, null, of another type, or new, at any depth."""
    answer = deepcopy(whole)
    places = list(places_in(answer))
    for holder, name in draw(st.lists(st.sampled_from(places), max_size=6)):
        value = draw(st.just(GONE) | JSON)
        if value != GONE:
            holder[name] = value
        elif isinstance(holder, dict):
            holder.pop(name, None)
    return answer


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that holds something, with the name or the place of what it holds."""
    if isinstance(value, dict | list):
        for name, member in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, name
            yield from places_in(member)
        if isinstance(value, dict):
            yield value, "new"


few = settings(max_examples=40)


@few
@given(bent(video()))
def test_any_video_becomes_a_record_that_can_be_saved(item: dict[str, Any]):
    record = answers.video_of(item, id_of(1))
    idea = record.to_idea()
    assert str(idea["title"]).strip()
    assert all(isinstance(value, str) for value in idea["metadata"].values())
    for number in (record.views, record.likes, record.comments, record.duration_seconds):
        assert number is None or (type(number) is int and 0 <= number < 2**63)
    str(idea).encode()
    assert answers.privacy(item) is not None
    assert answers.is_gone(item) in (True, False)


@few
@given(bent(channel()))
def test_any_channel_becomes_a_record(item: dict[str, Any]):
    found = answers.channel_of(item)
    assert isinstance(found.uploads, str)
    assert found.videos is None or found.videos >= 0


@few
@given(bent(listed(video())) | bent({"id": {"kind": "youtube#video", "videoId": id_of(1), "channelId": "UC"}}))
def test_any_item_of_a_list_names_a_video_or_none(item: dict[str, Any]):
    for named in (answers.listed_video(item), answers.found_video(item)):
        assert named == "" or len(named) == 11
    assert isinstance(answers.found_channel(item), str)


@few
@given(bent({"kind": "youtube#videoListResponse", "items": [video()], "nextPageToken": "T5"}))
def test_any_answer_is_a_page_or_one_clear_error(answer: dict[str, Any]):
    try:
        page = answers.page_of(answer)
    except SourceError as error:
        assert "PRISMQ_YOUTUBE_API_URL" in str(error)
    else:
        assert all(isinstance(each, dict) for each in page.items)
        assert isinstance(page.next_token, str)


@few
@given(
    st.integers(100, 599),
    bent(refusal(403, "quotaExceeded")[1]) | bent(newer_refusal(429, "RATE_LIMIT_EXCEEDED", quota_limit="perDay")[1]),
)
def test_any_refusal_is_one_clear_error(status: int, answer: dict[str, Any]):
    assert day_is_over(answer) in (True, False)
    error = fault_of(status, answer, key=KEY)
    assert str(error).isprintable()
    assert len(str(error)) < 700
    assert all(reason == reason.lower() for reason in reasons_of(answer))


@few
@given(JSON)
def test_any_value_is_a_number_a_time_a_duration_or_not_told(value: Any):
    assert answers.count(value) is None or answers.count(value) in range(2**63)
    assert answers.seconds(value) is None or answers.seconds(value) >= 0  # pyright: ignore[reportOptionalOperand]
    assert answers.moment(value) == "" or answers.moment(value).endswith("Z")
    assert all(answers.texts(value))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("PT15M51S", 951),
        ("PT1H", 3600),
        ("PT59S", 59),
        ("P1DT2H", 93_600),
        ("P1DT2H3M4S", 93_784),
        ("P1W", 604_800),
        ("PT0S", 0),
        ("P0D", 0),
        ("PT1.5S", 1),
        ("PT90M", 5400),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("1:30", None),
        ("PT-5S", None),
        ("PT٣S", None),
        ("", None),
        (None, None),
        (90, None),
        ("PT99999999999S", None),
    ],
)
def test_a_duration_is_read_in_seconds(written: object, seconds: int | None):
    assert answers.seconds(written) == seconds


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("42", 42),
        (42, 42),
        (42.0, 42),
        ("0", 0),
        (str(2**63 - 1), 2**63 - 1),
        ("9" * 19, None),
        (10**30, None),
        (float("inf"), None),
        ("-1", None),
        ("1e3", None),
        ("٣", None),
        (True, None),
        (None, None),
        ("", None),
        ([], None),
    ],
)
def test_a_number_is_read_from_a_text(written: object, number: int | None):
    assert answers.count(written) == number


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00.123Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_a_time_is_read_in_utc(written: object, moment: str):
    assert answers.moment(written) == moment


UPRIGHT, WIDE = {"embedWidth": "405", "embedHeight": "720"}, {"embedWidth": "720", "embedHeight": "405"}


@pytest.mark.parametrize(
    ("duration", "published_at", "player", "short"),
    [
        ("PT45S", "2026-01-01T00:00:00Z", UPRIGHT, True),
        ("PT3M", "2026-01-01T00:00:00Z", UPRIGHT, True),
        ("PT3M1S", "2026-01-01T00:00:00Z", UPRIGHT, False),
        ("PT3M", "2024-10-14T00:00:00Z", UPRIGHT, False),
        ("PT1M", "2024-10-14T00:00:00Z", UPRIGHT, True),
        ("PT45S", "2026-01-01T00:00:00Z", WIDE, False),
        ("PT45S", "2026-01-01T00:00:00Z", {"embedWidth": 720, "embedHeight": 720}, True),
        ("PT1M", "2026-01-01T00:00:00Z", {}, True),
        ("PT1M1S", "2026-01-01T00:00:00Z", {}, False),
        ("PT0S", "2026-01-01T00:00:00Z", UPRIGHT, False),
        ("", "2026-01-01T00:00:00Z", UPRIGHT, False),
    ],
)
def test_a_short_is_short_and_not_wide(duration: str, published_at: str, player: dict[str, Any], short: bool):
    item = video(contentDetails={"duration": duration}, snippet={"publishedAt": published_at})
    assert answers.video_of(item | {"player": player}, id_of(1)).is_short == short


def test_a_broadcast_that_goes_on_has_no_duration_and_is_no_short():
    item = video(contentDetails={"duration": "P0D"}, snippet={"liveBroadcastContent": "live"}, player=UPRIGHT)
    record = answers.video_of(item, id_of(1))
    assert (record.duration_seconds, record.is_short) == (None, False)


def test_hidden_likes_and_closed_comments_are_not_told():
    item = video() | {"statistics": {"viewCount": "7"}}
    record = answers.video_of(item, id_of(1))
    assert (record.views, record.likes, record.comments) == (7, None, None)


def test_a_video_without_a_title_goes_by_its_id():
    assert answers.video_of(video(snippet={"title": "  "}), id_of(1)).title == id_of(1)


def test_half_a_surrogate_pair_is_replaced():
    assert answers.video_of(video(snippet={"title": "a\ud800b"}), id_of(1)).title == "a?b"
