"""Filters of tasks: read from JSON, decided for whole cells where that is possible, and put as SQL for the rest.

A filter is an object of conditions that must all hold. What it says of types and statuses alone is decided for each
cell (type, status), which has an index and a counter; what is left is asked of the rows of the cells.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from core.server.fields import LARGEST, STATUSES
from core.server.refusal import Refused
from core.server.times import milliseconds

SPANS = {
    "id": "t.id",
    "attempts": "t.attempts",
    "priority": "t.priority",
    "age": "(? - CASE t.status WHEN 'pending' THEN t.created_at WHEN 'claimed' THEN COALESCE(t.claimed_at,"
    " t.created_at) ELSE COALESCE(t.completed_at, t.created_at) END)",
    "created": "t.created_at",
}
"""What a condition with bounds compares. Ages and times are in milliseconds there."""

SAID = "t.id, (SELECT name FROM task_types WHERE id = t.type_id), t.params, t.error_message, t.claimed_by"
"""Where texts and addresses are looked for."""

SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
MOST_CONDITIONS = 200
"""Conditions that one filter may have, those within others included."""

DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Status:
    """One of these statuses."""

    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """A type with one of these names, or like one of these patterns."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What only a row can tell: SQL that is true, false or null, and its values. None as a value is the present."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """All of these; none: every task."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these."""

    conditions: tuple["Condition", ...]


Condition = Status | Type | Row | Not | All | Some
EVERYTHING = All(())


class Reader:
    """Reads one filter."""

    def __init__(self) -> None:
        self._left = MOST_CONDITIONS
        self._readers: dict[str, Callable[[str, Any, int], Condition]] = {
            "text": self._text,
            "address": self._address,
            "status": self._status,
            "cancelled": self._cancelled,
            "type": self._type,
            "worker": self._worker,
            **dict.fromkeys(SPANS, self._span),
            "params": self._params,
            "error": self._error,
            "dedupe_key": self._dedupe_key,
            "not": lambda name, value, depth: Not(self.read(value, depth + 1)),
            "any": lambda name, value, depth: Some(self._filters(name, value, depth)),
            "all": lambda name, value, depth: All(self._filters(name, value, depth)),
        }

    def read(self, given: Any, depth: int = 0) -> All:
        """The conditions of one object. Refused with 400 where it means nothing."""
        if not isinstance(given, Mapping):
            raise Refused(400, "A filter must be a JSON object")
        fields = cast(Mapping[str, Any], given)
        unknown = sorted(fields.keys() - self._readers.keys())
        if unknown:
            raise Refused(400, f"Unknown filter field: {unknown[0]}. Allowed: {', '.join(self._readers)}")
        if depth > DEEPEST:
            raise Refused(400, f"A filter may be {DEEPEST} levels deep")
        self._left -= len(fields)
        if self._left < 0:
            raise Refused(400, f"A filter may have {MOST_CONDITIONS} conditions")
        told = [(name, value) for name, value in fields.items() if value is not None and value not in ("", [])]
        return All(tuple(self._readers[name](name, value, depth) for name, value in told))

    def _filters(self, name: str, value: Any, depth: int) -> tuple[Condition, ...]:
        if not isinstance(value, list):
            raise Refused(400, f"{name} must be a list of filters")
        return tuple(self.read(each, depth + 1) for each in cast(list[Any], value))

    def _text(self, name: str, value: Any, depth: int) -> Condition:
        needle = _text(name, value).strip().casefold()
        if not needle:
            return EVERYTHING
        return Row(f"holds(?, {SAID})", (needle,))

    def _address(self, name: str, value: Any, depth: int) -> Condition:
        told = _members(name, value, ("target", "typed"))
        target, typed = (_text(f"{name}.{each}", told.get(each, "")).strip() for each in ("target", "typed"))
        if not target:
            raise Refused(400, "address must have a target: @handle, c/name, user/name, or an id")
        return Row(f"tells(?, ?, {SAID})", (target, typed))

    def _status(self, name: str, value: Any, depth: int) -> Condition:
        statuses = _texts(name, value)
        for status in statuses:
            if status not in STATUSES:
                raise Refused(400, f"Unknown status {status!r}. Allowed values: {', '.join(STATUSES)}")
        return Status(statuses)

    def _cancelled(self, name: str, value: Any, depth: int) -> Condition:
        if not isinstance(value, bool):
            raise Refused(400, "cancelled must be true or false")
        return Row("(COALESCE(t.cancelled, 0) = ?)", (int(value),))

    def _type(self, name: str, value: Any, depth: int) -> Condition:
        return Type(_texts(name, value))

    def _worker(self, name: str, value: Any, depth: int) -> Condition:
        names = _texts(name, value)
        tests = [f"t.claimed_by {LIKE}" if "%" in each else "t.claimed_by = ?" for each in names]
        return Row(f"({' OR '.join(tests)})", names)

    def _span(self, name: str, value: Any, depth: int) -> Condition:
        bounds = _members(name, value, tuple(SIGNS))
        tests: list[str] = []
        values: list[Any] = []
        for sign, bound in bounds.items():
            tests.append(f"{SPANS[name]} {SIGNS[sign]} ?")
            values += [None, _bound(name, bound)] if name == "age" else [_bound(name, bound)]
        return Row(f"({' AND '.join(tests)})", tuple(values))

    def _params(self, name: str, value: Any, depth: int) -> Condition:
        if not isinstance(value, Mapping) or not value:
            raise Refused(400, "params must be an object of paths")
        found: list[Condition] = []
        for path, wanted in cast(Mapping[str, Any], value).items():
            self._left -= 1
            for how, sought in _members(f"params.{path}", wanted, ("contains", "equals")).items():
                said = _text(f"params.{path}", sought)
                found.append(Row(f"says_{how}(t.params, ?, ?)", (path, said)))
        return All(tuple(found))

    def _error(self, name: str, value: Any, depth: int) -> Condition:
        sought = _text(name, _members(name, value, ("contains",))["contains"])
        return Row("holds(?, t.error_message)", (sought.casefold(),))

    def _dedupe_key(self, name: str, value: Any, depth: int) -> Condition:
        # As a bound of the id: the one task that has the key is found by its index, at any length of the queue.
        return Row("(t.id = (SELECT id FROM tasks WHERE dedupe_key = ?))", (_text(name, value),))


