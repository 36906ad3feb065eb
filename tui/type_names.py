"""One short name for a task type, the same wherever there is no room for the whole one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len

from tui.widgets.safe_text import CUT, head

LEAST_PARTS: Final = 2
"""Dotted parts that a short name has at least: ``Search`` alone says too little."""


class TypeNames:
    """The types that are known, and what each is called where it is narrow: the shortest end of its name that no other
    one has."""

    def __init__(self) -> None:
        self._short: dict[str, str] = {}
        self._ends: Counter[str] = Counter()
        self._longest = 0

    def learn(self, names: Iterable[str]) -> bool:
        """Know these types from now on; whether they are others than before."""
        known = frozenset(names)
        if known == self._short.keys():
            return False
        self._ends = shared = Counter(end for name in known for end in ends(name))
        self._short = {name: next((e for e in ends(name) if shared[e] == 1), name) for name in known}
        self._longest = max((cell_len(head(name)) for name in known), default=0)
        return True

    def short(self, name: str) -> str:
        """Its short name, with a mark where parts are left out. One that is not known has no end of a known one."""
        end = self._short.get(name) or next((each for each in ends(name) if each not in self._ends), name)
        return name if end == name else CUT + end

    def said(self, name: str, width: int) -> str:
        """What it is called in so many cells: the whole name where there is room for that of every type."""
        return name if width >= max(self._longest, cell_len(head(name))) else self.short(name)


def ends(name: str) -> Iterator[str]:
    """The ends of a name from a dot on, the shortest first, and the name."""
    parts = name.split(".")
    for begin in range(len(parts) - LEAST_PARTS, 0, -1):
        yield ".".join(parts[begin:])
    yield name


TYPES: Final = TypeNames()
"""The types that the board knows; it tells them."""
