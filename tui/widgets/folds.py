"""Which branches are unfolded, and the rows that are seen for it, read a part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from tui.widgets.branches import Path, Row

MORE = object()
"""The key of the mark where rows are not read yet."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row in its place. ``more``: instead of a row, the rest of its rows, not yet read. ``reading``: who read it."""

    path: Path
    level: int
    row: Row
    open: bool = False
    more: Iterator[Shown] | None = None
    reading: Reading | None = None


class Reading:
    """Rows of a branch that are being read; ``over``: it was folded meanwhile."""

    def __init__(self) -> None:
        self.over = False


class Folds:
    """What is unfolded: what began so, but for what was changed by hand. Lives longer than the rows."""

    def __init__(self) -> None:
        self._changed: set[Path] = set()
        self._reading: dict[Path, Reading] = {}

    def is_open(self, path: Path, opens: bool) -> bool:
        """Whether it is unfolded."""
        return opens != (path in self._changed)

    def turn(self, path: Path) -> None:
        """Fold what is unfolded, and the other way round. Who was reading its rows stops; a section keeps them."""
        self._changed ^= {path}
        if len(path) == 1:
            return
        for reading in (each for at, each in self._reading.items() if at[: len(path)] == path):
            reading.over = True

    def read(self, rows: Iterable[Row], above: Path, level: int) -> Iterator[Shown]:
        """The rows of a branch, with those of its branches that are unfolded; ends early when it is folded."""
        reading = self._reading[above] = Reading()
        for row in rows:
            if reading.over:
                return
            path = (*above, row.key)
            opened = row.branch is not None and self.is_open(path, row.opens)
            yield Shown(path, level, row, opened, reading=reading)
            if row.branch is not None and opened:
                yield from self.read(row.branch.rows(), path, level + 1)
        if self._reading.get(above) is reading:
            del self._reading[above]


def taken(rows: Iterator[Shown], above: Path, level: int, most: int, total: int = 0) -> list[Shown]:
    """The first of these rows, and a mark when there are more. ``total``: of how many characters, 0: not known."""
    head = list(islice(rows, most))
    following = next(rows, None)
    if following is not None:
        left = max(0, total - sum(each.row.size for each in head))
        head.append(Shown((*above, MORE), level, Row(MORE, (), size=left), more=chained(following, rows)))
    return head


def chained(first: Shown, rest: Iterator[Shown]) -> Iterator[Shown]:
    """A row, unless what it is in was folded meanwhile; then others."""
    if first.reading is None or not first.reading.over:
        yield first
    yield from rest


def behind(mark: Shown, most: int) -> list[Shown]:
    """The rows that stand behind a mark, and a new mark where there are still more. Safe in another thread."""
    assert mark.more is not None
    return taken(mark.more, mark.path[:-1], mark.level, most, mark.row.size)


def up_to(rows: Iterator[Shown], path: Path) -> Iterator[Shown]:
    """The rows down to the one of a path, and no more."""
    for shown in rows:
        yield shown
        if is_at(shown, path):
            return


def is_at(shown: Shown, path: Path) -> bool:
    """Whether a row is the one of a path, or the part of a text that holds its place."""
    if shown.path == path:
        return True
    end, place = shown.row.up_to, path[-1]
    if end is None or shown.path[:-1] != path[:-1] or not isinstance(place, int):
        return False
    start = shown.path[-1]
    return isinstance(start, int) and start <= place < end
