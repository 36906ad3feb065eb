"""The style sheet says what Textual's own says, and parses nothing twice."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.css.constants import VALID_PSEUDO_CLASSES
from textual.css.stylesheet import Stylesheet
from textual.widget import Widget

from tests.tui.conftest import Opens
from tui.sheet import Sheet

CSS = {"first": "Input { color: $primary; }", "second": "Static { background: $primary; } Input:focus { height: 3; }"}
BLUE, RED = {"primary": "#0000ff"}, {"primary": "#ff0000"}


def filled(sheet: Stylesheet) -> Stylesheet:
    for name, css in CSS.items():
        sheet.add_source(css, read_from=(name, ""))
    return sheet


def said(sheet: Stylesheet) -> list[str]:
    return [rule.css for rule in sheet.rules]


def test_its_rules_are_those_of_textual_also_with_another_theme_and_the_first_again():
    ours, theirs = filled(Sheet(variables=BLUE)), filled(Stylesheet(variables=BLUE))
    assert said(ours) == said(theirs)
    for variables in (RED, BLUE):
        for sheet in (ours, theirs):
            sheet.set_variables(variables)
            sheet.reparse()
        assert said(ours) == said(theirs)
        assert variables["primary"].upper() in "".join(said(ours)).upper()


def test_what_was_parsed_is_kept_when_another_source_comes_and_for_the_next_sheet():
    sheet = filled(Sheet(variables=BLUE))
    before = list(sheet.rules)
    sheet.add_source("Button { height: 1; }", read_from=("third", ""))
    sheet.reparse()
    assert all(old is new for old, new in zip(before, sheet.rules, strict=False))
    assert len(sheet.rules) == len(before) + 1
    assert all(old is new for old, new in zip(before, filled(Sheet(variables=BLUE)).rules, strict=True))


async def test_a_style_in_a_text_follows_the_theme_and_is_parsed_once_for_it(open_board: Opens):
    async with open_board() as desk:
        app, first = desk.app, desk.app.theme
        before = app.stylesheet.parse_style("bold $text-accent")
        app.theme = "textual-light"
        await desk.settle()
        assert app.stylesheet.parse_style("bold $text-accent") != before
        app.theme = first
        await desk.settle()
        assert app.stylesheet.parse_style("bold $text-accent") is before


async def test_each_widget_looks_as_by_textuals_own_sheet_through_focus_classes_and_another_theme(open_board: Opens):
    async with open_board() as desk:
        for keys in (
            ("3",),
            ("1", "down"),
            ("slash",),
            ("escape", "w"),
            ("escape", "n"),
            ("tab", "tab"),
            ("escape", "t"),
        ):
            await desk.press(*keys)
            assert others(desk.app) == [], keys
        desk.app.theme = "textual-light"
        await desk.settle()
        assert others(desk.app) == []


def others(app: App[None]) -> list[str]:
    """Widgets and parts of them that Textual's own sheet would style in another way."""
    found: list[str] = []
    for node in app.screen.walk_children(with_self=True):
        parts = {name: node._component_styles[name] for name in node._get_component_classes()}
        for name, styles in (("", node.styles), *parts.items()):
            told = styles.base.get_rules()
            styled = styles.node if name else node
            Stylesheet.apply(app.stylesheet, styled)
            if styled.styles.base.get_rules() != told:
                found.append(f"{node} {name}")
    return found


class Rungs(App[None]):
    """Widgets in one another; one rule asks a pseudo class of a widget, others ask it of those above."""

    AUTO_FOCUS = None
    is_inline = False
    native_ansi_color = False

    def __init__(self, asked: str) -> None:
        super().__init__()
        self.asked = asked

    def on_mount(self) -> None:
        """Our sheet instead of Textual's."""
        self.stylesheet = sheet = Sheet(variables=self.get_css_variables())
        for name, css in (
            ("plain", "Rung { width: 3; height: 3; }"),
            ("itself", f"Rung:{self.asked} {{ width: 7; }}"),
            ("above", f"Rung:{self.asked} Rung {{ height: 7; }} App:{self.asked} Rung {{ margin: 1; }}"),
        ):
            sheet.add_source(css, read_from=(name, ""))

    def compose(self) -> ComposeResult:
        """Three in one another, twice."""
        for _ in range(2):
            yield Rung(Rung(Rung()), Rung())


class Rung(Widget, can_focus=True):
    """What is styled."""


@pytest.mark.parametrize("asked", sorted(VALID_PSEUDO_CLASSES))
async def test_whatever_a_rule_can_ask_is_seen_when_it_changes(asked: str):
    app = Rungs(asked)
    seen: set[str] = set()
    async with app.run_test() as pilot:
        outer, inner, deepest, *_ = app.query(Rung)
        for change in (
            lambda: None,
            lambda: setattr(outer, "mouse_hover", True),
            lambda: setattr(outer, "mouse_hover", False),
            inner.focus,
            lambda: app.screen.set_focus(None),
            lambda: setattr(outer, "disabled", True),
            lambda: setattr(outer, "disabled", False),
            lambda: setattr(outer, "can_focus", False),
            lambda: setattr(outer, "can_focus", True),
            lambda: setattr(app, "theme", "textual-light"),
            lambda: setattr(app, "theme", "textual-dark"),
            lambda: setattr(app, "app_focus", False),
            lambda: setattr(app, "is_inline", True),
            lambda: setattr(app, "native_ansi_color", True),
            lambda: setattr(app, "no_color", not app.no_color),
            deepest.remove,
            lambda: outer.mount(Rung(), before=0),
        ):
            change()
            await pilot.pause()
            app.stylesheet.update(app.screen)
            seen |= {str(each.styles.width) for each in app.query(Rung)}
            assert others(app) == []
    assert seen == {"3", "7"}


async def test_of_so_many_places_only_it_is_known_what_they_look_like(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.sheet.PLACES", 20)
    async with open_board() as desk:
        sheet = desk.app.stylesheet
        assert isinstance(sheet, Sheet)
        seen = set[int]()
        for key in ("1", "2", "w", "escape", "question_mark", "escape", "3", "4"):
            await desk.press(key)
            seen.add(sheet.known)
        assert 0 < max(seen) <= 20
