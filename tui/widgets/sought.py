"""Members of JSON that a search can pass by: their text as a whole shows that they do not hold what is searched for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from core.models import Json
from tui.widgets.masking import MASK
from tui.widgets.safe_text import CUT

WORDS: Final = re.compile(rf'[^\s:"\\{MASK[0]}{CUT}\x00-\x1f\x7f-\x9f]+')
"""Parts of a text that stand in JSON as they are shown: between them may be what belongs to the way of showing it, or
is written otherwise in JSON. Masking and cutting add none."""

quoted = json.encoder.encode_basestring
encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=str).encode


def folded(text: str) -> str:
    """A text as it is compared, letter by letter: small, and every sigma alike, wherever in a word it stands."""
    return text.lower().replace("ς", "σ")


def places(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Where a text holds another (folded), from and up to, one behind the other."""
    low, start = folded(text), 0
    letters = None if len(low) == len(text) else [at for at, each in enumerate(text) for _ in folded(each)]
    while (found := low.find(needle, start)) >= 0:
        start = found + len(needle)
        yield (letters[found], letters[start - 1] + 1) if letters else (found, start)


def words_of(needle: str) -> tuple[str, ...]:
    """What the JSON of members must hold if one of their rows holds a text (folded)."""
    return tuple(WORDS.findall(needle))


def passed_by(members: Sequence[tuple[object, Json]], words: Sequence[str]) -> int:
    """How many characters of members, each with its name or number, need not be looked at for these words; 0 where they
    may be there."""
    if not words:
        return 0
    try:
        text = folded(encode(members))
    except (RecursionError, ValueError):  # what is nested deeper than that is not shown either, but what is above it is
        return 0
    inside = text.count(",") - 2 * len(members) + 1  # commas: no item of an array in there has a greater number
    may_hold = all(word in text or may_count(word, inside) for word in words)
    return 0 if may_hold else len(text)


def may_count(word: str, most: int) -> bool:
    """Whether a word is in a number up to this one: the number of an item is shown, but not in JSON."""
    return word.isdecimal() and len(word) <= len(str(most)) and int(word) <= most


def lacks(name: object, member: Json, words: Sequence[str]) -> int:
    """How many characters of a text, number, yes, no or null need not be looked at for these words; 0 where they may be
    there. A text may be as long as its row shows at most."""
    said = quoted(member) if isinstance(member, str) else str(member) if type(member) is int else encode(member)
    text = folded(f"{name} {said}")
    for word in words:
        if word not in text:
            return len(text)
    return 0
