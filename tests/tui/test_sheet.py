"""The style sheet says what Textual's own says, and parses nothing twice."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet

from tests.tui.conftest import Desk, Opens
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
            assert others(desk) == [], keys
        desk.app.theme = "textual-light"
        await desk.settle()
        assert others(desk) == []


def others(desk: Desk) -> list[str]:
    """Widgets and parts of them that Textual's own sheet would style in another way."""
    found: list[str] = []
    for node in desk.app.screen.walk_children(with_self=True):
        parts = {name: node._component_styles[name] for name in node._get_component_classes()}
        for name, styles in (("", node.styles), *parts.items()):
            told = styles.base.get_rules()
            styled = styles.node if name else node
            Stylesheet.apply(desk.app.stylesheet, styled)
            if styled.styles.base.get_rules() != told:
                found.append(f"{node} {name}")
    return found
