"""What the upper border of the queue says: how many tasks there are, which are shown, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len

from core.models import TaskStatus
from core.snapshot import Link, QueueView, Snapshot, Sort
from tui.look import CANCELLED, STATUS, Piece, Tone, number
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import head

FILTER = "  /"
"""What stands before the filter in the title."""

ALL: Final[Piece] = ("  all tasks:", Tone.MUTED)
"""What stands before counts that are not those of the rows in sight."""

SORTED: Final = {
    Sort.NEWEST: "newest first",
    Sort.OLDEST: "oldest first",
    Sort.PRIORITY: "highest priority first",
    Sort.AGE: "longest in its status first",
    Sort.ATTEMPTS: "most attempts first",
    Sort.TYPE: "by type",
}
"""The orders, in words."""


def cells(said: Iterable[Piece]) -> int:
    """How wide these are."""
    return sum(cell_len(head(text)) for text, _ in said)


def counted(snapshot: Snapshot, short: bool) -> Iterable[Piece]:
    """How many tasks are in each status, once anything is known; in short by its symbol."""
    if (snapshot.server.link is not Link.LIVE or snapshot.view.at is None) and not snapshot.counts.total:
        return
    cancelled = snapshot.cancelled
    for status in TaskStatus:
        value = snapshot.failed if status is TaskStatus.FAILED else getattr(snapshot.counts, status.value)
        tone = Tone.BAD if status is TaskStatus.FAILED and value else Tone.PLAIN
        yield (f"  {STATUS[status][0][0] if short else status.value} ", Tone.MUTED)
        yield (number(value, exact=snapshot.counts.exact), tone)
    if cancelled and snapshot.cancelled_exact:
        yield (f"  {CANCELLED[0][0] if short else 'cancelled'} ", Tone.MUTED)
        yield (number(cancelled), Tone.PLAIN)
    elif cancelled:  # nobody knows how many of the others were, too
        of_them = f"{CANCELLED[0][0]} {number(cancelled, exact=False)}"
        yield (f" ({of_them})" if short else f", {number(cancelled, exact=False)} of them cancelled", Tone.MUTED)


def narrowed(view: QueueView) -> Iterable[Piece]:
    """The filter, how many tasks fit it, and how many were searched for them."""
    if view.view.filter:
        yield (f"{FILTER}{masked_text(str(view.view.filter))}", Tone.ACCENT)
        if names := view.view.filter.addressed:
            yield (f" as {', '.join(masked_text(named) for named in names)}", Tone.ACCENT)
    if view.view.filter and view.at is not None:
        yield (f"  {fitting(view)} found", Tone.PLAIN)
    if view.searched is not None:
        most = max(view.searched, view.searchable or 0)
        whole = "?" if view.searchable is None and view.total is None else f"{most:,}"
        yield (f", searched {view.searched:,} of {whole}", Tone.MUTED)


def fitting(view: QueueView) -> str:
    """How many tasks fit, as far as that is known."""
    return number(view.offset + len(view.tasks), exact=False) if view.total is None else number(view.total)


def ordered(view: QueueView, short: bool) -> Iterable[Piece]:
    """The order, where it is not the usual one."""
    if view.view.sort is not Sort.NEWEST:
        yield (f"  ↕ {view.view.sort.value if short else SORTED[view.view.sort]}", Tone.ACCENT)
        if view.sorted_here:
            yield (f" of {len(view.tasks):,}{'' if short else ' loaded'}", Tone.WARN)


def titled(snapshot: Snapshot, room: int) -> list[Piece]:
    """All of it, in words where these fit. Where the queue is narrowed, what was found comes first, and the counts of
    all tasks, which are not those of the rows in sight, are called that, or left out."""
    view, said = snapshot.view, list[Piece]()
    for short_counts, short_order in ((False, False), (True, False), (True, True)):
        counts, order = counted(snapshot, short_counts), ordered(view, short_order)
        if view.view.filter:
            counts = (ALL, *told) if (told := tuple(counts)) else ()
            said = [*narrowed(view), *order, *counts]
        else:
            said = [*counts, *narrowed(view), *order]
        if cells(said) <= room:
            return said
    return [*narrowed(view), *ordered(view, True)] if view.view.filter else said
