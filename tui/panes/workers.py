"""Pane 3: the workers, what each does, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from core.models import LIVE_STATES, WorkerState, WorkerStatus
from core.snapshot import Snapshot
from tui.look import WORKER, Piece, Tone, bar, pieces, whole_age
from tui.panes.base import ListPane
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList


def name(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Its id."""
    return ((worker.id, Tone.STRONG if worker.state in LIVE_STATES else Tone.MUTED),)


def state(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Symbol and word of its state."""
    return (WORKER[worker.state],)


def doing(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """The task in hand and its progress; else when the wait ends, or why it is as it is."""
    if worker.in_hand:
        first = worker.in_hand[0]
        more = f" +{len(worker.in_hand) - 1}" if len(worker.in_hand) > 1 else ""
        done = f" {bar(first.progress)} {first.progress}%"
        return pieces(f"#{first.task_id}{more}", (done, Tone.BUSY), f"  {whole_age(first.since, now)}")
    if worker.until is not None and worker.until > now and worker.state in LIVE_STATES:
        return ((f"next try in {whole_age(now, worker.until)}", Tone.MUTED),)
    return ((worker.note, Tone.BAD if worker.state is WorkerState.CRASHED else Tone.MUTED),)


def state_and_doing(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Both on one line, for narrow lists; a busy worker shows its task instead of the word."""
    if worker.in_hand and worker.state is WorkerState.BUSY:
        return (("● ", Tone.BUSY), *doing(worker, now))
    return (*state(worker, now), ("  ", Tone.PLAIN), *doing(worker, now))


def strategy(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Which task it claims next."""
    return ((worker.strategy, Tone.MUTED),)


def message(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Type of the task in hand and the worker's last words about it; else the types that it claims."""
    if worker.in_hand:
        first = worker.in_hand[0]
        return pieces(first.task_type, (f"  {first.message}", Tone.MUTED))
    return ((", ".join(worker.types) or "any type", Tone.MUTED),)


def tally(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Tasks done and failed."""
    return pieces(f"{worker.done:,}", (f"  ✗ {worker.failed:,}", Tone.BAD if worker.failed else Tone.MUTED))


def heard(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """When it was last heard of."""
    return ((whole_age(worker.last_seen, now), Tone.MUTED),)


def home(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Where it runs."""
    return (("here" if worker.local else f"{worker.host or 'elsewhere'} {worker.pid or ''}".rstrip(), Tone.MUTED),)


NAME = Column("Worker", name, share=3, keep_end=True)
STATE = Column("State", state, width=13)
DOING = Column("Task", doing, width=26)
STATE_AND_DOING = Column("", state_and_doing)
MESSAGE = Column("About", message, share=4)
STRATEGY = Column("Strategy", strategy, width=8, right=True)
TALLY = Column("Done", tally, width=11, right=True)
HEARD = Column("Heard", heard, width=6, right=True)
HOME = Column("Runs", home, share=1)
GROUPS = {
    WorkerState.STARTING: WorkerState.IDLE,
    WorkerState.POLLING: WorkerState.IDLE,
    WorkerState.BACKING_OFF: WorkerState.IDLE,
}
"""States that the title counts as another: whoever waits for work is idle."""

LAYOUTS = (
    Layout(((NAME, STRATEGY), (STATE_AND_DOING,)), titles=False),
    Layout(((NAME, STATE, DOING, STRATEGY, TALLY),), at_least=74),
    Layout(((NAME, STATE, DOING, MESSAGE, STRATEGY, TALLY, HEARD),), at_least=108),
    Layout(((NAME, STATE, DOING, MESSAGE, STRATEGY, TALLY, HEARD, HOME),), at_least=140),
)


class WorkersPane(ListPane[WorkerStatus]):
    """Every worker that is known: those of this board, and those of other processes as far as the server tells."""

    key = "3"
    heading = "Workers"
    about = (
        "The workers. p, x, X and t are for the marked rows or the one under the cursor here, for all workers of this "
        "board elsewhere. Enter opens the task in hand. Workers of other processes are shown, not steered."
    )

    def make_list(self) -> RowList[WorkerStatus]:
        """Two lines a worker where it is narrow, one where it is wide."""
        return RowList(LAYOUTS, lambda worker: worker.id, self.now, markable=True)

    def slice(self, snapshot: Snapshot) -> tuple[WorkerStatus, ...]:
        """The workers."""
        return snapshot.workers

    def title(self, snapshot: Snapshot) -> Iterable[Piece]:
        """How many are in which state."""
        for each, many in Counter(GROUPS.get(worker.state, worker.state) for worker in snapshot.workers).items():
            yield (f" {many} {each}", WORKER[each][1])

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """No worker."""
        return (("No worker runs.", Tone.PLAIN), ("Press s to start some.", Tone.MUTED))
