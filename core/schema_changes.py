"""What a task type became from one version to the next, in words: parameters, their rules, whether it takes tasks.

Values that a schema tells of a secret are never told, also not by being different: then something has "changed".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from core.forms import encoded, kind_of
from core.masking import MASK, TOLD, is_secret, masked
from core.models import Json, TypeVersion

MOST_CHANGES = 20
"""Changes of one version that are told; the others are counted."""
DEEPEST = 12
"""Schemas within schemas that are looked into; what is deeper has changed as a whole."""
LONGEST_VALUE = 40
LONGEST_PATH = 120
"""Characters of a value and of a path that are told."""

BY_NAME = {"properties": "", "$defs": "$defs.", "definitions": "definitions."}
"""What holds schemas by name, and what stands before such a name in a path."""
WITHIN = {"items": "[]", "additionalProperties": ".*"}
"""What holds one schema, and what stands for it in a path."""
WORDY = ("description", "title", "$comment", "examples")
"""Rules that are words for people, and not for the TaskManager."""
MOST_NAMED = 8
"""Paths that are named where words changed in many; the others are counted."""
LONGEST_WORDS = 110
"""Characters of words, from where they differ."""
AROUND = 20
"""Characters that are told of what words that differ have in common, on each side."""
WORDS = {
    "added": "+ {path} ({now})",
    "removed": "− {path}",
    "required": "{path} now required",
    "optional": "{path} no longer required",
    "active": "made active",
    "inactive": "made inactive",
    "words": "words changed: {path}",
}
"""How changes are told that are not of a rule."""
WEIGHTS = {"required": 0, "optional": 0, "removed": 1, "added": 2, "inactive": 3, "active": 3, "choice": 4, "rule": 4}
"""What is told before what: first what tasks that were made for the version before do not fit any more."""
WEIGHT_OF_DEFAULT, WEIGHT_OF_WORDS = 5, 6
"""Later than any other rule: no task is wrong for these."""

Schema = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``what``: added or removed (a parameter), required, optional, choice (one more or less), rule (then
    ``rule`` is its name), active, inactive, words (of several ``path``s). ``path`` is empty for the type itself.
    ``was`` and ``now`` are texts; of a rule both are empty where neither is told."""

    what: str
    path: str = ""
    was: str = ""
    now: str = ""
    rule: str = ""

    @property
    def weight(self) -> int:
        """Where it stands among others: what matters most has the least."""
        if self.what == "rule" and self.rule == "default":
            return WEIGHT_OF_DEFAULT
        return WEIGHT_OF_WORDS if self.rule in WORDY else WEIGHTS.get(self.what, WEIGHT_OF_WORDS)

    @property
    def text(self) -> str:
        """In words, such as ``+ limit (integer)`` or ``default of limit: 10 → 20``."""
        if self.what in WORDS:
            return WORDS[self.what].format(path=self.path, now=self.now)
        of = f" of {self.path}" if self.path else ""
        if self.what == "choice":
            return f"+ choice {self.now}{of}" if self.now else f"− choice {self.was}{of}"
        if self.was or self.now:
            return f"{self.rule}{of}: {self.was or 'none'} → {self.now or 'none'}"
        return f"{self.rule}{of} changed"


@dataclass(frozen=True, slots=True)
class VersionStep:
    """A version of a type, and what it changed against the one before; ``more`` counts changes that are not told.

    ``follows`` is false for the oldest one that is known: what it changed is not known.
    """

    version: TypeVersion
    changes: tuple[Change, ...] = ()
    more: int = 0
    follows: bool = True


def steps_of(versions: Sequence[TypeVersion]) -> tuple[VersionStep, ...]:
    """Versions, newest first, each with what it changed. Takes long for many large schemas."""
    older = (*versions[1:], None)
    return tuple(_step(before, after) for before, after in zip(older, versions, strict=True))


def schema_changes(old: Schema, new: Schema) -> Iterator[Change]:
    """What a schema changed; nothing where both say the same, whatever the order of their members."""
    try:
        yield from _within(old, new, "", 0, secret=False)
    except RecursionError:
        yield Change("rule", rule="schema")  # nested so deeply that nothing can be said of the rest


