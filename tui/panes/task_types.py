"""Pane 1: every known task type with what waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.snapshot import Snapshot, TypeRow
from tui.key_map import keyed
from tui.look import Piece, Tone, number, pieces, sparkline, whole_age
from tui.panes.base import ListPane
from tui.type_names import TYPES
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList
from tui.widgets.safe_text import cut, head

NOBODY: Piece = ("⚠ none", Tone.WARN)
"""Who claims a type that is for nobody here."""
MISSING: tuple[Piece, ...] = (("–", Tone.MUTED),)
VERSION_CELLS = 16
RATES = 8
"""Seconds that the sparkline shows."""


def name(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """The name of the type."""
    return ((row.name, Tone.STRONG if row.is_active else Tone.MUTED),)


def hands(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """Who claims it."""
    if not row.is_active:
        return (("off", Tone.MUTED),)
    if row.workers:
        return ((f"● {row.workers}", Tone.BUSY),)
    if row.counts.pending:
        return (NOBODY if row.is_for_nobody else ("○ 0", Tone.WARN),)
    return (("○ 0", Tone.MUTED),)


def waiting(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """One line of counts, for narrow lists."""
    counts = row.counts
    said: list[Piece | str] = [number(counts.pending, exact=counts.exact), (" pending ", Tone.MUTED)]
    said += [f" {counts.claimed:,}", (" claimed", Tone.MUTED)]
    if counts.failed:
        said += [(f"  ✗ {counts.failed:,}", Tone.BAD)]
    return pieces(*said)


def waiting_told(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """The same, and that it has several versions."""
    return (*waiting(row, now), ("  ", Tone.PLAIN), *several(row))


def several(row: TypeRow) -> tuple[Piece, ...]:
    """That it was another before."""
    return ((f"{row.versions:,} versions", Tone.MUTED),) if row.versions > 1 else ()


def counted(field: str, tone: Tone = Tone.PLAIN) -> Column[TypeRow]:
    """A column of one count."""

    def cell(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
        value = getattr(row.counts, field)
        return ((number(value, exact=row.counts.exact), tone if value else Tone.MUTED),)

    return Column(field.capitalize(), cell, width=10, right=True)


def oldest(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """How long its oldest pending task waits."""
    return ((whole_age(row.oldest_pending_at, now), Tone.MUTED),)


def rate(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """Finished tasks in the last seconds."""
    return ((sparkline(row.rates, RATES), Tone.BUSY),)


def version(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """Its registered version, and how many there were before."""
    older = f" +{row.versions - 1:,} older" if row.versions > 1 else ""
    return ((f"{cut(head(row.version or 'not registered'), VERSION_CELLS - len(older))}{older}", Tone.MUTED),)


def versions(row: TypeRow, now: datetime) -> tuple[Piece, ...]:
    """How many versions of it there are."""
    return ((f"{row.versions:,}", Tone.PLAIN if row.versions > 1 else Tone.MUTED),) if row.versions else MISSING


NAME = Column("Type", name, keep_end=True, names=TYPES.said)
VERSION = Column("Version", version, width=VERSION_CELLS)
VERSIONS = Column("Versions", versions, width=8, right=True)
PENDING = counted("pending")
CLAIMED = counted("claimed", Tone.BUSY)
COMPLETED = counted("completed", Tone.GOOD)
FAILED = counted("failed", Tone.BAD)
OLDEST = Column("Oldest", oldest, width=7, right=True)
RATE = Column("Rate", rate, width=RATES, right=True)
HANDS = Column("Workers", hands, width=8, right=True)
FIRST = (NAME, Column("", hands, width=6, right=True))
LAYOUTS = (
    Layout((FIRST, (Column("", waiting), RATE)), titles=False),
    Layout((FIRST, (Column("", waiting_told), RATE)), at_least=50, titles=False),
    Layout(((NAME, VERSIONS, PENDING, CLAIMED, FAILED, OLDEST, HANDS),), at_least=70),
    Layout(((NAME, VERSION, PENDING, CLAIMED, COMPLETED, FAILED, OLDEST, RATE, HANDS),), at_least=110),
)


class TaskTypesPane(ListPane[TypeRow]):
    """Every known task type: what waits, what is claimed, how fast it goes, and whether any worker claims it."""

    key = "1"
    heading = "Task types"
    about = (
        "Every task type that the TaskManager or a worker here knows. {open} opens it, {new_task} makes a task. "
        "Where it has several versions, {open} {go_versions} shows what it was before."
    )

    def make_list(self) -> RowList[TypeRow]:
        """Two lines a type where it is narrow, one where it is wide."""
        return RowList(LAYOUTS, lambda row: row.name, self.now)

    def slice(self, snapshot: Snapshot) -> tuple[TypeRow, ...]:
        """The types."""
        return snapshot.types

    def title(self, snapshot: Snapshot) -> Iterable[Piece]:
        """What the figure behind each type is, where no column says so."""
        is_told = self.row_list.layout_now.titles or not snapshot.types
        return () if is_told else (("  ● workers for it", Tone.MUTED),)

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """How many versions the type under the cursor has, where no column says so."""
        current = self.row_list.current
        if isinstance(current, TypeRow) and self.row_list.layout_now is LAYOUTS[0]:
            yield from ((f"{text}  ", tone) for text, tone in several(current))
        yield from super().subtitle(snapshot)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """No type yet."""
        return (
            ("No task type is known yet.", Tone.PLAIN),
            (keyed("Press {start}: starting workers registers theirs."), Tone.MUTED),
        )
