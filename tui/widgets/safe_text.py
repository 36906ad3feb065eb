"""Makes text that others wrote safe to show: the one door between it and the terminal."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, set_cell_size

CUT: Final = "…"
"""Marks the place where text was cut."""

ONE_LINE: Final = 2_000
"""Characters of a text that a single line ever looks at."""

INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]"
)
"""Characters that Unicode calls printable though nobody can see them."""

EMOJI_STYLE: Final = "\ufe0f"
"""Asks for the coloured form of a symbol; terminals disagree about its width, so it is left out."""


def safe(text: str) -> str:
    """The text as one line in which every control, bidi and zero-width character is a visible escape."""
    if text.isascii() and text.isprintable():
        return text
    if text.isprintable() and EMOJI_STYLE not in text and not INVISIBLE.search(text):
        return text
    return "".join(visible(character) for character in text)


def visible(character: str) -> str:
    """One character, or its escape where it would act on the terminal or hide."""
    if character == EMOJI_STYLE:
        return ""
    if character.isspace() and ord(character) > 0x9F and character not in "\u2028\u2029":
        return " "
    if character.isprintable() and not INVISIBLE.match(character):
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def safe_lines(text: str, most: int = 200, *, of: int | None = None) -> list[str]:
    """The first lines of a long text, each safe and bounded; a cut is marked. ``of``: how long it was before a cut."""
    lines = text[: most * ONE_LINE].splitlines()
    kept = [head(line) for line in lines[:most]]
    length = len(text) if of is None else of
    if len(lines) > most or length > most * ONE_LINE or any(len(line) > ONE_LINE for line in lines):
        kept.append(f"{CUT} cut here; {length:,} characters in all, Y copies the whole")
    return kept


def head(text: str, most: int = ONE_LINE) -> str:
    """The start of a text as one safe line, with a mark when there is more."""
    return safe(text) if len(text) <= most else safe(text[:most]) + CUT


def cut(text: str, width: int, *, keep_end: bool = False) -> str:
    """Safe text in at most ``width`` terminal cells, marked where something is missing.

    ``keep_end``: the start is cut, of a dotted name at a dot where one is near.
    """
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    if width <= 1:
        return CUT[:width]
    if not keep_end:
        return set_cell_size(text, width - 1).rstrip() + CUT
    parts = text.split(".")
    for start in range(1, len(parts)):
        if cell_len(tail := ".".join(parts[start:])) < width:
            return CUT + tail
    tail = text[-width + 1 :]
    while cell_len(tail) > width - 1:
        tail = tail[1:]
    return CUT + tail


def fit(text: str, width: int, *, right: bool = False, keep_end: bool = False) -> str:
    """Safe text in exactly ``width`` terminal cells."""
    shown = cut(text, width, keep_end=keep_end)
    padding = " " * (width - cell_len(shown))
    return padding + shown if right else shown + padding