def weighed(changes: Iterable[Change]) -> list[Change]:
    """What matters most first, so that no cut hides it; where words changed in several places, as one change."""
    found = sorted(changes, key=lambda each: each.weight)
    wordy = [each for each in found if each.rule in WORDY]
    if len(wordy) < 2:
        return found
    paths = list(dict.fromkeys(each.path or "the type" for each in wordy))
    more = f" and {len(paths) - MOST_NAMED:,} more" if len(paths) > MOST_NAMED else ""
    words = Change("words", ", ".join(paths[:MOST_NAMED]) + more)
    return [*found[: len(found) - len(wordy)], words]


def in_words(changes: Iterable[Change]) -> list[str]:
    """What changed, in words; what matters most first, and the changes that are too many are counted."""
    found = weighed(changes)
    more = [f"and {len(found) - MOST_CHANGES:,} more"] if len(found) > MOST_CHANGES else []
    return [each.text for each in found[:MOST_CHANGES]] + more


def bare(value: Any) -> Any:
    """A schema as every TaskManager gives it back: some turn empty objects into lists, and 1.0 into 1."""
    match value:
        case Mapping():
            return {name: bare(each) for name, each in cast("Mapping[str, Any]", value).items()} or []
        case list() | tuple():
            return [bare(each) for each in cast("list[Any]", value)]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _step(before: TypeVersion | None, after: TypeVersion) -> VersionStep:
    if before is None:
        return VersionStep(after, follows=False)
    found = tuple(sorted(_changes(before, after), key=lambda each: each.weight))
    return VersionStep(after, found[:MOST_CHANGES], len(found[MOST_CHANGES:]))


def _changes(before: TypeVersion, after: TypeVersion) -> Iterator[Change]:
    if before.is_active != after.is_active:
        yield Change("active" if after.is_active else "inactive")
    yield from schema_changes(before.param_schema, after.param_schema)


def _within(old: Schema, new: Schema, path: str, depth: int, *, secret: bool) -> Iterator[Change]:
    """The changes between two schemas at a path: of the members first, then of the rules."""
    if depth > DEEPEST:
        if not _same(old, new):
            yield Change("rule", path, rule="rules")
        return
    for rule in sorted({**old, **new}, key=lambda each: each not in BY_NAME):
        was, now = old.get(rule), new.get(rule)
        if rule in BY_NAME and _are_mappings(was, now):
            yield from _members(rule, (old, new), path, depth, secret=secret)
        elif rule in WITHIN and isinstance(was, Mapping) and isinstance(now, Mapping):
            inside = cast("tuple[Schema, Schema]", (was, now))
            yield from _within(*inside, path + WITHIN[rule], depth + 1, secret=secret)
        elif rule == "required" and _are_lists(was, now):
            yield from _required(old, new, path)
        else:
            yield from _rule(rule, old, new, path, secret=secret)


def _members(rule: str, both: tuple[Schema, Schema], path: str, depth: int, *, secret: bool) -> Iterator[Change]:
    """What was added, removed and changed of the schemas that are held by name."""
    before, after = (cast("Mapping[str, Json]", each.get(rule) or {}) for each in both)
    required = _names(both[1])
    for name in dict.fromkeys((*after, *before)):
        where = _joined(path, BY_NAME[rule] + name)
        was, now = before.get(name), after.get(name)
        hidden = secret or is_secret(name)
        if name not in before:
            needed = ", required" if rule == "properties" and name in required else ""
            yield Change("added", where, now=_kind(now, hidden) + needed)
        elif name not in after:
            yield Change("removed", where)
        elif isinstance(was, Mapping) and isinstance(now, Mapping):
            inside = cast("tuple[Schema, Schema]", (was, now))
            yield from _within(*inside, where, depth + 1, secret=hidden)
        elif not _same(was, now):
            told = ("", "") if hidden else (_told(was), _told(now))
            yield Change("rule", where, *told, "rules")


