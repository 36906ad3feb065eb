"""What is refused before it is sent, in words: arguments that no server takes, or that this one would mangle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard, cast

from core.errors import Invalid, TooLarge
from core.models import Json
from core.taskmanager.capabilities import Capabilities

SORTS = ("created_at", "priority", "id", "attempts")
ORDERS = ("ASC", "DESC")
PLAIN_NAME = re.compile(r"(?!.*/api)(?!api)[A-Za-z0-9._~-]+")
LONGEST_NAME = 255


def worker_id(given: object) -> str:
    """The worker id without outer spaces."""
    return _trimmed(given, "A worker id", f"A worker id must be a text with something in it, not {given!r}.")


def task_type_id(given: object) -> int:
    """The id of a type."""
    if not _is_whole(given) or given < 1:
        raise invalid(f"task_type_id must be a whole number above 0, not {given!r}: the id of a registered type.")
    return given


def task_id(given: object) -> int:
    """The id of a task."""
    if not _is_whole(given):
        raise invalid(f"A task id must be a whole number, not {given!r}.")
    return given


def percent(given: object) -> int:
    """A progress."""
    if not _is_whole(given) or not 0 <= given <= 100:
        raise invalid(f"Progress must be a whole number from 0 to 100, not {given!r}.")
    return given


def sorting(by: str, order: str) -> tuple[str, str]:
    """What to sort by, and in which order."""
    field, direction = by.strip(), order.strip().upper()
    if field not in SORTS:
        raise invalid(f"Tasks cannot be claimed by {by!r}; there are {', '.join(SORTS)}.")
    if direction not in ORDERS:
        raise invalid(f"The order must be ASC or DESC, not {order!r}.")
    return field, direction


def type_name(given: object) -> str:
    """The name of a type without outer spaces."""
    return _trimmed(given, "The name of a task type", f"A task type needs a name, not {given!r}.")


def window(limit: object, offset: object) -> None:
    """How many rows, and how many to leave out before them."""
    for name, given in (("limit", limit), ("offset", offset)):
        if not _is_whole(given) or given < 0:
            raise invalid(f"{name} must be a whole number, 0 or more, not {given!r}.")


def parameters(given: object) -> dict[str, Json]:
    """The parameters of a new task."""
    if not isinstance(given, Mapping):
        raise invalid(f"Parameters must be an object (a dict), not {type(given).__name__}.")
    return dict(cast("Mapping[str, Json]", given))


def suspicious_name(name: str) -> bool:
    """Whether some server may be unable to serve a type of this name back."""
    return PLAIN_NAME.fullmatch(name) is None


def name_here(name: str, here: Capabilities) -> None:
    """Refuse a name that this server would register, but could never find again."""
    if here.plain_names_only and suspicious_name(name):
        raise invalid(
            f"This TaskManager cannot serve a type named {name!r}: use letters, digits, dots, dashes and underscores, "
            "and do not start with api."
        )


def parameters_here(params: Mapping[str, Json], size: int, here: Capabilities) -> None:
    """Refuse parameters that this server would not take."""
    if not here.empty_params_ok and (not params or list(params) == [str(n) for n in range(len(params))]):
        raise invalid(
            "This TaskManager takes no empty parameters, and none that are named 0, 1, 2 …: "
            'give it at least one with a name, for example {"note": "x"}.'
        )
    size_here("The parameters", size, here.max_params_bytes)


def size_here(what: str, size: int, limit: int | None) -> None:
    """Refuse a result or an error text that this server could not keep."""
    if limit is not None and size > limit:
        raise too_large(what, size, limit)


def with_fractions(value: Json, schema: object) -> Json:
    """The value with each ``number`` in it, at any depth, written with a fraction: the real service takes 5.0 there,
    but not 5. It keeps both as 5, so nothing is lost.
    """
    described: Mapping[str, Any] = cast("Mapping[str, Any]", schema) if isinstance(schema, Mapping) else {}
    if isinstance(value, dict):
        fields = described.get("properties")
        by_name: Mapping[str, Any] = cast("Mapping[str, Any]", fields) if isinstance(fields, Mapping) else {}
        members = cast("dict[str, Json]", value)
        return {name: with_fractions(each, by_name.get(name)) for name, each in members.items()}
    if isinstance(value, list):
        return [with_fractions(each, described.get("items")) for each in cast("list[Json]", value)]
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return float(value) if is_whole and described.get("type") == "number" else value


def speaks_of_numbers(schema: object) -> bool:
    """Whether a schema describes a ``number`` anywhere."""
    if isinstance(schema, Mapping):
        described = cast("Mapping[str, Any]", schema)
        return described.get("type") == "number" or any(speaks_of_numbers(each) for each in described.values())
    return isinstance(schema, list) and any(speaks_of_numbers(each) for each in cast("list[object]", schema))


def invalid(sentence: str) -> Invalid:
    """Refused on our side: there is no HTTP status."""
    return Invalid(sentence, status=None)


def too_large(what: str, size: int, limit: int) -> TooLarge:
    """Refused on our side: the server could not keep it."""
    return TooLarge(f"{what} cannot be sent: {size:,} bytes, and this TaskManager keeps at most {limit:,}.")


def _trimmed(given: object, what: str, lacking: str) -> str:
    trimmed = given.strip() if isinstance(given, str) else ""
    if not trimmed:
        raise invalid(lacking)
    if len(trimmed) > LONGEST_NAME:
        raise invalid(f"{what} has at most {LONGEST_NAME} characters; this one has {len(trimmed)}.")
    return trimmed


def _is_whole(given: object) -> TypeGuard[int]:
    """JSON's true and false are numbers to Python."""
    return isinstance(given, int) and not isinstance(given, bool)
