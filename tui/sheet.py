"""The style sheet of the board: each source of it is parsed once for a theme, and a part of a widget is styled when it
is drawn.

Textual parses all of them again with every screen that brings a file of its own, and whenever a theme is set; and it
styles all parts of a widget ("component classes") whenever the widget gets the focus, or another class.
"""

from __future__ import annotations

from typing import Any, Final

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

SOURCES = 1_000
"""Sources whose rules are kept for each theme: more than there are kinds of widgets."""

THEMES = 4

Rules = LRUCache[tuple[Any, ...], list[RuleSet]]

_kept: Final[LRUCache[tuple[tuple[str, str], ...], Rules]] = LRUCache(THEMES)
"""Rules by the variables of their theme. They say nothing of the widgets that they are for, and are never changed."""


class Parts(dict[str, RenderStyles]):
    """Styles of the parts of a widget by their component classes; in it are those that were asked for."""

    def __init__(self, sheet: Stylesheet, node: DOMNode, names: frozenset[str]) -> None:
        super().__init__()
        self._sheet = sheet
        self._node = node
        self._names = names

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __missing__(self, name: str) -> RenderStyles:
        part = DOMNode(classes=name)
        part._attach(self._node)
        self._sheet.apply(part)
        self[name] = part.styles
        return part.styles


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

    def _process_component_classes(self, node: DOMNode) -> None:
        """Forget how the parts look; paint the widget anew where one that was drawn looks otherwise now."""
        names = node._get_component_classes()
        if names:
            before = node._component_styles
            parts = node._component_styles = Parts(self, node, names)
            if any(parts[name] != styles for name, styles in before.items()):
                node.refresh()

    def _keep(self) -> None:
        names = tuple(sorted(self._variables.items()))
        kept = _kept.get(names)
        if kept is None:
            kept = _kept[names] = LRUCache(SOURCES)
        self._parse_cache = kept
