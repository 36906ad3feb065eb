"""What SQL asks of texts and parameters, row by row."""

import json
import re
import sqlite3
from collections.abc import Mapping
from typing import Any, cast

from core.server.addresses import tells

NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?")


def equip(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that conditions call."""
    connection.create_function("holds", -1, _holds, deterministic=True)
    connection.create_function("tells", -1, tells, deterministic=True)
    connection.create_function("says_contains", 3, lambda *given: _says(*given, contains=True), deterministic=True)
    connection.create_function("says_equals", 3, lambda *given: _says(*given, contains=False), deterministic=True)


def _holds(needle: str, *fields: object) -> bool:
    return any(needle in str(field).casefold() for field in fields if field is not None)


def _says(params: str, path: str, value: str, *, contains: bool) -> bool:
    names = path.split(".")
    found = json.loads(params)
    for name in names:
        found = cast(Mapping[str, Any], found).get(name) if isinstance(found, Mapping) else None
    if found is None:
        return False
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    if contains:
        return value.casefold() in text.casefold()
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return text == value or (is_number and NUMBER.fullmatch(value) is not None and float(value) == found)
