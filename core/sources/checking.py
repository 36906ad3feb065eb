"""Looks whether the chosen source can be used, for `doctor`: what it needs is there, it answers, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.config import Config
from core.models import utcnow
from core.sources.choose import choose_source
from core.sources.errors import QuotaUsedUp, VideoNotFound
from core.sources.port import Source

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

    Raises `BadSetting` when it lacks what it needs, and `SourceError` when it refuses or is not reached.
    """
    source = choose_source(config.replace(source_timeout=min(config.source_timeout, PATIENCE)))
    if source is None:
        return Standing(False, "none: the YouTube types do not start; name one with PRISMQ_SOURCE")
    try:
        match source.name:
            case "youtube_api":
                return asked(source)
            case "yt_dlp":
                return of_library(str(getattr(source, "version", "")), utcnow().date())
            case _:
                return Standing(True, f"{source.name}: invented videos, nothing is needed")
    finally:
        source.close()


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
    """How old the library is. The site itself is not asked: it counts every question against this address."""
    told = f"yt_dlp: yt-dlp {version} is installed; needs no key and no ffmpeg"
    try:
        made = date(*(int(part) for part in version.split(".")[:3]))
    except (TypeError, ValueError):
        return Standing(True, told)
    age = (today - made).days
    if age > OLD:
        return Standing(False, f"{told}. It is {age} days old, and the site changes often: pip install -U yt-dlp")
    return Standing(True, told)
