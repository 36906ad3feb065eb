"""The calls described: as an OpenAPI document for programs, as a page for people."""

import re
from functools import cache
from html import escape
from typing import Any

from core.server.envelope import encode
from core.server.routes import OPERATIONS, Operation

_TEXTS = {
    200: "done",
    201: "created",
    400: "invalid request",
    401: "X-API-Key is missing or wrong",
    403: "not allowed",
    404: "not found",
    413: "the body is too large",
    503: "the database is busy",
}


@cache
def document() -> bytes:
    """The OpenAPI 3.1 document as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "PrismQ TaskManager",
                "version": "1.0.0",
                "description": "The TaskManager embedded in PrismQ Workers. Times are ISO 8601 UTC.",
            },
            "servers": [{"url": "/api"}, {"url": "/"}],
            "security": [{"key": []}],
            "paths": paths,
            "components": {
                "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
                "schemas": {"Success": _envelope(True), "Error": _envelope(False)},
            },
        }
    ).encode()


@cache
def page() -> bytes:
    """The same as an HTML page that needs nothing from the network."""
    calls = "".join(_section(operation) for operation in OPERATIONS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>PrismQ TaskManager</title><style>'
        "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "h2{font:bold 1rem monospace;border-top:1px solid #ccc;padding-top:1rem}"
        "td,th{text-align:left;padding:0 1rem 0 0;vertical-align:top}code{background:#f3f3f3}"
        "</style></head><body><h1>PrismQ TaskManager</h1>"
        "<p>JSON in and out, at <code>/api</code>. Each answer is an object with <code>success</code>,"
        " <code>message</code>, <code>data</code> and <code>timestamp</code>; errors have <code>error</code>"
        " and sometimes <code>details</code>. Where a key is configured, send it as <code>X-API-Key</code>."
        f" For programs: <code>/api/openapi.json</code>.</p>{calls}</body></html>"
    ).encode()


def _described(operation: Operation) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", operation.path)
    described: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": operation.summary,
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
        + [{"name": name, "in": "query", "schema": shape} for name, shape in operation.query.items()],
        "responses": _responses(operation),
    }
    if operation.body:
        shape = {"type": "object", "properties": operation.body, "required": list(operation.required)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": shape}}}
    if operation.path == "/health":
        described["security"] = []
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    good = {
        str(status): _response(f"{_TEXTS[status]}: data is {operation.answers}", "Success")
        for status in operation.is_new
    }
    codes = sorted({400, 401, 413, 503, *operation.refusals})
    return good | {str(status): _response(_TEXTS[status], "Error") for status in codes}


def _response(text: str, envelope: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{envelope}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _envelope(success: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "success": {"const": success},
        "message": {"type": "string"},
        "timestamp": {"type": "integer", "description": "unix seconds"},
    }
    if success:
        properties["data"] = {}
    else:
        properties |= {"error": {"type": "string"}, "details": {"type": "array", "items": {"type": "string"}}}
    required = ["success", "message", "timestamp", "data" if success else "error"]
    return {"type": "object", "properties": properties, "required": required}


def _section(operation: Operation) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(encode(shape))}</td>"
        f"<td>{'required' if name in operation.required else ''}</td></tr>"
        for name, shape in (operation.query | operation.body).items()
    )
    return (
        f"<h2>{operation.method} {escape(operation.path)}</h2><p>{escape(operation.summary)}.</p>"
        f"<table>{rows}</table><p>Data: <code>{escape(operation.answers)}</code></p>"
    )
