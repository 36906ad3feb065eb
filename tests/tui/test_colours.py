"""Whatever is told by a colour can be read on its background, and told from others without the colour or in spite of a
missing one."""

from __future__ import annotations

from itertools import combinations

import pytest
from textual.color import Color

from core.models import Task
from tests.tui.conftest import Desk, Opens
from tui.look import LEVEL, LINK, STATUS, STYLES, WORKER, Tone
from tui.themes import SAFE
from tui.widgets.reader import Reader
from tui.widgets.row_canvas import RowCanvas

READABLE, SEEN = 4.5, 3.0
"""The contrasts that WCAG 2 asks of text, and of marks that are no text."""
APART = 20.0
"""How far two colours are from each other, in CIE Lab, that nobody takes for one another."""
THEMES = ["textual-dark", SAFE.name]
TELLING = (Tone.GOOD, Tone.WARN, Tone.BAD, Tone.BUSY)
"""Tones that say how something is."""

BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
"""How linear red, green and blue are seen, after Machado, Oliveira and Fernandes (2009)."""

Linear = tuple[float, float, float]


def linear(color: Color) -> Linear:
    """Its light, without the curve of screens."""
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in color.normalized
    )
    return red, green, blue


def luminance(color: Color) -> float:
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2 defines it: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(light: Linear) -> Linear:
    """In CIE Lab, in which equal distances look about equal."""
    red, green, blue = (min(1.0, max(0.0, each)) for each in light)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: Color, other: Color, blindness: str) -> float:
    """How far they are from each other for someone who sees so."""
    seen = [
        lab(tuple(sum(a * b for a, b in zip(row, linear(each), strict=True)) for row in BLINDNESS[blindness]))  # type: ignore[arg-type]  # three rows
        for each in (one, other)
    ]
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def ink_and_grounds(desk: Desk, widget: RowCanvas[Task] | Reader) -> tuple[dict[str, Color], dict[str, Color]]:
    """The colours of the tones in a list or text, and the backgrounds that rows have there."""
    kind = "reader" if isinstance(widget, Reader) else "row-list"
    inks, grounds = {"plain": widget.rich_style.color}, {"row": widget.rich_style.bgcolor}
    for name in widget.COMPONENT_CLASSES:
        style, part = widget.get_component_rich_style(name), name.removeprefix(f"{kind}--")
        if part in list(Tone):
            inks[part] = style.color
        if part == "hit":
            assert contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)) >= READABLE
        elif part == "cursor":
            grounds[f"{part}, focused" if widget.has_focus else part] = style.bgcolor
    found = [{f"{kind} {name}": Color.from_rich_color(each) for name, each in some.items()} for some in (inks, grounds)]
    return found[0], found[1]


def told_on(desk: Desk) -> tuple[dict[str, Color], dict[str, Color]]:
    """The same for lines of text: status, keys, sections, questions."""
    colours = desk.app.theme_variables
    inks = {tone.value: STYLES[tone] for tone in Tone if STYLES[tone].startswith("$")}
    grounds = {"status line": "$panel", "question": "$surface", "screen": "$background"}
    found = [{name: Color.parse(colours[each[1:]]) for name, each in some.items()} for some in (inks, grounds)]
    return found[0], found[1]


def pale(groups: list[tuple[dict[str, Color], dict[str, Color]]]) -> dict[str, float]:
    """What cannot be read, with its contrast."""
    return {
        f"{tone} on {where}": round(contrast(ink, ground), 2)
        for inks, grounds in groups
        for tone, ink in inks.items()
        for where, ground in grounds.items()
        if contrast(ink, ground) < READABLE
    }


async def test_every_tone_can_be_read_on_every_background_that_it_stands_on(open_board: Opens):
    async with open_board() as desk:
        themes = [name for name in desk.app.available_themes if not name.startswith("ansi-")]
        assert len(themes) > 15 and SAFE.name in themes
        for keys in ((), ("3",), ("2", "enter")):
            await desk.press(*keys)
            for theme in themes:
                desk.app.theme = theme
                await desk.settle()
                text = desk.app.screen.query(Reader)
                tones, rows = ink_and_grounds(desk, text.first() if text else desk.board.queue_pane.row_list)
                assert len(tones) == len(Tone) and len(rows) == 2, "a row, and the cursor"
                assert pale([told_on(desk), (tones, rows)]) == {}, f"{theme} {keys}"


async def test_a_row_under_the_cursor_differs_from_the_others_in_every_theme(open_board: Opens):
    async with open_board() as desk:
        for keys in ((), ("3",)):
            await desk.press(*keys)
            for theme in [*desk.app.available_themes]:
                if theme.startswith("ansi-"):
                    continue
                desk.app.theme = theme
                await desk.settle()
                row, cursor = ink_and_grounds(desk, desk.board.queue_pane.row_list)[1].values()
                assert contrast(row, cursor) > 1.2, f"{theme} {keys}"


async def test_the_cursor_and_the_frame_in_use_are_seen(open_board: Opens):
    async with open_board() as desk:
        for theme in THEMES:
            desk.app.theme = theme
            await desk.settle()
            pane = desk.board.queue_pane
            frame, ground = pane.styles.border_top[1], pane.row_list.background_colors[1]
            assert contrast(frame, ground) >= SEEN, theme


async def test_tones_that_tell_how_something_is_are_told_apart_by_colour_or_by_sign(open_board: Opens):
    async with open_board() as desk:
        desk.app.theme = SAFE.name
        await desk.settle()
        inks = told_on(desk)[0]
        close = {
            (one, other, blindness)
            for one, other in combinations(TELLING, 2)
            for blindness in BLINDNESS
            if distance(inks[one], inks[other], blindness) < APART
        }
        assert close == set(), "that is what this theme is for"
        for pieces in (STATUS, WORKER, LINK, LEVEL):
            for (one, _), (other, _) in combinations(set(pieces.values()), 2):
                assert one.split()[-1] != other.split()[-1], "the words differ, whatever the colours"


@pytest.mark.parametrize("theme", [*THEMES, "textual-light", "solarized-light", "catppuccin-latte"])
async def test_a_border_without_the_focus_is_seen_in_dark_and_light_themes(open_board: Opens, theme: str):
    async with open_board() as desk:
        desk.app.theme = theme
        await desk.settle()
        pane = desk.board.worker_pane
        (_, edge), *_ = pane.styles.border
        assert contrast(edge, pane.background_colors[1]) > 1.5
