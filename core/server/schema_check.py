"""Parameter schemas: whether one is a JSON Schema, and whether parameters fit one. Nothing is fetched."""

from functools import lru_cache
from importlib import import_module
from typing import Any, cast

from core.server.envelope import decode
from core.server.refusal import Refused

MOST_TOLD = 20
"""Violations that one answer tells."""


def refuse_bad_schema(schema: object) -> None:
    """Refuse with 400 unless `schema` is a JSON Schema that this server can check parameters by."""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    if not isinstance(schema, dict):
        raise Refused(400, "param_schema must be a JSON Schema object")
    written = cast(dict[str, Any], schema)
    try:
        validator_for(written, default=_draft()).check_schema(written)
    except SchemaError as error:
        raise Refused(400, f"Invalid JSON Schema: {_told(error)}", details=[_told(error)]) from None


def refuse_bad_params(schema: str, params: dict[str, Any]) -> None:
    """Refuse with 400 and `details` (path and rule each) unless the parameters fit the schema."""
    from referencing.exceptions import Unresolvable

    try:
        errors = sorted(_validator(schema).iter_errors(params), key=lambda error: error.json_path)
    except Unresolvable as error:
        raise Refused(400, f"The type's schema refers to {error.ref!r}, which is never fetched") from None
    except RecursionError:
        raise Refused(400, "The type's schema refers to itself without end") from None
    if errors:
        details = [_told(error) for error in errors[:MOST_TOLD]]
        raise Refused(400, f"Parameter validation failed: {', '.join(details)}", details=details)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema.validators import validator_for

    # Only the drafts' own documents; this registry fetches nothing.
    registry = import_module("jsonschema_specifications").REGISTRY
    written = decode(schema)
    return validator_for(written, default=_draft())(written, registry=registry)


def _draft() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator


def _told(error: Any) -> str:
    return f"{error.json_path}: {error.message} (rule: {error.validator})"
