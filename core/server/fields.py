"""Fields of requests, read strictly: the value, or a refusal with 400 that names the field."""

from collections.abc import Mapping
from typing import Any, cast

from core.server.refusal import Refused
from core.server.times import LATEST, milliseconds

LARGEST = 2**63 - 1
"""The largest whole number that the database holds."""

STATUSES = ("pending", "claimed", "completed", "failed")

Fields = Mapping[str, Any]


def required(fields: Fields, name: str) -> Any:
    """A field that must be there; absent, null and empty text are all missing."""
    value = fields.get(name)
    if value is None or value == "":
        raise Refused(400, f"Missing required field: {name}")
    return value


def text(fields: Fields, name: str, *, longest: int = 255) -> str:
    """A required text, trimmed, of 1 to `longest` characters."""
    value = required(fields, name)
    if not isinstance(value, str):
        raise Refused(400, f"{name} must be a text")
    trimmed = value.strip()
    if not 1 <= len(trimmed) <= longest:
        raise Refused(400, f"{name} must have 1 to {longest} characters")
    return trimmed


def optional_text(fields: Fields, name: str) -> str | None:
    """A text as it is, or None."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(400, f"{name} must be a text")
    return value


def optional_time(fields: Fields, name: str) -> int | None:
    """An ISO 8601 time as milliseconds since 1970, or None; one without a zone is UTC, one after `LATEST` is that."""
    value = fields.get(name)
    if value is None:
        return None
    said = optional_text(fields, name) or ""
    try:
        return min(milliseconds(said), LATEST)
    except (ValueError, OverflowError):  # OverflowError: at the edges of the calendar
        raise Refused(400, f"{name} must be an ISO 8601 time") from None


def flag(fields: Fields, name: str) -> bool:
    """An optional true or false; absent means false."""
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise Refused(400, f"{name} must be true or false")
    return bool(value)


def whole(fields: Fields, name: str, *, default: int | None, low: int, high: int = LARGEST) -> int:
    """A whole number from `low` to `high`; required when there is no default."""
    value = fields.get(name)
    if value is None and default is not None:
        return default
    value = required(fields, name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Refused(400, f"{name} must be a whole number from {low} to {high}")
    return value


def number(fields: Fields, name: str, *, default: float, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise Refused(400, f"{name} must be a number from {low:g} to {high:g}")
    return float(value)


def positive(value: object, name: str) -> int:
    """A positive whole number; digits in a text are read too, other servers give ids that way."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST:
        raise Refused(400, f"{name} must be a positive integer")
    return value


def positives(value: object, name: str, *, most: int) -> list[int]:
    """A list of 1 to `most` positive whole numbers, each once, in the order given."""
    if not isinstance(value, list) or not 1 <= len(cast(list[Any], value)) <= most:
        raise Refused(400, f"{name} must be a list of 1 to {most} ids")
    return list(dict.fromkeys(positive(item, name) for item in cast(list[Any], value)))


def choice(fields: Fields, name: str, allowed: tuple[str, ...]) -> str:
    """One of `allowed`, the first when absent."""
    value = fields.get(name)
    if value is None:
        return allowed[0]
    if value not in allowed:
        raise Refused(400, f"Invalid {name}. Allowed values: {', '.join(allowed)}")
    return value


def direction(fields: Fields, default: str = "ASC") -> str:
    """`sort_order`, in any case: ASC or DESC."""
    value = fields.get("sort_order")
    if value is None or value == "":
        return default
    if not isinstance(value, str) or value.strip().upper() not in ("ASC", "DESC"):
        raise Refused(400, "Invalid sort_order. Allowed values: ASC, DESC")
    return value.strip().upper()


def from_query(query: Mapping[str, str], name: str, *, default: int, low: int, high: int = LARGEST) -> int:
    """A whole number in a query string; absent or empty means the default."""
    said = query.get(name, "").strip()
    if not said:
        return default
    if len(said) > 20 or not said.isascii() or not said.removeprefix("-").isdecimal():
        raise Refused(400, f"{name} must be a whole number from {low} to {high}")
    if not low <= int(said) <= high:
        raise Refused(400, f"{name} must be a whole number from {low} to {high}")
    return int(said)


def id_in_path(said: str, missing: str) -> int:
    """The id in a path; anything but a positive 64-bit number is refused with 404 and `missing`."""
    if said.isascii() and said.isdecimal() and len(said) < 20 and 1 <= int(said) <= LARGEST:
        return int(said)
    raise Refused(404, missing)
