"""Pane 4, third tab: what happened, newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from core.snapshot import ActivityEntry, Snapshot
from tui.key_map import keyed
from tui.look import LEVEL, OWN_NAME, Piece, Tone, clock
from tui.mounting import put_in
from tui.panes.base import ListPane
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList
from tui.widgets.search_field import SearchField

LEVELS: tuple[tuple[str, ...], ...] = ((), ("warning", "error"), ("error",))
"""What is shown, one after another: everything, what is wrong, what is very wrong."""

OWN_NAMES = re.compile(r"\b[\w.]+(?:-[\w.]+)*" + OWN_NAME.pattern.removesuffix("$") + r"(?!\w)")
"""Ids of workers, as the engine makes them, within a text."""


def short_names(text: str) -> str:
    """The text with such ids as people tell them elsewhere."""
    return OWN_NAMES.sub(lambda found: found[1], text)


def at(entry: ActivityEntry, now: datetime) -> tuple[Piece, ...]:
    """When."""
    return ((clock(entry.at), Tone.MUTED),)


def level(entry: ActivityEntry, now: datetime) -> tuple[Piece, ...]:
    """How much it matters."""
    return (LEVEL.get(entry.level, (entry.level, Tone.PLAIN)),)


def text(entry: ActivityEntry, now: datetime) -> tuple[Piece, ...]:
    """What happened."""
    tone = LEVEL.get(entry.level, ("", Tone.PLAIN))[1]
    return ((short_names(masked_text(entry.text[:500])), Tone.PLAIN if tone is Tone.MUTED else tone),)


LAYOUTS = (Layout(((Column("Time", at, width=8), Column("", level, width=1), Column("What happened", text)),)),)


class ActivityPane(ListPane[ActivityEntry]):
    """The event log."""

    key = "4"
    heading = "Activity"
    about = (
        "What happened, newest first; the newest 1,000 lines. {level} shows all levels, warnings and errors, or errors "
        "only; {filter} looks for a text. {open} opens the task that a line is about. {first} follows the newest, "
        "another key that is about a row stays with it; {export} writes the lines that are shown to a file."
    )

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.field = SearchField("a text in what happened")
        self.levels = LEVELS[0]
        self.wanted = ""
        self._all: Sequence[ActivityEntry] = ()

    def make_list(self) -> RowList[ActivityEntry]:
        """One line an event."""
        return RowList(LAYOUTS, lambda entry: entry.number, self.now, follows=True)

    def slice(self, snapshot: Snapshot) -> tuple[ActivityEntry, ...]:
        """The log."""
        return snapshot.activity

    def draw(self, part: Sequence[ActivityEntry]) -> None:
        """Newest first, whichever way the log is kept."""
        oldest_first = len(part) > 1 and part[0].number < part[-1].number
        self._all = part[::-1] if oldest_first else part
        self._narrow()

    @property
    def shown(self) -> list[ActivityEntry]:
        """The lines that are shown, newest first."""
        wanted = self.wanted.lower()
        return [
            entry
            for entry in self._all
            if (not self.levels or entry.level in self.levels)
            and (not wanted or wanted in entry.text.lower() or wanted in short_names(entry.text).lower())
        ]

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """What is shown of it, whether it follows, and where the cursor is."""
        rows = self.row_list
        if self.levels:
            yield (f"{' and '.join(f'{each}s' for each in self.levels)} only  ", Tone.ACCENT)
        if self.wanted:
            yield (f"/{self.wanted}  ", Tone.ACCENT)
        yield from rows.following_told
        hidden = len(self._all) - len(rows.rows)
        for place, tone in super().subtitle(snapshot):
            yield (f"{place} ({hidden:,} not shown)" if hidden else place, tone)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """Nothing happened, or nothing that is looked for."""
        if self._all:
            said = f"None of the {len(self._all):,} lines fits."
            return (
                (said, Tone.PLAIN),
                (keyed("{level} shows other levels, {filter} another text, {clear} everything."), Tone.MUTED),
            )
        return (
            ("Nothing has happened yet.", Tone.PLAIN),
            (keyed("What is done appears here; {start} starts workers, {new_task} makes a task."), Tone.MUTED),
        )

    def next_level(self) -> None:
        """Show more, or less."""
        self.levels = LEVELS[(LEVELS.index(self.levels) + 1) % len(LEVELS)]
        self._narrow()

    def search(self) -> None:
        """Ask for a text."""
        put_in(self, self.field, before=self.row_list)
        self.field.open(self.wanted)

    @property
    def narrowed(self) -> bool:
        """Whether not everything is shown."""
        return bool(self.levels or self.wanted)

    def widen(self) -> None:
        """Show everything."""
        self.levels, self.wanted = LEVELS[0], ""
        self._narrow()

    def _narrow(self) -> None:
        self.row_list.set_rows(self.shown if self.narrowed else self._all)

    def on_search_field_changed(self, event: SearchField.Changed) -> None:
        """Another text."""
        event.stop()
        self.wanted = event.text
        self._narrow()

    def on_search_field_closed(self, event: SearchField.Closed) -> None:
        """Back to the rows, unless another pane has the focus by now."""
        event.stop()
        if self.screen.focused in (None, self.field.input):
            self.screen.set_focus(self.row_list)
