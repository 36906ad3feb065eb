"""What changed of a saved idea over time: kept in its metadata under `HISTORY`, as text, like all metadata of PrismQ.

It is a JSON list, oldest first. Each entry tells when (``at``) and the values that were new then, as text; the first
values of a name are what the idea said before it changed. Read one after another, the entries tell what it says now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from core.models import Json

HISTORY = "history"
AT = "at"
MOST_CHANGES = 50
"""Changes that are kept: the first one, and the newest."""
LONGEST_VALUE = 200
"""Characters of a value; changes of longer ones are not recorded."""
LONGEST_HISTORY = 16_384
"""Characters of the whole."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an idea said from this time on, where it said something else before. ``at`` is ISO 8601, empty where it
    is not known."""

    at: str
    values: Mapping[str, str]


def read_history(kept: object) -> tuple[Change, ...] | None:
    """The changes that are kept in a metadata, oldest first; None where something else is kept under that name."""
    if kept in (None, ""):
        return ()
    try:
        found: object = json.loads(kept) if isinstance(kept, str) else kept
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    changes = [change_in(each) for each in cast("list[object]", found)]
    known = tuple(each for each in changes if each is not None)
    return known if len(known) == len(changes) else None


def change_in(entry: object) -> Change | None:
    """One entry, if it is one."""
    if not isinstance(entry, dict):
        return None
    said = cast("dict[str, object]", entry)
    if AT not in said or not all(isinstance(value, str) for value in said.values()):
        return None
    values = cast("dict[str, str]", said)
    return Change(values[AT], {name: value for name, value in values.items() if name != AT})


def written(history: Iterable[Change]) -> str:
    """The changes as the metadata keeps them."""
    return json.dumps(as_entries(history), ensure_ascii=False)


def as_entries(history: Iterable[Change]) -> list[dict[str, str]]:
    """The changes as JSON says them."""
    return [{AT: each.at, **each.values} for each in history]


def taken_apart(metadata: Json) -> tuple[Json, tuple[Change, ...]]:
    """A metadata without the history in it, and that history; as it is where there is none."""
    if not isinstance(metadata, dict):
        return metadata, ()
    said = cast("dict[str, Json]", metadata)
    history = read_history(said.get(HISTORY))
    return ({name: value for name, value in said.items() if name != HISTORY}, history) if history else (said, ())


def recorded(
    history: Sequence[Change], old: Mapping[str, Json], new: Mapping[str, Json], before: str, now: str
) -> tuple[Change, ...]:
    """The history, with what is ``new`` against what it knows, or else against ``old``, which was said at ``before``.

    Names that are not in ``new`` have not changed. What is not a change is not recorded.
    """
    last, said = latest(history), recordable(old)
    changed = {name: text for name, text in recordable(new).items() if text != last.get(name, said.get(name))}
    if not changed:
        return tuple(history)
    first = {name: said[name] for name in changed if name in said and name not in last}
    return bounded(appended(appended(list(history), before, first), now, changed))


def latest(history: Iterable[Change]) -> dict[str, str]:
    """What the entries tell, read one after another."""
    said: dict[str, str] = {}
    for change in history:
        said |= change.values
    return said


def recordable(values: Mapping[str, Json]) -> dict[str, str]:
    """The values as texts, those that are not too long."""
    texts = {name: as_text(value) for name, value in values.items() if name not in (AT, HISTORY) and value is not None}
    return {name: text for name, text in texts.items() if len(text) <= LONGEST_VALUE}


def as_text(value: Any) -> str:
    """A value of a metadata as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def appended(history: list[Change], at: str, values: Mapping[str, str]) -> list[Change]:
    """The history with these values, in an entry of their own unless the last one is of the same moment, and tells
    none of them."""
    if not values:
        return history
    if history and history[-1].at == at and not history[-1].values.keys() & values.keys():
        return [*history[:-1], Change(at, {**history[-1].values, **values})]
    return [*history, Change(at, values)]


def bounded(history: list[Change]) -> tuple[Change, ...]:
    """The history without what is too much of it."""
    while len(history) > MOST_CHANGES or (history and len(written(history)) > LONGEST_HISTORY):
        history = thinned(history)
    return tuple(history)


def thinned(history: list[Change]) -> list[Change]:
    """One entry less. How it began is worth more than what came second, which the third entry tells from now on."""
    if len(history) == 1:
        return []
    place = 1 if history[2:] else 0
    out, heir, newer = history[place], history[place + 1], history[place + 2 :]
    before = latest(history[:place])
    said = {name: text for name, text in {**out.values, **heir.values}.items() if before.get(name) != text}
    return [*history[:place], *([Change(heir.at, said)] if said else []), *newer]
