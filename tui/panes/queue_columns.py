"""The columns of the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from core.filters import since
from core.models import Task, TaskStatus
from core.snapshot import StuckTask
from tui.key_map import keyed
from tui.look import Piece, Tone, bar, pieces, short_name, sign_of_rest, status_of, whole_age
from tui.panes.queue_parameters import brief, in_two, named
from tui.type_names import TYPES
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout

FIRST, LEAST_FIRST = 10, 5
"""Cells of what tells a task best, where there are news of it, in a narrow column and in the narrowest."""
PUT_OFF: tuple[str, Tone] = ("○ put off", Tone.WARN)


def identity(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its id."""
    return ((str(task.id), Tone.PLAIN),)


def kind(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its type."""
    return ((task.task_type, Tone.PLAIN),)


def status(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Symbol and word of its status."""
    return (PUT_OFF if is_put_off(task, now) else status_of(task),)


def is_put_off(task: Task, now: datetime) -> bool:
    """Whether it waits for a time, before which no worker is given it."""
    return task.status is TaskStatus.PENDING and task.retry_at is not None and task.retry_at > now


def priority(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Its priority; the usual one is quiet."""
    return ((str(task.priority), Tone.PLAIN if task.priority else Tone.MUTED),)


def attempts(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Attempts of how many."""
    return ((f"{task.attempts}/{task.max_retries}", Tone.WARN if task.attempts > 1 else Tone.MUTED),)


def age(task: Task, now: datetime) -> tuple[Piece, ...]:
    """How long it has been in its status."""
    return ((whole_age(since(task), now), Tone.PLAIN),)


def owner(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Who has it, or had it last."""
    return ((short_name(task.claimed_by or "–"), Tone.PLAIN if task.status is TaskStatus.CLAIMED else Tone.MUTED),)


def why_failed(task: Task) -> str:
    """The error of a task; where a list does not tell errors, how to read it."""
    if not task.error and task.partial:
        return keyed("{open} tells why")
    return masked_text((task.error or "no reason given")[:500])


def progress(task: Task, now: datetime) -> tuple[Piece, ...]:
    """How far it is; of a failed one, why."""
    match task.status:
        case TaskStatus.CLAIMED:
            return pieces((bar(task.progress), Tone.BUSY), f" {task.progress}%")
        case TaskStatus.FAILED:
            return ((why_failed(task), Tone.BAD),)
        case TaskStatus.PENDING if is_put_off(task, now):
            left = "" if task.retry_at is None else whole_age(now, task.retry_at)
            return ((f"in {left}: " + why_failed(task), Tone.WARN),)
        case TaskStatus.PENDING if task.error:
            return (("again: " + masked_text(task.error[:500]), Tone.WARN),)
        case TaskStatus.PENDING | TaskStatus.COMPLETED:
            return (("", Tone.PLAIN),)


def brief_parameters(task: Task, now: datetime) -> tuple[Piece, ...]:
    """What it is about, behind how far it is; what went wrong stands before all but the most telling of it."""
    if task.status is TaskStatus.CLAIMED:
        who = f"  {short_name(task.claimed_by)}" if task.claimed_by else ""
        return ((f"{task.progress}% ", Tone.BUSY), (brief(task), Tone.PLAIN), (who, Tone.MUTED))
    return with_news(task, *progress(task, now)[0], FIRST)


def with_news(task: Task, news: str, tone: Tone, cells: int) -> tuple[Piece, ...]:
    """News of a task behind so many cells of what it is about, and before the rest of that."""
    if not news:
        return ((brief(task), Tone.PLAIN),)
    first, rest = in_two(task, cells)
    return ((f"{first}  " if first else "", Tone.PLAIN), (news, tone), (f"  {rest}" if rest else "", Tone.PLAIN))


def briefest(task: Task, now: datetime) -> tuple[Piece, ...]:
    """Only what it is about; of a failed one why, too."""
    return with_news(task, why_failed(task) if task.status is TaskStatus.FAILED else "", Tone.BAD, LEAST_FIRST)


def values(task: Task, now: datetime) -> tuple[Piece, ...]:
    """What it is about; how it goes stands in a column of its own."""
    return ((brief(task), Tone.PLAIN),)


def parameters(task: Task, now: datetime) -> tuple[Piece, ...]:
    """What it is about, with the names."""
    return ((named(task), Tone.PLAIN),)


@dataclass(frozen=True)
class QueueColumn(Column[Task]):
    """A column of the queue. ``cause``: what stands in it instead where a task is stuck, and no other column tells."""

    cause: Callable[[Task, StuckTask], tuple[Piece, ...]] | None = None

    def telling(self, stuck: Mapping[int, StuckTask]) -> QueueColumn:
        """The same, where these tasks are stuck; what somebody has brought about on purpose has only its mark."""
        usual, cause = self.cell, self.cause

        def cell(task: Task, now: datetime) -> Sequence[Piece]:
            found = found_for(task, stuck)
            return usual(task, now) if found is None or found.on_purpose or cause is None else cause(task, found)

        return replace(self, cell=cell)


SHORT_CAUSES = {"type-unknown-here": "no worker here"}
"""Causes whose code says too little in a column: the type is known, and this program has no worker for it."""


def found_for(task: Task, stuck: Mapping[int, StuckTask]) -> StuckTask | None:
    """Why it is stuck. What has ended is not, whatever was found a moment before."""
    return None if task.status in (TaskStatus.COMPLETED, TaskStatus.FAILED) else stuck.get(task.id)


def cause_alone(task: Task, found: StuckTask) -> tuple[Piece, ...]:
    """Why it is stuck."""
    return ((SHORT_CAUSES.get(found.code, found.code.replace("-", " ")), Tone.WARN),)


def cause_and_parameters(task: Task, found: StuckTask) -> tuple[Piece, ...]:
    """Why it is stuck, and what it is about."""
    return (*cause_alone(task, found), (f"  {brief(task)}", Tone.PLAIN))


TYPE = QueueColumn("Type", kind, share=4, keep_end=True, names=TYPES.said)
SHORT_TYPE = QueueColumn("Type", kind, width=17, keep_end=True, names=TYPES.said)
STATUS_COLUMN = QueueColumn("Status", status, width=11)
PRIORITY = QueueColumn("Prio", priority, width=4, right=True)
ATTEMPTS = QueueColumn("Att.", attempts, width=4, right=True)
AGE = QueueColumn("Age", age, width=6, right=True)
WIDE_AGE = QueueColumn("Age", age, width=6, right=True, gap=2)
WORKER = QueueColumn("Worker", owner, width=8, keep_end=True)
WIDE_WORKER = QueueColumn("Worker", owner, width=12, keep_end=True)
PROGRESS = QueueColumn("Progress", progress, share=3, cause=cause_alone)
NARROW_PROGRESS = replace(PROGRESS, share=2)
BRIEF_PARAMETERS = QueueColumn("Parameters", brief_parameters, share=3, cause=cause_and_parameters)
BRIEFEST_PARAMETERS = QueueColumn("Parameters", briefest)
SHORT_PARAMETERS = QueueColumn("Parameters", values, share=1)
PARAMETERS = QueueColumn("Parameters", parameters, share=4)


ID = "ID"
CHOOSABLE = ("Type", "Status", "Prio", "Att.", "Age", "Worker", "Parameters", "Progress")
"""Titles of the columns that can be left out."""

BARE: tuple[tuple[int, tuple[QueueColumn, ...]], ...] = (
    (0, (TYPE, STATUS_COLUMN, AGE)),
    (58, (TYPE, STATUS_COLUMN, ATTEMPTS, AGE, NARROW_PROGRESS)),
    (76, (TYPE, STATUS_COLUMN, PRIORITY, ATTEMPTS, WIDE_AGE, WORKER, PROGRESS)),
    (110, (TYPE, STATUS_COLUMN, PRIORITY, ATTEMPTS, WIDE_AGE, WIDE_WORKER, PROGRESS)),
)
"""Which columns fit from which width on, without the parameters."""

WIDTHS: tuple[tuple[int, tuple[QueueColumn, ...]], ...] = (
    (0, (TYPE, STATUS_COLUMN, AGE)),
    (52, (SHORT_TYPE, STATUS_COLUMN, AGE, BRIEFEST_PARAMETERS)),
    (62, (SHORT_TYPE, STATUS_COLUMN, ATTEMPTS, AGE, BRIEF_PARAMETERS)),
    (76, (SHORT_TYPE, STATUS_COLUMN, PRIORITY, ATTEMPTS, WIDE_AGE, BRIEF_PARAMETERS)),
    (96, (SHORT_TYPE, STATUS_COLUMN, PRIORITY, ATTEMPTS, WIDE_AGE, WORKER, SHORT_PARAMETERS, PROGRESS)),
    (120, (TYPE, STATUS_COLUMN, PRIORITY, ATTEMPTS, WIDE_AGE, WIDE_WORKER, PARAMETERS, PROGRESS)),
)
"""Which columns fit from which width on: what a task is about comes before who has it, which most tasks lack."""


def mark_of(stuck: StuckTask | None) -> Piece:
    """What stands before a task that is stuck: a warning, or how its workers are that somebody paused or stopped."""
    if stuck is None:
        return ("", Tone.WARN)
    if not stuck.on_purpose:
        return ("⚠", Tone.WARN)
    return (sign_of_rest(stuck.code), Tone.MUTED)


def with_stuck(columns: tuple[QueueColumn, ...], stuck: Mapping[int, StuckTask]) -> tuple[QueueColumn, ...]:
    """The columns with room for a mark before them, which is on tasks that are stuck, and the cause in the last column
    that can tell it. The room is there always: what stands behind it has its place."""
    mark = QueueColumn("", lambda task, now: (mark_of(found_for(task, stuck)),), width=1)
    places = [place for place, each in enumerate(columns) if each.cause is not None]
    if not stuck or not places:
        return (mark, *columns)
    last = places[-1]
    return (mark, *columns[:last], columns[last].telling(stuck), *columns[last + 1 :])


@lru_cache(maxsize=64)
def layouts(id_width: int, left_out: frozenset[str] = frozenset()) -> tuple[Layout[Task], ...]:
    """The columns, with ids of that many cells, without those that are left out; more fit where some are."""
    return laid_out(id_width, left_out, {})


def laid_out(id_width: int, left_out: frozenset[str], stuck: Mapping[int, StuckTask]) -> tuple[Layout[Task], ...]:
    """The same where tasks are stuck: these are marked."""
    first = Column(ID, identity, width=id_width, right=True)
    found: dict[int, Layout[Task]] = {}
    for at_least, columns in BARE if BRIEF_PARAMETERS.title in left_out else WIDTHS:
        shown = with_stuck(tuple(each for each in columns if each.title not in left_out), stuck)
        room = sum(each.width + each.gap for each in columns if each.width and each.title in left_out)
        found[max(0, at_least - room)] = Layout(((first, *shown),), at_least=max(0, at_least - room))
    return tuple(found[at_least] for at_least in sorted(found))
