"""Values as JSON that every TaskManager takes: as strict as the way there, and never holding up other threads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from math import isfinite
from typing import Any, cast

from core.models import Json

DEEPEST = 90
"""Levels of nesting that a value may have: a TaskManager takes 100, and a report is wrapped in a few."""
LARGEST = 64 * 1024 * 1024
"""Bytes of JSON (UTF-8) that a value may have."""
LIGHT = 64 * 1024
"""Characters of JSON, about, that are written in a moment. Whatever is heavier is written in pieces of this size,
since the encoder lets no other thread run before it is done."""
SMALLEST, GREATEST = -(2**63), 2**63 - 1
"""Whole numbers that a TaskManager, and a database, can keep."""

encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


class NotJson(ValueError):
    """Why a value cannot be said in JSON, as the end of a sentence."""


def as_json(value: Json) -> str:
    """The value as JSON text. Raises `NotJson`."""
    refuse_the_unsayable(value)
    size, parts = 0, list[str]()
    try:
        for part in pieces(value):
            size += len(part.encode())
            parts.append(part)
            if size > LARGEST:
                raise too_large()
    except UnicodeEncodeError:
        raise NotJson("a text holds half of a surrogate pair") from None
    except NotJson:
        raise
    except (TypeError, ValueError, RuntimeError) as fault:  # RuntimeError: its author's code changes it meanwhile
        raise NotJson(str(fault)) from fault
    return "".join(parts)


def is_heavy(value: Json, light: int = LIGHT) -> bool:
    """Whether its JSON is longer than about so many characters. Looks no further than that."""
    budget = light
    left: list[Json] = [value]
    while left and budget > 0:
        each = left.pop()
        budget -= 4
        if isinstance(each, str):
            budget -= len(each)
        elif is_container(each):
            budget -= len(cast("Sequence[Json]", each))
            if budget > 0:
                left += (*cast("Mapping[Any, Json]", each), *each.values()) if isinstance(each, dict) else each
    return budget <= 0


def refuse_the_unsayable(value: Json) -> None:
    """Raises `NotJson` for what an encoder would write, or go on writing, though nobody can read it back."""
    level, seen = [value], 0
    for depth in count():
        containers: list[Json] = [each for each in level if is_container(each)]
        seen += len(level)
        if any(isinstance(each, str) and len(each) > LARGEST for each in level):
            raise too_large()
        if any(isinstance(each, int) and not SMALLEST <= each <= GREATEST for each in level):
            raise NotJson("a whole number does not fit into 64 bits")
        if not containers:
            return
        if depth == DEEPEST:
            raise NotJson(f"it is nested deeper than {DEEPEST} levels")
        if 2 * seen > LARGEST:
            raise too_large()
        level = [each for container in containers for each in members(container)]


def is_container(value: Json) -> bool:
    """Whether JSON makes brackets of it."""
    return isinstance(value, (dict, list, tuple))


def members(container: Json) -> Iterable[Json]:
    """The values in a dict, a list or a tuple. Raises `NotJson` when two keys, as 1 and "1", are the same in JSON."""
    if not isinstance(container, dict):
        return cast("Sequence[Json]", container)
    named = cast("Mapping[Any, Json]", container)
    if not all(type(key) is str for key in named) and len({name_of(key) for key in named}) < len(named):
        raise NotJson("a dict has keys that are the same in JSON")
    if any(len(key) > LARGEST for key in named if isinstance(key, str)):
        raise too_large()
    return named.values()


def name_of(key: object) -> str:
    """What JSON makes of a key. Raises `NotJson`."""
    match key:
        case str():
            return key
        case None | bool():
            return {None: "null", True: "true", False: "false"}[key]
        case int() if key.bit_length() <= 4096:  # as far as Python writes them out
            return int.__repr__(key)
        case float() if isfinite(key):
            return float.__repr__(key)
        case _:
            raise NotJson("a dict has a key that JSON cannot say")


def pieces(value: Json) -> Iterator[str]:
    """The JSON of a value, in pieces that are light where that can be."""
    if isinstance(value, str):
        yield from text_pieces(value)
        return
    if not is_container(value) or not is_heavy(value):
        yield encode(value)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield opening
    yield from between_brackets(value)
    yield closing


def text_pieces(text: str) -> Iterator[str]:
    """A text in its quotes; each of its characters is written by itself, so that it can be cut anywhere."""
    if len(text) <= LIGHT:
        yield encode(text)
        return
    yield '"'
    for start in range(0, len(text), LIGHT):
        yield encode(text[start : start + LIGHT])[1:-1]
    yield '"'


def between_brackets(container: Json) -> Iterator[str]:
    """The JSON of what a container holds, halved until it is light."""
    if not is_heavy(container):
        yield encode(container)[1:-1]
    elif len(container) > 1:
        first, second = halves(container)
        yield from between_brackets(first)
        yield ","
        yield from between_brackets(second)
    elif isinstance(container, dict):
        [(key, value)] = cast("Mapping[Any, Json]", container).items()
        yield from text_pieces(name_of(key))
        yield ":"
        yield from pieces(value)
    else:
        yield from pieces(container[0])


def halves(container: Json) -> tuple[Json, Json]:
    """A container in two."""
    middle = len(container) // 2
    if not isinstance(container, dict):
        return container[:middle], container[middle:]
    items = list(cast("Mapping[Any, Json]", container).items())
    return dict(items[:middle]), dict(items[middle:])


def too_large() -> NotJson:
    """It has more than `LARGEST` bytes."""
    return NotJson(f"it is larger than {LARGEST // 1024**2} MiB")
