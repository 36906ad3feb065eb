"""Points in time: whole milliseconds since 1970 inside, ISO 8601 UTC with `Z` on the wire."""

from datetime import UTC, datetime
from functools import lru_cache

LATEST = 253_370_764_799_999
"""The end of the year 9998: the last one whose every moment has a name in every zone."""


def iso(milliseconds: int | None) -> str | None:
    """`2025-01-31T12:00:00.250Z` for milliseconds since 1970, None for None."""
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


def milliseconds(said: str) -> int:
    """Milliseconds since 1970 for an ISO 8601 time; one without a zone is UTC. Raises ValueError, OverflowError."""
    moment = datetime.fromisoformat(said)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
