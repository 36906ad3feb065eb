"""How long the Data API wants to be left alone: as it says, or as we suppose where it does not."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from core.models import utcnow
from core.sources.errors import TooManyCalls
from core.sources.retry_after import seconds_of
from core.sources.youtube_api import YouTubeApi
from core.sources.youtube_api_faults import PAUSE
from tests.sources.data_api import DataApi, id_of, refusal, said

TOO_FAST = refusal(403, "rateLimitExceeded", domain="usageLimits")


def test_the_service_may_dictate_a_date(source: YouTubeApi, api: DataApi):
    api.answers(said(*TOO_FAST, **{"Retry-After": format_datetime(utcnow() + timedelta(hours=1), usegmt=True)}))
    with pytest.raises(TooManyCalls) as raised:
        source.video(id_of(1))
    assert raised.value.retry_at is not None
    assert timedelta(minutes=59) < raised.value.retry_at - utcnow() <= timedelta(hours=1)
    assert len(api.asked) == 1


def test_where_the_service_does_not_dictate_how_long_to_wait_the_task_is_put_off_for_minutes(
    source: YouTubeApi, api: DataApi
):
    before = utcnow()
    api.answers(TOO_FAST, TOO_FAST, TOO_FAST)
    with pytest.raises(TooManyCalls) as raised:
        source.video(id_of(1))
    assert raised.value.retry_at is not None
    assert before + timedelta(seconds=PAUSE) <= raised.value.retry_at <= utcnow() + timedelta(seconds=PAUSE)


@pytest.mark.parametrize("header", ["soon", "-5", "1e3", "Thu, 99 Nov 2026 10:00:00 GMT", "1234567", "", "9" * 5000])
def test_a_time_to_wait_that_is_none_counts_as_not_told(header: str):
    assert seconds_of(header) is None


def test_a_time_to_wait_that_is_over_is_none_at_all():
    assert seconds_of("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert seconds_of(" 30 ") == 30
    assert seconds_of(None) is None
