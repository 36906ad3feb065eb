"""Reads how long a server wants to be left alone."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

from core.models import utcnow

SECONDS = re.compile(r"[0-9]{1,6}")
LONGEST = 999_999.0
"""Seconds (eleven days): what is longer is a mistake, and is not believed."""


def seconds_of(header: str | None) -> float | None:
    """How many seconds to wait, from a Retry-After of seconds or of a date; None where it tells nothing sensible."""
    said = (header or "").strip()
    if SECONDS.fullmatch(said):
        return float(said)
    try:
        at = parsedate_to_datetime(said)
        left = ((at.replace(tzinfo=UTC) if at.tzinfo is None else at) - utcnow()).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):  # whatever the parser makes of what is no date
        return None
    return max(0.0, left) if left <= LONGEST else None
