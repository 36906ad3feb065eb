"""Parameters that are edited while their secrets are masked: a mask that nobody touched means what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from core.forms import NEEDED, Violation, encoded
from core.masking import MASK, is_secret, masked
from core.models import Json

TORN = f"{MASK} stands for a secret that was not shown: leave it as it was, or type all of it."
BARE = f"{MASK} stands for nothing while secrets are shown: type all of it."

NAMES_ONLY = (NEEDED, "required", "masked", "additionalProperties", "unevaluatedProperties", "dependentRequired")
"""Rules whose sentences tell names and no values."""

_Leaf = tuple[tuple[str, ...], str]


def veiled(params: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters as they are shown."""
    return cast("dict[str, Json]", masked(params))


def lifted(edited: Mapping[str, Json], original: Mapping[str, Json]) -> tuple[dict[str, Json], list[Violation]]:
    """The parameters that are meant, and where a mask was changed, so that nobody can tell what is.

    ``edited`` is what became of `veiled` (``original``).
    """
    torn: list[Violation] = []
    return cast("dict[str, Json]", _lifted((), edited, original, veiled(original), torn)), torn


def bare(edited: Mapping[str, Json], original: Mapping[str, Json]) -> list[Violation]:
    """Where a mask stands in parameters that are shown with their secrets, though ``original`` has none there."""
    return list(_bare((), edited, original))


def discreet(violation: Violation, params: Mapping[str, Json]) -> Violation:
    """The same without the value, where that is hidden when ``params`` are shown, or something inside it."""
    if violation.rule in NAMES_ONLY or not _is_hidden(violation.path, params):
        return violation
    return Violation(violation.path, f"This breaks the rule {violation.rule}.", violation.rule)


def _is_hidden(path: tuple[str | int, ...], value: Any) -> bool:
    if any(is_secret(str(name)) for name in path):
        return True
    for name in path:
        try:
            value = value[name]
        except (LookupError, TypeError):
            break  # nothing is there: what would hold it is what may be told
    return masked(value) != value


def _bare(path: tuple[str | int, ...], edited: Json, original: Json) -> Iterator[Violation]:
    if isinstance(edited, str):
        if MASK in edited and not (isinstance(original, str) and MASK in original):
            yield Violation(path, BARE, "masked")
    elif isinstance(edited, Mapping):
        known = _members(original)
        for name, value in cast("Mapping[str, Json]", edited).items():
            yield from _bare((*path, name), value, known.get(name))
    elif isinstance(edited, list):
        known = _list(original)
        for place, each in enumerate(cast("list[Json]", edited)):
            if each not in known:
                yield from _bare((*path, place), each, None)


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
    """Item by item, each held against the one that it certainly was; what is masked in any other is torn."""
    is_same = encoded(edited) == encoded(mask)
    origins = list(range(len(mask))) if is_same else _origins(edited, original, mask)
    for place, (each, origin) in enumerate(zip(edited, origins, strict=True)):
        shown, whole = (None, None) if origin is None else (mask[origin], original[origin])
        yield _lifted((*path, place), each, whole, shown, torn)


def _origins(edited: list[Json], original: list[Json], mask: list[Json]) -> list[int | None]:
    """Which item each was, in a list that was changed: the one that looks the same, each of them once; else, where no
    other one has moved, the one in its place. None where that is not certain."""
    looks, known = [encoded(each) for each in edited], [encoded(each) for each in mask]
    origins = _by_look(looks, known, original)
    if any(origin not in (None, place) for place, origin in enumerate(origins)):
        return origins
    old = set(known)
    new = [place for place, look in enumerate(looks[: len(mask)]) if MASK in look and look not in old]
    leaves = [frozenset(_leaves((), each)) for each in mask] if new else []
    for place in new:
        if _is_still(place, edited[place], leaves):
            origins[place] = place
    return origins


def _by_look(looks: list[str], known: list[str], original: list[Json]) -> list[int | None]:
    """Which item each was, by how it looks: the one in its place rather than another that is equal."""
    left: dict[str, list[int]] = {}
    for place, look in enumerate(known):
        left.setdefault(look, []).append(place)
    for look, places in left.items():
        if len({encoded(original[place]) for place in places}) > 1:
            left[look] = []  # nobody can tell which of them an item is
    origins: list[int | None] = [None] * len(looks)
    for place, (look, was) in enumerate(zip(looks, known, strict=False)):
        if look == was and left[look]:
            origins[place] = place
    in_place = set(origins)
    spare = {look: iter([place for place in places if place not in in_place]) for look, places in left.items()}
    for place, look in enumerate(looks):
        if origins[place] is None and look in spare:
            origins[place] = next(spare[look], None)
    return origins


def _is_still(place: int, edited: Json, leaves: list[frozenset[_Leaf]]) -> bool:
    """Whether an item was changed in its place: it has more in common with the one there than with any other. A copy
    of another one, put there and changed, has not."""
    told = frozenset(_leaves((), edited))
    common = [len(told & each) for each in leaves]
    return all(common[place] > much for other, much in enumerate(common) if other != place)


def _leaves(path: tuple[str, ...], value: Json) -> Iterator[_Leaf]:
    """What an item tells, by its path of names. Lists do not count: one that lost an item may look like another."""
    if isinstance(value, Mapping):
        for name, member in cast("Mapping[str, Json]", value).items():
            yield from _leaves((*path, name), member)
    elif not isinstance(value, list):
        yield path, encoded(value)


def _members(value: Json) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", value) if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
