"""The style sheet of the board: each source of it is parsed once for a theme.

Textual parses all of them again with every screen that brings a file of its own, and whenever a theme is set.
"""

from __future__ import annotations

from typing import Any, Final

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

SOURCES = 1_000
"""Sources whose rules are kept for each theme: more than there are kinds of widgets."""

THEMES = 4

Rules = LRUCache[tuple[Any, ...], list[RuleSet]]

_kept: Final[LRUCache[tuple[tuple[str, str], ...], Rules]] = LRUCache(THEMES)
"""Rules by the variables of their theme. They say nothing of the widgets that they are for, and are never changed."""


class Sheet(Stylesheet):
    """Keeps what it has parsed."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._keep()

    def set_variables(self, variables: dict[str, str]) -> None:
        """Another theme; what was parsed for the one before stays at hand."""
        if variables != self._variables:
            self._parse_cache = LRUCache(1)  # the base class empties the one that it finds
            super().set_variables(variables)
            self._keep()

    def reparse(self) -> None:
        """Parse what is new, or all where the theme is."""
        self.parse()

    def _keep(self) -> None:
        names = tuple(sorted(self._variables.items()))
        kept = _kept.get(names)
        if kept is None:
            kept = _kept[names] = LRUCache(SOURCES)
        self._parse_cache = kept
