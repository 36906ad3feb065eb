"""Asks which task workers shall claim next, and shows beforehand which tasks these would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from core.diagnosis.simulation import Simulation
from core.errors import CoreError
from core.models import Task, WorkerStatus
from core.snapshot import Preview
from tui.look import Piece, Tone, hanging, lines, pieces, whole_age
from tui.screens.form import Form
from tui.wording import the_workers, told
from tui.worker_deeds import WorkerDeeds

STRATEGIES: Final = ("FIFO", "LIFO", "PRIORITY")
"""The names by which workers claim."""

MEANING: Final = {
    "FIFO": "the oldest task first",
    "LIFO": "the newest first; old ones may starve",
    "PRIORITY": "the highest first, where the server can",
}

LOOK_EVERY: Final = 2.0
"""Seconds between two looks at what would be claimed next."""
SIMULATE_EVERY: Final = 10.0
"""Seconds between two looks at how long all that wait would wait."""
ROOMY, TIGHT = 30, 24
"""Lines of a terminal from which on there is room for what these figures rest on, and for two sentences a strategy."""
FRAME: Final = 6
"""Cells of the form beside its text."""
INDENT: Final = 3


class StrategyScreen(Form):
    """One key a strategy; below each the tasks that it would claim next, and what would starve."""

    BINDINGS = [Binding(name[0].lower(), f"use('{name}')", name) for name in STRATEGIES]
    heading = "Strategy"

    def __init__(
        self,
        deeds: WorkerDeeds,
        workers: Sequence[WorkerStatus],
        now: Callable[[], datetime],
        *,
        everyone: bool,
    ) -> None:
        super().__init__()
        self.now = now
        self.worker_deeds = deeds
        self.workers_meant = workers
        self.everyone = everyone
        self.types = tuple(dict.fromkeys(name for each in workers for name in each.types))
        self.told = Static()
        self.previews: dict[str, Preview | str] = {}
        self.simulation = Simulation()

    def fields(self) -> ComposeResult:
        """Who, what each strategy means, what it would claim."""
        yield self.told

    def on_mount(self) -> None:
        """Look at once, and now and then."""
        self.write()
        self.look()
        self.simulate()
        self.set_interval(LOOK_EVERY, self.look)
        self.set_interval(SIMULATE_EVERY, self.simulate)

    def on_resize(self) -> None:
        """Write it anew where there is more or less room."""
        self.write()

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Ask what each strategy would claim next."""
        for name in STRATEGIES:
            try:
                self.previews[name] = await self.worker_deeds.verbs.preview(name, self.types)
            except CoreError as error:
                self.previews[name] = told(error)
            self.write()

    @work(exclusive=True, group="simulate")
    async def simulate(self) -> None:
        """Ask how long all that wait would wait under each strategy."""
        meant = () if self.everyone else tuple(each.id for each in self.workers_meant)
        try:
            self.simulation = await self.worker_deeds.verbs.simulate(self.types, meant)
        except CoreError as error:
            self.simulation = Simulation(why_not=told(error))
        self.write()

    def write(self) -> None:
        """Lines as long as there is room for."""
        self.told.update(lines(self.rows(min(76, self.app.size.width) - FRAME)))

    def rows(self, width: int) -> Iterator[tuple[Piece, ...]]:
        """What the form says, in so many cells."""
        who = "all workers of this board" if self.everyone else the_workers([each.id for each in self.workers_meant])
        now = {each.strategy for each in self.workers_meant}
        yield pieces(f"Which task shall {who} claim next?")
        for name in STRATEGIES:
            chosen = ("  now", Tone.GOOD) if name in now else ("", Tone.PLAIN)
            yield pieces((name[0].lower(), Tone.ACCENT), f"  {name:<9} {MEANING[name]}", chosen)
            for piece in self.told_of(name):
                yield from hanging(pieces((" " * INDENT, Tone.PLAIN)), piece, INDENT, width)
        known = [each for each in self.previews.values() if isinstance(each, Preview)]
        for text, tone in dict.fromkeys(each for preview in known for each in depends(preview)):
            yield from hanging((), (text, tone), 0, width)
        rests_on = self.simulation.assumptions if self.app.size.height >= ROOMY else ()
        for text in filter(None, (self.simulation.why_not, *rests_on)):
            yield from hanging((), (text, Tone.MUTED), 0, width)

    def told_of(self, name: str) -> Iterator[Piece]:
        """What is known of a strategy; how long all wait stands for who waits longest where there is little room."""
        outlook = self.simulation.of(name)
        previewed = list(told_of(self.previews.get(name), self.now()))
        if outlook is None or not outlook.waiting:
            yield from previewed
            return
        yield from previewed if self.app.size.height >= TIGHT else previewed[:1]
        yield (outlook.sentence, Tone.WARN if outlook.starved else Tone.PLAIN)

    def hint(self) -> tuple[Piece, ...]:
        """Escape leaves all as it is."""
        return (("esc", Tone.ACCENT), (" leave all as it is", Tone.MUTED))

    def action_use(self, strategy: str) -> None:
        """Claim by that one."""
        self.dismiss()
        self.worker_deeds.use_strategy(strategy, self.workers_meant)

    def action_send(self) -> None:
        """There is nothing to send but a choice."""


def told_of(preview: Preview | str | None, now: datetime) -> Iterator[Piece]:
    """What is known of what a strategy would claim."""
    if preview is None:
        yield ("looking…", Tone.MUTED)
    elif isinstance(preview, str):
        yield (f"✗ {preview}", Tone.BAD)
    elif not preview.tasks:
        yield ("Nothing is pending for these workers.", Tone.MUTED)
    else:
        yield (f"next {', '.join(named(task, preview.strategy) for task in preview.tasks)}", Tone.PLAIN)
        yield starved(preview, now)


def depends(preview: Preview) -> Iterator[Piece]:
    """What must be known of an order to rely on it; the same for several strategies."""
    if not preview.exact:
        yield (f"⚠ Only the newest {preview.searched or 0:,} pending tasks were looked at.", Tone.WARN)
    for note in preview.notes:
        yield (note, Tone.MUTED)


def named(task: Task, strategy: str) -> str:
    """A task in a list of those that are next."""
    return f"#{task.id} p{task.priority}" if strategy == "PRIORITY" else f"#{task.id}"


def starved(preview: Preview, now: datetime) -> Piece:
    """Which task would wait for all others, in one line."""
    last = preview.last
    shown = {task.id for task in preview.tasks}
    if last is None:
        return ("Nothing starves: each task gets its turn.", Tone.MUTED)
    if last.id in shown:
        return ("Nothing starves now: all that wait are next.", Tone.MUTED)
    waits = f" (waits {whole_age(last.created_at, now)})" if last.created_at is not None else ""
    rank = f" p{last.priority}" if preview.strategy == "PRIORITY" else ""
    others = "higher" if preview.strategy == "PRIORITY" else "newer"
    return (f"Starves #{last.id}{rank}{waits} while {others} ones come.", Tone.WARN)
