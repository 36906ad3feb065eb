"""Asks which task workers shall claim next, and shows beforehand which tasks these would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from string import ascii_lowercase
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from core.details import IN_TURN, Preview
from core.diagnosis.outlook import Simulation
from core.errors import CoreError
from core.models import WorkerStatus
from tui.key_map import keyed
from tui.look import Piece, Tone, hanging, lines, pieces
from tui.scope import Scope
from tui.screens.form import Form
from tui.screens.strategy_text import depends, told_of
from tui.wording import CLAIMED_FIRST, take_turns, told
from tui.worker_deeds import WorkerDeeds

MEANING: Final = CLAIMED_FIRST | {
    "LIFO": f"{CLAIMED_FIRST['LIFO']}; old ones may starve",
    "PRIORITY": f"{CLAIMED_FIRST['PRIORITY']}: p9 before p0",
}
"""The strategies that are always there, in short; others are told as they tell themselves."""

TAKEN: Final = "ajk"
"""Letters that are no strategy's: one changes whom it is for, two move the cursor."""

LOOK_EVERY: Final = 2.0
"""Seconds between two looks at what would be claimed next."""
SIMULATE_EVERY: Final = 10.0
"""Seconds between two looks at how long all that wait would wait."""
ROOMY, TIGHT = 30, 24
"""Lines of a terminal from which on there is room for what these figures rest on, and for two sentences a strategy."""
NO_OTHER_ORDER: Final = "One order over all types is not on offer: a type with many tasks would starve the others."
LATER: Final = "Workers that are started later claim first what is chosen at their start."
FRAME: Final = 6
"""Cells of the form beside its text."""
INDENT: Final = 4


