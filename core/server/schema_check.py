"""Parameter schemas: whether one is a JSON Schema, and whether parameters fit one. Nothing is fetched."""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, cast

from core.server.envelope import decode
from core.server.patterns import MOST_STEPS, BadPattern, pattern
from core.server.refusal import Refused

MOST_TOLD = 20
"""Violations that one answer tells."""

LONGEST_NAME = 200
"""Characters of a parameter's name where the schema holds patterns for names."""


def refuse_bad_schema(schema: object) -> None:
    """Refuse with 400 unless `schema` is a JSON Schema that this server can check parameters by."""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    if not isinstance(schema, dict):
        raise Refused(400, "param_schema must be a JSON Schema object")
    written = cast(dict[str, Any], schema)
    try:
        validator_for(written, default=_draft()).check_schema(written)
        _refuse_slow_patterns(written)
    except SchemaError as error:
        raise Refused(400, f"Invalid JSON Schema: {_told(error)}", details=[_told(error)]) from None
    except BadPattern as error:
        raise Refused(400, f"Invalid JSON Schema: {error}", details=[str(error)]) from None


def refuse_bad_params(schema: str, params: dict[str, Any]) -> None:
    """Refuse with 400 and `details` (path and rule each) unless the parameters fit the schema."""
    from referencing.exceptions import Unresolvable

    if '"patternProperties"' in schema and any(len(name) > LONGEST_NAME for name in _names(params)):
        raise Refused(400, f"A parameter's name is longer than {LONGEST_NAME} characters")
    try:
        errors = sorted(_validator(schema).iter_errors(params), key=lambda error: error.json_path)
    except Unresolvable as error:
        raise Refused(400, f"The type's schema refers to {error.ref!r}, which is never fetched") from None
    except RecursionError:
        raise Refused(400, "The type's schema refers to itself without end") from None
    except BadPattern as error:
        raise Refused(400, f"Parameter validation failed: {error}", details=[str(error)]) from None
    if errors:
        details = [_told(error) for error in errors[:MOST_TOLD]]
        raise Refused(400, f"Parameter validation failed: {', '.join(details)}", details=details)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema.validators import validator_for

    # Only the drafts' own documents; this registry fetches nothing.
    registry = import_module("jsonschema_specifications").REGISTRY
    written = decode(schema)
    return _bounded(validator_for(written, default=_draft()))(written, registry=registry)


@cache
def _bounded(validator: Any) -> Any:
    """The same draft, with patterns searched in bounded time."""
    return import_module("jsonschema.validators").extend(validator, {"pattern": _check_pattern})


def _check_pattern(validator: Any, source: str, value: object, schema: object) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not pattern(source).is_in(value):
        yield ValidationError(f"{value!r} does not match {source!r}")


def _refuse_slow_patterns(schema: dict[str, Any]) -> None:
    for name, value in _members(schema):
        if name == "pattern" and isinstance(value, str):
            pattern(value)
        elif name == "patternProperties" and isinstance(value, dict):
            for source in cast(dict[str, Any], value):
                # The library joins these with others and searches names itself: they must be quick as they are.
                if pattern(source).steps(LONGEST_NAME) > MOST_STEPS:
                    raise BadPattern(f"{source!r} takes too long for a pattern of names")


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
    return f"{error.json_path}: {error.message} (rule: {error.validator})"
