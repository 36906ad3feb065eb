"""Asks which workers to start, says what that will be, and starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Collapsible, Input, Select, SelectionList, Static
from textual.widgets.selection_list import Selection

from core.errors import CoreError
from core.snapshot import Snapshot, TypeRow
from tui.look import Piece, Tone, content, count, lines, number, pieces
from tui.screens.form import Form, labelled, whole_number
from tui.screens.live import LiveScreen
from tui.screens.strategy import MEANING
from tui.widgets.choices import Choices
from tui.widgets.safe_text import cut, head
from tui.wording import told
from tui.worker_deeds import WorkerDeeds

LONGEST = 60
"""Cells of the name of a type, at most."""
MOST_SECONDS = 86_400.0
"""Seconds of the longest poll interval and task timeout: a day."""


class Kinds(Choices):
    """The types; one key each for the one under its cursor alone, and for all."""

    BINDINGS = [Binding("o", "screen.only_this", "Only this one"), Binding("a", "screen.every_type", "All")]


class StartWorkersScreen(Form):
    """How many, for which types, by which strategy, how much at once; folded below: how often they look, how long a
    task may take. ``meant`` is the type for which it was opened, and is chosen alone then; without one all are."""

    AUTO_FOCUS = "#count"
    heading = "Start workers"
    doing = "start"

    def __init__(self, live: LiveScreen, deeds: WorkerDeeds, types: Sequence[TypeRow], meant: str = "") -> None:
        super().__init__()
        self.live, self.deeds, self.meant = live, deeds, meant
        self.workable = [row for row in types if row.workable]
        # The one that is meant first: it is the one that is told by its name.
        self.unworkable = sorted((row.name for row in types if not row.workable), key=lambda name: name != meant)
        self.hindered: dict[str, str] = {}
        self.number = Input("1", id="count", type="integer", compact=True)
        self.concurrency = Input("1", id="concurrency", type="integer", compact=True)
        self.kinds = Kinds(*(Selection(self._prompt(row), row.name, meant in ("", row.name)) for row in self.workable))
        self.strategy: Select[str] = Select(orders(MEANING), value="FIFO", allow_blank=False, compact=True)
        self.poll = Input(placeholder="as its class has it", id="poll", type="number", compact=True)
        self.timeout = Input(placeholder="as its class has it", id="timeout", type="number", compact=True)
        self.plan = Static(id="plan")

    def fields(self) -> ComposeResult:
        """Numbers, types, strategy, times, what will be started."""
        with Horizontal(classes="row"):
            yield labelled("Workers", self.number)
            yield labelled("Tasks at once, each", self.concurrency)
        yield Static(content((("Task types (space chooses, o only this one, a all)", Tone.MUTED),)), classes="label")
        if self.workable:
            yield self.kinds
        else:
            yield Static(content((("No worker for any type is installed here; see PRISMQ_WORKERS.", Tone.WARN),)))
        yield labelled("Claims first", self.strategy)
        with Collapsible(title="Advanced: poll interval, task timeout", collapsed=True), Horizontal(classes="row"):
            yield labelled("Poll interval, seconds", self.poll)
            yield labelled("Task timeout, seconds", self.timeout)
        yield self.plan

    def on_mount(self) -> None:
        """Say what will be started, and learn what keeps types from it; what waits for each is kept up to date."""
        self.kinds.highlighted = next((at for at, row in enumerate(self.workable) if row.name == self.meant), 0)
        self.tell()
        self.learn()
        self.watch(self.live, "snapshot", self.follow, init=False)

    def follow(self, snapshot: Snapshot) -> None:
        """How many tasks of each type wait now; what is chosen stays."""
        now = {row.name: row for row in snapshot.types}
        for place, row in enumerate(self.workable):
            if (newer := now.get(row.name, row)).counts != row.counts:
                self.workable[place] = newer
                self.kinds.replace_option_prompt_at_index(place, self._prompt(newer))

    def action_only_this(self) -> None:
        """Choose the type under the cursor alone."""
        if (place := self.kinds.highlighted) is not None:
            self._choose([self.workable[place].name])

    def action_every_type(self) -> None:
        """Choose all types but those that lack something."""
        self._choose([row.name for row in self.workable if row.name not in self.hindered])

    def _choose(self, names: Sequence[str]) -> None:
        for row in self.workable:
            (self.kinds.select if row.name in names else self.kinds.deselect)(row.name)

    @work(group="learn")
    async def learn(self) -> None:
        """Types that lack something are not chosen, and it is said what they lack; all strategies can be chosen."""
        try:
            self.hindered = await self.deeds.verbs.hindrances()
            known = await self.deeds.verbs.strategies()
        except CoreError as error:
            self.refuse(told(error))
            return
        for row in self.workable:
            if row.name in self.hindered:
                self.kinds.deselect(row.name)
        if known.keys() != MEANING.keys():
            chosen = self.strategy.value
            self.strategy.set_options(orders({name: MEANING.get(name, said) for name, said in known.items()}))
            self.strategy.value = chosen
        self.tell()

    def on_input_changed(self) -> None:
        """Something else will be started."""
        self.tell()

    def on_select_changed(self) -> None:
        """Something else will be started."""
        self.tell()

    def on_selection_list_selected_changed(self, event: SelectionList.SelectedChanged[str]) -> None:
        """Something else will be started."""
        self.tell()

    @property
    def chosen(self) -> list[str]:
        """The types that are chosen, in the order of the list."""
        return [row.name for row in self.workable if row.name in self.kinds.selected]

    def tell(self) -> None:
        """What will be started, and what cannot be."""
        self.plan.update(lines(self.planned()))

    def planned(self) -> Iterator[tuple[Piece, ...]]:
        """Lines about what will be started, and about the types that cannot be."""
        chosen = self.chosen
        if chosen:
            many, at_once = self.number.value.strip() or "?", self.concurrency.value.strip() or "?"
            kinds = short(chosen[0]) if len(chosen) == 1 else f"{len(chosen)} types"
            kinds += " only (under the cursor)" if chosen == [self.meant] else ""
            who = "1 worker" if many == "1" else f"{many} workers"
            load = "1 task" if at_once == "1" else f"{at_once} tasks"
            first = str(self.strategy.value)
            yield pieces(("Starts ", Tone.MUTED), f"{who} for {kinds}, {load} at once each, {first}.")
        elif self.workable:
            yield (("No type is chosen.", Tone.MUTED),)
        for each, why in list(self.hindered.items())[:2]:
            name = short(each)
            yield ((f"⚠ {why}" if each in why else f"⚠ {name}: {why}", Tone.WARN),)
        if self.unworkable:
            more = f" and {len(self.unworkable) - 1} more" if len(self.unworkable) > 1 else ""
            yield ((f"⚠ No worker class here for {short(self.unworkable[0])}{more}.", Tone.WARN),)

    def action_send(self) -> None:
        """Start them."""
        try:
            many = whole_number(self.number.value, "The number of workers", 1, 200)
            at_once = whole_number(self.concurrency.value, "Tasks at once", 1, 1000)
            poll = seconds(self.poll.value, "The poll interval")
            timeout = seconds(self.timeout.value, "The task timeout")
        except ValueError as fault:
            self.refuse(str(fault))
            return
        chosen = self.chosen
        if not chosen:
            self.refuse("Choose at least one type." if self.workable else "There is no type to start workers for.")
            return
        hindered = next((self.hindered[name] for name in chosen if name in self.hindered), "")
        if hindered:
            self.refuse(hindered)
            return
        strategy = str(self.strategy.value)
        start = partial(self.deeds.verbs.start_workers, chosen, count=many, strategy=strategy, concurrency=at_once)

        async def deed() -> str:
            return f"Started {count(len(await start(poll_interval=poll, task_timeout=timeout)), 'worker')}."

        self.send(deed)

    @staticmethod
    def _prompt(row: TypeRow) -> Content:
        waiting = f"  {number(row.counts.pending, exact=row.counts.exact)} pending"
        return content(((row.name, Tone.PLAIN), (waiting, Tone.MUTED)))


def short(name: str) -> str:
    """The name of a type, so that the keys stay in sight below it."""
    return cut(head(name), LONGEST, keep_end=True)


def orders(meaning: Mapping[str, str]) -> list[tuple[str, str]]:
    """What can be chosen as the strategy."""
    return [(f"{name}: {said}", name) for name, said in meaning.items()]


def seconds(text: str, what: str) -> float | None:
    """A time in seconds, None where nothing is typed; a `ValueError` with a sentence where it is none."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MOST_SECONDS:
        raise ValueError(f"{what} must be a number of seconds above 0, at most {MOST_SECONDS:,.0f}.")
    return value
