"""Makes text that others wrote safe to show: the one door between it and the terminal."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, set_cell_size

from core.texts import harmless, visible
from tui.key_map import keyed

__all__ = ["CUT", "ONE_LINE", "cut", "fit", "head", "safe", "safe_lines", "visible"]

CUT: Final = "…"
"""Marks the place where text was cut."""

ONE_LINE: Final = 2_000
"""Characters of a text that a single line ever looks at."""


def safe(text: str) -> str:
    """The text as one line in which every control, bidi, zero-width and heaped-up character is a visible escape."""
    return harmless(text)


def safe_lines(text: str, most: int = 200, *, of: int | None = None) -> list[str]:
    """The first lines of a long text, each safe and bounded; a cut is marked. ``of``: how long it was before a cut."""
    lines = text[: most * ONE_LINE].splitlines()
    kept = [head(line) for line in lines[:most]]
    length = len(text) if of is None else of
    if len(lines) > most or length > most * ONE_LINE or any(len(line) > ONE_LINE for line in lines):
        kept.append(f"{CUT} cut here; {length:,} characters in all, {keyed('{copy_json}')} copies the whole")
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
