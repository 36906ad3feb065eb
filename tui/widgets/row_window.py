"""A list of which only a part is at hand: as long as the whole, with nothing where no row is loaded."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar, cast, overload

Row = TypeVar("Row")


class RowWindow(Sequence[Row | None], Generic[Row]):
    """``rows`` stand at ``offset``; the list is ``total`` long, and None elsewhere."""

    def __init__(self, rows: Sequence[Row], offset: int = 0, total: int = 0) -> None:
        self.rows = rows
        self.offset = offset
        self._total = max(total, offset + len(rows))

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, place: int) -> Row | None: ...

    @overload
    def __getitem__(self, place: slice) -> list[Row | None]: ...

    def __getitem__(self, place: int | slice) -> Row | list[Row | None] | None:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(self._total))]
        if not 0 <= place < self._total:
            raise IndexError(place)
        inside = place - self.offset
        return self.rows[inside] if 0 <= inside < len(self.rows) else None


def loaded(rows: Sequence[Row | None]) -> tuple[int, Sequence[Row]]:
    """The rows that are at hand, and where they begin."""
    if isinstance(rows, RowWindow):
        return rows.offset, cast("Sequence[Row]", rows.rows)
    return 0, cast("Sequence[Row]", rows)  # only a window has places without a row


def place_of(rows: Sequence[Row | None], wanted: Hashable, near: int, row_id: Callable[[Row], Hashable]) -> int | None:
    """Where the row with that id is: looked for from ``near`` outwards, since rows seldom go far."""
    begin, here = loaded(rows)
    total = len(here)
    inside = max(0, min(near - begin, total))
    for step in range(max(inside, total - inside) + 1):
        for place in (inside + step, inside - step):
            if 0 <= place < total and row_id(here[place]) == wanted:
                return begin + place
    return None
