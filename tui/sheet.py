"""The style sheet of the board: each source of it is parsed once for a theme, what a place looks like is found once,
and a part of a widget is styled when it is drawn.

Textual parses all of them again with every screen that brings a file of its own, and whenever a theme is set; it asks
every rule that could be meant about every widget, whenever one above it gets the focus or another class; and it styles
all parts of a widget ("component classes") then.
"""

from __future__ import annotations

from collections.abc import Container
from itertools import count
from typing import Any, Final, NamedTuple

from textual.app import App
from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.styles import RenderStyles, RulesMap
from textual.css.stylesheet import Stylesheet
from textual.css.tokenize import tokenize_values
from textual.css.tokenizer import Token
from textual.dom import DOMNode
from textual.style import Style
from textual.widget import Widget

SOURCES = 1_000
"""Sources whose rules are kept for each theme: more than there are kinds of widgets."""

THEMES = 4

Rules = LRUCache[tuple[Any, ...], list[RuleSet]]

PLACES = 20_000
"""Places whose looks are kept: some hundred boards are full of less."""

STAGES = 400
"""Sources grow with each new kind of widget; so many states of them are told apart."""

Looks = dict[int, tuple[RulesMap, bool]]
"""What each place looks like, and whether it changes under the mouse; nothing of places where siblings count."""

Stages = LRUCache[tuple[object, ...], Looks]
"""Looks by the sources from which they follow."""

INLINE_STYLES = 4_000
"""Styles that stand in a text, as "bold $text-accent" does, kept for each theme."""


class Followed(NamedTuple):
    """What follows from the variables of a theme."""

    tokens: dict[str, list[Token]]
    rules: Rules
    inline: LRUCache[str, Style]
    stages: Stages


_kept: Final[LRUCache[tuple[tuple[str, str], ...], Followed]] = LRUCache(THEMES)
"""By the variables. Rules say nothing of the widgets that they are for; none is changed."""


_places: Final[dict[tuple[object, ...], int]] = {}
"""The numbers of places. A place is all that a rule can ask about a node and those above it."""

_numbers: Final = count(1)
"""None is given twice, also after the others were forgotten."""


def place(node: DOMNode, rules: Container[str]) -> int:
    """The number of a node's place. Its own id tells it from others where there are rules for that id."""
    if len(_places) > PLACES:
        _places.clear()
    number = 0
    for each in node.css_path_nodes:
        name = None if each is node and f"#{each._id}" not in rules else each._id
        here = (number, type(each), name, frozenset(each._classes), _state(each))
        found = _places.get(here)
        if found is None:
            found = _places[here] = next(_numbers)
        number = found
    return number


def _state(node: DOMNode) -> tuple[object, ...]:
    """What pseudo classes ask about a node itself."""
    if isinstance(node, Widget):
        return (node.mouse_hover, node.has_focus, node.allow_focus(), node.disabled)
    if isinstance(node, App):
        return (node.app_focus, node.current_theme.dark, node.is_inline, node.native_ansi_color, node.no_color)
    return ()


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
        self._looked_in: list[RuleSet] | None = None
        self._known: Looks = {}

    def set_variables(self, variables: dict[str, str]) -> None:
        """Another theme; what was parsed for the one before stays at hand."""
        if variables != self._variables:
            self._parse_cache = LRUCache(1)  # the base class empties those that it finds
            self._style_parse_cache = LRUCache(1)
            super().set_variables(variables)
            self._keep()

    @property
    def _variable_tokens(self) -> dict[str, list[Token]]:
        return self._tokens

    def reparse(self) -> None:
        """Parse what is new, or all where the theme is."""
        self.parse()

    @property
    def known(self) -> int:
        """How many places it is known of what they look like by the present rules."""
        return len(self._looks_of_now())

    def apply(
        self, node: DOMNode, *, animate: bool = False, cache: dict[tuple[Any, ...], RulesMap] | None = None
    ) -> None:
        """Style a node, by what its place is known to look like where it was styled before."""
        looks, number = self._looks_of_now(), place(node, self.rules_map)
        found = looks.get(number)
        if found is None:
            kept: dict[tuple[Any, ...], RulesMap] = {}  # the base class keeps here what depends on no siblings
            super().apply(node, animate=animate, cache=kept)
            if len(looks) >= PLACES:  # each notice has a place of its own
                looks.clear()
            for rules in kept.values():
                looks[number] = rules, node._has_hover_style
            return
        rules, node._has_hover_style = found
        node._has_focus_within = node._has_order_style = node._has_odd_or_even = False
        self.replace_rules(node, rules, animate=animate)
        self._process_component_classes(node)

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """Set those that are others than before."""
        if animate and "transitions" in rules:
            super().replace_rules(node, rules, animate)
            return
        base = node.styles.base
        before = base.get_rules()
        if animate and before == rules:
            return
        for name in before.keys() | rules.keys():
            value = rules.get(name)
            if before.get(name) != value:
                setattr(base, name, value)
        node.notify_style_update()

    def _looks_of_now(self) -> Looks:
        """What follows from the rules that there are now."""
        rules = self.rules
        if rules is not self._looked_in:
            self._looked_in = rules
            sources = tuple(self.source.items())
            known = self._stages.get(sources)
            if known is None:
                known = self._stages[sources] = {}
            self._known = known
        return self._known

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
            tokens = tokenize_values(self._variables)
            kept = _kept[names] = Followed(tokens, LRUCache(SOURCES), LRUCache(INLINE_STYLES), LRUCache(STAGES))
        self._tokens, self._parse_cache, self._style_parse_cache, self._stages = kept