def _required(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    """Which parameters must be there now that need not be, and the other way round; new and removed ones say that."""
    before, after = _names(old), _names(new)
    for name in after:
        if name not in before and (name in _properties(old) or name not in _properties(new)):
            yield Change("required", _joined(path, name))
    for name in before:
        if name not in after and (name in _properties(new) or name not in _properties(old)):
            yield Change("optional", _joined(path, name))


def _rule(rule: str, old: Schema, new: Schema, path: str, *, secret: bool) -> Iterator[Change]:
    """How one rule changed."""
    was, now = old.get(rule), new.get(rule)
    if rule in old and rule in new and _same(was, now):
        return
    if rule == "enum" and isinstance(was, list) and isinstance(now, list):
        yield from _choices(cast("list[Json]", was), cast("list[Json]", now), path, secret=secret)
        return
    shown = [_shown(rule, each, secret=secret) for each in (old, new)]
    if rule in WORDY and isinstance(was or "", str) and isinstance(now or "", str):
        shown = _words(_masked_rule(rule, old, secret), _masked_rule(rule, new, secret))
    if shown[0] == shown[1] or (secret and rule in TOLD) or MASK in "".join(shown):
        shown = ["", ""]
    yield Change("rule", path, *shown, rule=_cut(rule, LONGEST_VALUE))


def _choices(was: list[Json], now: list[Json], path: str, *, secret: bool) -> Iterator[Change]:
    """Which values were added to those that may be chosen, and which were removed."""
    before, after = ({_canonical(each): each for each in values} for values in (was, now))
    removed = [_told(before[each]) for each in before if each not in after]
    added = [_told(after[each]) for each in after if each not in before]
    if secret or MASK in "".join((*removed, *added)) or not (removed or added):
        yield Change("rule", path, rule="choices")
        return
    yield from (Change("choice", path, was=each) for each in removed)
    yield from (Change("choice", path, now=each) for each in added)


def _kind(rule: Json, secret: bool) -> str:
    """What a new parameter takes, in a few words; without the values that a secret may have."""
    if not isinstance(rule, Mapping):
        return "any"
    shown = {name: each for name, each in cast("Schema", rule).items() if not (secret and name in TOLD)}
    return _cut(kind_of(cast("Schema", masked(shown, secret=secret))), LONGEST_VALUE)


def _shown(rule: str, schema: Schema, *, secret: bool) -> str:
    """A rule as a short text, empty where there is none; secrets are masked."""
    if rule not in schema:
        return ""
    value = cast("Mapping[str, Json]", masked({rule: schema[rule]}, secret=secret))[rule]
    return _cut(kind_of({rule: value}) if rule == "type" else encoded(value), LONGEST_VALUE)


def _masked_rule(rule: str, schema: Schema, secret: bool) -> str:
    text = cast("Mapping[str, Json]", masked({rule: schema.get(rule) or ""}, secret=secret))[rule]
    return " ".join(str(text).split())


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    both = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in both if a != b), min(len(one), len(other)))


def _words(was: str, now: str) -> list[str]:
    """Both texts, without most of what they have in common at their beginning and their end."""
    begin = _alike(was, now)
    end = min(_alike(was[::-1], now[::-1]), len(was) - begin, len(now) - begin)
    skipped = begin - AROUND if begin > AROUND + 1 else 0
    dropped = end - AROUND if end > AROUND + 1 else 0
    shown = [each[skipped : len(each) - dropped] for each in (was, now)]
    said = [f"{'…' if skipped else ''}{_cut(each, LONGEST_WORDS)}{'…' if dropped else ''}" for each in shown]
    return [f"“{each}”" if each else "" for each in said]


def _told(value: Json) -> str:
    return _cut(encoded(masked(value)), LONGEST_VALUE)


def _properties(schema: Schema) -> Mapping[str, Json]:
    found = schema.get("properties")
    return cast("Mapping[str, Json]", found) if isinstance(found, Mapping) else {}


def _names(schema: Schema) -> tuple[str, ...]:
    """The names that a schema says are required, each once."""
    said = schema.get("required")
    names = cast("list[Json]", said) if isinstance(said, list) else []
    return tuple(dict.fromkeys(each for each in names if isinstance(each, str)))


def _joined(path: str, name: str) -> str:
    return _cut(f"{path}.{name}" if path else name, LONGEST_PATH)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _same(old: Json, new: Json) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return old == new
    return old is new or _canonical(old) == _canonical(new)


def _canonical(value: Json) -> str:
    """A text that equal values share: TaskManagers may turn an empty object into a list, and 1.0 into 1."""
    return json.dumps(bare(value), sort_keys=True, ensure_ascii=False)


def _are_mappings(*values: Json) -> bool:
    return all(isinstance(each, Mapping) or each in (None, []) for each in values)


def _are_lists(*values: Json) -> bool:
    return all(isinstance(each, list) or each is None for each in values)
