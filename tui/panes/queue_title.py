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
        value = getattr(snapshot.counts, status.value) - (cancelled if status is TaskStatus.FAILED else 0)
        tone = Tone.BAD if status is TaskStatus.FAILED and value else Tone.PLAIN
        yield (f"  {STATUS[status][0][0] if short else status.value} ", Tone.MUTED)
        yield (number(value, exact=snapshot.counts.exact), tone)
    if cancelled:
        yield (f"  {CANCELLED[0][0] if short else 'cancelled'} ", Tone.MUTED)
        yield (number(cancelled, exact=True), Tone.PLAIN)


def narrowed(view: QueueView, short: bool) -> Iterable[Piece]:
    """The filter and how many tasks were searched for it, and the order where it is not the usual one."""
    if view.view.filter:
        yield (f"{FILTER}{masked_text(str(view.view.filter))}", Tone.ACCENT)
        if names := view.view.filter.addressed:
            yield (f" as {', '.join(masked_text(named) for named in names)}", Tone.ACCENT)
    if view.searched is not None:
        most = max(view.searched, view.searchable or 0)
        whole = "?" if view.searchable is None and view.total is None else f"{most:,}"
        yield (f" ({view.searched:,}/{whole})" if short else f" searched {view.searched:,} of {whole}", Tone.MUTED)
    if view.view.sort is not Sort.NEWEST:
        yield (f"  ↕ {view.view.sort.value if short else SORTED[view.view.sort]}", Tone.ACCENT)
        if view.sorted_here:
            yield (f" of {len(view.tasks):,}{'' if short else ' loaded'}", Tone.WARN)
