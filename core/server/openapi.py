"""The calls described for programs: the OpenAPI document."""

import re
from functools import cache
from typing import Any

from core.server.envelope import encode
from core.server.guard import OPEN
from core.server.routes import OPERATIONS, Operation
from core.server.shapes import NAMED, Shape

REFUSALS = {
    400: ("BadRequest", "the request is not valid: bad JSON, a missing or wrong field, or not possible now"),
    401: ("Unauthorized", "a key is configured, and X-API-Key is missing or wrong"),
    403: ("Forbidden", "another worker holds the task, it was cancelled, or no key is configured and a page asked"),
    404: ("NotFound", "there is no such task, task type or path, or no task to claim"),
    405: ("MethodNotAllowed", "the path has no such method"),
    409: ("ClaimLost", "the claim that was meant is not the present one"),
    413: ("TooLarge", "the body is larger than the server takes (1 MiB, unless configured)"),
    421: ("Misdirected", "X-TaskManager-Id names another TaskManager than the one that answers"),
    429: ("TooManyRequests", "a rate limit is configured, and the client was too quick at this path"),
    500: ("ServerError", "the server failed"),
    503: ("Unavailable", "the database is locked by another process, or cannot be used"),
}
"""Every status of refusal: its name in the document, and what it means."""

HEADERS = {
    405: {"Allow": {"schema": {"type": "string"}, "description": "the methods that the path has"}},
    429: {
        "Retry-After": {"schema": {"type": "integer"}, "description": "seconds"},
        "X-RateLimit-Limit": {"schema": {"type": "integer"}},
        "X-RateLimit-Remaining": {"schema": {"type": "integer"}},
        "X-RateLimit-Reset": {"schema": {"type": "integer"}, "description": "unix seconds"},
    },
    503: {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds, where waiting helps"}},
}

INTRODUCTION = (
    "The TaskManager embedded in PrismQ Workers. Times are ISO 8601 UTC. Bodies are read as JSON whatever their"
    " content type. Where a rate limit is configured, answers carry X-RateLimit-Limit, -Remaining and -Reset. A client"
    " that must not mistake another TaskManager at the same address for this one sends the server_id that /health told"
    " it as X-TaskManager-Id with every call."
)

_EVERYWHERE = (400, 403, 405, 421, 500, 503)


@cache
def document() -> bytes:
    """The OpenAPI 3.1 document as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    paths["/openapi.json"] = {"get": _document("This document", "application/json", {"type": "object"})}
    paths["/docs/"] = {"get": _document("A page to read it", "text/html", {"type": "string"})}
    return encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "PrismQ TaskManager", "version": "1.0.0", "description": INTRODUCTION},
            "servers": [{"url": "/api"}, {"url": "/"}],
            "security": [{"key": []}],
            "paths": {path: methods | _other_methods(methods) for path, methods in paths.items()},
            "components": {
                "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
                "schemas": {**NAMED, "Error": _error()},
                "responses": {name: _refusal(status, text) for status, (name, text) in REFUSALS.items()},
            },
        }
    ).encode()


def refusals_of(operation: Operation) -> list[int]:
    """Every status by which this call may be refused."""
    guards = {413, 429} if operation.path in OPEN else {401, 413, 429}
    in_path = {404} if "{" in operation.path else set[int]()
    return sorted({*_EVERYWHERE, *guards, *in_path, *operation.refusals})


def _described(operation: Operation) -> dict[str, Any]:
    name = operation.handler.__name__
    described: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        **({"description": operation.description} if operation.description else {}),
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation)],
        "responses": {str(status): _success(data) for status, data in operation.answers.items()}
        | _refused_with(refusals_of(operation)),
    }
    if operation.method == "POST":
        body = {"type": "object", "properties": operation.body, "required": list(operation.required)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if operation.path in OPEN:
        described["security"] = []
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    is_task = path.startswith("/tasks/")
    shape: Shape = {"type": "integer", "minimum": 1} if is_task else {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": shape} for name in names]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", **_query_schema(shape)} for name, shape in operation.query.items()]


def _query_schema(shape: Shape) -> dict[str, Any]:
    if shape["type"] == "object":
        return {"content": {"application/json": {"schema": shape}}}
    return {"schema": shape}


def _document(summary: str, kind: str, shape: Shape) -> dict[str, Any]:
    found = {"200": {"description": "done", "content": {kind: {"schema": shape}}}}
    return {"summary": summary, "security": [], "responses": found | _refused_with([400, 403, 405, 421, 500])}


def _other_methods(methods: dict[str, Any]) -> dict[str, Any]:
    """OPTIONS of every path, and HEAD of those that can be read."""
    allowed = {"description": "the methods are in Allow", "headers": HEADERS[405]}
    options: dict[str, Any] = {
        "summary": "Which methods the path has",
        "security": [],
        "responses": {"204": allowed} | _refused_with([403, 421]),
    }
    others = {"options": options}
    if "get" in methods:
        read = {name: value for name, value in methods["get"].items() if name != "operationId"}
        others["head"] = {
            **read,
            "summary": "The headers of GET",
            "responses": {status: {"description": "as of GET, without a body"} for status in read["responses"]},
        }
    return others


def _refused_with(statuses: list[int]) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{REFUSALS[status][0]}"} for status in statuses}


def _success(data: Shape) -> dict[str, Any]:
    envelope = {
        "type": "object",
        "required": ["success", "message", "data", "timestamp"],
        "properties": {
            "success": {"const": True},
            "message": {"type": "string"},
            "data": data,
            "timestamp": {"type": "integer", "description": "unix seconds"},
        },
    }
    return {"description": "done", "content": {"application/json": {"schema": envelope}}}


def _refusal(status: int, text: str) -> dict[str, Any]:
    schema: Shape = {"$ref": "#/components/schemas/Error"}
    told = {"description": text, "content": {"application/json": {"schema": schema}}}
    return told | ({"headers": HEADERS[status]} if status in HEADERS else {})


def _error() -> Shape:
    whole = {"type": "integer"}
    return {
        "type": "object",
        "required": ["success", "error", "message", "timestamp"],
        "properties": {
            "success": {"const": False},
            "error": {"type": "string"},
            "message": {"type": "string"},
            "timestamp": {
                "type": ["integer", "string"],
                "description": "unix seconds; of 413 and 429 an ISO 8601 time",
            },
            "details": {"type": "array", "items": {"type": "string"}},
            "retry_after": {**whole, "description": "of 429: seconds"},
            "limit": {**whole, "description": "of 429: requests"},
            "window": {"type": "number", "description": "of 429: seconds"},
        },
    }
