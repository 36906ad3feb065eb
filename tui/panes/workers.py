"""Pane 3: the workers, what each does, and how far it is; those that have stopped are one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from core.models import LIVE_STATES, WorkerState, WorkerStatus
from core.snapshot import Snapshot
from tui.key_map import keyed
from tui.look import WORKER, Piece, Tone, bar, count, pieces, short_name, streak_tone, whole_age
from tui.panes.base import EDGE, ListPane
from tui.panes.worker_types import claimed, lacking
from tui.type_names import TYPES
from tui.widgets.masking import masked_text
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList
from tui.widgets.safe_text import cut, head


@dataclass(frozen=True, slots=True)
class Stopped:
    """The row that stands for all workers that have stopped; ``unfolded``: they follow below it."""

    many: int
    unfolded: bool


WorkerRow: TypeAlias = WorkerStatus | Stopped
Cell: TypeAlias = Callable[[WorkerStatus, datetime], tuple[Piece, ...]]


def row_id(row: WorkerRow) -> Hashable:
    """What a row is known by."""
    return row.id if isinstance(row, WorkerStatus) else Stopped


def column(
    title: str,
    cell: Cell,
    *,
    stopped: str = "",
    width: int = 0,
    share: int = 1,
    right: bool = False,
    keep_end: bool = True,
) -> Column:
    """A column of what is to tell about a worker; ``stopped`` is what the row of the stopped ones has there."""

    def shown(row: WorkerRow, now: datetime) -> tuple[Piece, ...]:
        if isinstance(row, WorkerStatus):
            return cell(row, now)
        verb = "hides" if row.unfolded else "shows"
        return ((keyed(stopped.format(many=row.many, verb=verb)), Tone.MUTED),)

    return Column(title, shown, width=width, share=share, right=right, keep_end=keep_end)


def name(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """What tells it from the others; the whole id of the one under the cursor stands in the lower border."""
    said = (short_name(worker.id), Tone.STRONG if worker.state in LIVE_STATES else Tone.MUTED)
    return (said,) if worker.local else (said, (f"@{worker.host}" if worker.host else " elsewhere", Tone.MUTED))


def state(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Symbol and word of its state."""
    return (WORKER[worker.state],)


