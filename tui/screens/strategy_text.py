"""What is told of the tasks that a strategy would claim next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.details import IN_TURN, Preview
from core.models import Task
from tui.look import Piece, Tone, whole_age


def told_of(preview: Preview | str | None, now: datetime, *, starves: bool) -> Iterator[Piece]:
    """What is known of what a strategy would claim; ``starves``: tasks that wait would not be begun for long."""
    if preview is None:
        yield ("looking…", Tone.MUTED)
    elif isinstance(preview, str):
        yield (f"✗ {preview}", Tone.BAD)
    elif not preview.tasks and not preview.exact:
        yield ("None of those looked at can be claimed yet.", Tone.MUTED)
    elif not preview.tasks:
        yield ("Nothing is pending for these workers.", Tone.MUTED)
    else:
        yield (f"next {', '.join(named(task, preview.strategy) for task in preview.tasks)}", Tone.PLAIN)
        yield passed_over(preview, now, starves=starves)


def depends(preview: Preview) -> Iterator[Piece]:
    """What must be known of an order to rely on it; the same for several strategies."""
    if not preview.exact:
        yield (f"⚠ Only {preview.searched or 0:,} pending tasks were looked at.", Tone.WARN)
    for note in preview.notes:
        if note != IN_TURN:  # is told above all of them
            yield (note, Tone.WARN)


def named(task: Task, strategy: str) -> str:
    """A task in a list of those that are next."""
    return f"#{task.id} p{task.priority}" if strategy == "PRIORITY" else f"#{task.id}"


def passed_over(preview: Preview, now: datetime, *, starves: bool) -> Piece:
    """Which task would wait for all others, in one line; that it starves only where it would wait for long."""
    last = preview.last
    shown = {task.id for task in preview.tasks}
    if last is None:
        return ("Each task gets its turn." if starves else "Nothing starves: each task gets its turn.", Tone.MUTED)
    if last.id in shown:
        return ("All that wait are next." if starves else "Nothing starves now: all that wait are next.", Tone.MUTED)
    waits = f" (waits {whole_age(last.created_at, now)})" if last.created_at is not None else ""
    rank = f" p{last.priority}" if preview.strategy == "PRIORITY" else ""
    others = "higher" if preview.strategy == "PRIORITY" else "newer"
    said, tone = ("Starves", Tone.WARN) if starves else ("Passes over", Tone.PLAIN)
    return (f"{said} #{last.id}{rank}{waits} while {others} ones come.", tone)
