"""What is typed into the fields of a form, and the parameters that it means: there and back without loss.

An entry is what a field holds: a text, or the lines of a list. A field without an entry is not given. A value that its
field cannot hold (a number where a text belongs, an empty text, ...) is an entry of raw JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from core.forms import NUMERIC, Field, Kind, Path, encoded
from core.models import Json

LONGEST_LINE = 2_000
"""Characters of a text or an item that a field of its own holds."""


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON text where a field cannot hold the value as it would be typed."""

    text: str


NUMBER = "{n}"
"""Stands in a text for the number of a task that is made many times."""
ADDRESS = frozenset(":/@")
"""What is in addresses and handles, in which no space may be."""

Entry = str | tuple[str, ...] | Raw
Values = Mapping[Path, Entry]
"""Entries by path. That of a group, an empty text, says that its object is there though it may hold nothing."""


def values_of(fields: tuple[Field, ...], params: Mapping[str, Json]) -> dict[Path, Entry]:
    """The entries that mean these parameters."""
    values: dict[Path, Entry] = {}
    _fill(fields, params, values)
    return values


def params_of(fields: tuple[Field, ...], values: Values) -> tuple[dict[str, Json], dict[Path, str]]:
    """The parameters that these entries mean, and a sentence for each field whose entry means nothing."""
    faults: dict[Path, str] = {}
    return _gather(fields, values, faults), faults


def is_raw(field: Field, entry: Entry | None) -> bool:
    """Whether the field is filled in as JSON."""
    return field.kind is Kind.RAW or isinstance(entry, Raw)


def counted(params: Mapping[str, Json], path: Path, number: int) -> dict[str, Json]:
    """A copy with the number in the text at that path: in the place of every `NUMBER`, else at its end."""
    return with_text(params, path, numbered(text_at(params, path), number))


def with_text(params: Mapping[str, Json], path: Path, text: str) -> dict[str, Json]:
    """A copy with another text at that path."""
    copy = dict(params)
    name = path[0] or ""
    if len(path) > 1:
        inner = copy.get(name)
        copy[name] = with_text(cast("Mapping[str, Json]", inner if isinstance(inner, Mapping) else {}), path[1:], text)
    else:
        copy[name] = text
    return copy


def numbered(text: str, number: int) -> str:
    """The text with that number: in the place of every `NUMBER`, else at its end, as a word of its own behind words."""
    if NUMBER in text:
        return text.replace(NUMBER, str(number))
    return f"{text} {number}" if text[-1:].isalnum() and not ADDRESS & set(text) else f"{text}{number}"


def text_at(params: Mapping[str, Json], path: Path) -> str:
    """The text at a path; empty where there is none."""
    value: Json = dict(params)
    for name in path:
        value = cast("Mapping[str, Json]", value).get(name or "") if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text that tell something, each once, without what is around them."""
    return tuple(dict.fromkeys(line for each in text.splitlines() if (line := each.strip())))


def left_with(params: Json, mark: str, path: Path = ()) -> list[Path]:
    """Where in parameters a text has that mark in it; of a list only where the list is."""
    if isinstance(params, Mapping):
        members = cast("Mapping[str, Json]", params).items()
        return [found for name, value in members for found in left_with(value, mark, (*path, name))]
    if isinstance(params, list):
        return [path] if any(left_with(each, mark) for each in cast("list[Json]", params)) else []
    return [path] if isinstance(params, str) and mark in params else []


def _fill(fields: tuple[Field, ...], params: Mapping[str, Json], values: dict[Path, Entry]) -> None:
    known = {field.name for field in fields if field.path[-1] is not None}
    for field in fields:
        if field.path[-1] is None:
            others = {name: value for name, value in params.items() if name not in known}
            if others:
                values[field.path] = encoded(others, indent=2)
        elif field.name not in params:
            continue
        elif field.kind is Kind.GROUP and isinstance(params[field.name], Mapping):
            values[field.path] = ""
            _fill(field.fields, params[field.name], values)
        else:
            values[field.path] = _entry(field, params[field.name])


def _entry(field: Field, value: Json) -> Entry:
    match field.kind:
        case Kind.TEXT | Kind.LINES if isinstance(value, str) and _typable(value, lines=True):
            return value
        case Kind.INTEGER | Kind.NUMBER | Kind.RAW:
            return encoded(value, indent=2 if field.kind is Kind.RAW else None)
        case Kind.CHOICE if (text := encoded(value)) in field.choices:
            return text
        case Kind.LIST if isinstance(value, list):
            items = [_item(field, each) for each in cast("list[Json]", value)]
            lines = [each for each in items if each is not None]
            if len(lines) == len(items):
                return tuple(lines)
        case _:
            pass
    return Raw(encoded(value, indent=2))


def _item(field: Field, value: Json) -> str | None:
    if field.items in NUMERIC:
        return encoded(value)
    # A line is trimmed when it is read, so that one with spaces around it would come back as another.
    typable = isinstance(value, str) and _typable(value, lines=False) and value == value.strip()
    return value if typable else None


def _typable(text: str, *, lines: bool) -> bool:
    """Whether a field can hold the text just as it is."""
    plain = text.replace("\n", "") if lines else text
    return bool(text) and len(text) <= LONGEST_LINE and plain.isprintable()


def _gather(fields: tuple[Field, ...], values: Values, faults: dict[Path, str]) -> dict[str, Json]:
    params: dict[str, Json] = {}
    for field in fields:
        entry = values.get(field.path)
        if field.kind is Kind.GROUP and not isinstance(entry, Raw):
            inner = _gather(field.fields, values, faults)
            if inner or entry is not None:
                params[field.name] = inner
        elif entry is not None and not _is_blank(entry):
            try:
                value = _value(field, entry)
            except ValueError as fault:
                faults[field.path] = str(fault)
            else:
                params |= value if field.path[-1] is None else {field.name: value}
    return params


def _is_blank(entry: Entry) -> bool:
    return isinstance(entry, str | Raw) and not (entry.text if isinstance(entry, Raw) else entry)


def _value(field: Field, entry: Entry) -> Json:
    if isinstance(entry, Raw):
        return parsed(entry.text)
    if isinstance(entry, tuple):
        lines = [line.strip() for line in entry]
        return [_number(field.items, line) if field.items in NUMERIC else line for line in lines if line]
    if field.kind in NUMERIC:
        return _number(field.kind, entry)
    if field.path[-1] is None:
        return object_in(entry)
    return parsed(entry) if field.kind in (Kind.RAW, Kind.CHOICE) else entry


def _number(kind: Kind | None, text: str) -> Json:
    try:
        return parsed(text)
    except ValueError:
        wanted = "a whole number such as 5" if kind is Kind.INTEGER else "a number such as 5 or 0.5"
        raise ValueError(f"This must be {wanted}.") from None


def object_in(text: str) -> dict[str, Json]:
    """The JSON object in a text. Raises `ValueError` with a sentence."""
    value = parsed(text or "{}")
    if not isinstance(value, dict):
        raise ValueError("parameters must be an object: { … }")
    return cast("dict[str, Json]", value)


def parsed(text: str) -> Json:
    """The JSON in a text. Raises `ValueError` that says where it goes wrong."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as fault:
        raise ValueError(f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> Json:
    raise ValueError(f"{name} is no number in JSON")
