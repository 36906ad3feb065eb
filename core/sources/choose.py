"""Which source to use, from the settings."""

from __future__ import annotations

from core.config import Config
from core.errors import BadSetting
from core.sources.politeness import HostLimits
from core.sources.port import Source
from core.sources.sample import SampleSource


def choose_source(config: Config) -> Source | None:
    """The source that ``PRISMQ_SOURCE`` names; unset: the sample on the embedded TaskManager, elsewhere none.

    Never the sample against a remote TaskManager unless it is named: invented rows must not reach a real database by
    surprise. Nothing is asked yet, and no library loaded. Raises `BadSetting` for a source that lacks what it needs.
    """
    match config.source:
        case None:
            return SampleSource() if config.embedded else None
        case "youtube_api":
            return youtube_api(config)
        case "yt_dlp":
            from core.sources.ytdlp_source import YtDlp

            return YtDlp(limits=limits(config), timeout=config.source_timeout)
        case _:
            return SampleSource()


def source_or_why(config: Config) -> tuple[Source | None, str]:
    """The source that `choose_source` chooses; or none, and in a sentence what the named one lacks: only the types that
    need one do not start then."""
    try:
        return choose_source(config), ""
    except BadSetting as fault:
        return None, str(fault)


def limits(config: Config) -> HostLimits:
    """The limits that all workers of this process share."""
    return HostLimits(config.source_concurrency, config.source_delay)


def youtube_api(config: Config) -> Source:
    """The YouTube Data API. Raises `BadSetting` without a key."""
    if not config.youtube_api_key:
        where = f"in {config.env_file} or in the environment" if config.env_file else "in .env or in the environment"
        raise BadSetting(
            f"PRISMQ_SOURCE=youtube_api needs a key of the YouTube Data API: set YOUTUBE_API_KEY {where}. "
            "One is made at https://console.cloud.google.com/apis/credentials; PRISMQ_SOURCE=yt_dlp needs none."
        )
    from core.sources.quota import Quota
    from core.sources.youtube_api import YouTubeApi

    return YouTubeApi(
        config.youtube_api_key,
        url=config.youtube_api_url,
        quota=Quota(config.youtube_quota_db, config.youtube_api_key, budget=config.youtube_quota),
        limits=limits(config),
        timeout=config.source_timeout,
    )
