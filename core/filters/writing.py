"""Writes terms: as one types them, and as the embedded TaskManager takes them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core.errors import NotPossibleHere
from core.filters.deciding import CANCELLED, ONLY_HERE, WHOLE, spelled
from core.filters.terms import UNITS, Address, AnyOf, Cancelled, Not, OneOf, Says, Span, Stuck, Term, Text

PLAIN = re.compile(r'[^\s"\-:][^\s":]*')
DAY = re.compile(r"T00:00:00\+00:00$")
LATER = frozenset({"address", "cancelled"})
"""Fields of a filter that embedded TaskManagers have known only since lately."""


def written(term: Term) -> str:
    """The term as one types it."""
    match term:
        case Text() | Address() | Not() | AnyOf():
            return loose(term)
        case OneOf(field, values):
            return f"{field}:{','.join(map(value_of, values))}"
        case Span():
            return f"{term.field}:{bounds(term)}"
        case Says(path, value, contains):
            return f"{path}:{'~' if contains else ''}{quoted(value)}"
        case Cancelled():
            return "is:cancelled"
        case Stuck(wanted):
            return f"stuck:{'yes' if wanted else 'no'}"


def loose(term: Text | Address | Not | AnyOf) -> str:
    """A term without a name of its own."""
    match term:
        case Text(text):
            return quoted(text, bare=True)
        case Address(typed):
            return typed
        case Not(inner):
            return f"-{written(inner)}"
        case AnyOf(filters):
            return " OR ".join(str(each) for each in filters)


def value_of(text: str) -> str:
    """One of several values, which says with ``=`` that it is whole."""
    whole = text.removeprefix(WHOLE)
    return text if whole != text and quoted(whole) == whole else quoted(text)


def quoted(text: str, *, bare: bool = False) -> str:
    """The text, in quotes where it would be read as something else. ``bare``: it stands alone, not behind a colon."""
    plain = PLAIN.fullmatch(text) and text != "OR" and not (bare and means_more(text))
    if plain and (bare or not (text[0] in "~<>=" or "," in text)):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=64)
def means_more(text: str) -> bool:
    """Whether the text, alone and without quotes, is read as anything else, or refused."""
    from core.filters.reading import is_text  # reading needs the terms, and nobody before one was typed

    return not is_text(text)


def bounds(span: Span) -> str:
    """The span behind its colon."""
    low, high = figure(span.field, span.low), figure(span.field, span.high)
    if span.low == span.high and not span.low_open:
        return low
    if span.high is None:
        return f">{'' if span.low_open else '='}{low}"
    if span.low is None:
        return f"<{'' if span.high_open else '='}{high}"
    if span.field == "created" and span.high_open and span.high == span.low + UNITS["d"]:
        return low
    return f"{low}..{high}"


def figure(field: str, value: int | None) -> str:
    """A bound as one types it."""
    if value is None:
        return ""
    if field == "age":
        unit = next(unit for unit, seconds in UNITS.items() if value % seconds == 0)
        return f"{value // UNITS[unit]}{unit}" if value else "0s"
    if field == "created":
        return DAY.sub("", moment(value).isoformat()).replace("+00:00", "Z")
    return str(value)


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)


def as_json(term: Term, knows: Collection[str] = LATER) -> dict[str, Any]:
    """The term as one object of the filter of an embedded TaskManager that knows these of ``LATER``. Raises
    `core.errors.NotPossibleHere`."""
    match term:
        case Stuck():
            raise NotPossibleHere(ONLY_HERE)
        case Not(inner):
            return {"not": as_json(inner, knows)}
        case AnyOf(filters):
            return {"any": [each.to_json(knows) for each in filters]}
        case OneOf(field, values):
            named = [like(value) for value in spelled(field, values)]
            return {field: [str(value) for value in values] if field == "status" else named}
        case Span(field):
            return {field: limits(term)}
        case _:
            return looked_for(term, knows)


def looked_for(term: Text | Address | Cancelled | Says, knows: Collection[str]) -> dict[str, Any]:
    """What is looked for in what a task tells."""
    match term:
        case Text(text):
            return {"text": text}
        case Address(typed, target):
            return {"address": {"target": target, "typed": typed}} if "address" in knows else {"text": typed}
        case Cancelled():
            told = {"cancelled": True} if "cancelled" in knows else {"error": {"contains": CANCELLED}}
            return {"status": ["failed"], **told}
        case Says():
            return sought(term)


def sought(term: Says) -> dict[str, Any]:
    """What an error or a parameter shall say."""
    wanted = {"contains" if term.contains else "equals": term.value}
    return {"error": wanted} if term.path == "error" else {"params": {term.path.partition(".")[2]: wanted}}


def like(value: str) -> str:
    """A pattern of SQL's LIKE with a backslash before what is no wildcard; a plain name stays as it is."""
    if "*" not in value:
        return value
    return re.sub(r"[\\%_]", r"\\\g<0>", value).replace("*", "%")


def limits(span: Span) -> dict[str, Any]:
    """The bounds of a span by the names of their comparisons."""
    told: dict[str, Any] = {}
    for value, name in ((span.low, "gt" if span.low_open else "ge"), (span.high, "lt" if span.high_open else "le")):
        if value is not None:
            told[name] = moment(value).isoformat().replace("+00:00", "Z") if span.field == "created" else value
    return told
