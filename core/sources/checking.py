"""Looks whether the chosen source can be used, for `doctor`: what it needs is there, it answers, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.config import Config
from core.models import utcnow
from core.sources.choose import choose_source
from core.sources.errors import QuotaUsedUp, VideoNotFound
from core.sources.port import Source
from core.sources.sample import SampleSource
from core.sources.ytdlp_source import YtDlp

KNOWN_VIDEO = "jNQXAC9IVRw"
"""The oldest video of YouTube. To ask for it costs 1 unit; that it were gone would be an answer too."""

OLD = 120
"""Days after which a yt-dlp is likely not to understand the site any more."""

PATIENCE = 10.0
"""Seconds that an answer is waited for at most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source is: whether that is fine, and a sentence."""

    is_fine: bool
    sentence: str


def look_at_source(config: Config) -> Standing:
    """Look at the source that the settings name; may ask it for one thing. Blocks.

    Of yt_dlp it asks no question that YouTube would count against this address.
    Raises `BadSetting` when it lacks what it needs, and `SourceError` when it refuses or is not reached.
    """
    source = choose_source(config.replace(source_timeout=min(config.source_timeout, PATIENCE)))
    if source is None:
        return Standing(False, "none: the YouTube types do not start; name one with PRISMQ_SOURCE")
    try:
        return standing_of(source)
    finally:
        source.close()


def standing_of(source: Source) -> Standing:
    """How this source is. Raises `SourceError` when it refuses or is not reached."""
    match source:
        case YtDlp():
            source.reach()
            return of_library(source.version, utcnow().date())
        case SampleSource():
            return Standing(True, f"{source.name}: invented videos, nothing is needed")
        case _:
            return asked(source)


def asked(source: Source) -> Standing:
    """One call, to see whether the key is taken and the way is open."""
    try:
        source.video(KNOWN_VIDEO)
    except VideoNotFound:
        pass  # to say so, it has taken the key
    except QuotaUsedUp as fault:
        return Standing(False, f"{source.name}: {fault}")
    return Standing(True, f"{source.name}: the key is taken; {source.standing()}")


def of_library(version: str, today: date) -> Standing:
    """How old the library is."""
    told = f"yt_dlp: YouTube answers; yt-dlp {version} is installed, and needs no key and no ffmpeg"
    try:
        made = date(*(int(part) for part in version.split(".")[:3]))
    except (TypeError, ValueError):
        return Standing(True, told)
    age = (today - made).days
    if age > OLD:
        return Standing(False, f"{told}. It is {age} days old, and the site changes often: pip install -U yt-dlp")
    return Standing(True, told)
