"""Task types from a file: read, held against what the TaskManager knows, and registered once someone has seen that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, cast

from core.errors import BadSetting, CoreError, NotFound
from core.models import Json, TaskType
from core.schema_changes import bare, in_words, schema_changes

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a file with types."""
MOST_TYPES = 500
"""Types in one file."""


class Plan(StrEnum):
    """What is to be done with a type; afterwards, what was done."""

    CREATE = "create"
    CHANGE = "change"
    KEEP = "keep"
    WRONG = "wrong"
    CREATED = "created"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PlannedType:
    """A type from a file. ``said``: the differences from what is registered, or what is wrong with it."""

    name: str
    version: str = ""
    plan: Plan = Plan.CREATE
    said: tuple[str, ...] = ()
    param_schema: Mapping[str, Json] = field(default_factory=dict[str, Json])


class Types(Protocol):
    """The calls of a client that this takes."""

    async def get_task_type(self, name: str) -> TaskType:
        """One type. Raises `NotFound`."""
        ...

    async def register_task_type(self, name: str, version: str, param_schema: Mapping[str, Json]) -> TaskType:
        """Register a type, or replace what is registered."""
        ...


def text_of(path: Path) -> str:
    """What is in the file; blocks. Raises `BadSetting`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadSetting(f"The file {path} is larger than {LARGEST_FILE // 1024**2} MiB.")
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise BadSetting(f"The file {path} cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise BadSetting(f"The file {path} is not UTF-8 text.") from None


def types_in(text: str) -> list[PlannedType]:
    """The types in a JSON text: one ``{name, version, param_schema}``, or a list of them. Raises `BadSetting`."""
    try:
        said: Json = json.loads(text)
    except json.JSONDecodeError as fault:
        raise BadSetting(f"The file is not JSON: line {fault.lineno}, column {fault.colno}: {fault.msg}.") from None
    except RecursionError:
        raise BadSetting("The file is nested too deeply.") from None
    entries = cast("list[Json]", said if isinstance(said, list) else [said])
    if not 1 <= len(entries) <= MOST_TYPES:
        raise BadSetting(f"The file holds {len(entries)} types: it may have 1 to {MOST_TYPES}.")
    seen: set[str] = set()
    read: list[PlannedType] = []
    for number, entry in enumerate(entries, 1):
        one = _read(number, entry)
        if one.name in seen:
            one = replace(one, plan=Plan.WRONG, said=("It is in the file before.",))
        seen.add(one.name)
        read.append(one)
    return read


async def planned(client: Types, entries: Sequence[PlannedType]) -> list[PlannedType]:
    """The same, each with what is to be done with it on this TaskManager."""
    return [await _planned(client, each) for each in entries]


async def carried_out(client: Types, plans: Sequence[PlannedType], *, change: bool) -> list[PlannedType]:
    """Register what is missing, and with ``change`` what is another; one that is refused keeps no other back."""
    return [await _carried_out(client, each, change) for each in plans]


def differences(old: TaskType, version: str, schema: Mapping[str, Json]) -> list[str]:
    """What a schema and a version would change, in words."""
    said = [f"version {old.version} → {version}"] if old.version != version else []
    before = old.param_schema
    if before is None:
        return said
    if bare(before) != bare(schema):
        said += in_words(schema_changes(before, schema))
    return said


def _read(number: int, entry: Json) -> PlannedType:
    if not isinstance(entry, Mapping):
        return PlannedType(f"entry {number}", plan=Plan.WRONG, said=("It must be an object.",))
    told = cast("Mapping[str, Json]", entry)
    name, version, schema = told.get("name"), told.get("version", "1.0.0"), told.get("param_schema")
    wrong: list[str] = []
    if not isinstance(name, str) or not name.strip():
        wrong.append("It needs a name.")
    if not isinstance(version, str) or not version.strip():
        wrong.append("Its version must be a text such as 1.0.0.")
    if not isinstance(schema, Mapping):
        wrong.append("It needs a param_schema, which is an object.")
    shown = name.strip() if isinstance(name, str) and name.strip() else f"entry {number}"
    if wrong:
        return PlannedType(shown, plan=Plan.WRONG, said=tuple(wrong))
    return PlannedType(shown, str(version).strip(), param_schema=cast("Mapping[str, Json]", schema))


async def _planned(client: Types, entry: PlannedType) -> PlannedType:
    if entry.plan is Plan.WRONG:
        return entry
    try:
        known = await client.get_task_type(entry.name)
    except NotFound:
        return replace(entry, plan=Plan.CREATE)
    said = differences(known, entry.version, entry.param_schema)
    if not known.is_active:
        said.append("it is off, and takes new tasks again")
    return replace(entry, plan=Plan.CHANGE if said else Plan.KEEP, said=tuple(said))


async def _carried_out(client: Types, plan: PlannedType, change: bool) -> PlannedType:
    if plan.plan is not Plan.CREATE and not (change and plan.plan is Plan.CHANGE):
        return plan
    try:
        answer = await client.register_task_type(plan.name, plan.version, plan.param_schema)
    except CoreError as error:
        return replace(plan, plan=Plan.WRONG, said=(str(error),))
    return replace(plan, plan=Plan.CREATED if answer.created else Plan.CHANGED)
