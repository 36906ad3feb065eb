"""Colours that can be read: a theme that someone else made may have text too pale for the ground that it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from textual.color import Color

READABLE: Final = 4.5
"""The contrast that WCAG 2 asks of text."""

INKS: Final = ("foreground", "text-primary", "text-success", "text-warning", "text-error", "text-accent")
"""Colours of text, by their names in a theme; what is muted is told apart."""

GROUNDS: Final = ("background", "surface", "panel")
CURSORS: Final = ("cursor", "cursor-blurred")
"""What text stands on: screen, form, status line, and the row under the cursor."""

AT_CURSOR: Final = 0.28
"""The share of the primary colour in the row under the cursor of a list in use, at most."""

APART: Final = 1.4
"""The contrast of that row with the others, at most: on a brighter one the colours of text would have to fade. Also the
least between plain and muted text."""

FOUND: Final = 0.4
"""The share of the warning colour behind what a search has found, at most."""

MUTED: Final = 0.6
"""The opacity of muted text where a theme does not tell its colour."""

STEPS: Final = 20
"""Steps from a colour to black or white."""


@lru_cache(maxsize=64)
def light_of(channel: int) -> float:
    """The light of one of red, green and blue, without the curve of screens."""
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(color: Color) -> float:
    """How bright it is: 0 to 1."""
    return 0.2126 * light_of(color.r) + 0.7152 * light_of(color.g) + 0.0722 * light_of(color.b)


def contrast(one: float, other: float) -> float:
    """Of two luminances, as WCAG 2 defines it: 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def cursors(variables: Mapping[str, str], *, dark: bool) -> dict[str, str]:
    """The ground of the row under the cursor: ``cursor`` in a list in use, ``cursor-blurred`` in others."""
    screen = Color.parse(variables["background"])
    blurred = Color.parse(variables[f"surface-{'lighten-1' if dark else 'darken-2'}"])
    used = blend(screen, Color.parse(variables["primary"]), AT_CURSOR)
    return {"cursor": used.hex, "cursor-blurred": blend(screen, blurred, 1.0).hex}


def blend(screen: Color, other: Color, share: float) -> Color:
    """As much of the other colour as leaves text readable, at most that share."""
    light = luminance(screen)
    shades = (screen.blend(other, share * step / STEPS) for step in range(STEPS, 0, -1))
    return next((each for each in shades if contrast(luminance(each), light) <= APART), screen)


def readable(variables: Mapping[str, str], *, dark: bool) -> dict[str, str]:
    """The grounds of rows under the cursor and of what a search found (``found``), and those colours of text that would
    be too pale somewhere, made lighter on dark ground and darker on light. A theme may name the first itself.

    The colours of a terminal are left alone: nobody here knows them.
    """
    screen = Color.parse(variables["background"])
    if screen.ansi is not None:
        cursor, mark = f"{variables['primary']} {AT_CURSOR:.0%}", f"{variables['warning']} {FOUND:.0%}"
        return {"cursor": cursor, "cursor-blurred": variables["surface-lighten-1"], "found": mark}
    found = cursors(variables, dark=dark) | {name: variables[name] for name in CURSORS if name in variables}
    on = [Color.parse(each) for each in (*(variables[name] for name in GROUNDS), *found.values())]
    for name in INKS:
        found[name] = clear(Color.parse(variables[name]), on, dark=dark).hex
    muted = Color.parse(variables["foreground-muted"])
    usual = screen.blend(Color(*end_of(dark=dark)), MUTED)  # what lists make of Textual's "auto 60%"
    if not (is_clear(muted, on) and is_clear(usual, on)):
        quiet = clear(screen.blend(muted, muted.a, 1.0), on, dark=dark)
        loud = Color.parse(found["foreground"])
        found["foreground"] = clear(loud, on, dark=dark, beside=quiet).hex
        found |= {"foreground-muted": quiet.hex, "text-muted": quiet.hex}
    marks = (screen.blend(Color.parse(variables["warning"]), FOUND * step / STEPS) for step in range(STEPS, 0, -1))
    plain = Color.parse(found["foreground"])
    return found | {"found": next((each for each in marks if is_clear(plain, [each])), screen).hex}


def clear(ink: Color, on: list[Color], *, dark: bool, beside: Color | None = None) -> Color:
    """The nearest shade that can be read on all of these, and stands out from the text ``beside`` it."""
    end = Color(*end_of(dark=dark))
    shades = (ink.blend(end, step / STEPS) for step in range(STEPS))
    return next((each for each in shades if is_clear(each, on) and (not beside or differ(each, beside))), end)


def end_of(*, dark: bool) -> tuple[int, int, int]:
    """What stands out most on that ground: white on dark."""
    return (255, 255, 255) if dark else (0, 0, 0)


def is_clear(ink: Color, on: list[Color]) -> bool:
    """Whether it can be read on all of these."""
    return all(contrast(luminance(each.blend(ink, ink.a, 1.0)), luminance(each)) >= READABLE for each in on)


def differ(ink: Color, other: Color) -> bool:
    """Whether one of two texts is seen to be the quiet one."""
    return contrast(luminance(ink), luminance(other)) >= APART
