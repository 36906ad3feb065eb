"""Shows JSON of any size: indented, in tones, secrets masked, cut with a mark where it is long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from core.models import Json
from tui.look import Piece, Tone
from tui.widgets.masking import MASK, hides, masked_text
from tui.widgets.safe_text import CUT

MOST_LINES = 200
MOST_CHARACTERS = 1_000
DEEPEST = 20


def json_rows(value: Json, *, reveal: bool = False) -> list[tuple[Piece, ...]]:
    """The first lines of a value; only what is shown is looked at."""
    rows = list(islice(walk(value, (), 0, reveal), MOST_LINES + 1))
    if len(rows) > MOST_LINES:
        rows[MOST_LINES] = ((f"{CUT} cut after {MOST_LINES} lines; Y copies the whole", Tone.WARN),)
    return rows


def walk(value: Json, label: tuple[Piece, ...], depth: int, reveal: bool) -> Iterator[tuple[Piece, ...]]:
    """The lines of a value, one after another."""
    indent = ("  " * depth, Tone.PLAIN)
    if isinstance(value, Mapping) and value:
        yield from block(value.items(), "{}", label, depth, reveal)
    elif isinstance(value, list | tuple) and value:
        yield from block(((None, each) for each in value), "[]", label, depth, reveal)
    else:
        yield (indent, *label, leaf(value, reveal))


def block(
    members: Iterable[tuple[object, Json]], brackets: str, label: tuple[Piece, ...], depth: int, reveal: bool
) -> Iterator[tuple[Piece, ...]]:
    """An object or array between its brackets."""
    indent = ("  " * depth, Tone.PLAIN)
    if depth >= DEEPEST:
        yield (indent, *label, (f"{CUT} nested deeper; Y copies the whole", Tone.WARN))
        return
    yield (indent, *label, (brackets[0], Tone.MUTED))
    for name, member in members:
        own: tuple[Piece, ...] = () if name is None else ((str(name), Tone.ACCENT), (": ", Tone.MUTED))
        if name is not None and not reveal and hides(str(name), member):
            yield (("  " * (depth + 1), Tone.PLAIN), *own, (MASK, Tone.WARN))
        else:
            yield from walk(member, own, depth + 1, reveal)
    yield (indent, (brackets[1], Tone.MUTED))


def leaf(value: Json, reveal: bool) -> Piece:
    """A value that holds no others."""
    if not isinstance(value, str):
        return (json.dumps(value, default=str), Tone.BUSY)
    text = value[:MOST_CHARACTERS] if reveal else masked_text(value[:MOST_CHARACTERS])
    shown = json.dumps(text, ensure_ascii=False)
    if len(value) > MOST_CHARACTERS:
        return (f"{shown}{CUT} {len(value):,} characters", Tone.GOOD)
    return (shown, Tone.GOOD)
