"""Reads fields of what a site tells, in which nothing is relied on: what is missing or of another type is unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import cast

Fields = Mapping[str, object]

MOST = 2**63 - 1
"""The greatest number that a database can keep."""
MANY_TEXTS = 500
"""Texts of one list that are kept; no video has as many tags."""
COUNT = re.compile(r"[0-9]{1,19}")

LONGEST_SHORT = 180
LONGEST_SHORT_BEFORE = 60
LONGER_SHORTS_SINCE = "2024-10-15"
"""Seconds that a short may last, on YouTube's word: a minute, and three for what was published since that day."""


def is_short(duration: int | None, published_at: str, width: int, height: int) -> bool:
    """Whether a video is most likely a short, where no field says it.

    It is one when it is as short as shorts may be (180 s; 60 s when published before 15 October 2024) and not wider
    than high. Where the shape is not told (0), only what lasts at most 60 s is taken for one.
    """
    if not duration:
        return False
    if not width or not height:
        return duration <= LONGEST_SHORT_BEFORE
    is_older = bool(published_at) and published_at < LONGER_SHORTS_SINCE
    return duration <= (LONGEST_SHORT_BEFORE if is_older else LONGEST_SHORT) and height >= width


def count(value: object) -> int | None:
    """A number of something, which may be written as a text; None where it is none."""
    match value:
        case bool():
            return None
        case int():
            number = value
        case float() if math.isfinite(value):
            number = round(value)
        case str() if COUNT.fullmatch(value):
            number = int(value)
        case _:
            return None
    return number if 0 <= number <= MOST else None


def storable(value: str) -> str:
    """A text as a database can keep it: without halves of surrogate pairs, and without NUL."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def text(value: object) -> str:
    """A text that can be kept; empty where it is none."""
    return storable(value) if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list, each once, without what is none."""
    found = (text(each).strip() for each in listed(value)[:MANY_TEXTS])
    return tuple(dict.fromkeys(each for each in found if each))


def listed(value: object) -> list[object]:
    """A list; empty where it is none."""
    return cast("list[object]", value) if isinstance(value, list) else []


def rows(value: object) -> list[Fields]:
    """The objects of a list, without what is none."""
    return [cast("Fields", each) for each in listed(value) if isinstance(each, Mapping)]


def fields(value: object) -> Fields:
    """An object; empty where it is none."""
    return cast("Fields", value) if isinstance(value, Mapping) else {}
