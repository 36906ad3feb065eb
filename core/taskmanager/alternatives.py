"""Rules of which one of several must hold, in words where each only asks for parameters to be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from core.forms import NEEDED, Violation, properties

Names = tuple[str, ...]


def in_words(violation: Violation, schema: Mapping[str, Any], params: Mapping[str, Any]) -> Violation:
    """``video_id or video_url is needed`` instead of the value and that it fits nothing; others as they are."""
    if violation.rule not in ("anyOf", "oneOf"):
        return violation
    rule, value = _at(violation.path, schema, params)
    ways = _ways(rule.get(violation.rule))
    if not ways or not isinstance(value, Mapping):
        return violation
    told = " or ".join(" and ".join(names) for names in ways)
    if any(all(name in value for name in names) for names in ways):
        said = f"only one can be given: {told}"
    else:
        said = f"{told} {'are' if all(len(names) > 1 for names in ways) else 'is'} needed"
    return replace(violation, message=said, rule=NEEDED)


def _at(path: tuple[str | int, ...], schema: Mapping[str, Any], params: Mapping[str, Any]) -> tuple[Any, Any]:
    """The part of the schema that tells about the value at a path, empty where it is not there; and that value."""
    rule: Any = schema
    value: Any = params
    for name in path:
        value = value[name]
        inner = rule.get("items") if isinstance(name, int) else dict(properties(rule)).get(name)
        rule = cast("Any", inner) if isinstance(inner, Mapping) else {}
    return rule, value


def _ways(alternatives: object) -> list[Names]:
    """The names that each alternative asks for; empty where one asks for something else, too."""
    listed = cast("list[Any]", alternatives if isinstance(alternatives, list) else [])
    ways = [_required(each) for each in listed]
    return [] if () in ways else ways


def _required(alternative: object) -> Names:
    asked = cast("Mapping[str, Any]", alternative if isinstance(alternative, Mapping) else {})
    names = asked.get("required")
    only = list(asked) == ["required"] and isinstance(names, list)
    return tuple(str(each) for each in cast("list[Any]", names)) if only else ()
