"""Keeps a row where it is that rows which came anew are without, so that no other comes to lie under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from tui.widgets.row_window import RowWindow, loaded

Row = TypeVar("Row")


def with_kept(
    old: Sequence[Row | None], new: Sequence[Row | None], cursor: int, row_id: Callable[[Row], Hashable]
) -> tuple[Sequence[Row | None], int]:
    """The new rows and, among them, the row of the old ones that the cursor is on: behind the one that it stood behind.
    And its place."""
    begin, rows = loaded(new)
    places = {row_id(row): place for place, row in enumerate(rows)}
    at = _behind(old, cursor, row_id, places)
    at = max(0, min(cursor - begin, len(rows))) if at is None else at
    kept = (*rows[:at], old[cursor], *rows[at:])
    if isinstance(new, RowWindow):
        return RowWindow([row for row in kept if row is not None], begin, len(new) + 1), begin + at
    return kept, at


def _behind(
    old: Sequence[Row | None], cursor: int, row_id: Callable[[Row], Hashable], places: dict[Hashable, int]
) -> int | None:
    for place in range(cursor - 1, -1, -1):
        row = old[place]
        if row is None:
            return None  # beyond what is at hand nothing is known
        if (found := places.get(row_id(row))) is not None:
            return found + 1
    return 0


def without(rows: Sequence[Row | None], place: int) -> Sequence[Row | None]:
    """The rows without the one at that place."""
    if isinstance(rows, RowWindow):
        begin, here = loaded(rows)
        at = place - begin
        return RowWindow([*here[:at], *here[at + 1 :]], begin, len(rows) - 1)
    return (*rows[:place], *rows[place + 1 :])
