"""What every pane is: a bordered list that draws its slice of the snapshot when that is another object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget

from core.snapshot import Link, Snapshot
from tui.key_map import keyed
from tui.look import Piece, Tone, content
from tui.widgets.bordered import Bordered
from tui.widgets.masking import masked_text
from tui.widgets.row_list import RowList
from tui.widgets.safe_text import cut, head

Row = TypeVar("Row")

EDGE: Final = 4
"""Cells of a border beside its text."""
LEAST: Final = 8
"""Cells below which what is left of a text tells nothing."""


class Pane(Bordered):
    """A part of the board. ``key`` is the number that leads to it, ``about`` what its help says."""

    key = ""
    heading = ""
    about = ""

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(id=id)
        self.now = now
        self._part: object = None
        self._title: tuple[Piece, ...] = ()
        self._subtitle: tuple[Piece, ...] = ()
        self._told: Snapshot | None = None

    @property
    def target(self) -> Widget:
        """What takes the focus."""
        raise NotImplementedError

    def slice(self, snapshot: Snapshot) -> object:
        """The part of the snapshot that this pane draws."""
        raise NotImplementedError

    def draw(self, part: Any) -> None:
        """Draw the slice."""
        raise NotImplementedError

    def title(self, snapshot: Snapshot) -> Iterable[Piece]:
        """What stands behind the heading in the border."""
        return ()

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """What stands in the lower border."""
        return ()

    def show(self, snapshot: Snapshot) -> None:
        """Take note of a snapshot; draw when this pane's slice is another object."""
        part = self.slice(snapshot)
        if part is not self._part:
            self._part = part
            self.draw(part)
        self.tell(snapshot)

    def tell(self, snapshot: Snapshot) -> None:
        """Bring the borders up to date."""
        self._told = snapshot
        title = ((f"{self.key} {self.heading}", Tone.STRONG), *self.title(snapshot))
        if title != self._title:
            self._title = title
            self.tell_title(content(title))
        subtitle = giving_way(self.subtitle(snapshot), self.size.width - EDGE)
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.tell_subtitle(content(subtitle))

    def on_resize(self) -> None:
        """More or less fits in the borders."""
        if self._told is not None:
            self.tell(self._told)

    def tick(self) -> None:
        """A second went by: ages in sight are older."""
        if self.display:
            self.target.refresh()


class ListPane(Pane, Generic[Row]):
    """A pane with one list."""

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.row_list: RowList[Row] = self.make_list()

    def make_list(self) -> RowList[Row]:
        """The list, with its columns."""
        raise NotImplementedError

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """What an empty list says while the server is live: what is going on and what to press next."""
        raise NotImplementedError

    @property
    def target(self) -> Widget:
        """The list."""
        return self.row_list

    def compose(self) -> ComposeResult:
        """Only the list."""
        yield self.row_list

    def draw(self, part: Any) -> None:
        """The slice is the rows."""
        self.row_list.set_rows(part)

    def tick(self) -> None:
        """Only what tells another age is painted."""
        if self.display:
            self.row_list.repaint()

    def tell(self, snapshot: Snapshot) -> None:
        """Borders, and what stands in an empty list."""
        super().tell(snapshot)
        self.row_list.say(*(unreached(snapshot) or self.empty(snapshot)))

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Where the cursor is."""
        total = len(self.row_list.rows)
        return ((f"{self.row_list.cursor + 1} of {total:,}", Tone.MUTED),) if total else ()


def giving_way(said: Iterable[Piece], room: int) -> tuple[Piece, ...]:
    """Safe pieces in ``room`` cells. The last one, which tells where one is, stays whole: of those before it the
    longest is cut, and one of which too little would be left is left out."""
    kept = [(head(text), tone) for text, tone in said]
    while room > 0 and len(kept) > 1 and (over := sum(cell_len(text) for text, _ in kept) - room) > 0:
        longest = max(range(len(kept) - 1), key=lambda place: cell_len(kept[place][0]))
        text, tone = kept.pop(longest)
        bare = text.rstrip()
        gap = text[len(bare) :]
        if (left := cell_len(text) - over) >= LEAST:
            kept.insert(longest, (cut(bare, left - len(gap)) + gap, tone))
    return tuple(kept)


def unreached(snapshot: Snapshot) -> tuple[Piece, ...]:
    """What to say while there is no connection; nothing when there is one."""
    server = snapshot.server
    match server.link:
        case Link.CONNECTING:
            return (("Connecting to the TaskManager…", Tone.MUTED), (keyed("{quit} quits."), Tone.MUTED))
        case Link.OFFLINE:
            return (
                (masked_text(server.trouble) or "The TaskManager does not answer.", Tone.BAD),
                (keyed("It is tried again by itself; workers go on when it is back. {quit} quits."), Tone.MUTED),
            )
        case Link.REFUSED:
            said = masked_text(server.trouble) or "The TaskManager refuses the key."
            if "TASKMANAGER_API_KEY" in said:
                mend = keyed("Then press {quit} and start it again.")
            else:
                mend = keyed("Set TASKMANAGER_API_KEY in .env, then press {quit} and start it again.")
            return ((said, Tone.BAD), (mend, Tone.MUTED))
        case Link.LIVE:
            return ()
