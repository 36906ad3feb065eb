"""Request bodies: read up to a limit, parsed as strict JSON whatever their content type."""

import json
from math import isfinite
from typing import Any, NoReturn, cast

from starlette.types import Receive, Scope

from core.server.refusal import Refused

DEEPEST = 100
"""Levels of nesting that a body may have."""

_LARGEST = 2**63 - 1


class ClientGone(Exception):
    """The client hung up before its request was whole; there is nobody to answer."""


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body. Refused with 413 above `limit` bytes; raises `ClientGone`."""
    refuse_large(scope, limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        if len(body) > limit:
            raise _too_large(limit)
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > limit:
        raise _too_large(limit)
    return body


def refuse_large(scope: Scope, limit: int) -> None:
    """Refuse with 413 a request that announces a body of more than `limit` bytes."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:20]) > limit:
            raise _too_large(limit)


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Refused with 400 and the reason when it is not one."""
    if not body.strip():
        raise _invalid("the body is empty")
    try:
        value = _decoder.decode(body.decode())
    except UnicodeDecodeError:
        raise _invalid("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _invalid(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _refuse_deep(value)
    if b"\\u" in body:
        _refuse_surrogates(value)
    if not isinstance(value, dict):
        raise Refused(400, "The request body must be a JSON object")
    return cast(dict[str, Any], value)


def parse_object(text: str, name: str) -> dict[str, Any]:
    """The JSON object in the query value `name`."""
    try:
        return parse_body(text.encode())
    except Refused as refusal:
        raise Refused(400, f"{name}: {refusal.error}") from None


def _invalid(reason: str) -> Refused:
    return Refused(400, f"Invalid JSON in request body: {reason}")


def _too_deep() -> Refused:
    return _invalid(f"it is nested deeper than {DEEPEST} levels")


def _too_large(limit: int) -> Refused:
    most = f"{limit >> 20} MB" if limit and limit % (1 << 20) == 0 else f"{limit} bytes"
    text = f"Request body exceeds maximum allowed size of {most}"
    return Refused(413, text, title="Request Too Large", headers={"connection": "close"})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _invalid(f"the key {twice!r} appears twice in one object")
    return value


def _whole(text: str) -> int:
    if len(text) > 20 or not -_LARGEST - 1 <= int(text) <= _LARGEST:
        raise _invalid("a whole number does not fit into 64 bits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise _invalid("a number is too large")
    return value


def _constant(text: str) -> NoReturn:
    raise _invalid(f"{text} is not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_float=_float, parse_constant=_constant)


def _refuse_deep(value: object) -> None:
    level = _containers([value])
    for _ in range(DEEPEST):
        level = [child for parent in level for child in _containers(_children(parent))]
        if not level:
            return
    raise _too_deep()


def _children(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(cast(dict[str, Any], value).values())
    return cast(list[Any], value) if isinstance(value, list) else []


def _containers(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _refuse_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _invalid("a text holds half of a surrogate pair") from None
