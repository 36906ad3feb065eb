"""What every pane is: a bordered list that draws its slice of the snapshot when that is another object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

from textual.app import ComposeResult
from textual.widget import Widget

from core.snapshot import Link, Snapshot
from tui.key_map import keyed
from tui.look import Piece, Tone, content
from tui.widgets.bordered import Bordered
from tui.widgets.masking import masked_text
from tui.widgets.row_list import RowList

Row = TypeVar("Row")


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
        title = ((f"{self.key} {self.heading}", Tone.STRONG), *self.title(snapshot))
        if title != self._title:
            self._title = title
            self.tell_title(content(title))
        subtitle = tuple(self.subtitle(snapshot))
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.tell_subtitle(content(subtitle))

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