class StrategyScreen(Form):
    """One key a strategy, or a cursor; below each the tasks that it would claim next, and what would starve."""

    BINDINGS = [
        Binding("down,j", "step(1)", "Down"),
        Binding("up,k", "step(-1)", "Up"),
        Binding("enter", "use_current", "Use"),
        *(Binding(each, f"letter({each!r})", show=False) for each in ascii_lowercase if each not in TAKEN),
        Binding("a", "switch", "All, or not"),
    ]

    def __init__(
        self,
        deeds: WorkerDeeds,
        workers: Sequence[WorkerStatus],
        now: Callable[[], datetime],
    ) -> None:
        """``workers``: those whom it is for at first; ``a`` goes on to all of this board, and back."""
        super().__init__()
        self.now = now
        self.worker_deeds = deeds
        self._chosen = frozenset(each.id for each in workers)
        self._of_all = len(workers) == len(deeds.steerable())
        self._widened = False
        self.heading = f"Strategy of {self.scope.counted}"
        self.told = Static()
        self.previews: dict[str, Preview | str] = {}
        self.meaning: dict[str, str] = dict(MEANING)
        used = {each.strategy for each in workers}
        self.current = used.pop() if len(used) == 1 else next(iter(MEANING))
        self.simulation = Simulation()
        self._simulated_for: tuple[str, ...] = ()

    @property
    def _meant_ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.scope.meant)

    @property
    def nobody(self) -> str:
        """That nobody is left whom it could be for."""
        everyone = len(self.scope.everyone)
        if not everyone:
            return keyed("No worker of this board is left; {start} starts some, esc leaves.")
        return f"Nobody is left of those that were chosen; a is for all {everyone}, esc leaves."

    @property
    def scope(self) -> Scope:
        """Whom it is for by now: workers come and go while it is open."""
        everyone = self.worker_deeds.steerable()
        chosen = everyone if self._of_all else [each for each in everyone if each.id in self._chosen]
        return Scope(chosen, everyone, self._widened)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that those claim whom it is for."""
        return tuple(dict.fromkeys(name for each in self.scope.meant for name in each.types))

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
        """Ask which strategies there are, and what each would claim next."""
        try:
            known = await self.worker_deeds.verbs.strategies()
        except CoreError as error:
            self.refuse(told(error))
        else:
            self.meaning = {name: MEANING.get(name, said) for name, said in known.items()}
            self.write()
        if self._simulated_for != self._meant_ids:
            self.simulate()
        for name in self.meaning if self.scope.meant else ():
            try:
                self.previews[name] = await self.worker_deeds.verbs.preview(name, self.types)
            except CoreError as error:
                self.previews[name] = told(error)
            self.write()

    @work(exclusive=True, group="simulate")
    async def simulate(self) -> None:
        """Ask how long all that wait would wait under each strategy."""
        self._simulated_for = self._meant_ids
        if not self._simulated_for:
            return
        meant = () if self.scope.for_all else self._simulated_for
        try:
            self.simulation = await self.worker_deeds.verbs.simulate(self.types, meant)
        except CoreError as error:
            self.simulation = Simulation(why_not=told(error))
        self.write()

    def write(self) -> None:
        """Lines as long as there is room for."""
        self.query_one("#frame").border_title = f"Strategy of {self.scope.counted}"
        self.told.update(lines(self.rows(min(76, self.app.size.width) - FRAME)))

    def rows(self, width: int) -> Iterator[tuple[Piece, ...]]:
        """What the form says, in so many cells."""
        if not self.scope.meant:
            yield from hanging((), (self.nobody, Tone.WARN), 0, width)
            return
        now = {each.strategy for each in self.scope.meant}
        known = [each for each in self.previews.values() if isinstance(each, Preview)]
        yield from self.asked(known, width)
        keys, names = letters(self.meaning), max([9, *map(len, self.meaning)])
        for name, meaning in self.meaning.items():
            chosen = ("  now", Tone.GOOD) if name in now else ("", Tone.PLAIN)
            here = ("› ", Tone.STRONG) if name == self.current else ("  ", Tone.PLAIN)
            if self.app.size.height >= ROOMY:
                yield pieces("")
            begun = pieces(here, (keys.get(name, " "), Tone.ACCENT), (f"  {name:<{names}} ", Tone.STRONG))
            *others, last = hanging(begun, (self.within(name, meaning), Tone.PLAIN), names + 6, width - len(chosen[0]))
            yield from (*others, (*last, chosen))
            for piece in self.told_of(name):
                yield from hanging(pieces((" " * INDENT, Tone.PLAIN)), piece, INDENT, width)
        if self.app.size.height >= ROOMY:
            yield pieces("")
        for text, tone in dict.fromkeys(each for preview in known for each in depends(preview)):
            yield from hanging((), (text, tone), 0, width)
        rests_on = (*self.simulation.assumptions, LATER) if self.app.size.height >= ROOMY else ()
        for text in filter(None, (self.simulation.why_not, *rests_on)):
            yield from hanging((), (text, Tone.MUTED), 0, width)

    def asked(self, known: Sequence[Preview], width: int) -> Iterator[tuple[Piece, ...]]:
        """The question, and what holds of every order where there are several types."""
        yield from self.scope.asked(f"What shall {self.scope.who} claim next?", "a", width)
        if take_turns(self.scope.meant) or any(IN_TURN in preview.notes for preview in known):
            more = f" {NO_OTHER_ORDER}" if self.app.size.height >= TIGHT else ""
            yield from hanging((), (IN_TURN + more, Tone.PLAIN), 0, width)

    def within(self, name: str, meaning: str) -> str:
        """What a strategy means for these workers: of several types it orders each by itself."""
        if name in CLAIMED_FIRST and take_turns(self.scope.meant):
            return f"{CLAIMED_FIRST[name]} of each type, in turn"
        return meaning

    def told_of(self, name: str) -> Iterator[Piece]:
        """What is known of a strategy; how long all wait stands for who waits longest where there is little room."""
        outlook = self.simulation.of(name)
        starves = outlook is not None and outlook.starved > 0
        previewed = list(told_of(self.previews.get(name), self.now(), starves=starves))
        if outlook is None or not outlook.waiting:
            yield from previewed
            return
        roomy = self.app.size.height >= TIGHT
        yield from previewed if roomy else previewed[:1]
        yield (f"{'est. ' if roomy else ''}{outlook.sentence}", Tone.WARN if outlook.starved else Tone.PLAIN)

    def hint(self) -> tuple[Piece, ...]:
        """Escape leaves all as it is."""
        return (
            ("⏎", Tone.ACCENT),
            (" or its letter: use it   ", Tone.MUTED),
            ("↑↓", Tone.ACCENT),
            (" move   ", Tone.MUTED),
            ("esc", Tone.ACCENT),
            (" leave", Tone.MUTED),
        )

    def action_switch(self) -> None:
        """Mean all workers of this board, or again those that were chosen."""
        if self.scope.is_part:
            self._widened = not self._widened
            self.previews, self.simulation = {}, Simulation()
            self.write()
            self.look()
            self.simulate()

    def action_letter(self, letter: str) -> None:
        """Claim by the strategy that has this letter, if one has."""
        for name, key in letters(self.meaning).items():
            if key == letter:
                self.use(name)

    def action_step(self, step: int) -> None:
        """Another one under the cursor."""
        names = list(self.meaning)
        place = names.index(self.current) if self.current in names else 0
        self.current = names[(place + step) % len(names)]
        self.write()

    def action_use_current(self) -> None:
        """Claim by the one under the cursor."""
        self.use(self.current)

    def use(self, strategy: str) -> None:
        """Claim by that one, where there is somebody left to do so."""
        scope = self.scope
        if not scope.meant:
            self.refuse(self.nobody)
            return
        self.dismiss()
        self.worker_deeds.use_strategy(strategy, scope, self.way_back(strategy))

    def way_back(self, strategy: str) -> str:
        """The keys that undo it where all these had one strategy; else who had which."""
        before = Counter(each.strategy for each in self.scope.meant)
        if set(before) == {strategy}:
            return ""
        key = letters(self.meaning).get(next(iter(before)))
        if len(before) > 1 or key is None:
            return f" Before: {', '.join(f'{many} {name}' for name, many in before.items())}."
        return f" {keyed('{strategy}')}{' a' if self.scope.is_widened else ''} {key} goes back to {next(iter(before))}."

    def action_send(self) -> None:
        """There is nothing to send but a choice."""


def letters(names: Iterable[str]) -> dict[str, str]:
    """A key for each strategy: the first letter of its name that is free; none where all are taken."""
    found: dict[str, str] = {}
    for name in names:
        free = (each for each in name.lower() if each.isalpha() and each not in TAKEN and each not in found.values())
        if (letter := next(free, None)) is not None:
            found[name] = letter
    return found
