"""Members of JSON that a search can pass by: their text as a whole shows that they do not hold what is searched for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from core.models import Json
from core.strict_json import is_heavy
from tui.widgets.masking import MASK
from tui.widgets.safe_text import CUT

WORDS: Final = re.compile(rf'[^\s:"\\{MASK[0]}{CUT}\x00-\x1f\x7f-\x9f]+')
"""Parts of a text that stand in JSON as they are shown: between them may be what belongs to the way of showing it, or
is written otherwise in JSON. Masking and cutting add none."""

encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=str).encode


def words_of(needle: str) -> tuple[str, ...]:
    """What the JSON of members must hold if one of their rows holds a text (lower case)."""
    return tuple(WORDS.findall(needle))


def passed_by(members: Sequence[tuple[object, Json]], words: Sequence[str]) -> int:
    """How many characters of members, each with its name or number, need not be looked at for these words; 0 where they
    may be there, or where there is so much that it is better looked at in parts."""
    if not words or is_heavy(members):
        return 0
    try:
        text = encode(members).lower()
    except (RecursionError, ValueError):  # what is nested deeper than that is not shown either, but what is above it is
        return 0
    digits = len(str(len(text)))  # of the number of any item, at most: it is shown, but not in JSON
    may_hold = all(word in text or (word.isdecimal() and len(word) <= digits) for word in words)
    return 0 if may_hold else len(text)
