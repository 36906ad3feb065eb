"""What goes wrong on the way to the Data API is told by its meaning, and tried again only where that can help."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from core.config import Secret
from core.masking import masked_text
from core.sources.calling_off import called_off_when
from core.sources.errors import (
    SETTLED,
    AccessForbidden,
    BadAnswer,
    CalledOff,
    QuotaUsedUp,
    SourceError,
    SourceFault,
    SourceUnreachable,
    TooManyCalls,
)
from core.sources.politeness import HostLimits
from core.sources.quota import Quota
from core.sources.youtube_api import YouTubeApi
from core.sources.youtube_api_calls import DataApiCalls
from core.sources.youtube_api_faults import Retrying, fault_of
from tests.sources.conftest import Clock
from tests.sources.data_api import (
    CHANNEL,
    KEY,
    Answering,
    DataApi,
    cut_off,
    drips,
    id_of,
    never,
    newer_refusal,
    refusal,
    said,
    source_on,
    video,
)

DAY_OVER = refusal(
    403,
    "quotaExceeded",
    'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota'
    "</a>.",
    domain="youtube.quota",
)
PER_DAY = newer_refusal(
    429,
    "RATE_LIMIT_EXCEEDED",
    "Quota exceeded for quota metric 'Queries' of service 'youtube.googleapis.com'.",
    quota_limit="defaultPerDayPerProject",
)
PER_MINUTE = newer_refusal(
    429,
    "RATE_LIMIT_EXCEEDED",
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.",
    quota_limit="defaultPerMinutePerProject",
)
NO_KEY = newer_refusal(400, "API_KEY_INVALID", "API key not valid. Please pass a valid API key.")
HTML = (200, b"<!DOCTYPE html><title>Sign in</title>")


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (refusal(400, "keyInvalid", "Bad Request", domain="usageLimits"), AccessForbidden, "refuses the key.*YOUTUBE"),
        (NO_KEY, AccessForbidden, "refuses the key, which is wrong or has expired. See YOUTUBE_API_KEY"),
        (refusal(403, "accessNotConfigured", domain="usageLimits"), AccessForbidden, "is not enabled for the project"),
        (newer_refusal(403, "SERVICE_DISABLED"), AccessForbidden, "is not enabled for the project"),
        (newer_refusal(403, "API_KEY_SERVICE_BLOCKED"), AccessForbidden, "may not be used for this from here"),
        (refusal(403, "ipRefererBlocked", domain="usageLimits"), AccessForbidden, "may not be used for this from here"),
        (
            refusal(403, "forbidden", "Not for\nyou."),
            AccessForbidden,
            r"refuses to answer \(403 forbidden\): Not for y",
        ),
        (refusal(400, "invalidPageToken", "Bad token."), SourceError, r"this call \(400 invalidpagetoken\): Bad token"),
        ((418, {"error": "teapot"}), SourceError, r"does not take this call \(418\)"),
        ((200, {"error": {"message": "<b>Odd</b> &amp; rare"}}), SourceError, r"call \(200\): Odd & rare\."),
        (HTML, BadAnswer, r"something else than data \(200\): is PRISMQ_YOUTUBE_API_URL right"),
        ((404, b"<html>not here</html>"), BadAnswer, "is PRISMQ_YOUTUBE_API_URL right"),
        ((200, b""), BadAnswer, "something else than data"),
        ((200, ["a", "list"]), BadAnswer, "something else than data"),
        ((200, {"status": "ok"}), BadAnswer, "it has no list of items"),
        ((200, {"items": {}}), BadAnswer, "it has no list of items"),
        (said(302, b"", Location="http://127.0.0.1:9/"), BadAnswer, r"something else than data \(302\)"),
    ],
)
def test_what_does_not_pass_in_seconds_is_told_and_not_tried_again_at_once(
    source: YouTubeApi, api: DataApi, answer: Any, kind: type[SourceError], sentence: str
):
    api.answers(answer)
    with pytest.raises(SourceError, match=sentence) as raised:
        source.video(id_of(1))
    assert (type(raised.value), raised.value.retryable, len(api.asked)) == (kind, kind is BadAnswer, 1)
    assert masked_text(str(raised.value)) == str(raised.value), "no word of it is taken for a secret"


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (refusal(403, "rateLimitExceeded", domain="usageLimits"), TooManyCalls, "is asked too often just now"),
        (refusal(403, "userRateLimitExceeded", domain="usageLimits"), TooManyCalls, "is asked too often just now"),
        (PER_MINUTE, TooManyCalls, "is asked too often just now"),
        ((429, b"<html>slow down</html>"), TooManyCalls, "is asked too often just now"),
        (refusal(500, "backendError"), SourceFault, r"failed on its side \(500\)"),
        ((503, b"<html>down</html>"), SourceFault, r"failed on its side \(503\)"),
        ((502, b""), SourceFault, r"failed on its side \(502\)"),
        ((200, b'{"items": ['), SourceFault, "is broken: it is no whole JSON"),
        ((200, b'{"items": [\xff]}'), SourceFault, "is broken: it is no whole JSON"),
        ((200, b'{"a":' * 100_000), SourceFault, "is broken: it is no whole JSON"),
        (cut_off, SourceUnreachable, "broke off before it had answered"),
    ],
)
def test_what_may_pass_is_tried_three_times_and_billed_each_time(
    source: YouTubeApi, api: DataApi, quota: Quota, answer: Any, kind: type[SourceError], sentence: str
):
    api.answers(answer, answer, answer)
    with pytest.raises(SourceError, match=sentence) as raised:
        source.video(id_of(1))
    assert (type(raised.value), raised.value.retryable, len(api.asked)) == (kind, True, 3)
    assert quota.standing() == "9,997 of 10,000 units left today"


@pytest.mark.parametrize("answer", [(500, {}), (200, b'{"items": ['), cut_off, PER_MINUTE])
def test_a_trouble_that_passes_is_not_noticed(source: YouTubeApi, api: DataApi, answer: Any):
    api.add(video(1))
    api.answers(answer)
    assert source.video(id_of(1)).title == "Tape loop 1"
    assert api.calls() == ["videos"] * 2


def test_the_service_dictates_how_long_to_wait_unless_that_is_long(source: YouTubeApi, api: DataApi):
    api.add(video(1))
    api.answers(said(*PER_MINUTE, **{"Retry-After": "0"}))
    source.video(id_of(1))
    api.answers(said(*PER_MINUTE, **{"Retry-After": "3600"}))
    with pytest.raises(TooManyCalls, match=r"try again in 3,600 s\.") as raised:
        source.video(id_of(1))
    assert (raised.value.retry_after, len(api.asked)) == (3600, 3)


@pytest.mark.parametrize("answer", [never, drips])
def test_a_service_that_does_not_answer_in_time_is_told(api: DataApi, quota: Quota, answer: Answering):
    api.answers(answer, answer, answer)
    source = source_on(api.url, quota, timeout=0.1)
    with pytest.raises(SourceUnreachable, match=r"127\.0\.0\.1 did not answer within 0\.1 s"):
        source.video(id_of(1))
    source.close()
    assert quota.standing() == "9,997 of 10,000 units left today"


def test_a_service_that_is_not_there_bills_nothing(quota: Quota):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        source = source_on(f"http://127.0.0.1:{taken.getsockname()[1]}", quota)
        with pytest.raises(SourceUnreachable, match=r"127\.0\.0\.1 cannot be reached"):
            list(source.search("loop", 5))
        source.close()
    assert quota.standing() == "10,000 of 10,000 units left today"


@pytest.mark.parametrize("answer", [DAY_OVER, PER_DAY, refusal(403, "dailyLimitExceeded", domain="usageLimits")])
def test_when_the_service_says_that_the_quota_is_used_up_nothing_is_asked_until_it_begins_anew(
    source: YouTubeApi, api: DataApi, clock: Clock, answer: Any
):
    api.add(video(1))
    api.answers(answer)
    for _ in range(2):
        with pytest.raises(QuotaUsedUp, match=r"no more calls today.*Try again after 2026-01-16 09:00 CET\.") as raised:
            source.video(id_of(1))
        assert raised.value.resets_at is not None
        assert raised.value.retry_at == raised.value.resets_at + SETTLED
    assert len(api.asked) == 1
    assert source.standing() == "0 of 10,000 units left today"
    assert raised.value.resets_at is not None
    clock.now = raised.value.resets_at
    assert source.video(id_of(1)).title == "Tape loop 1"


def test_searches_that_the_service_counts_apart_leave_the_other_calls(source: YouTubeApi, api: DataApi):
    api.add(video(1))
    api.answers(DAY_OVER)
    with pytest.raises(QuotaUsedUp, match="no more searches today"):
        list(source.search("loop", 5))
    assert source.video(id_of(1)).title == "Tape loop 1"
    assert source.standing() == "9,899 of 10,000 units left today, but no searches"


def test_a_call_that_would_exceed_the_budget_is_not_sent(api: DataApi, quota: Quota):
    quota.budget = 150
    source = source_on(api.url, quota)
    assert list(source.search("loop", 5)) == []
    with pytest.raises(QuotaUsedUp, match="costs 100 units, and 50 of 150 are left"):
        list(source.search("loop", 5))
    source.close()
    assert api.calls() == ["search"]


def test_what_is_called_off_asks_nothing_more(source: YouTubeApi, api: DataApi, quota: Quota):
    api.add(*map(video, range(3)))
    with called_off_when(lambda: len(api.asked) == 2), pytest.raises(CalledOff):
        list(source.channel_videos(CHANNEL, 3))
    assert api.calls() == ["channels", "playlistItems"]
    assert quota.standing() == "9,998 of 10,000 units left today"
    assert len(list(source.channel_videos(CHANNEL, 3))) == 3


def test_what_is_called_off_is_not_tried_again(source: YouTubeApi, api: DataApi):
    api.answers((500, {}), (500, {}))
    with called_off_when(lambda: len(api.asked) == 1), pytest.raises(CalledOff):
        source.video(id_of(1))
    assert len(api.asked) == 1


def test_a_source_that_was_closed_says_so(source: YouTubeApi, api: DataApi):
    api.add(video(1))
    source.video(id_of(1))
    source.close()
    source.close()
    with pytest.raises(SourceUnreachable, match="is not asked any more"):
        source.video(id_of(1))


def test_what_is_asked_while_the_source_is_closed_ends_with_a_sentence_and_bills_nothing_more(
    api: DataApi, quota: Quota
):
    source = source_on(api.url, quota)

    async def closes(request: Request) -> Response:
        source.close()
        return Response(status_code=500)

    api.answers(closes)
    with pytest.raises(SourceError):
        source.video(id_of(1))
    assert len(api.asked) == 1
    assert quota.standing() == "9,999 of 10,000 units left today"


def test_calls_that_are_closed_say_so_and_are_not_billed(api: DataApi, quota: Quota):
    calls = DataApiCalls(
        Secret(KEY), url=api.url, quota=quota, limits=HostLimits(1, 0), timeout=10, retrying=Retrying()
    )
    calls.close()
    with pytest.raises(SourceUnreachable, match="is not asked any more: the program ends"):
        calls.ask("videos", {})
    assert quota.standing() == "10,000 of 10,000 units left today"


ECHO = refusal(400, "badRequest", f"Key {KEY} has no such parameter.")


@pytest.mark.parametrize(
    "answer", [NO_KEY, ECHO, DAY_OVER, (500, {}), HTML, (200, b"{"), cut_off, (200, {"items": []})]
)
def test_the_key_goes_in_a_header_and_is_shown_nowhere(
    source: YouTubeApi, api: DataApi, caplog: pytest.LogCaptureFixture, answer: tuple[int, Any] | Answering
):
    caplog.set_level("DEBUG")
    api.answers(answer, answer, answer)
    with pytest.raises(SourceError) as raised:
        source.video(id_of(1))
    shown: list[str] = [caplog.text, repr(source), str(vars(source)), str(api.asked)]
    fault: BaseException | None = raised.value
    while fault is not None:
        shown += [str(fault), repr(fault)]
        fault = fault.__cause__ or fault.__context__
    assert caplog.text
    assert not [each for each in shown if KEY in each]


def test_a_key_that_looks_like_none_is_not_repeated_either():
    _, body = refusal(400, "badRequest", "The parameter plainwords is not known.")
    assert str(fault_of(400, body, key="plainwords")) == (
        "YouTube does not take this call (400 badrequest): The parameter *** is not known."
    )


def test_the_key_is_sent(source: YouTubeApi, api: DataApi):
    api.add(video(1))
    source.video(id_of(1))
    assert "key" not in api.asked[0][1]  # in no query; the double takes it from the header alone
