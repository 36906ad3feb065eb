"""The first line of the board: which server, how it is, how much goes on. What does not fit is left out whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.cells import cell_len
from textual.widgets import Static

from core.models import LIVE_STATES, WorkerState, WorkerStatus
from core.snapshot import Holdup, Link, ServerStatus, Snapshot
from tui.key_told import key_behind, with_keys
from tui.look import (
    LINK,
    TIMES,
    Piece,
    Tone,
    content,
    count,
    is_late,
    number,
    time_told,
    unheard,
    until,
    whole_age,
)
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import cut, head
from tui.wording import CLAIMED_FIRST, all_stopping, take_turns

WIDE = 160
"""Columns from which on there is room for every word of a source."""
MATTERS = 3
"""The rank up to which a part is worth more than words where a name would do."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of the line; the higher its ``rank``, the sooner it is left out. ``brief``: the same in fewer cells, where
    something that matters would be left out otherwise."""

    rank: int
    said: tuple[Piece, ...]
    brief: tuple[Piece, ...] = ()

    @property
    def cells(self) -> int:
        """Its width."""
        return sum(cell_len(text) for text, _ in self.said)


class StatusLine(Static):
    """One line that always says how fresh the picture is."""

    DEFAULT_CSS = "StatusLine { height: 1; padding: 0 1; background: $panel; }"
    GAP = 3

    def __init__(self, now: Callable[[], datetime], clock: Callable[[], datetime], *, demo: bool) -> None:
        """``now`` is the time of the picture, which stands still while that is frozen; ``clock`` goes on."""
        super().__init__()
        self.now, self.clock = now, clock
        self.demo = demo
        self.snapshot = Snapshot()
        self.frozen_at: datetime | None = None
        self._said: list[Piece] = []

    def show(self, snapshot: Snapshot, frozen_at: datetime | None) -> None:
        """Tell about this snapshot."""
        self.snapshot, self.frozen_at = snapshot, frozen_at
        self.tick()

    def tick(self) -> None:
        """Ages are older now."""
        said = self._fitting(self.size.width)
        if said != self._said:
            self._said = said
            self.update(content(said), layout=False)  # one line, whatever it says

    def on_resize(self) -> None:
        """More or less fits."""
        self.tick()

    def _fitting(self, width: int) -> list[Piece]:
        items = list(self._items())
        while len(items) > 1 and sum(item.cells for item in items) + self.GAP * (len(items) - 1) > width:
            last = max(items, key=lambda item: item.rank)
            longer = next((item for item in items if item.brief), None)
            if longer is not None and last.rank <= MATTERS:
                items[items.index(longer)] = Item(longer.rank, longer.brief)
            else:
                items.remove(last)
        said: list[Piece] = []
        for item in items:
            said += [(" " * self.GAP, Tone.PLAIN)] * bool(said) + list(item.said)
        return said

    def _items(self) -> Iterator[Item]:
        snapshot, now = self.snapshot, self.now()
        yield Item(9, (("PrismQ Workers", Tone.STRONG),))
        yield Item(5, ((place(snapshot.server, self.demo, 34 if self.size.width >= 100 else 20), Tone.ACCENT),))
        if self.frozen_at is None or snapshot.server.link is not Link.LIVE:
            yield Item(0, link(snapshot.server, now))
        if self.frozen_at is not None:
            old = whole_age(self.frozen_at, self.clock())
            still = f"‖ frozen at {TIMES.here(self.frozen_at):%H:%M:%S}, {old} ago; {{freeze}} goes on"
            yield Item(0, with_keys(still, Tone.WARN))
        yield from self._holding_up(now)
        live = [worker for worker in snapshot.workers if worker.state in LIVE_STATES]
        at_rest = resting(snapshot, live)
        if at_rest:
            yield Item(1, with_keys(at_rest, Tone.WARN))
        yield from self._stuck(at_rest)
        yield from crews(live, at_rest)
        yield Item(4, ((f"{snapshot.throughput.per_second():.1f}/s", Tone.PLAIN),))
        if snapshot.oldest_pending_at is not None:
            yield Item(7, ((f"oldest {whole_age(snapshot.oldest_pending_at, now)}", Tone.PLAIN),))
        failed = number(snapshot.failed, exact=snapshot.counts.exact)
        mixed = " or cancelled" if snapshot.cancelled and not snapshot.cancelled_exact else ""
        if snapshot.failed:
            yield Item(3, ((f"✗ {failed} failed{mixed}", Tone.BAD), key_behind("go_failures")))
        yield from self._reports()
        if snapshot.server.source:
            yield from source(snapshot.server.source, whole=self.size.width >= WIDE)
        yield Item(8, ((time_told(now), Tone.MUTED),))

    def _holding_up(self, now: datetime) -> Iterator[Item]:
        """What keeps all workers from going on."""
        snapshot = self.snapshot
        if snapshot.holdup is not None:
            yield Item(1, ((held_up(snapshot.holdup, 60 if self.size.width >= 100 else 40), Tone.BAD),))
        if snapshot.held:
            why = cut(head(masked_text(snapshot.held)), 60 if self.size.width >= 100 else 40)
            yield Item(1, ((f"‖ no claims: {why}", Tone.BAD),))
        if snapshot.limited_until is not None and snapshot.limited_until > now:
            yield Item(1, ((f"◔ rate limited {until(snapshot.limited_until)}", Tone.WARN),))

    def _stuck(self, at_rest: str) -> Iterator[Item]:
        """That nothing happens at all, where that is not ``at_rest``, and how many tasks are stuck."""
        snapshot = self.snapshot
        if snapshot.nothing_happens and not at_rest and not snapshot.held and snapshot.holdup is None:
            why, is_wide = head(masked_text(snapshot.nothing_happens)), self.size.width >= 100
            said = cut(f"nothing is happening because {why}", 76 if is_wide else 52)
            brief = () if is_wide else ((cut(f"nothing happens: {why}", 44), Tone.WARN),)
            yield Item(1, ((said, Tone.WARN),), brief)
        if snapshot.stuck_count:
            many = number(snapshot.stuck_count, exact=snapshot.stuck_exact)
            yield Item(1, ((f"⚠ {many} stuck", Tone.WARN), key_behind("why_nothing")))

    def _reports(self) -> Iterator[Item]:
        """Reports that are not taken yet, or never were."""
        snapshot = self.snapshot
        if snapshot.reports_waiting:
            yield Item(3, ((f"⇡ {count(snapshot.reports_waiting, 'report')} to deliver", Tone.WARN),))
        if snapshot.reports_aside:
            aside = f"⚠ {count(snapshot.reports_aside, 'report')} kept aside"
            yield Item(3, ((aside, Tone.WARN), key_behind("reports")), ((aside, Tone.WARN),))


def crews(live: Sequence[WorkerStatus], at_rest: str) -> Iterator[Item]:
    """Those that work, and those of this board where all of them stop; none where they all rest, which is told."""
    if leaving := all_stopping(live):
        yield Item(1, ((last_tasks(leaving), Tone.WARN),))
    others = [worker for worker in live if worker not in leaving]
    busy = sum(bool(worker.in_hand) for worker in others)
    if busy or not (leaving or at_rest) or (leaving and others):
        yield crew(others, busy)


def last_tasks(leaving: Sequence[WorkerStatus]) -> str:
    """That these stop, and how many tasks they finish before."""
    hands = sum(len(worker.in_hand) for worker in leaving)
    verb = "finishes" if len(leaving) == 1 else "finish"
    last = f", {verb} {count(hands, 'task')}" if hands else ""
    return f"{count(len(leaving), 'worker')} stopping{last}"


def crew(live: Sequence[WorkerStatus], busy: int) -> Item:
    """How many workers there are, and what those of this board claim first: in words, else by the name of it."""
    leaving = sum(worker.state is WorkerState.DRAINING for worker in live)
    many = (f"workers {len(live)} ({busy} busy{f', {leaving} stopping' if leaving else ''})", Tone.PLAIN)
    ours = [worker for worker in live if worker.local and worker.strategy]
    used = {worker.strategy for worker in ours}
    if not used:
        return Item(2, (many,))
    name = used.pop() if len(used) == 1 else "mixed"
    key = key_behind("strategy")
    within = " per type" if name in CLAIMED_FIRST and take_turns(ours) else ""
    words = "mixed order" if name == "mixed" else CLAIMED_FIRST.get(name, name) + within
    return Item(2, (many, (f": {words}", Tone.PLAIN), key), (many, (f": {name}", Tone.PLAIN), key))


def resting(snapshot: Snapshot, live: Sequence[WorkerStatus]) -> str:
    """That no worker claims because somebody has paused them all here, or none is started, and what ends that; empty
    where it is otherwise."""
    if snapshot.server.link is not Link.LIVE:
        return ""
    if live and all(worker.local and worker.state is WorkerState.PAUSED for worker in live):
        return f"‖ {f'all {len(live)} ' if len(live) > 1 else ''}paused, {{pause}} resumes"
    ended = {worker.state for worker in snapshot.workers if worker.local}
    if live or not (ended or snapshot.nothing_happens):  # at once: that nothing happens is seen late
        return ""
    return f"■ {'all stopped' if ended == {WorkerState.STOPPED} else 'no workers'}, {{start}} starts"


def held_up(holdup: Holdup, width: int) -> str:
    """Whose code lets nothing else go on, and where that is."""
    who = cut(f"■ {head(holdup.worker_id)}", width // 2, keep_end=True)
    place = head(holdup.place.rsplit("/", 1)[-1])
    return f"{who} blocks at {cut(place, width - len(who))}"


def link(server: ServerStatus, now: datetime) -> tuple[Piece, ...]:
    """State of the connection, how old the data is, and when it is tried again."""
    if is_late(server, now):
        return tuple(unheard(server, now))
    said = [LINK[server.link]]
    if server.heard_at is not None:
        heard = whole_age(server.heard_at, now)  # tenths would make all that stands behind them jump
        said.append((f" {heard}" if server.link is Link.LIVE else f", heard {heard} ago", Tone.MUTED))
    if server.retry_at is not None and server.retry_at > now:
        what = "looks again" if server.link is Link.LIVE else "next try"  # live: a rate limit lets us look seldom
        said.append((f", {what} in {whole_age(now, server.retry_at)}", Tone.MUTED))
    return tuple(said)


def place(server: ServerStatus, demo: bool, width: int) -> str:
    """Which TaskManager: its address, or the file of the embedded one, shortened in the middle."""
    label = head(masked_text(server.label))
    if server.embedded:
        path = Path(label)
        home = str(Path.home())
        label = "~" + label.removeprefix(home) if label.startswith(home + "/") else label
        if len(label) > width - 6 and path.name:
            folded = f"{'~' if label.startswith('~') else ''}/…/{path.name}"
            label = folded if len(folded) <= width - 6 else path.name
        label = f"{'demo' if demo else 'local'} {label}".rstrip()
    return cut(label, width)


def source(said: str, *, whole: bool) -> Iterator[Item]:
    """Where videos come from. What may run out there ("youtube_api, 9,432 of 10,000 units left today") outlives most
    of the line, in few words."""
    name, _, standing = said.partition(", ")
    if whole or not standing:
        yield Item(4 if standing else 6, ((f"source {said}", Tone.MUTED),))
        return
    left, _, rest = standing.partition(" of ")
    yield Item(4, ((f"{name} {left} left", Tone.MUTED),))
    if rest.endswith("no searches"):
        yield Item(5, (("no searches", Tone.WARN),))
