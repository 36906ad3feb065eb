"""A form made from a JSON Schema: which fields it has, and what is told of each. Knows no screen.

A schema may be anything that a server sent: what it says is read with care, and what no field can be made for becomes
a field of raw JSON. Values go in and out by `core.form_values`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from core.models import Json

Path = tuple[str | None, ...]
"""Names from the outermost object to the field; None at its end means what its object holds beside its fields."""

DEEPEST = 4
"""Objects within objects that get fields of their own; what is deeper is raw JSON."""
MOST_FIELDS = 200
"""Fields of one object; the others are among the other parameters."""
LONG_TEXT = 200
"""A text that may have so many characters gets several lines."""
MIXED = ("oneOf", "anyOf", "allOf", "not", "if", "$dynamicRef", "prefixItems")
"""What makes a rule more than one field can say."""
NEEDED = "needed"
"""The rule that is broken where parameters are missing of which one or another will do; its sentence has names only."""
LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "pattern {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "uniqueItems": "no item twice",
    "format": "{}",
}
"""How rules are told."""

Schema = Mapping[str, Json]


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LINES = "text of several lines"
    INTEGER = "whole number"
    NUMBER = "number"
    CHOICE = "choice"
    LIST = "list"
    GROUP = "object"
    RAW = "JSON"


NUMERIC = (Kind.INTEGER, Kind.NUMBER)
SCALARS = {"string": Kind.TEXT, "integer": Kind.INTEGER, "number": Kind.NUMBER}


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of a schema that parameters break: where (names and places in lists), in words, and which rule."""

    path: tuple[str | int, ...]
    message: str
    rule: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``choices`` are JSON texts; ``items`` is the kind of a list's items; ``fields`` are a group's.

    ``told`` is what its type is called in the schema, ``limits`` its rules in words, ``default`` JSON text or empty.
    """

    path: Path
    kind: Kind
    required: bool = False
    title: str = ""
    description: str = ""
    told: str = ""
    limits: tuple[str, ...] = ()
    format: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    items: Kind | None = None
    fields: tuple[Field, ...] = ()

    @property
    def name(self) -> str:
        """The parameter's name; empty for what an object holds beside its fields."""
        return self.path[-1] or ""


def fields_of(schema: Schema) -> tuple[Field, ...]:
    """The fields of a type's parameters, in the schema's order; the last one is for all other parameters."""
    return _members(schema, schema, (), 0)


def every(fields: tuple[Field, ...]) -> Iterator[Field]:
    """These fields and all inside them, in order."""
    for field in fields:
        yield field
        yield from every(field.fields)


def prefilled(schema: Schema) -> dict[str, Json]:
    """Parameters to begin with: defaults, what can have one value only, and the objects that must be there."""
    begun: dict[str, Json] = {}
    _prefill(fields_of(schema), begun)
    return begun


