"""Parameter schemas: whether one is a JSON Schema, and whether parameters fit one. Nothing is fetched."""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from itertools import islice
from typing import Any, cast

from core.server.envelope import decode
from core.server.equality import canonical
from core.server.patterns import MOST_STEPS, BadPattern, pattern
from core.server.refusal import Refused, shortened

MOST_FOUND = 200
"""Violations that are looked for: a large list of wrong items must not hold up everybody else."""

MOST_TOLD = 20
"""Violations that one answer tells."""

LONGEST_TOLD = 500
"""Characters of a violation or a path that are told: messages quote the value, however long."""

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
        raise Refused(400, f"Invalid JSON Schema: {error}", details=[shortened(str(error), LONGEST_TOLD)]) from None
    except RecursionError:
        raise Refused(400, "Invalid JSON Schema: it is nested too deeply") from None


def refuse_bad_params(schema: str, params: dict[str, Any]) -> None:
    """Refuse with 400 and `details` (path and rule each) unless the parameters fit the schema."""
    from referencing.exceptions import Unresolvable

    if '"patternProperties"' in schema and any(len(name) > LONGEST_NAME for name in _names(params)):
        raise Refused(400, f"A parameter's name is longer than {LONGEST_NAME} characters")
    try:
        found = islice(_validator(schema).iter_errors(params), MOST_FOUND)
        errors = sorted(found, key=lambda error: error.json_path)
    except Unresolvable as error:
        raise Refused(400, f"The type's schema refers to {error.ref!r}, which is never fetched") from None
    except RecursionError:
        raise Refused(
            400, "The type's schema refers to itself without end, or the parameters are nested too deeply for it"
        ) from None
    except BadPattern as error:
        raise Refused(
            400, f"Parameter validation failed: {error}", details=[shortened(str(error), LONGEST_TOLD)]
        ) from None
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
    """The same draft, with patterns and repeated items searched in bounded time."""
    own = {"pattern": _check_pattern, "uniqueItems": _check_unique}
    return import_module("jsonschema.validators").extend(validator, own)


def _check_pattern(validator: Any, source: str, value: object, schema: object) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not pattern(source).is_in(value):
        yield ValidationError(f"{value!r} does not match {source!r}")


def _check_unique(validator: Any, wanted: object, value: object, schema: object) -> Iterator[Any]:
    from jsonschema import ValidationError

    if wanted and isinstance(value, list):
        items = cast(list[Any], value)
        if len({canonical(item) for item in items}) < len(items):
            yield ValidationError(f"{value!r} has non-unique elements")


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
    path, message = shortened(error.json_path, LONGEST_TOLD), shortened(error.message, LONGEST_TOLD)
    return f"{path}: {message} (rule: {error.validator})"
