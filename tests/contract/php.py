"""What PHP and the real service's own rules make of JSON: values that change shape, a small schema dialect."""

from __future__ import annotations

import json
import re
from typing import Any


class Refusal(Exception):
    """An error envelope."""

    def __init__(self, status: int, error: str, details: list[str] | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.details = details


def parsed(body: bytes) -> dict[str, Any]:
    """The fields of a request body."""
    try:
        found = json.loads(body)
    except ValueError:
        raise Refusal(400, "Invalid JSON in request body") from None
    return found if isinstance(found, dict) else {}


def named(body: dict[str, Any]) -> str:
    """The worker of a request."""
    if not body.get("worker_id"):
        raise Refusal(400, "Validation failed", ["Worker ID is required"])
    return str(body["worker_id"]).strip()


def php(value: Any) -> Any:
    """JSON after a way through PHP arrays: ``{}`` is a list then, and 1.0 is 1."""
    if isinstance(value, dict):
        if list(value) == [str(n) for n in range(len(value))]:
            return [php(each) for each in value.values()]
        return {name: php(each) for name, each in value.items()}
    if isinstance(value, list):
        return [php(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def check(params: dict[str, Any], schema: Any) -> None:
    """The part of the schema dialect that matters here: required fields and types; ``number`` takes floats only."""
    kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict}
    fields = schema.get("properties") or {}
    errors = [f"Missing required property: .{name}" for name in schema.get("required", []) if params.get(name) is None]
    for name, value in params.items():
        wanted = fields.get(name, {}).get("type") if isinstance(fields, dict) else None
        if wanted in kinds and type(value) is not kinds[wanted]:
            got = {int: "integer", str: "string", float: "number", bool: "boolean"}.get(type(value), "array")
            errors.append(f"Type mismatch at {name}: expected {wanted}, got {got}")
    if errors:
        raise Refusal(400, f"Parameter validation failed: {', '.join(errors)}")


def like(pattern: str | None, value: str) -> bool:
    """Whether a filter lets a value through; with ``%`` it is a LIKE pattern."""
    if not pattern:
        return True
    if "%" not in pattern:
        return pattern.strip().lower() == value.lower()
    expression = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(expression, value, re.IGNORECASE) is not None
