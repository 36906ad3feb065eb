"""What this server can do: read from its ``openapi.json``, then from the shape of a list; never assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from core.models import Json

COLUMN_BYTES = 65_535
"""What the real service can keep of parameters, of a result or of an error text: bytes of JSON."""

UNTOLD_RESULT_BYTES = 32 * 1024
"""Assumed of servers that tell no limit."""

CALLS = {
    "claim-batch": ("/tasks/claim-batch", "post"),
    "complete-batch": ("/tasks/complete-batch", "post"),
    "bulk": ("/tasks/bulk", "post"),
    "history": ("/tasks/{id}/history", "get"),
    "stats": ("/stats", "get"),
    "changes": ("/changes", "get"),
    "heartbeat": ("/workers/{id}/heartbeat", "post"),
    "workers": ("/workers", "get"),
    "versions": ("/task-types/{name}/versions", "get"),
}
"""Extensions, and the calls that announce them."""

FIELDS = {"retryable": "retryable", "retry-at": "retry_at"}
"""Extensions, and the fields of a report that announce them."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server offers beyond the documented calls, and what it would refuse or mangle.

    ``names``: those of `CALLS`, and "filter" (lists take a parsed filter, ``after_id`` and sorting), "same" (a filter
    may name a ``dedupe_key``), "address" (and what an address leads to), "cancelled" (and whether an operator ended
    it), "brief" (lists tell what tasks are about), "list-types" (types can be listed), "priority" (priorities are
    honoured), "wait" (claims wait for work), "release", "retry", "cancel", "delete" (by ``bulk``), "retryable" (a
    report may say that a failure is final), "retry-at" (and until when its task is put off).
    Bytes are of JSON text; None is no limit that we know.
    """

    names: frozenset[str] = frozenset()
    max_params_bytes: int | None = None
    max_result_bytes: int = UNTOLD_RESULT_BYTES
    empty_params_ok: bool = True
    whole_numbers_ok: bool = True
    plain_names_only: bool = False

    def __contains__(self, name: object) -> bool:
        return name in self.names


DOCUMENTED = Capabilities(frozenset({"list-types", "priority"}))
"""A server that does what the documentation says, and nothing more."""

OBSERVED = Capabilities(
    max_params_bytes=COLUMN_BYTES,
    max_result_bytes=COLUMN_BYTES,
    empty_params_ok=False,
    whole_numbers_ok=False,
    plain_names_only=True,
)
"""The real service of today."""


def announced(document: Mapping[str, Any]) -> Capabilities | None:
    """What an OpenAPI document announces; None where it names no extension, so that the server must be probed."""
    paths = operations(document)
    names = {name for name, call in CALLS.items() if call in paths}
    if not names:
        return None
    if "claim-batch" in names:
        names.add("wait")
    if "bulk" in names:
        names |= {"release", "retry", "cancel", "delete"}
    if ("/tasks", "get", "filter") in paths:
        names.add("filter")
    if ("/tasks", "get", "brief") in paths:
        names.add("brief")
    names |= {name for name, field in FIELDS.items() if ("/tasks/{id}/complete", "post", field) in paths}
    if ("/tasks", "get", "filter", "dedupe_key") in paths:
        names.add("same")
    names |= {name for name in ("address", "cancelled") if ("/tasks", "get", "filter", name) in paths}
    return Capabilities(DOCUMENTED.names | names)


def operations(document: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Every (path, method) of a document, (path, method, name) of its query parameters and fields of bodies, and (path,
    method, parameter, member) of those parameters that are JSON objects."""
    found: set[tuple[str, ...]] = set()
    for path, methods in mapping(document.get("paths")).items():
        known = path.removeprefix("/api")
        for method, operation in mapping(methods).items():
            found.add((known, method))
            listed = mapping(operation).get("parameters")
            parameters = cast("list[object]", listed) if isinstance(listed, list) else []
            for each in map(mapping, parameters):
                name = str(each.get("name"))
                found |= {(known, method, name), *((known, method, name, member) for member in members(each))}
            found |= {(known, method, name) for name in body_fields(mapping(operation))}
    return found


def body_fields(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of the JSON that an operation takes, as far as the document names them in place."""
    content = mapping(mapping(operation.get("requestBody")).get("content"))
    return mapping(mapping(mapping(content.get("application/json")).get("schema")).get("properties"))


def members(parameter: Mapping[str, Any]) -> list[str]:
    """The names of what a query parameter that is a JSON object may say."""
    schema = mapping(mapping(mapping(parameter.get("content")).get("application/json")).get("schema"))
    return [str(name) for name in mapping(schema.get("properties"))]


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one: a document is only a hint."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def shown(first_page: Json) -> Capabilities:
    """What the shape of a task list gives away: only the real service wraps it in ``items`` without limits."""
    if isinstance(first_page, Mapping) and "items" in first_page and "limit" not in first_page:
        return OBSERVED
    return DOCUMENTED
