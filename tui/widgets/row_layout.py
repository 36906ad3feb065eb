"""Columns of a list: what stands in them, and how wide they are."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeVar

from rich.cells import cell_len

from tui.look import Piece, Tone
from tui.widgets.safe_text import cut, fit, head

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column. ``width`` in cells, or 0 for a share of what is left; ``keep_end`` cuts a long text at its start;
    ``names`` says what something is called in so many cells."""

    title: str
    cell: Callable[[Row, datetime], Sequence[Piece]]
    width: int = 0
    share: int = 1
    right: bool = False
    keep_end: bool = False
    gap: int = 1
    names: Callable[[str, int], str] | None = None


@dataclass(frozen=True)
class Layout(Generic[Row]):
    """The lines of a row, each a tuple of columns, for lists at least ``at_least`` cells wide."""

    lines: tuple[tuple[Column[Row], ...], ...]
    at_least: int = 0
    titles: bool = True

    @property
    def height(self) -> int:
        """Lines of a row."""
        return len(self.lines)

    @property
    def header(self) -> int:
        """Lines that the column titles take."""
        return 1 if self.titles else 0

    def measured(self, line: int, width: int) -> Iterator[tuple[Column[Row], int, int]]:
        """The columns of a line with their widths and the gap behind each."""
        columns = self.lines[line]
        widths = shares(tuple((c.width, c.share, c.gap) for c in columns), width)
        for place, (column, cells) in enumerate(zip(columns, widths, strict=True)):
            yield column, cells, column.gap if place < len(columns) - 1 else 0

    def header_text(self, width: int, indent: int) -> str:
        """The titles, as wide as the columns."""
        parts = [" " * indent]
        for column, cells, gap in self.measured(0, width):
            parts.append(fit(column.title, cells, right=column.right) + " " * gap)
        return "".join(parts)


@lru_cache(maxsize=256)
def shares(columns: tuple[tuple[int, int, int], ...], width: int) -> tuple[int, ...]:
    """Widths for columns of (width, share, gap) in ``width`` cells."""
    fixed = sum(own for own, _, _ in columns) + sum(gap for _, _, gap in columns[:-1])
    total = sum(share for own, share, _ in columns if not own)
    left = max(0, width - fixed)
    widths = [own or left * share // max(1, total) for own, share, _ in columns]
    flexible = [place for place, (own, _, _) in enumerate(columns) if not own]
    if flexible:
        widths[flexible[-1]] += left - sum(widths[place] for place in flexible)
    return tuple(widths)


def fit_pieces(column: Column[Row], said: Sequence[Piece], width: int) -> list[Piece]:
    """The pieces of a cell, safe and in exactly ``width`` cells."""
    if len(said) == 1:
        text, tone = said[0]
        text = column.names(text, width) if column.names is not None else text
        return [(fit(head(text, 500), width, right=column.right, keep_end=column.keep_end), tone)]
    # Joined before it is cut: so there is one mark where something is missing.
    whole = [(head(text, 500), tone) for text, tone in said]
    shown = cut("".join(text for text, _ in whole), width)
    left = width - cell_len(shown)
    fitted: list[Piece] = []
    for text, tone in whole:
        if part := shown[: len(text)]:
            fitted.append((part, tone))
        shown = shown[len(text) :]
    padding = (" " * left, Tone.PLAIN)
    return [padding, *fitted] if column.right else [*fitted, padding]


def wrapped(said: Sequence[Piece], width: int) -> list[Piece]:
    """Sentences as lines of at most ``width`` cells."""
    return [(line, tone) for text, tone in said for line in textwrap.wrap(head(text), width) or [""]]
