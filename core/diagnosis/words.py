"""Figures, times and names as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from core.diagnosis.cause import LONGEST_SENTENCE
from core.masking import masked_text
from core.texts import harmless

LONGEST_NAME = 36
"""Characters of a name in a sentence; the evidence has the whole."""
LONGEST_EVIDENCE = 200
"""Characters of a text of somebody else's among the evidence."""


def span(seconds: float) -> str:
    """A length of time in at most two units: ``0.4 s``, ``12 s``, ``2 min 10 s``, ``3 h 5 min``, ``2 d 4 h``."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return pair(whole // 60, "min", whole % 60, "s")
    if whole < 86_400:
        return pair(whole // 3600, "h", whole % 3600 // 60, "min")
    return pair(whole // 86_400, "d", whole % 86_400 // 3600, "h")


def pair(large: int, unit: str, small: int, smaller: str) -> str:
    """Two units, or one where there is nothing of the other."""
    return f"{large:,} {unit} {small} {smaller}" if small else f"{large:,} {unit}"


def clock(at: datetime) -> str:
    """A time of day: ``14:03:22 UTC``."""
    return f"{at.astimezone(UTC):%H:%M:%S} UTC"


def moment(at: datetime) -> str:
    """A time with its day: ``2026-03-01 14:03 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def amount(number: int, thing: str, things: str = "") -> str:
    """So many of a thing: ``1 task``, ``1,204 tasks``."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def are(number: int, thing: str) -> str:
    """So many of a thing, with the verb: ``1 worker is``, ``3 workers are``."""
    return f"{amount(number, thing)} {'is' if number == 1 else 'are'}"


def named(name: str) -> str:
    """A name, its middle left out where it is long."""
    if len(name) <= LONGEST_NAME:
        return harmless(name)
    half = LONGEST_NAME // 2
    return harmless(f"{name[: half - 1]}…{name[-half:]}")


def quoted(text: str, limit: int = LONGEST_EVIDENCE) -> str:
    """A text of somebody else's as one harmless line, secrets masked, cut with a mark where it is long."""
    line = harmless(masked_text(" ".join(text[: 4 * limit].split())))
    return line if len(line) <= limit and len(text) <= 4 * limit else f"{line[: limit - 1]}…"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Some names, and how many more there are."""
    more = len(names) - most
    return ", ".join(harmless(name) for name in names[:most]) + (f" and {more:,} more" if more > 0 else "")


def fitted(sentence: str) -> str:
    """A sentence that fits two lines, cut with a mark where it is longer."""
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[: LONGEST_SENTENCE - 1]}…"
