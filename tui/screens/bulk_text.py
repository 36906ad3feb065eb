"""What the screen of an action on many tasks says: the dry run, how far it is, and the row of each task."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from core.bulk import Action, BulkRow, Fate, Meant, Order, Plan, Way
from core.filters import TaskFilter
from tui.key_map import keyed
from tui.ledger import counts_of
from tui.look import TIMES, Line, Piece, Tone, bar, count, pieces
from tui.type_names import TYPES
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout

MOST_REASONS = 4
"""Reasons that are told above the list; the list has them all."""
ANSWERS = "{carry_out} carries it out, {back} goes back and changes nothing."
"""The answers to a dry run."""

FATES: dict[Fate, Piece] = {
    Fate.PLANNED: ("○ planned", Tone.PLAIN),
    Fate.SKIPPED: ("– skipped", Tone.MUTED),
    Fate.DONE: ("✓ done", Tone.GOOD),
    Fate.FAILED: ("✗ failed", Tone.BAD),
    Fate.UNTRIED: ("⚠ not tried", Tone.WARN),
}


def identity(row: BulkRow, now: datetime) -> tuple[Piece, ...]:
    """Which task."""
    return ((f"#{row.id}", Tone.STRONG),)


def kind(row: BulkRow, now: datetime) -> tuple[Piece, ...]:
    """Its type."""
    return ((row.task_type, Tone.PLAIN),)


def fate(row: BulkRow, now: datetime) -> tuple[Piece, ...]:
    """What became of it, or would."""
    return (FATES[row.fate],)


def said(row: BulkRow, now: datetime) -> tuple[Piece, ...]:
    """What it was afterwards, or why not."""
    return ((masked_text(row.said), Tone.PLAIN),)


ID = Column("Task", identity, width=10)
FATE = Column("Outcome", fate, width=11)
KIND = Column("Type", kind, share=2, keep_end=True, names=TYPES.said)
SAID = Column("Why, or its status", said, share=3)
LAYOUTS = (Layout(((ID, FATE, SAID),)), Layout(((ID, KIND, FATE, SAID),), at_least=76))


def heading(order: Order, meant: Meant, *, copies: bool) -> str:
    """What is to be done to which tasks; with the number of ``copies`` where new tasks are made."""
    if isinstance(meant, TaskFilter):
        which = f"all that match {masked_text(str(meant))}" if meant else "all tasks"
    else:
        which = count(len(meant), "task")
    each = f", {count(order.copies, 'copy').replace('copys', 'copies')} each" if copies else ""
    return f"{order.action.capitalize()} {which}{each}"


def trouble(why: str) -> list[Line]:
    """There is no dry run."""
    return [
        pieces((f"✗ {why}", Tone.BAD)),
        pieces((keyed("{look_again} looks again, {back} goes back."), Tone.MUTED)),
    ]


def dry_run(plan: Plan) -> list[Line]:
    """What would be done, why others are left out, and at which risk."""
    acting = len(plan.act)
    skipped = len(plan.rows) - acting
    verb = {Way.DIRECT: f"will be {plan.order.action.done}", Way.AS_FAILED: "will be reported as failed"}
    does = verb.get(plan.way, "will be created anew" if plan.order.action is Action.RETRY else "will be copied")
    rows = [pieces((f"{acting:,}", Tone.STRONG), f" {does}, ", (f"{skipped:,}", Tone.STRONG), " skipped")]
    rows += [pieces((f"  {number:,} × {why}", Tone.MUTED)) for why, number in plan.skipped[:MOST_REASONS]]
    if len(plan.skipped) > MOST_REASONS:
        rows.append(pieces((f"  and {len(plan.skipped) - MOST_REASONS:,} other reasons, in the list", Tone.MUTED)))
    rows += [pieces((f"⚠ {each}", Tone.WARN)) for each in (plan.reason, plan.partial) if each]
    if acting:
        rows.append(pieces((plan.risk, Tone.WARN)))
        rows += [pieces((f"Call: {call}", Tone.MUTED)) for call in plan.calls]
        rows.append(pieces((keyed(ANSWERS), Tone.STRONG)))
    else:
        rows.append(pieces((keyed("There is nothing to be done here; {back} goes back."), Tone.STRONG)))
    return rows


def progress(
    ledger: Collection[BulkRow],
    acting: int,
    made: Sequence[int] | None,
    *,
    stopping: bool,
    over_at: datetime | None = None,
) -> list[Line]:
    """How far it is. ``made``: the new tasks, when it is over; None while it runs. ``over_at``: when it was, where the
    tasks go on from there."""
    counts = counts_of(ledger)
    tried = acting - counts[Fate.PLANNED]
    percent = tried * 100 // max(1, acting)
    tally = ", ".join(f"{counts[each]:,} {each.value}" for each in Fate if counts[each] and each is not Fate.PLANNED)
    rows = [pieces((bar(percent, 24), Tone.BUSY), f" {tried:,} of {acting:,}"), pieces((tally, Tone.STRONG))]
    if made is None:
        hint = "Stopping after this chunk…" if stopping else keyed("{back} stops after the present chunk.")
        return [*rows, pieces((hint, Tone.MUTED))]
    if counts[Fate.FAILED] or counts[Fate.UNTRIED]:
        rows.append(pieces(("What failed or was not tried comes first, and stays marked in the queue.", Tone.WARN)))
    undone = keyed(f"{{undo}} undoes it: deletes the {count(len(made), 'new task')}, after a dry run.")
    if made:
        rows.append(pieces((undone, Tone.MUTED)))
    elif counts[Fate.DONE] and over_at is not None:
        then = f"Each row tells how it was at {TIMES.here(over_at):%H:%M:%S}; it may be another by now."
        rows.append(pieces((then, Tone.MUTED)))
    return rows
