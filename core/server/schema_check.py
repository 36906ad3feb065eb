"""Parameter schemas: whether one is a JSON Schema, and whether parameters fit one. Nothing is fetched."""

from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from itertools import count, islice
from typing import Any, cast

from core.server.envelope import decode
from core.server.equality import canonical
from core.server.patterns import MOST_STEPS, BadPattern, pattern
from core.server.refusal import Refused, shortened
from core.server.schema_parts import schemas

MOST_FOUND = 200
"""Violations that are looked for: a large list of wrong items must not hold up everybody else."""

MOST_STEPS_OF_CHECK = 100_000
"""Times that a schema is held against a value in one check: references can double these again and again. What is
cheap to check counts as one step for every `CHEAP`."""

CHEAP = 20
"""Items of which a schema tells only the type, or which must all differ, that make one step."""

MOST_TOLD = 20
"""Violations that one answer tells."""

LONGEST_TOLD = 500
"""Characters of a violation or a path that are told: messages quote the value, however long."""

LONGEST_NAME = 200
"""Characters of a parameter's name where the schema holds patterns for names."""

_TYPES: dict[str, set[type]] = {
    "integer": {int},
    "number": {int, float},
    "string": {str},
    "boolean": {bool},
    "null": {type(None)},
    "array": {list},
    "object": {dict},
}
"""What is of a type in every draft, as JSON is decoded. Some drafts take more: 1.0 for an integer."""

_steps: ContextVar[Iterator[int]] = ContextVar("_steps")


class _TooManySteps(Exception):
    """A check takes more steps than are allowed."""


