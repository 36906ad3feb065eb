"""What the screen of a worker says: how it is, the tasks that it has and had in hand, what happened to it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import TypeAlias

from core.details import WorkerTask
from core.models import LIVE_STATES, InHand, WorkerState, WorkerStatus
from core.snapshot import ActivityEntry
from tui.key_map import keyed
from tui.look import LEVEL, WORKER, Line, Piece, Tone, bar, count, duration, pieces, short_name, streak_tone, whole_age
from tui.type_names import TYPES
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout

TaskRow: TypeAlias = InHand | WorkerTask

ENDS: dict[str, Piece] = {
    "completed": ("✓ completed", Tone.GOOD),
    "tried again": ("↻ tried again", Tone.WARN),
    "failed for good": ("✗ failed", Tone.BAD),
    "refused": ("⚠ not taken", Tone.WARN),
}
"""What the TaskManager made of an attempt."""


def facts(worker: WorkerStatus, now: datetime) -> Iterator[Line]:
    """How it is now, what it counted, how it was started."""
    yield pieces(WORKER[worker.state], *waits(worker, now))
    rate = "–" if worker.per_minute is None else f"{worker.per_minute:,}"
    row = (f"{worker.failed_in_a_row} in a row", streak_tone(worker))
    if worker.local:
        yield pieces(f"{rate} a minute   {worker.done:,} done   failed attempts: {worker.failed:,}, ", row)
        yield pieces(*started(worker))
        yield pieces(("Types: ", Tone.MUTED), ", ".join(worker.types) or "any")
    else:
        where = f"{worker.host or 'another machine'}" + (f", process {worker.pid}" if worker.pid else "")
        yield pieces(("Runs on ", Tone.MUTED), where, ("   claims ", Tone.MUTED), worker.strategy or "–")
    if worker.note and worker.state is not WorkerState.BACKING_OFF:
        yield ((masked_text(worker.note), Tone.BAD if worker.state not in LIVE_STATES else Tone.MUTED),)


def waits(worker: WorkerStatus, now: datetime) -> Iterator[Piece]:
    """Until when and why it waits; since when it is not heard of; what of it goes on though it should not."""
    if worker.state is WorkerState.SILENT:
        yield (f"   not heard of for {whole_age(worker.last_seen, now)}", Tone.BAD)
    elif worker.until is not None and worker.until > now and worker.state in LIVE_STATES:
        yield (f"   next try in {whole_age(now, worker.until)}", Tone.PLAIN)
    if worker.state is WorkerState.BACKING_OFF and worker.note:
        yield (f": {masked_text(worker.note)}", Tone.WARN)
    if worker.state is not WorkerState.SILENT:
        yield (f"   heard {whole_age(worker.last_seen, now)} ago", Tone.MUTED)
    if worker.abandoned:
        yield (f"   {worker.abandoned} abandoned", Tone.WARN)


def started(worker: WorkerStatus) -> Iterator[Piece]:
    """How it claims."""
    yield (f"claims {worker.strategy}, {count(worker.concurrency, 'task')} at once", Tone.PLAIN)
    if worker.poll_interval is not None:
        yield (f"   looks every {duration(worker.poll_interval)}", Tone.MUTED)
    untold = "each type's own" if len(worker.types) > 1 else "none"
    limit = untold if worker.task_timeout is None else duration(worker.task_timeout)
    yield (f"   task timeout: {limit}", Tone.MUTED)


def nothing(worker: WorkerStatus) -> tuple[Piece, ...]:
    """What stands in place of its tasks while there are none."""
    if not worker.local:
        return (("Only its own process knows what it did.", Tone.MUTED),)
    if worker.state is WorkerState.PAUSED:
        return ((keyed("No task yet. {pause} resumes, {step} does one task."), Tone.MUTED),)
    return ((keyed("No task yet. {new_task} on the board creates one."), Tone.MUTED),)


def row_id(row: TaskRow) -> Hashable:
    """What a task of it is known by; one in hand stays the same row when it has ended."""
    return (row.task_id, row.attempts if isinstance(row, InHand) else row.attempt)


def number(row: TaskRow, now: datetime) -> Line:
    """Which task."""
    return ((f"#{row.task_id}", Tone.STRONG),)


def outcome(row: TaskRow, now: datetime) -> Line:
    """How far it is, or how it ended."""
    if isinstance(row, InHand):
        late = (" ⚠ late", Tone.WARN) if row.late else ("", Tone.PLAIN)
        return pieces((f"● {bar(row.progress)} {row.progress}%", Tone.BUSY), late)
    return (ENDS.get(row.report, ("… succeeded" if row.success else "… failed", Tone.MUTED)),)


def kind(row: TaskRow, now: datetime) -> Line:
    """Its type."""
    return ((row.task_type, Tone.PLAIN),)


def attempt(row: TaskRow, now: datetime) -> Line:
    """Which attempt it is."""
    return ((str(row.attempts if isinstance(row, InHand) else row.attempt), Tone.MUTED),)


def took(row: TaskRow, now: datetime) -> Line:
    """How long it took, or takes up to now."""
    return ((whole_age(row.since, now) if isinstance(row, InHand) else duration(row.seconds), Tone.PLAIN),)


def said(row: TaskRow, now: datetime) -> Line:
    """Its last words, its error, or how many items it found."""
    if isinstance(row, InHand):
        return ((masked_text(row.message), Tone.MUTED),)
    if row.success:
        return ((count(row.items, "item"), Tone.MUTED),)
    return ((masked_text(row.error), Tone.BAD),)


def ended(row: TaskRow, now: datetime) -> Line:
    """How long ago it ended."""
    return (("now" if isinstance(row, InHand) else whole_age(row.at, now), Tone.MUTED),)


def level(row: ActivityEntry, now: datetime) -> Line:
    """How much a line matters."""
    return (LEVEL.get(row.level, LEVEL["info"]),)


def since(row: ActivityEntry, now: datetime) -> Line:
    """How long ago that was."""
    return ((whole_age(row.at, now), Tone.MUTED),)


def happened(row: ActivityEntry, now: datetime) -> Line:
    """What happened."""
    return ((masked_text(row.text), LEVEL.get(row.level, LEVEL["info"])[1] if row.level != "info" else Tone.PLAIN),)


TASK, OUTCOME = Column("Task", number, width=9), Column("Outcome", outcome, width=14)
KIND, ATTEMPT = (
    Column("Type", kind, share=2, keep_end=True, names=TYPES.said),
    Column("Att.", attempt, width=4, right=True),
)
TOOK, ENDED = Column("Took", took, width=6, right=True), Column("Ended", ended, width=6, right=True)
SAID = Column("About", said, share=3)
TASK_LAYOUTS = (
    Layout(((TASK, OUTCOME, SAID, TOOK),)),
    Layout(((TASK, OUTCOME, KIND, ATTEMPT, TOOK, SAID, ENDED),), at_least=76),
)
LOG_LAYOUTS = (
    Layout(
        ((Column("", level, width=1), Column("", since, width=6, right=True), Column("", happened)),),
        titles=False,
    ),
)


def title(worker: WorkerStatus | None, worker_id: str) -> Line:
    """The first line of the screen."""
    name = short_name(worker_id)
    whole = (f"  {worker_id}", Tone.MUTED) if name != worker_id else ("", Tone.PLAIN)
    where = "" if worker is None or worker.local else f"  on {worker.host or 'another machine'}"
    return pieces((f"Worker {name}", Tone.STRONG), whole, (where, Tone.MUTED))