LIKE = "LIKE ? ESCAPE '\\'"


def read_filter(given: Mapping[str, Any]) -> All:
    """A filter from its JSON object. Refused with 400 where it means nothing."""
    return Reader().read(given)


def type_ids(connection: sqlite3.Connection, patterns: Sequence[str]) -> frozenset[int]:
    """Ids of the types with one of these names; one with `%` is a LIKE pattern, with a backslash to escape."""
    found: set[int] = set()
    for pattern in patterns:
        test = LIKE if "%" in pattern else "= ?"
        found |= {row[0] for row in connection.execute(f"SELECT id FROM task_types WHERE name {test}", (pattern,))}
    return frozenset(found)


def verdict(connection: sqlite3.Connection, condition: Condition) -> Callable[[int, str], bool | None]:
    """Decides for a cell (type id, status): whether all of its tasks are meant, none, or (None) only rows can tell."""
    match condition:
        case Status(statuses):
            return lambda type_id, status: status in statuses
        case Type(patterns):
            ids = type_ids(connection, patterns)
            return lambda type_id, status: type_id in ids
        case Row():
            return lambda type_id, status: None
        case Not(inner):
            opposite = verdict(connection, inner)
            return lambda type_id, status: _inverse(opposite(type_id, status))
        case All(conditions):
            each = [verdict(connection, condition) for condition in conditions]
            return lambda type_id, status: _all([one(type_id, status) for one in each])
        case Some(conditions):
            each = [verdict(connection, condition) for condition in conditions]
            return lambda type_id, status: _inverse(_all([_inverse(one(type_id, status)) for one in each]))


def put(connection: sqlite3.Connection, condition: Condition, now: int) -> tuple[str, list[Any]]:
    """The condition as SQL on `tasks t`, never null, with its values. `now` is in milliseconds since 1970."""
    match condition:
        case Status(statuses):
            return f"t.status IN ({_marks(statuses)})", list(statuses)
        case Type(patterns):
            ids = sorted(type_ids(connection, patterns))
            return f"t.type_id IN ({_marks(ids)})", list(ids)
        case Row(sql, values):
            return f"({sql} IS TRUE)", [now if value is None else value for value in values]
        case Not(inner):
            said, values = put(connection, inner, now)
            return f"NOT {said}", values
        case All(conditions):
            return _joined(connection, conditions, " AND ", "1", now)
        case Some(conditions):
            return _joined(connection, conditions, " OR ", "0", now)


def means_everything(condition: Condition) -> bool:
    """Whether nothing at all is asked."""
    match condition:
        case All(conditions):
            return all(means_everything(each) for each in conditions)
        case Some(conditions):
            return any(means_everything(each) for each in conditions)
        case _:
            return False


def bounds_of(condition: Condition) -> list[Row]:
    """Bounds of the id that every task which is meant has: an index is walked only between them."""
    if isinstance(condition, Row):
        return [condition] if condition.sql.startswith("(t.id ") else []
    if isinstance(condition, All):
        return [row for each in condition.conditions for row in bounds_of(each)]
    return []


def _joined(
    connection: sqlite3.Connection, conditions: Sequence[Condition], between: str, none: str, now: int
) -> tuple[str, list[Any]]:
    parts = [put(connection, each, now) for each in conditions]
    if not parts:
        return none, []
    return f"({between.join(said for said, _ in parts)})", [value for _, values in parts for value in values]


def _inverse(known: bool | None) -> bool | None:
    return None if known is None else not known


def _all(known: list[bool | None]) -> bool | None:
    if False in known:
        return False
    return None if None in known else True


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Refused(400, f"{name} must be a text")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in cast(list[Any], value)):
        raise Refused(400, f"{name} must be a list of texts")
    items = cast(list[str], value)
    if len(items) > MOST_CONDITIONS:
        raise Refused(400, f"{name} may have {MOST_CONDITIONS} texts")
    return tuple(items)


def _members(name: str, value: Any, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not value or not cast(Mapping[str, Any], value).keys() <= set(allowed):
        raise Refused(400, f"{name} must be an object with some of {', '.join(allowed)}")
    return cast(Mapping[str, Any], value)


def _bound(name: str, value: Any) -> int:
    if name == "created":
        try:
            return milliseconds(_text(name, value))
        except (ValueError, OverflowError):
            raise Refused(400, "created must be compared with ISO 8601 times") from None
    scale = 1000 if name == "age" else 1
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST // scale:
        raise Refused(400, f"{name} must be compared with whole numbers")
    return value * scale