def refuse_bad_schema(schema: object) -> None:
    """Refuse with 400 unless `schema` is a JSON Schema that this server can check parameters by."""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    if not isinstance(schema, dict):
        raise Refused(400, "param_schema must be a JSON Schema object")
    written = cast(dict[str, Any], schema)
    if not isinstance(written.get("$schema", ""), str):
        raise Refused(400, "Invalid JSON Schema: $schema must be a text")
    try:
        validator_for(written, default=_draft()).check_schema(written)
        _refuse_slow_patterns(written)
    except SchemaError as error:
        raise Refused(400, f"Invalid JSON Schema: {_told(error)}", details=[_told(error)]) from None
    except BadPattern as error:
        raise Refused(400, f"Invalid JSON Schema: {error}", details=[shortened(str(error), LONGEST_TOLD)]) from None
    except RecursionError:
        raise Refused(400, "Invalid JSON Schema: it is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - the library may stumble in any way over what is not a schema
        raise _unusable(error) from None


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that parameters break: its name, the path to what breaks it (a missing parameter's too), in words."""

    path: tuple[str | int, ...]
    message: str
    rule: str


def violations(schema: str, params: dict[str, Any]) -> list[Violation]:
    """What does not fit, at most `MOST_TOLD`. Refused with 400 where parameters cannot be checked by the schema."""
    return [
        Violation(_path(error), shortened(error.message, LONGEST_TOLD), str(error.validator))
        for error in _checked(schema, params)[:MOST_TOLD]
    ]


def refuse_bad_params(schema: str, params: dict[str, Any]) -> None:
    """Refuse with 400 and `details` (path and rule each) unless the parameters fit the schema."""
    errors = _checked(schema, params)
    if errors:
        details = [_told(error) for error in errors[:MOST_TOLD]]
        raise Refused(400, f"Parameter validation failed: {', '.join(details)}", details=details)


def _path(error: Any) -> tuple[str | int, ...]:
    """Where the rule is broken; for a parameter that is missing, where it should be."""
    path = tuple(error.absolute_path)
    if error.validator != "required":
        return path
    missing = [name for name in error.validator_value if error.message == f"{name!r} is a required property"]
    return (*path, *missing[:1])


def _checked(schema: str, params: dict[str, Any]) -> list[Any]:
    from referencing.exceptions import Unresolvable

    if '"patternProperties"' in schema and any(len(name) > LONGEST_NAME for name in _names(params)):
        raise Refused(400, f"A parameter's name is longer than {LONGEST_NAME} characters")
    try:
        return _errors(schema, params)
    except Unresolvable as error:
        raise Refused(400, f"The type's schema refers to {error.ref!r}, which is never fetched") from None
    except RecursionError:
        raise Refused(
            400, "The type's schema refers to itself without end, or the parameters are nested too deeply for it"
        ) from None
    except _TooManySteps:
        raise Refused(
            400,
            f"Checking these parameters by the type's schema takes more than {MOST_STEPS_OF_CHECK:,} steps: send fewer "
            "items in one task, or make the schema simpler",
        ) from None
    except BadPattern as error:
        raise Refused(
            400, f"Parameter validation failed: {error}", details=[shortened(str(error), LONGEST_TOLD)]
        ) from None
    except Exception as error:  # noqa: BLE001 - a reference may lead to anything, and the library stumbles over it
        raise _unusable(error) from None


def _unusable(error: Exception) -> Refused:
    told = f"{type(error).__name__}: {error}"
    return Refused(400, f"The type's schema cannot be used: {shortened(told, LONGEST_TOLD)}")


def _errors(schema: str, params: dict[str, Any]) -> list[Any]:
    before = _steps.set(count(1))
    try:
        found = islice(_validator(schema).iter_errors(params), MOST_FOUND)
        return sorted(found, key=lambda error: error.json_path)
    finally:
        _steps.reset(before)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema.validators import validator_for

    # Only the drafts' own documents; this registry fetches nothing.
    registry = import_module("jsonschema_specifications").REGISTRY
    written = decode(schema)
    return _bounded(validator_for(written, default=_draft()))(written, registry=registry)


@cache
def _bounded(validator: Any) -> Any:
    """The same draft, with patterns and repeated items searched in bounded time, and with its steps counted."""
    from attrs import fields
    from jsonschema.validators import validator_for

    own = {
        "pattern": _check_pattern,
        "uniqueItems": _check_unique,
        "items": _check_items(validator.VALIDATORS["items"]),
    }
    bounded = import_module("jsonschema.validators").extend(validator, own)
    kept = [(field.name, field.alias) for field in fields(bounded) if field.init]

    def evolve(self: Any, **changes: Any) -> Any:
        _count(1)
        schema = changes.get("schema", self.schema)
        _refuse_slow_names(schema)  # a reference may lead to what was not looked at, such as a default
        # The library's own would leave the bounds where a part names its draft.
        other = _bounded(validator_for(schema, default=validator))
        return other(**({alias: getattr(self, name) for name, alias in kept} | changes))

    bounded.evolve = evolve
    return bounded


def _count(steps: int) -> None:
    """Note steps of the check under way. Raises `_TooManySteps`."""
    taken = _steps.get()
    for _ in range(steps):
        if next(taken) > MOST_STEPS_OF_CHECK:
            raise _TooManySteps


def _check_pattern(validator: Any, source: str, value: object, schema: object) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not pattern(source).is_in(value):
        yield ValidationError(f"{value!r} does not match {source!r}")


def _check_items(in_full: Any) -> Any:
    """The draft's own check of items, but for those that need no more than a look at their type."""

    def check(validator: Any, items: Any, value: object, schema: dict[str, Any]) -> Iterator[Any]:
        fitting = _simple_types(items) if isinstance(value, list) and "prefixItems" not in schema else None
        if fitting is None:
            yield from in_full(validator, items, value, schema) or ()
            return
        listed = cast(list[Any], value)
        _count(len(listed) // CHEAP)
        for place, item in enumerate(listed):
            if type(item) not in fitting:
                yield from validator.descend(item, items, path=place)

    return check


def _simple_types(schema: Any) -> set[type] | None:
    """What fits a schema that tells nothing but types; None for another one."""
    described = cast(dict[str, Any], schema) if isinstance(schema, dict) else {}
    if described.keys() != {"type"}:
        return None
    told = described["type"]
    names = cast(list[Any], told) if isinstance(told, list) else [told]
    if not all(isinstance(name, str) and name in _TYPES for name in names):
        return None
    return set[type]().union(*(_TYPES[name] for name in names))


def _check_unique(validator: Any, wanted: object, value: object, schema: object) -> Iterator[Any]:
    from jsonschema import ValidationError

    if wanted and isinstance(value, list):
        items = cast(list[Any], value)
        _count(len(items) // CHEAP)
        if len({_same_for_equals(item) for item in items}) < len(items):
            yield ValidationError(f"{value!r} has non-unique elements")


def _same_for_equals(item: Any) -> Any:
    """What is equal for items that are equal in JSON, where true is not 1."""
    if isinstance(item, bool | dict | list):
        text = canonical(item)
        _count(1 + len(text) // CHEAP)
        return (text,)
    return item


def _refuse_slow_patterns(schema: dict[str, Any]) -> None:
    for part in schemas(schema):
        if isinstance(part.get("pattern"), str):
            pattern(part["pattern"])
        _refuse_slow_names(part)


def _refuse_slow_names(schema: Any) -> None:
    """The library searches names itself, so these patterns must be quick as they are, and fit together."""
    if not isinstance(schema, dict):
        return
    written = cast(dict[str, Any], schema)
    sources = written.get("patternProperties")
    if not isinstance(sources, dict):
        return
    for source in cast(dict[str, Any], sources):
        if pattern(source).steps(LONGEST_NAME) > MOST_STEPS:
            raise BadPattern(f"{source!r} takes too long for a pattern of names")
    if "additionalProperties" in written:
        pattern("|".join(cast(dict[str, Any], sources)))  # joined by the library to tell which names are left


def _names(value: object) -> Iterator[str]:
    return (name for name, _ in _members(value))


def _members(value: object) -> Iterator[tuple[str, Any]]:
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            members = cast(dict[str, Any], item)
            yield from members.items()
            waiting += members.values()
        elif isinstance(item, list):
            waiting += cast(list[Any], item)


def _draft() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator


def _told(error: Any) -> str:
    path, message = shortened(error.json_path, LONGEST_TOLD), shortened(error.message, LONGEST_TOLD)
    return f"{path}: {message} (rule: {error.validator})"
