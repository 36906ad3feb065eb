"""A text of any length as rows that fit, wrapped at words, masked and made safe only as far as someone looks."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.look import Piece, Tone
from tui.widgets.branches import Branch, Row, Step
from tui.widgets.masking import MASK, WINDOW, masked_windows
from tui.widgets.safe_text import safe, visible
from tui.widgets.sought import folded, places

LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

WORD = 20
"""Cells that a word may take on to the next row, at most."""

NARROWEST = 8
"""Cells that a row has at least."""


@dataclass(frozen=True)
class LongText(Branch):
    """A text below a row: ``depth`` levels set in, ``width`` cells wide."""

    value: str
    width: int
    tone: Tone = Tone.PLAIN
    depth: int = 0
    reveal: bool = False

    @property
    def total(self) -> int:
        """How long it is."""
        return len(self.value)

    def rows(self) -> Iterator[Row]:
        """Its lines, wrapped. The key of a row is where it begins in what is shown of the text."""
        for start, part in self._windows():
            for begin, line, end in split_lines(part):
                for offset, shown, upto in wrapped_line(line, max(NARROWEST, self.width)):
                    last = upto == len(line)
                    stop = end if last else begin + upto
                    yield Row(
                        start + begin + offset,
                        ((shown, self.tone),),
                        depth=self.depth,
                        size=stop - begin - offset,
                        up_to=start + stop,
                    )

    def finds(self, needle: str) -> Iterator[Step]:
        """Where it holds the text, each time; and how much was looked at."""
        if MASK[0] not in needle and not (yield from self._may_hold(needle)):  # masking adds nothing else
            yield len(self.value)
            return
        kept = ""
        for start, part in self._windows():
            window, first = kept + part, start - len(kept)
            for begin, end in places(window, needle):
                if end > len(kept):
                    yield (first + begin,)
            kept = window[-(len(needle) - 1) :] if len(needle) > 1 else ""
            yield len(part)

    def _may_hold(self, needle: str) -> Generator[int, None, bool]:
        """Whether the text is there before anything is masked; made of steps, since the text may be long."""
        for start in range(0, len(self.value), WINDOW):
            if needle in folded(self.value[start : start + WINDOW + len(needle)]):
                return True
            yield 0
        return False

    def _windows(self) -> Iterator[tuple[int, str]]:
        start = 0
        for part in masked_windows(self.value, reveal=self.reveal):
            yield start, part
            start += len(part)


def split_lines(text: str) -> Iterator[tuple[int, str, int]]:
    """Lines of a text: where each begins, itself, and where the next one begins."""
    begin = 0
    for found in LINE_BREAK.finditer(text):
        yield begin, text[begin : found.start()], found.end()
        begin = found.end()
    if begin < len(text):
        yield begin, text[begin:], len(text)


def wrapped_line(line: str, width: int) -> Iterator[tuple[int, str, int]]:
    """A line in rows of at most ``width`` cells: where each begins, itself made safe, and where it ends."""
    if not line:
        yield 0, "", 0
    start = 0
    while start < len(line):
        end = fitting(line, start, width)
        space = line.rfind(" ", max(start + 1, end - WORD), end) if end < len(line) and line[end] != " " else -1
        end = space + 1 if space > start else end + line.startswith(" ", end)
        yield start, safe(line[start:end]).rstrip(" "), end
        start = end


def fitting(line: str, start: int, width: int) -> int:
    """Where the row that begins at ``start`` ends, by its cells."""
    head = line[start : start + width]
    if head.isascii() and head.isprintable():
        return start + len(head)
    cells = 0
    for place, character in enumerate(head):
        cells += cell_len(safe(character) if character.isprintable() else visible(character))
        if cells > width:
            return start + max(1, place)
    return start + len(head)


def hung(first: Sequence[Piece], text: Piece, indent: int, width: int) -> Iterator[tuple[Piece, ...]]:
    """A text behind ``first``, which takes ``indent`` cells; where it is long, it goes on below its own start."""
    said, tone = text
    for start, shown, _ in wrapped_line(said, max(NARROWEST, width - indent)):
        yield (*(first if start == 0 else ((" " * indent, tone),)), (shown, tone))
