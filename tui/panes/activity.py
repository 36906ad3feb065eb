"""Pane 4, third tab: what happened, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.snapshot import ActivityEntry, Snapshot
from tui.look import LEVEL, Piece, Tone, clock
from tui.panes.base import ListPane
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList


def at(entry: ActivityEntry, now: datetime) -> tuple[Piece, ...]:
    """When."""
    return ((clock(entry.at), Tone.MUTED),)


def level(entry: ActivityEntry, now: datetime) -> tuple[Piece, ...]:
    """How much it matters."""
    return (LEVEL.get(entry.level, (entry.level, Tone.PLAIN)),)


def text(entry: ActivityEntry, now: datetime) -> tuple[Piece, ...]:
    """What happened."""
    tone = LEVEL.get(entry.level, ("", Tone.PLAIN))[1]
    return ((masked_text(entry.text[:500]), Tone.PLAIN if tone is Tone.MUTED else tone),)


LAYOUTS = (Layout(((Column("Time", at, width=8), Column("", level, width=1), Column("What happened", text)),)),)


class ActivityPane(ListPane[ActivityEntry]):
    """The event log."""

    key = "4"
    heading = "Activity"
    about = "What happened, newest first; a bounded log. Enter opens the task that a line is about."

    def make_list(self) -> RowList[ActivityEntry]:
        """One line an event."""
        return RowList(LAYOUTS, lambda entry: entry.number, self.now, follows=True)

    def slice(self, snapshot: Snapshot) -> tuple[ActivityEntry, ...]:
        """The log."""
        return snapshot.activity

    def draw(self, part: Sequence[ActivityEntry]) -> None:
        """Newest first, whichever way the log is kept."""
        oldest_first = len(part) > 1 and part[0].number < part[-1].number
        self.row_list.set_rows(part[::-1] if oldest_first else part)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Nothing happened."""
        return (("Nothing has happened yet.", Tone.MUTED),)