def doing(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """The task in hand and its progress; else when the wait ends, or why it is as it is."""
    if worker.state is WorkerState.SILENT:
        held = ", ".join(f"#{hand.task_id}" for hand in worker.in_hand[:2])
        return pieces((f"for {whole_age(worker.last_seen, now)}", Tone.BAD), f", held {held}" if held else "")
    if worker.in_hand:
        first = worker.in_hand[0]
        more = f" +{len(worker.in_hand) - 1}" if len(worker.in_hand) > 1 else ""
        if first.late and first.deadline is not None:
            late = f"  ⚠ late {whole_age(first.deadline, now)}"
            return pieces(f"#{first.task_id}{more}", (f" {first.progress}%", Tone.BUSY), (late, Tone.WARN))
        if worker.state is WorkerState.DRAINING:
            said = f"finishes #{first.task_id}{more}"
            return pieces(said, (f" {first.progress}%", Tone.BUSY), f" {whole_age(first.since, now)}")
        done = f" {bar(first.progress)} {first.progress}%"
        return pieces(f"#{first.task_id}{more}", (done, Tone.BUSY), f"  {whole_age(first.since, now)}")
    if worker.until is not None and worker.until > now and worker.state in LIVE_STATES:
        why = f": {masked_text(worker.note)}" if worker.note else ""
        return pieces((f"next try in {whole_age(now, worker.until)}", Tone.PLAIN), (why, Tone.WARN))
    return ((masked_text(worker.note), Tone.BAD if worker.state in GONE else Tone.MUTED),)


def doing_alone(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """The same beside `message`, which tells why it waits."""
    said = doing(worker, now)
    return said[:1] if worker.state is WorkerState.BACKING_OFF and not worker.in_hand else said


def state_and_doing(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Both on one line, for narrow lists; a busy worker shows its task instead of the word."""
    if worker.in_hand and worker.state is WorkerState.BUSY:
        return (("● ", Tone.BUSY), *doing(worker, now))
    return (*state(worker, now), ("  ", Tone.PLAIN), *doing(worker, now))


def strategy(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Which task it claims next."""
    return ((worker.strategy, Tone.MUTED),)


def message(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Type of the task in hand and the worker's last words about it; else why it waits, or the types that it claims."""
    if worker.in_hand:
        first = worker.in_hand[0]
        return pieces(TYPES.short(first.task_type), (f"  {masked_text(first.message)}", Tone.MUTED))
    if worker.state is WorkerState.BACKING_OFF and worker.note:
        return ((masked_text(worker.note), Tone.WARN),)
    kinds = [TYPES.short(each) for each in worker.types] or ["any type"]
    return ((kinds[0] if len(kinds) == 1 else count(len(kinds), "type"), Tone.MUTED),)


def done(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Tasks that it did."""
    return ((f"{worker.done:,}", Tone.PLAIN),)


def failed(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Attempts that failed; a task has several, so that these are more than the failed tasks."""
    return ((f"{worker.failed:,}", Tone.WARN if worker.failed else Tone.MUTED),)


def rate(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Attempts that ended in the last minute."""
    known = worker.per_minute is not None
    return ((f"{worker.per_minute:,}" if known else "–", Tone.PLAIN if worker.per_minute else Tone.MUTED),)


def short_rate(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """The same with its unit, for lists without titles; nothing where it is not known."""
    return ((f"{worker.per_minute:,}/min" if worker.per_minute is not None else "", Tone.MUTED),)


def in_a_row(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Failed attempts since its last success."""
    return ((f"{worker.failed_in_a_row:,}" if worker.failed_in_a_row else "–", streak_tone(worker)),)


def heard(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """When it was last heard of."""
    return ((whole_age(worker.last_seen, now), Tone.MUTED),)


def home(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
    """Where it runs."""
    return (("here" if worker.local else f"{worker.host or 'elsewhere'} {worker.pid or ''}".rstrip(), Tone.MUTED),)


FOLDED = "■ {many} stopped"
HOW = "{{open}} {verb} them"
FOLDED_NAME = column("", name, stopped=FOLDED)
NAME = column("Worker", name, share=2)
STATE = column("State", state, stopped=FOLDED, width=13)
DOING = column("Task", doing, stopped=HOW, width=24)
DOING_ALONE = column("Task", doing_alone, stopped=HOW, width=24)
STATE_AND_DOING = column("", state_and_doing, stopped="  " + HOW)
MESSAGE = column("About", message, share=3, keep_end=False)
STRATEGY = column("Strategy", strategy, width=8, right=True)
DONE = column("Done", done, width=6, right=True)
FAILED = column("Failed att.", failed, width=11, right=True)
SHORT_RATE = column("", short_rate, width=9, right=True)
RATE = column("/min", rate, width=5, right=True)
IN_A_ROW = column("In a row", in_a_row, width=8, right=True)
HEARD = column("Heard", heard, width=6, right=True)
HOME = column("Runs", home)
ROOMY = (STATE, DOING_ALONE, MESSAGE, STRATEGY, RATE, DONE, FAILED, IN_A_ROW, HEARD)
LAYOUTS = (
    Layout(((FOLDED_NAME, SHORT_RATE, STRATEGY), (STATE_AND_DOING,)), titles=False),
    Layout(((NAME, STATE, DOING, STRATEGY, RATE, DONE),), at_least=74),
    Layout(((NAME, STATE, DOING, STRATEGY, RATE, DONE, FAILED),), at_least=95),
    Layout(((NAME, STATE, DOING, STRATEGY, RATE, DONE, FAILED, IN_A_ROW),), at_least=105),
    Layout(((NAME, *ROOMY),), at_least=115),
    Layout(((NAME, *ROOMY, HOME),), at_least=153),
)

TYPED: Final = 14
"""Cells of the column of types: those of most short names."""
LEAST_TYPED: Final = 7
"""Cells below which what is left of a type tells nothing."""
NARROW_TYPED: Final = 10
"""Cells of the same behind a name where there is no room for a column."""


def typed_layouts(all_types: Collection[str]) -> tuple[Layout[WorkerRow], ...]:
    """The layouts where workers differ in what they claim: with a column of types in place of others."""

    def types(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
        return ((lacking(worker.types, all_types), Tone.MUTED),)

    def name_and_types(worker: WorkerStatus, now: datetime) -> tuple[Piece, ...]:
        told = lacking(worker.types, all_types).removesuffix(" types")
        return (*name(worker, now), (f"  {cut(head(told), NARROW_TYPED, keep_end=True)}", Tone.MUTED))

    kinds = column("Types", types, width=TYPED)
    named = column("", name_and_types, stopped=FOLDED, keep_end=False)
    return (
        Layout(((named, SHORT_RATE, STRATEGY), (STATE_AND_DOING,)), titles=False),
        Layout(((FOLDED_NAME, kinds, SHORT_RATE, STRATEGY), (STATE_AND_DOING,)), at_least=52, titles=False),
        Layout(((NAME, kinds, STATE, DOING, STRATEGY, RATE),), at_least=74),
        Layout(((NAME, kinds, STATE, DOING, STRATEGY, RATE, DONE),), at_least=85),
        Layout(((NAME, kinds, STATE, DOING, STRATEGY, RATE, DONE, FAILED),), at_least=98),
        Layout(((NAME, kinds, STATE, DOING, STRATEGY, RATE, DONE, FAILED, IN_A_ROW),), at_least=107),
        Layout(((NAME, kinds, *ROOMY),), at_least=130),
        Layout(((NAME, kinds, *ROOMY, HOME),), at_least=168),
    )


GONE = (WorkerState.CRASHED, WorkerState.SILENT)
"""States of workers that ended without being told to."""
ORDER = (
    WorkerState.BUSY,
    WorkerState.IDLE,
    WorkerState.BACKING_OFF,
    WorkerState.PAUSED,
    WorkerState.DRAINING,
    *GONE,
)
"""The order in which the title counts states."""


def group(worker: WorkerStatus) -> WorkerState:
    """The state as which the title counts a worker: with a task in hand it is busy, and idle when it looks for one."""
    if worker.in_hand and worker.state in LIVE_STATES:
        return WorkerState.BUSY
    is_looking = worker.state in (WorkerState.STARTING, WorkerState.POLLING, WorkerState.BUSY)
    return WorkerState.IDLE if is_looking else worker.state


class WorkersPane(ListPane[WorkerRow]):
    """Every worker that is known: those of this board, and those of other processes as far as the server tells."""

    key = "3"
    heading = "Workers"
    about = (
        "The workers. {pause}, {stop}, {stop_now}, {strategy} and {step} are for the marked rows or the one under the "
        "cursor here, for all workers of this board elsewhere; {strategy} asks whether "
        "all are meant; {scale_up} and {scale_down} are for those of its types. "
        "{open} opens a worker. Types are told where not all have the same. Workers of other processes are "
        "shown, not steered. The lower border has the whole id, "
        "and how many runs of its code go on though they were told to stop (abandoned). Failed att. counts attempts, "
        "In a row those since its last success."
    )

    def __init__(self, now: Callable[[], datetime], *, id: str) -> None:
        super().__init__(now, id=id)
        self.unfolded = False
        self._all_types: frozenset[str] = frozenset()
        """The types that a worker can have; empty where none lacks one."""

    def make_list(self) -> RowList[WorkerRow]:
        """Two lines a worker where it is narrow, one where it is wide."""
        return RowList(LAYOUTS, row_id, self.now, markable=True)

    def slice(self, snapshot: Snapshot) -> tuple[WorkerStatus, ...]:
        """The workers."""
        return snapshot.workers

    def show(self, snapshot: Snapshot) -> None:
        """Tell types where workers differ in them."""
        all_types = claimed(snapshot)
        if all_types != self._all_types:
            self._all_types = all_types
            self.row_list.lay_out(typed_layouts(all_types) if all_types else LAYOUTS)
        super().show(snapshot)

    def draw(self, part: Sequence[WorkerStatus]) -> None:
        """Those that live, those that crashed or fell silent, and one row for those that have stopped."""
        stopped = [worker for worker in part if worker.state is WorkerState.STOPPED]
        rows: list[WorkerRow] = [worker for worker in part if worker.state in LIVE_STATES]
        rows += [worker for worker in part if worker.state in GONE]
        if stopped:
            rows += [Stopped(len(stopped), self.unfolded), *(stopped if self.unfolded else ())]
        current = self.row_list.current
        has_ended = isinstance(current, WorkerStatus) and any(worker.id == current.id for worker in stopped)
        # The cursor goes where its worker went, lest the same key, pressed again, stops another one.
        self.row_list.set_rows(rows, heir=Stopped if has_ended else None)

    def fold(self, snapshot: Snapshot) -> None:
        """Show the stopped ones, or hide them."""
        self.unfolded = not self.unfolded
        self.draw(snapshot.workers)
        self.tell(snapshot)

    @property
    def chosen(self) -> list[WorkerStatus]:
        """The marked workers, else the one under the cursor."""
        return [row for row in self.row_list.chosen if isinstance(row, WorkerStatus)]

    def title(self, snapshot: Snapshot) -> Iterable[Piece]:
        """How many are in which state, each counted once: in words where these fit, else by the signs of the rows."""
        many = Counter(group(worker) for worker in snapshot.workers)
        states = [each for each in (*ORDER, WorkerState.STOPPED) if many[each]]
        abandoned = sum(worker.abandoned for worker in snapshot.workers)
        runaways = [(f"  {abandoned} abandoned", Tone.WARN)] if abandoned else []
        room = self.size.width - EDGE - len(f"{self.key} {self.heading}")
        signs = {each: WORKER[each][0][0] for each in states}
        ways = (
            [f"  {many[each]} {each}" for each in states],
            [f"  {signs[each]} {many[each]}" for each in states],
            [f" {signs[each]}{many[each]}" for each in states],
        )
        tones = [WORKER[each][1] for each in states]
        told = [[*zip(way, tones, strict=True), *runaways] for way in ways]
        fitting = (said for said in told if room <= 0 or sum(len(text) for text, _ in said) <= room)
        return next(fitting, told[-1])

    def subtitle(self, snapshot: Snapshot) -> Iterable[Piece]:
        """The types of the worker under the cursor where it has not all, its whole id, and where it is."""
        current = self.row_list.current
        if isinstance(current, WorkerStatus) and (told := lacking(current.types, self._all_types)):
            beside = f"  {current.id}  {self.row_list.cursor + 1} of {len(self.row_list.rows):,}"
            room = self.size.width - EDGE - len(head(beside))
            if room >= LEAST_TYPED:
                yield (f"{cut(told, room, keep_end=True)}  ", Tone.MUTED)
        if isinstance(current, WorkerStatus) and short_name(current.id) != current.id:
            yield (f"{current.id}  ", Tone.PLAIN)
        if isinstance(current, WorkerStatus) and current.abandoned:
            yield (f"{current.abandoned} abandoned  ", Tone.WARN)
        yield from super().subtitle(snapshot)

    def empty(self, snapshot: Snapshot) -> Iterable[Piece]:
        """No worker."""
        return (("No worker runs.", Tone.PLAIN), (keyed("Press {start} to start some."), Tone.MUTED))
