"""Decides whether a term fits a task that is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

from core.errors import NotPossibleHere
from core.filters.terms import Address, AnyOf, Cancelled, Not, OneOf, Says, Span, Stuck, Term, Text
from core.models import Json, Task, TaskStatus

NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?")
WHOLE = "="
"""Before the name of a type that is no part of another one."""
CANCELLED = "cancelled"
"""The error of what was cancelled."""
ONLY_HERE = "Which tasks are stuck is seen on loaded rows only: mark those that are meant, instead of all that match."


def since(task: Task) -> datetime | None:
    """Since when the task is in its status, as far as that is known."""
    match task.status:
        case TaskStatus.PENDING:
            return task.created_at
        case TaskStatus.CLAIMED:
            return task.claimed_at or task.created_at
        case TaskStatus.COMPLETED | TaskStatus.FAILED:
            return task.completed_at or task.created_at


def fits(term: Term, task: Task, now: datetime, stuck: Collection[int] | None = None) -> bool:
    """Whether the term fits the task. ``stuck``: ids of those that are stuck; None where that is not known, and
    asking for it raises `core.errors.NotPossibleHere`."""
    match term:
        case Stuck(wanted):
            return is_among(task, stuck) is wanted
        case Not(inner):
            return not fits(inner, task, now, stuck)
        case AnyOf(filters):
            return any(each.matches(task, now, stuck) for each in filters)
        case _:
            return says_so(term, task, now)


def is_among(task: Task, stuck: Collection[int] | None) -> bool:
    """Whether a task is among those that are stuck."""
    if stuck is None:
        raise NotPossibleHere(ONLY_HERE)
    return task.id in stuck


def says_so(term: Text | Address | OneOf | Span | Says | Cancelled, task: Task, now: datetime) -> bool:
    """Whether the task itself says that the term fits."""
    match term:
        case Text(text):
            needle = text.casefold()
            return any(needle in each.casefold() for each in said_of(task) if each is not None)
        case Address(typed, target):
            from core.server.addresses import tells  # only who looks for an address needs it

            return tells(target, typed, *said_of(task))
        case Cancelled():
            return task.is_cancelled
        case OneOf(field, values):
            value = {"status": task.status.value, "type": task.task_type, "worker": task.claimed_by}[field]
            return value is not None and any(pattern(each).fullmatch(value) for each in spelled(field, values))
        case Span():
            return inside(term, measured(term.field, task, now))
        case Says(path, value, contains):
            found = task.error if path == "error" else member(task.parameters, path.split(".")[1:])
            return says(found, value, contains=contains)


def said_of(task: Task) -> tuple[str | None, ...]:
    """The texts of a task in which texts are looked for."""
    return (str(task.id), task.task_type, packed(task.parameters), task.error, task.claimed_by)


def of_type(name: str, values: Iterable[str]) -> bool:
    """Whether one of the values, as a filter says them, means the type of that name."""
    return any(pattern(each).fullmatch(name) for each in spelled("type", values))


def only(name: str, known: Iterable[str]) -> str:
    """How a filter says that type and no other of those that are known."""
    return name if sum(of_type(each, (name,)) for each in {name, *known}) == 1 else WHOLE + name


def spelled(field: str, values: Iterable[str]) -> list[str]:
    """The values, and the ways in which people shorten them: types from a dot on, or, without ``*``, to whole parts
    (``Reddit``, ``Video.Search``), unless ``=`` says that the name is whole; workers from a hyphen on."""
    found: list[str] = []
    for value in values:
        if field == "type" and value.startswith(WHOLE):
            found.append(value.removeprefix(WHOLE))
            continue
        found.append(value)
        if field == "type" and not value.startswith("*"):
            found.append(f"*.{value}")
        if field == "type" and "*" not in value:
            found += [f"{value}.*", f"*.{value}.*"]
        if field == "worker" and not value.startswith("*"):
            found.append(f"*-{value}")
    return found


@lru_cache(maxsize=256)
def pattern(value: str) -> re.Pattern[str]:
    """What the value stands for; without ``*`` only itself."""
    if "*" not in value:
        return re.compile(re.escape(value))
    return re.compile(".*".join(re.escape(part) for part in value.split("*")), re.IGNORECASE | re.ASCII | re.DOTALL)


def measured(field: str, task: Task, now: datetime) -> float | None:
    """The figure that a `Span` is about."""
    match field:
        case "id":
            return task.id
        case "attempts":
            return task.attempts
        case "priority":
            return task.priority
        case "age":
            begun = since(task)
            return None if begun is None else (now - begun).total_seconds()
        case _:
            return None if task.created_at is None else task.created_at.timestamp()


def inside(span: Span, value: float | None) -> bool:
    """Whether a figure that is known lies within."""
    if value is None:
        return False
    above = span.low is None or (value > span.low if span.low_open else value >= span.low)
    below = span.high is None or (value < span.high if span.high_open else value <= span.high)
    return above and below


def member(value: Json, names: list[str]) -> Json:
    """What stands at the end of the path; None where there is nothing."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Json]", value).get(name)
    return value


def says(found: Json, value: str, *, contains: bool) -> bool:
    """Whether something is what was typed, or contains it. A number is also what it is otherwise written."""
    if found is None:
        return False
    text = found if isinstance(found, str) else packed(found)
    if contains:
        return value.casefold() in text.casefold()
    if text == value:
        return True
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return is_number and NUMBER.fullmatch(value) is not None and float(value) == found


def packed(value: Json) -> str:
    """A value as the compact JSON that the embedded TaskManager keeps."""
    plain: Json = {**cast("Mapping[str, Json]", value)} if isinstance(value, Mapping) else value
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def addresses_in(term: Term) -> tuple[str, ...]:
    """The videos and channels whose addresses are looked for."""
    match term:
        case Address(target=target):
            return (target,)
        case Not(inner):
            return addresses_in(inner)
        case AnyOf(filters):
            return tuple(target for each in filters for target in each.addressed)
        case _:
            return ()


def asks_stuck(term: Term) -> bool:
    """Whether the term asks which tasks are stuck."""
    match term:
        case Stuck():
            return True
        case Not(inner):
            return asks_stuck(inner)
        case AnyOf(filters):
            return any(each.asks_stuck for each in filters)
        case _:
            return False


def needs_whole_tasks(term: Term) -> bool:
    """Whether the term asks for what a row of a list may not tell."""
    match term:
        case Says() | Cancelled():
            return True
        case Not(inner):
            return needs_whole_tasks(inner)
        case AnyOf(filters):
            return any(each.needs_whole_tasks for each in filters)
        case _:
            return False
