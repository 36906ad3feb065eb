"""The task types that a client has met: the only way to list them where the server cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from core.models import TaskType


class KnownTypes:
    """Types by name, ignoring case as the servers do. ``listable``: the server has not failed to list them yet."""

    def __init__(self) -> None:
        self.listable = True
        self._by_name: dict[str, TaskType] = {}

    def know(self, task_type: TaskType) -> TaskType:
        """Remember a type as it was told last."""
        self._by_name[task_type.name.lower()] = task_type
        return task_type

    def named(self, name: str) -> TaskType | None:
        """The type of that name, if it was met."""
        return self._by_name.get(name.lower())

    def schema(self, name: str) -> Mapping[str, Any] | None:
        """The parameter schema of a type, if it was met."""
        known = self.named(name)
        return known.param_schema if known is not None else None

    def has_numbers(self, name: str) -> bool:
        """Whether a type is known to have ``number`` parameters."""
        fields = (self.schema(name) or {}).get("properties")
        described = cast("Mapping[str, Any]", fields).values() if isinstance(fields, Mapping) else ()
        return any(isinstance(each, Mapping) and cast("Any", each).get("type") == "number" for each in described)

    def names(self, also: Iterable[str]) -> list[str]:
        """The names of all known types and of ``also``, each once."""
        spelled = {each.name.lower(): each.name for each in self._by_name.values()}
        for name in also:
            spelled.setdefault(name.lower(), name)
        return list(spelled.values())

    def names_of(self, type_ids: Sequence[int]) -> frozenset[str]:
        """The lower-case names of these types; empty when one of them is not known."""
        by_id = {each.id: each.name.lower() for each in self._by_name.values()}
        if any(type_id not in by_id for type_id in type_ids):
            return frozenset()
        return frozenset(by_id[type_id] for type_id in type_ids)
