"""Rows that hold rows: a tree whose branches are made only as far as someone looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui.look import Piece
from tui.widgets.sought import folded

Path = tuple[object, ...]
"""Where a row is: the key of its section, of the branches that it is in, its own. It stays while other rows change."""


Step = Path | int
"""What a search comes to next: a place of what is searched for, or so many characters more that were looked at."""


class Branch:
    """Rows that a row holds."""

    def rows(self) -> Iterator[Row]:
        """They, one after another, made as they are asked for."""
        raise NotImplementedError

    @property
    def total(self) -> int:
        """How many characters its rows tell; 0 where that is not known."""
        return 0

    def named(self, key: object) -> Iterator[Row]:
        """Rows among which the one of that key is; all of them where it is not known better."""
        yield from self.rows()

    def finds(self, needle: str) -> Iterator[Step]:
        """Where it holds a text (folded), as paths below the row that holds it."""
        yield from found_in(self.rows(), needle)


@dataclass(frozen=True, slots=True)
class Rows(Branch):
    """A branch of rows that are made when they are asked for."""

    make: Callable[[], Iterable[Row]]

    def rows(self) -> Iterator[Row]:
        """They."""
        yield from self.make()


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its key among its siblings, what it says, and the rows that it holds.

    ``folded`` is what it says while it is folded. ``opens``: it begins unfolded. ``size``: how many characters of its
    source it tells. ``up_to``: where the row is a part of a text, where that part ends; its key is where it begins.
    ``note`` stands behind it and is not searched; of a mark, ``size`` is what is left, 0 where that is not known.
    """

    key: object
    said: Sequence[Piece]
    branch: Branch | None = None
    folded: Sequence[Piece] = ()
    opens: bool = True
    depth: int = 0
    size: int = 0
    up_to: int | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """What it says, without tones."""
        return "".join(text for text, _ in self.said)


def found_in(rows: Iterator[Row], needle: str) -> Iterator[Step]:
    """The paths of the rows that hold a text, folded or not; and how much was looked at, row by row."""
    for row in rows:
        text = row.text
        if needle in folded(text):
            yield (row.key,)
        if row.branch is None:
            yield row.size or len(text)
            continue
        yield len(text)
        for step in row.branch.finds(needle):
            yield step if isinstance(step, int) else (row.key, *step)
