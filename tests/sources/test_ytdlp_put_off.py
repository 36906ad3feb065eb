"""What passes by itself puts a task off instead of using its attempts up: yt-dlp's errors, and how long each takes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from yt_dlp.networking import Response
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError, YoutubeDLError

from core.models import utcnow
from core.sources.errors import AccessForbidden, SourceError, TooManyCalls, VideoUnavailable
from core.sources.politeness import HostLimits
from core.sources.ytdlp_faults import NOT_YET, PAUSE, Asked, meaning_of
from core.sources.ytdlp_source import Places, YtDlp
from tests.contract.loopback import serving
from tests.sources.video_site import PLANE

VIDEO = Asked("video", PLANE)
HOUR, DAY = 3600.0, 86_400.0


def refuses(request: Request) -> PlainTextResponse:
    """Refuses with the status in its path, and the Retry-After in its query."""
    said = request.query_params.get("after")
    return PlainTextResponse("no", request.path_params["status"], headers={"Retry-After": said} if said else {})


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(Starlette(routes=[Route("/{status:int}", refuses)])) as address:
        yield address


def put_off(fault: SourceError) -> float:
    """The seconds that it puts off, to the minute."""
    assert fault.retryable
    assert fault.retry_at is not None
    return round((fault.retry_at - utcnow()).total_seconds() / 60) * 60


@pytest.mark.parametrize(
    ("refusal", "error", "seconds"),
    [
        ("429?after=3600", TooManyCalls, HOUR),
        ("429?after=date", TooManyCalls, HOUR),
        ("429?after=soon", TooManyCalls, PAUSE),
        ("429?after=0", TooManyCalls, PAUSE),
        ("429", TooManyCalls, PAUSE),
        ("403", AccessForbidden, PAUSE),
    ],
)
def test_a_refusal_of_this_address_puts_the_task_off_for_as_long_as_is_told(
    origin: str, refusal: str, error: type[SourceError], seconds: float
):
    date = format_datetime(utcnow() + timedelta(hours=1), usegmt=True).replace(" ", "%20")
    address = f"{origin}/{refusal.replace('date', date)}"
    source = YtDlp(limits=HostLimits(1, 0), places=Places(host="127.0.0.1", video=address, extractors=("generic",)))
    with pytest.raises(error) as refused:
        source.video(PLANE)
    assert put_off(refused.value) == seconds


@pytest.mark.parametrize(
    ("said", "error", "seconds"),
    [
        ("Premieres in 3 hours", VideoUnavailable, 3 * HOUR),
        ("Premiere will begin shortly", VideoUnavailable, NOT_YET),
        ("This live event will begin in 2 days.", VideoUnavailable, 2 * DAY),
        ("Premieres in 1000000000000 days", VideoUnavailable, NOT_YET),
        ("This live event will begin in 1 minute.", VideoUnavailable, 60),
        ("This live event will begin in 0 minutes.", VideoUnavailable, 60),
        ("This live event will begin in a few moments.", VideoUnavailable, NOT_YET),
        ("This live event has not started", VideoUnavailable, NOT_YET),
        ("We're processing this video. Check back later.", VideoUnavailable, NOT_YET),
        ("The video is being processed, please try again later", VideoUnavailable, NOT_YET),
        ("Sign in to confirm you're not a bot. Use --cookies", TooManyCalls, PAUSE),
    ],
)
def test_what_is_not_there_yet_puts_the_task_off_until_it_may_be(said: str, error: type[SourceError], seconds: float):
    told = meaning_of(ExtractorError(said, expected=True, video_id=PLANE), VIDEO)
    assert type(told) is error
    assert put_off(told) == seconds


WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["Premieres in", "will begin in 999 months", "private video", "in your country", "\x1b[31m", "HTTP"]
    ),
    st.integers(0, 10**12).map(lambda number: f"in {number} days"),
)
SAID = st.lists(WORDS, max_size=4).map(" ".join)
HEADERS = st.dictionaries(st.just("Retry-After"), SAID | st.integers().map(str) | st.datetimes().map(format_datetime))


def http_error(status: int, headers: dict[str, str], reason: str) -> HTTPError:
    """A refusal as yt-dlp makes it of an answer."""
    return HTTPError(Response(io.BytesIO(), "http://127.0.0.1/", headers, status, reason))


FAULTS: st.SearchStrategy[BaseException] = st.one_of(
    st.builds(http_error, st.integers(100, 599), HEADERS, SAID),
    st.builds(TransportError, SAID),
    st.builds(UnsupportedError, SAID),
    st.builds(GeoRestrictedError, SAID),
    st.builds(YoutubeDLError, SAID),
    st.builds(KeyError, SAID),
    st.builds(ValueError, SAID),
)
SHAPES: st.SearchStrategy[BaseException] = st.recursive(
    FAULTS,
    lambda inner: st.one_of(
        st.builds(ExtractorError, SAID, expected=st.booleans(), cause=st.none() | inner),
        st.builds(lambda said, fault: DownloadError(said, (type(fault), fault, None)), SAID, inner),
    ),
    max_leaves=4,
)


@given(SHAPES, st.sampled_from(["video", "channel", "search", "site"]), SAID)
def test_whatever_yt_dlp_raises_has_one_clear_outcome(fault: BaseException, kind: str, name: str):
    told = meaning_of(fault, Asked(kind, name))
    assert str(told).isprintable()
    assert str(told)
    if told.retry_at is not None:
        assert told.retryable
        assert told.retry_at > utcnow()
