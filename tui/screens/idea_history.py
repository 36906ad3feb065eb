"""What changed of a saved idea, in lines: how its numbers went, then every change, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from core.history import Change
from tui.look import Piece, Tone, moment, pieces, sparkline
from tui.widgets.masking import MASK, hides, masked_text

NAMES = 18
"""Cells of the names of numbers."""
CURVE = 20
"""Values that a curve shows, the newest."""
LONGEST_NUMBER = 18
"""Digits of a number; what has more is a text."""


def history_lines(history: Sequence[Change], *, reveal: bool = False) -> list[tuple[Piece, ...]]:
    """The lines of a history that is given oldest first; secrets are masked unless they are to be shown."""
    numbers = list(number_lines(history, reveal))
    between = [pieces("")] if numbers else []
    changes = [change_line(each, not place, reveal) for place, each in enumerate(history)]
    return [*numbers, *between, *reversed(changes)]


def number_lines(history: Sequence[Change], reveal: bool) -> Iterator[tuple[Piece, ...]]:
    """For each number: what it was first, what it is now, the difference, its way."""
    names = dict.fromkeys(name for each in history for name in each.values)
    for name in names:
        values = [as_number(each.values[name]) for each in history if name in each.values]
        known = [value for value in values if value is not None]
        if len(known) < max(2, len(values)) or (hides(name, known[-1]) and not reveal):
            continue
        first, last = known[0], known[-1]
        yield (
            (f"{name:<{NAMES}}", Tone.MUTED),
            (f"{first:,} → {last:,}", Tone.PLAIN),
            (f"  {last - first:+,}  ", Tone.MUTED),
            (sparkline(known, CURVE), Tone.ACCENT),
        )


def as_number(text: str) -> int | None:
    """The whole number that a text is."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def change_line(change: Change, is_first: bool, reveal: bool) -> tuple[Piece, ...]:
    """One change; the first entry tells what was known before anything changed."""
    said = ", ".join(f"{name} {value_told(name, value, reveal)}" for name, value in change.values.items())
    begin = "at first " if is_first else ""
    return (f"{told_at(change.at)}  ", Tone.MUTED), (begin, Tone.MUTED), (said, Tone.PLAIN)


def value_told(name: str, value: str, reveal: bool) -> str:
    """A value as it is shown."""
    if hides(name, value) and not reveal:
        return MASK
    number = as_number(value)
    if number is not None:
        return f"{number:,}"
    return f"“{value if reveal else masked_text(value)}”"


def told_at(at: str) -> str:
    """When it was, as the board tells times; as it is written where it is no time."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return at or "earlier"
    return moment(found if found.tzinfo is not None else found.replace(tzinfo=UTC))
