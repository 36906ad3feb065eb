"""The task types that a client has met: the only way to list them where the server cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.models import TaskType
from core.taskmanager.refusals import speaks_of_numbers


class KnownTypes:
    """Types by name, ignoring case as the servers do. ``listable``: the server has not failed to list them yet."""

    def __init__(self) -> None:
        self.listable = True
        self._by_name: dict[str, TaskType] = {}
        self._with_numbers: set[str] = set()

    def know(self, task_type: TaskType) -> TaskType:
        """Remember a type as it was told last."""
        name = task_type.name.lower()
        self._by_name[name] = task_type
        (self._with_numbers.add if speaks_of_numbers(task_type.param_schema) else self._with_numbers.discard)(name)
        return task_type

    def named(self, name: str) -> TaskType | None:
        """The type of that name, if it was met."""
        return self._by_name.get(name.lower())

    def schema(self, name: str) -> Mapping[str, Any] | None:
        """The parameter schema of a type, if it was met."""
        known = self.named(name)
        return known.param_schema if known is not None else None

    def has_numbers(self, name: str) -> bool:
        """Whether a type is known to have ``number`` parameters, at any depth."""
        return name.lower() in self._with_numbers

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
