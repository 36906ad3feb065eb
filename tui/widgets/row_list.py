"""A list whose cursor, scroll and marks belong to row ids, not to positions; keys and the mouse move in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from textual import events
from textual.message import Message

from tui.command import bindings
from tui.commands import LIST
from tui.key_map import is_elsewhere, keyed
from tui.look import Piece, Tone
from tui.widgets.painting import paint_first
from tui.widgets.row_gone import with_kept, without
from tui.widgets.row_layout import Layout
from tui.widgets.row_scroll import RowScroll
from tui.widgets.row_window import loaded, place_of

Row = TypeVar("Row")


class RowList(RowScroll[Row], can_focus=True):
    """Rows in columns. The cursor stays with its row.

    Where ``follows``, it keeps to the top, whatever row is newest, until a key is pressed that is about the row. While
    something covers the list, it is held. Where ``gone_told`` says how, a row under the cursor that rows come without
    stays until the cursor moves: what is pressed next is not meant for the row that would come to lie there.
    """

    ALLOW_SELECT = False
    BINDINGS = bindings(LIST)

    @dataclass
    class Highlighted(Message):
        """The cursor came to another row: someone ``moved`` it, or rows came without the one that it was on."""

        rows: RowList[Any]
        moved: bool = True

    @dataclass
    class Opened(Message):
        """A row was chosen; None where the list is empty."""

        rows: RowList[Any]
        row: Any

    @dataclass
    class Marked(Message):
        """Other rows are marked now."""

        rows: RowList[Any]

    @dataclass
    class InSight(Message):
        """Other rows are in sight."""

        rows: RowList[Any]

    @dataclass
    class AtEnd(Message):
        """Someone wants to go beyond the last row."""

        rows: RowList[Any]

    def __init__(
        self,
        layouts: Sequence[Layout[Row]],
        row_id: Callable[[Row], Hashable],
        now: Callable[[], datetime],
        *,
        markable: bool = False,
        follows: bool = False,
        means_all: bool = False,
        gone_told: Callable[[Row], str] | None = None,
    ) -> None:
        super().__init__(layouts, row_id, now, gone_told)
        self.markable = markable
        self.means_all = means_all
        """Whether rows that are not loaded can be meant too."""
        self.follows = follows
        self.following = follows
        self.held = False
        """Whether the cursor stays with its row for a while, though it follows."""

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def chosen(self) -> list[Row]:
        """What an action is for: the marked rows that are at hand, else the one under the cursor."""
        marked = [row for row in self.loaded if self.row_id(row) in self.marks] if self.marks else []
        return marked or ([self.current] if self.current is not None and self.current is not self.gone else [])

    @property
    def loaded(self) -> Sequence[Row]:
        """The rows that are at hand."""
        rows = loaded(self.rows)[1]
        return rows if self.gone is None else [row for row in rows if row is not self.gone]

    def set_rows(self, rows: Sequence[Row | None], *, other: bool = False, heir: Hashable = None) -> None:
        """Show these rows; nothing that someone looks at moves. ``other``: other rows are looked at now, and none of
        the old ones is kept. ``heir``: the row that stands for the cursor's one where that is not among them."""
        old, self.rows = self.rows, rows
        before = self._id_at(old, self.cursor)
        top, seen = self.above, self._cursor_in_sight
        if top and not self.held:
            self.following = False
        self.gone = None
        if self.held or not self.following:
            self._stay(old, top, heir, other=other)
        self.cursor = max(0, min(self.cursor, len(rows) - 1))
        self._measure()
        if seen and not self._cursor_in_sight:
            self._show_cursor()  # keys would be for a row that nobody sees
        self.repaint()
        if self.current is not None and self.row_id(self.current) != before:
            self.post_message(self.Highlighted(self, moved=self.following))

    def on_key(self, event: events.Key) -> None:
        """Whoever presses a key that is about the row means the one that the cursor is on: it stays there."""
        if not is_elsewhere(event.key):
            self.pin()

    def pin(self) -> None:
        """Let the cursor stay with its row."""
        if self.following:
            self.following = False
            self.post_message(self.Highlighted(self))

    def hold(self) -> None:
        """Let the cursor stay with its row until `release`: something is open that may be about it."""
        self.held = True

    def release(self) -> None:
        """Go on as before: where it follows, to the newest row."""
        self.held = False
        if self.following:
            self.action_first()

    @property
    def following_told(self) -> tuple[Piece, ...]:
        """That it follows what is new, else which key lets it; nothing where it never does, or is held on a row."""
        if not self.follows or not self.rows or (self.held and self.cursor):
            return ()
        if self.following:
            return (("↥ following the newest  ", Tone.ACCENT),)
        here = f"{self.cursor:,} newer" if self.cursor else "stays here"
        return ((keyed(f"‖ {here}, {{first}} follows  "), Tone.MUTED),)

    def unmark(self, row_ids: Sequence[Hashable] | None = None) -> None:
        """Take the marks off these rows (none given: off all)."""
        self.all_meant = False
        self.marks.difference_update(self.marks.copy() if row_ids is None else row_ids)
        self.refresh()
        self.post_message(self.Marked(self))

    def _id_at(self, rows: Sequence[Row | None], place: int) -> Hashable:
        row = rows[place] if place < len(rows) else None
        return None if row is None else self.row_id(row)

    def _stay(self, old: Sequence[Row | None], top: int, heir: Hashable, *, other: bool) -> None:
        """Find the cursor's row, and the topmost in sight, where they are now."""
        cursor = self.cursor
        row_id = self._id_at(old, cursor)
        place = self._find(row_id, cursor)
        if place is None and heir is not None:
            place = self._find(heir, cursor)
        if place is None and row_id is not None and self.gone_told is not None and not other:
            self.rows, place = with_kept(old, self.rows, cursor, self.row_id)
            self.gone = self.rows[place]
        self.cursor = cursor if place is None else place
        if top and top < len(old):
            topmost = self._id_at(old, top)
            found = self._find(topmost, top)
            place = top + self.cursor - cursor if topmost is None else top if found is None else found
            if place != top:
                self._measure()
                self._scroll(place * self.layout_now.height)

    def _find(self, row_id: Hashable, near: int) -> int | None:
        return None if row_id is None else place_of(self.rows, row_id, near, self.row_id)

    def _let_go(self, place: int) -> None:
        """Show no more what is gone, which stands there; every other row stays where it is seen, as far as there is
        room."""
        self.gone = None
        self.rows = without(self.rows, place)
        self.cursor = max(0, self.cursor - (self.cursor > place or self.cursor >= len(self.rows)))
        self._measure()
        self.refresh()

    # What keys and the mouse do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer marks only where something is done with them."""
        return self.markable or not action.startswith("mark")

    def move(self, place: int) -> None:
        """Put the cursor on the row at ``place``, and bring it into sight."""
        is_left = self.gone is not None and place != self.cursor
        place = max(0, min(place, len(self.rows) - 1))
        self.following = False
        before, scrolled = self.cursor, self.scroll_offset
        if (place != before or is_left) and self.rows:
            self.cursor = place
            if is_left:
                self._let_go(before)
            self.post_message(self.Highlighted(self))
        self._show_cursor()
        if self.scroll_offset == scrolled:
            self._paint_row(before)
            self._paint_row(self.cursor)
        else:
            self.refresh()
        paint_first(self)

    def action_down(self) -> None:
        """One row down."""
        self._ask_for_more()
        self.move(self.cursor + 1)

    def action_up(self) -> None:
        """One row up."""
        self.move(self.cursor - 1)

    def action_page_down(self) -> None:
        """A page down."""
        self._ask_for_more()
        self.move(self.cursor + self._page)

    def action_page_up(self) -> None:
        """A page up."""
        self.move(self.cursor - self._page)

    def action_first(self) -> None:
        """To the top, and stay with what is newest."""
        self.move(0)
        self.following = self.follows
        self.post_message(self.Highlighted(self))

    def action_last(self) -> None:
        """To the last row."""
        self._ask_for_more(at_once=True)
        self.move(len(self.rows) - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        self.post_message(self.Opened(self, self.current))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark off, and go on."""
        self._toggle()
        self.move(self.cursor + 1)

    def action_mark_down(self) -> None:
        """Mark the row and go down."""
        self._toggle(on=True)
        self.move(self.cursor + 1)
        self._toggle(on=True)

    def action_mark_up(self) -> None:
        """Mark the row and go up."""
        self._toggle(on=True)
        self.move(self.cursor - 1)
        self._toggle(on=True)

    def action_mark_all(self) -> None:
        """Mark every row at hand; when all are, mean all that there are, where that is possible; then none."""
        everyone = {self.row_id(row) for row in self.loaded}
        if not everyone <= self.marks:
            self.marks = self.marks | everyone
        elif self.means_all and not self.all_meant and everyone:
            self.all_meant = True
        else:
            self.marks, self.all_meant = set[Hashable](), False
        self.refresh()
        self.post_message(self.Marked(self))

    def _toggle(self, *, on: bool = False) -> None:
        if self.current is None:
            return
        if self.all_meant:
            self.all_meant = False
            self.refresh()
        row_id = self.row_id(self.current)
        if on or row_id not in self.marks:
            self.marks.add(row_id)
        else:
            self.marks.discard(row_id)
        self.post_message(self.Marked(self))

    def on_click(self, event: events.Click) -> None:
        """The mouse moves the cursor; twice opens."""
        layout = self.layout_now
        place = (round(self.scroll_offset.y) + event.y - layout.header) // layout.height
        if event.y >= layout.header and 0 <= place < len(self.rows):
            self.move(place)
            if event.chain == 2:
                self.action_open()

    def on_resize(self) -> None:
        """Another width may mean another layout."""
        self._measure()
        if not self.following:
            self.move(self.cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that other rows are in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) != round(old_value):
            self.post_message(self.InSight(self))

    def _ask_for_more(self, *, at_once: bool = False) -> None:
        if at_once or self.cursor >= len(self.rows) - 1:
            self.post_message(self.AtEnd(self))
