"""Parameters that are edited while their secrets are masked: a mask that nobody touched means what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from core.forms import Violation, encoded
from core.masking import MASK, is_secret, masked
from core.models import Json

TORN = f"{MASK} stands for a secret that was not shown: leave it as it was, or type all of it."


def veiled(params: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters as they are shown."""
    return cast("dict[str, Json]", masked(params))


def lifted(edited: Mapping[str, Json], original: Mapping[str, Json]) -> tuple[dict[str, Json], list[Violation]]:
    """The parameters that are meant, and where a mask was changed, so that nobody can tell what is.

    ``edited`` is what became of `veiled` (``original``).
    """
    torn: list[Violation] = []
    return cast("dict[str, Json]", _lifted((), edited, original, veiled(original), torn)), torn


def discreet(violation: Violation) -> Violation:
    """The same without the value, where that is a secret by its name."""
    if violation.rule in ("required", "masked") or not any(is_secret(str(name)) for name in violation.path):
        return violation
    return Violation(violation.path, f"This breaks the rule {violation.rule}.", violation.rule)


def _lifted(path: tuple[str | int, ...], edited: Json, original: Json, mask: Json, torn: list[Violation]) -> Json:
    if isinstance(edited, str):
        if edited == mask:
            return original
        if MASK in edited:
            torn.append(Violation(path, TORN, "masked"))
        return edited
    if isinstance(edited, Mapping):
        members = cast("Mapping[str, Json]", edited)
        known, hidden = _members(original), _members(mask)
        return {
            name: _lifted((*path, name), value, known.get(name), hidden.get(name), torn)
            for name, value in members.items()
        }
    if isinstance(edited, list):
        return list(_items(path, cast("list[Json]", edited), _list(original), _list(mask), torn))
    return edited


def _items(
    path: tuple[str | int, ...], edited: list[Json], original: list[Json], mask: list[Json], torn: list[Violation]
) -> Iterator[Json]:
    """Item by item; where some came or went, by what they look like."""
    pairs = list(zip(mask, original, strict=False))
    if len(edited) != len(pairs):
        looks = {encoded(shown): (shown, whole) for shown, whole in reversed(pairs)}
        pairs = [looks.get(encoded(each), (None, None)) for each in edited]
    for place, (each, (shown, whole)) in enumerate(zip(edited, pairs, strict=True)):
        yield _lifted((*path, place), each, whole, shown, torn)


def _members(value: Json) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", value) if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
