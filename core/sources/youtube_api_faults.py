"""What a refusal of the YouTube Data API means, by the reasons that it gives rather than by its status alone.

Google writes reasons in two places: ``errors[].reason`` (``keyInvalid``) and, newer, ``details[].reason``
(``API_KEY_INVALID``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from core.masking import masked_text
from core.sources.errors import AccessForbidden, SourceError, SourceFault, SourceUnreachable, TooManyCalls
from core.sources.reading import Fields, fields, rows, text
from core.texts import harmless

DAY_IS_OVER = frozenset({"quotaexceeded", "dailylimitexceeded", "dailylimitexceededunreg"})
TOO_FAST = frozenset(
    {"ratelimitexceeded", "userratelimitexceeded", "rate_limit_exceeded", "concurrentlimitexceeded"}
)  # fmt: skip
KEY_IS_WRONG = frozenset({"keyinvalid", "keyexpired", "api_key_invalid"})
NOT_ENABLED = frozenset({"accessnotconfigured", "service_disabled"})
RESTRICTED = frozenset({"iprefererblocked", "referernotallowed"})
NOTHING_THERE = frozenset({"channelnotfound", "playlistnotfound", "videonotfound", "notfound"})
CLOSED = frozenset({"channelclosed", "channelsuspended"})
THEIR_FAULT = frozenset({"backenderror", "internalerror", "internal", "unavailable", "serviceunavailable"})

PAUSE = 120.0
"""Seconds to leave the service alone where it does not say how long: it counts calls by the minute."""

PER_DAY = re.compile(r"per[ _-]?day", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{0,500}>")
MOST_WORDS = 200
"""Characters of the service's own words that an error repeats."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often a call is sent in all, about how many seconds that may take, and how long the waits between are."""

    tries: int = 3
    seconds: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 5.0

    def delay(self, fault: Exception) -> bool | float:
        """Whether a call is sent again after this fault: False, True, or the seconds that the service dictates."""
        match fault:
            case TooManyCalls(retry_after=float(wait)):
                return wait if wait <= self.longest_wait else False
            case TooManyCalls() | SourceUnreachable() | SourceFault():
                return True
            case _:
                return False


PATIENT = Retrying()
"""Every try of a call is billed, so there are few."""


class NothingThere(SourceError):
    """What the call was about does not exist, or is not shown any more."""


def day_is_over(answer: Fields) -> bool:
    """Whether a refusal says that the quota of this day is used up, and not only that calls come too fast."""
    error, reasons = fields(answer.get("error")), reasons_of(answer)
    if reasons & DAY_IS_OVER:
        return True
    limits = (text(fields(each.get("metadata")).get("quota_limit")) for each in rows(error.get("details")))
    said = (text(error.get("message")), *limits)
    return bool(reasons & TOO_FAST) and any(PER_DAY.search(each) for each in said)


def fault_of(status: int, answer: Fields, *, key: str, retry_after: float | None = None) -> SourceError:
    """The error that tells of a refusal; it never holds ``key``."""
    reasons = reasons_of(answer)
    if reasons & TOO_FAST or status == 429:
        when = "in a while" if retry_after is None else f"in {retry_after:,.0f} s"
        return TooManyCalls(
            f"YouTube is asked too often just now: try again {when}.", retry_after=retry_after, pause=PAUSE
        )
    if reasons & (NOTHING_THERE | CLOSED):
        return NothingThere(f"YouTube knows nothing of what was asked{words_of(answer, key)}.")
    if status >= 500 or reasons & THEIR_FAULT:
        return SourceFault(f"YouTube failed on its side ({status}): try again later.")
    return refused_key(reasons) or otherwise(status, reasons, words_of(answer, key))


def refused_key(reasons: frozenset[str]) -> SourceError | None:
    """The error for a key that is refused, whatever is asked; None where it is not."""
    if reasons & KEY_IS_WRONG:
        return AccessForbidden("YouTube refuses the key, which is wrong or has expired. See YOUTUBE_API_KEY.")
    if reasons & NOT_ENABLED:
        return AccessForbidden(
            "The YouTube Data API v3 is not enabled for the project of the key. Enable it in the Google Cloud console."
        )
    if reasons & RESTRICTED or any(each.startswith("api_key_") for each in reasons):
        return AccessForbidden(
            "The key may not be used for this from here: see its restrictions in the Google Cloud console."
        )
    return None


def otherwise(status: int, reasons: frozenset[str], words: str) -> SourceError:
    """The error for a refusal that means nothing special to us."""
    why = harmless(", ".join(sorted(reasons)))[:MOST_WORDS]
    told = f"{status} {why}" if why else str(status)
    if status in (401, 403):
        return AccessForbidden(f"YouTube refuses to answer ({told}){words}.")
    return SourceError(f"YouTube does not take this call ({told}){words}.")


def reasons_of(answer: Fields) -> frozenset[str]:
    """Why a call was refused, in lower case."""
    error = fields(answer.get("error"))
    told = (*rows(error.get("errors")), *rows(error.get("details")))
    found = (text(each.get("reason")).lower() for each in told)
    return frozenset(each for each in found if each)


def words_of(answer: Fields, key: str) -> str:
    """What the service says of it, as the end of a sentence: one line, without markup, cut, without the key."""
    said = unescape(TAG.sub("", text(fields(answer.get("error")).get("message"))))
    hidden = masked_text(said.replace(key, "***") if key else said)
    line = harmless(" ".join(hidden.split())).rstrip(".")
    return f": {line if len(line) <= MOST_WORDS else line[:MOST_WORDS] + '…'}" if line else ""
