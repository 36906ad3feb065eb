"""The double of the Data API, a quota in a file of its own, and the source between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.sources.quota import Quota
from core.sources.youtube_api import YouTubeApi
from tests.sources.data_api import KEY, DataApi, served, source_on

NOON = datetime(2026, 1, 15, 20, tzinfo=UTC)
"""Noon in California."""


class Clock:
    """A time that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quota(tmp_path: Path, clock: Clock) -> Quota:
    return Quota(tmp_path / "data" / "quota.db", KEY, budget=10_000, now=clock, zone=ZoneInfo("Europe/Prague"))


@pytest.fixture
def api() -> Iterator[DataApi]:
    with served(DataApi()) as double:
        yield double


@pytest.fixture
def source(api: DataApi, quota: Quota) -> Iterator[YouTubeApi]:
    source = source_on(api.url, quota)
    yield source
    source.close()