def carried(params: Mapping[str, Json], old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """Parameters to begin with under another schema: ``new``, with what of ``params`` is not as ``old`` offered it."""
    begun = dict(new)
    for name, value in params.items():
        offered, there = old.get(name), begun.get(name)
        if name in old and encoded(value) == encoded(offered):
            continue
        if isinstance(value, Mapping) and isinstance(offered, Mapping):
            inner = cast("Mapping[str, Json]", there if isinstance(there, Mapping) else {})
            begun[name] = carried(cast("Mapping[str, Json]", value), cast("Mapping[str, Json]", offered), inner)
        else:
            begun[name] = value
    return begun


def encoded(value: Json, *, indent: int | None = None) -> str:
    """JSON that can be shown: whatever cannot be printed is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def properties(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Parameters and their rules, whatever the server sent as a schema."""
    known = schema.get("properties")
    for name, rule in cast("Schema", known if isinstance(known, Mapping) else {}).items():
        yield str(name), cast("Schema", rule if isinstance(rule, Mapping) else {})


def _prefill(fields: tuple[Field, ...], begun: dict[str, Json]) -> None:
    for field in fields:
        if field.default:
            begun[field.name] = json.loads(field.default)
        elif field.kind is Kind.GROUP and field.required:
            begun[field.name] = inner = dict[str, Json]()
            _prefill(field.fields, inner)
        elif field.required and len(field.choices) == 1:
            begun[field.name] = json.loads(field.choices[0])


def _members(root: Schema, schema: Schema, path: Path, depth: int) -> tuple[Field, ...]:
    said = schema.get("required")
    required = cast("list[Json]", said if isinstance(said, list) else [])
    made = [
        _field(root, _resolved(root, rule), (*path, name), name in required, depth)
        for name, rule in list(properties(schema))[:MOST_FIELDS]
    ]
    return (*made, Field((*path, None), Kind.RAW, title="Other parameters", told="object"))


def _resolved(root: Schema, rule: Schema) -> Schema:
    """The rule, with a reference inside its own schema followed; one that leads nowhere stays."""
    for _ in range(DEEPEST):
        target = rule.get("$ref")
        if not isinstance(target, str) or not target.startswith("#/"):
            return rule
        found: Any = root
        for part in target[2:].split("/"):
            found = cast("Schema", found).get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            return rule
        rule = {**cast("Schema", found), **{name: each for name, each in rule.items() if name != "$ref"}}
    return rule


def _field(root: Schema, rule: Schema, path: Path, required: bool, depth: int) -> Field:
    kind = _kind(rule, depth)
    return Field(
        path,
        kind,
        required,
        title=_text(rule, "title"),
        description=_text(rule, "description"),
        told=kind_of(rule),
        limits=tuple(_limits(rule)),
        format=_text(rule, "format"),
        default=encoded(rule["default"]) if "default" in rule else "",
        choices=_choices(rule) if kind is Kind.CHOICE else (),
        items=_items(rule) if kind is Kind.LIST else None,
        fields=_members(root, rule, path, depth + 1) if kind is Kind.GROUP else (),
    )


def _kind(rule: Schema, depth: int) -> Kind:  # noqa: PLR0911 - one kind a line
    if any(name in rule for name in (*MIXED, "$ref")):
        return Kind.RAW
    if _choices(rule):
        return Kind.CHOICE
    match _type(rule):
        case "string" if _is_long(rule):
            return Kind.LINES
        case "string" | "integer" | "number" as name:
            return SCALARS[name]
        case "array" if _items(rule) is not None:
            return Kind.LIST
        case "object" if depth < DEEPEST and any(properties(rule)):
            return Kind.GROUP
        case _:
            pass
    return Kind.RAW


def _type(rule: Schema) -> str:
    """The one type of a rule, null aside; empty where there is not one."""
    said = rule.get("type")
    names = [each for each in cast("list[Json]", said if isinstance(said, list) else [said]) if each != "null"]
    return names[0] if len(names) == 1 and isinstance(names[0], str) else ""


def _choices(rule: Schema) -> tuple[str, ...]:
    if "const" in rule:
        return (encoded(rule["const"]),)
    values = rule.get("enum")
    if isinstance(values, list) and values:
        return tuple(dict.fromkeys(encoded(each) for each in cast("list[Json]", values)))
    return ("true", "false") if _type(rule) == "boolean" else ()


def _items(rule: Schema) -> Kind | None:
    """The kind of a list's items where each can be a line."""
    items = rule.get("items")
    if not isinstance(items, Mapping) or any(name in items for name in (*MIXED, "$ref")):
        return None
    return SCALARS.get(_type(cast("Schema", items)))


def _is_long(rule: Schema) -> bool:
    most, default = rule.get("maxLength"), rule.get("default")
    return (
        (isinstance(most, int) and most >= LONG_TEXT)
        or "contentMediaType" in rule
        or (isinstance(default, str) and "\n" in default)
    )


def _limits(rule: Schema) -> Iterator[str]:
    for name, told in LIMITS.items():
        value = rule.get(name)
        if value is not None and value is not False and not isinstance(value, (dict, list)):
            yield (told.removesuffix("s") if value == 1 else told).format(value)
    items = rule.get("items")
    if isinstance(items, Mapping) and "pattern" not in rule:
        yield from (f"each {limit}" for limit in _limits(cast("Schema", items)))


def _text(rule: Schema, name: str) -> str:
    value = rule.get(name)
    return value if isinstance(value, str) else ""


def kind_of(rule: Schema) -> str:
    """The type that a rule asks for, or the values that it allows, in a few words."""
    if "const" in rule:
        return f"always {encoded(rule['const'])}"
    if isinstance(rule.get("enum"), list):
        return "one of " + ", ".join(encoded(each) for each in cast("list[Json]", rule["enum"]))
    items = rule.get("items")
    if _type(rule) == "array" and isinstance(items, Mapping):
        return f"array of {kind_of(cast('Schema', items))}"
    kind = rule.get("type", "any")
    return " or ".join(map(str, cast("list[Json]", kind))) if isinstance(kind, list) else str(kind)
