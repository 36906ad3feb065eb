"""What tasks are about, in brief: the first of their parameters that are one value, for a list that tells no others."""

import json
import re
import sqlite3
from collections.abc import Iterable
from contextlib import suppress

Brief = dict[str, str | int | float | bool]

MOST_MEMBERS = 12
LONGEST_NAME = 200
LONGEST_TEXT = 1_000
"""Characters of a text that are told; a text that goes on ends with `CUT`."""
ENOUGH = 2_000
"""Characters of names and texts after which no more are told."""
CUT = "…"
BYTES_READ = 4_096
"""Bytes of stored parameters that are looked at, however long these are."""
MOST_KEPT = 5_000
"""Tasks of which it is kept: what is looked at again and again is read once."""

_read = json.JSONDecoder().raw_decode
_WHOLE_SIGNS = re.compile(r'(?:[^"\\]|\\u[0-9a-f]{4}|\\[^u])*')


class Briefs:
    """What is known of the tasks of one database. Parameters never change, and no id is given twice."""

    def __init__(self) -> None:
        self._kept: dict[int, Brief] = {}

    def of(self, connection: sqlite3.Connection, task_ids: Iterable[int]) -> dict[int, Brief]:
        """The briefs of these tasks, which are there in the present transaction."""
        kept, wanted = self._kept, list(task_ids)
        read = {each: _read_brief(connection, each) for each in wanted if each not in kept}
        found = {each: read[each] if each in read else kept[each] for each in wanted}
        if read:
            self._kept = found if len(kept) + len(read) > MOST_KEPT else kept | read
        return found


def _read_brief(connection: sqlite3.Connection, task_id: int) -> Brief:
    # Not by SELECT, which loads a long text whole, whatever is asked of it.
    with connection.blobopen("tasks", "params", task_id, readonly=True) as stored:
        return brief_of(stored.read(BYTES_READ).decode("utf-8", "ignore"))


def brief_of(params: str) -> Brief:
    """The brief of parameters, from their JSON as this server writes it, or from the beginning of that."""
    found: Brief = {}
    place, room = 1, ENOUGH
    with suppress(ValueError, RecursionError):  # the beginning ends amid a value
        while len(found) < MOST_MEMBERS and room > 0 and params.startswith('"', place):
            name, place = _read(params, place)
            value, place = _value(params, place + 1)
            if not isinstance(value, str) and params[place : place + 1] not in (",", "}"):
                break  # a number that goes on
            place += 1
            if isinstance(value, str | int | float) and len(name) <= LONGEST_NAME:
                found[name] = value
                room -= len(name) + (len(value) if isinstance(value, str) else 0)
    return found


def _value(params: str, place: int) -> tuple[object, int]:
    """The value that begins there and where it ends; a long text, or one that does not end, is cut."""
    try:
        value, end = _read(params, place)
    except ValueError:
        signs = _WHOLE_SIGNS.match(params, place + 1) if params.startswith('"', place) else None
        if signs is None:
            raise
        value, end = json.loads(f'"{signs[0]}"') + CUT, len(params)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[:LONGEST_TEXT] + CUT, end
    return value, end
