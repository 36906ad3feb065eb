"""Answers that can also be read like the dicts that their predecessors gave: ``answer["id"]``, ``dict(answer)``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any


class Record:
    """A dataclass that can also be read like a dict."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        if name not in self.keys():
            raise KeyError(name)
        return getattr(self, name)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(f.name for f in fields(self))  # pyright: ignore[reportArgumentType]  # every subclass is a dataclass

    def get(self, name: str, default: Any = None) -> Any:
        """The field of that name, or ``default`` where there is none."""
        return getattr(self, name) if name in self.keys() else default
