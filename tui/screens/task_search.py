"""Searching the screen of a task: the field, the places that were found, and which of them the cursor is on."""

from __future__ import annotations

from contextlib import aclosing
from time import monotonic

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.look import Tone, content
from tui.widgets.branches import Path
from tui.widgets.outline_canvas import amount
from tui.widgets.reader import MOST_HITS, Reader

LARGE = 100_000
"""Characters from which on it is told how far a search is."""

TELLS = 0.1
"""Seconds after which it is told again how far a search is: to lay out the line takes longer than a step of it."""


class SearchLine(Horizontal):
    """One line to type in, hidden until it is asked for; it stays while something is searched for."""

    DEFAULT_CSS = """
    SearchLine { height: 1; display: none; padding: 0 1; }
    SearchLine.-open { display: block; }
    SearchLine .slash { width: 2; }
    SearchLine Input { border: none; height: 1; padding: 0; background: $boost; width: 1fr; }
    SearchLine .told { width: auto; padding: 0 1; }
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self.input = Input(placeholder="search all sections", compact=True, select_on_focus=True)
        self.told = Static(classes="told")
        self.hits: list[Path] = []
        self.at = -1
        self.looked = 0
        """How many characters were searched."""
        self.is_over = True
        """Whether everything was."""
        self._goes = False
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """The slash, the text, how many places there are."""
        yield Static("/", classes="slash")
        yield self.input
        yield self.told

    @property
    def is_open(self) -> bool:
        """Whether something is searched for, or about to be."""
        return self.has_class("-open")

    def open(self) -> None:
        """Ask what to search for."""
        self.add_class("-open")
        self.screen.set_focus(self.input)  # at once: what is typed next is no command

    def close(self) -> None:
        """Search for nothing any more."""
        self.remove_class("-open")
        with self.input.prevent(Input.Changed):
            self.input.value = ""
        self.seek("")
        self.hits, self.looked = [], 0
        self.reader.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as one types."""
        event.stop()
        self.seek(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read on where it was found; n and N go round."""
        event.stop()
        if self.input.value:
            self.reader.focus()
        else:
            self.close()

    def seek(self, text: str) -> None:
        """Search for a text, and no more for another."""
        self.workers.cancel_group(self, "walk")
        self._seek(text)

    def again(self) -> None:
        """What was searched has changed; the cursor stays where it is."""
        if self._wanted:
            self._seek(self._wanted, self.hits[self.at] if 0 <= self.at < len(self.hits) else None)

    @work(group="seek", exclusive=True)
    async def _seek(self, text: str, here: Path | None = None) -> None:
        """Search through everything, and go to the first place unless the cursor is ``here``."""
        self._wanted, self.hits, self.at, self.looked, self.is_over = text, [], -1, 0, False
        told = 0.0
        async with aclosing(self.reader.find(text)) as finds:
            async for paths, self.looked in finds:
                first = not self.hits
                self.hits += paths
                if here in paths:
                    self.at = self.hits.index(here)
                elif here is None and first and paths:
                    self._walk(0)
                if (now := monotonic()) >= told + TELLS:
                    told = now
                    self._count()
        self.is_over = True
        self._count()

    def step(self, step: int) -> bool:
        """To the next place, or the one before; round the end of what is found so far. Answers whether there is any."""
        if self.hits:
            self._walk((self.at + step) % len(self.hits) if self.at >= 0 else 0)
        return bool(self.hits)

    def _walk(self, place: int) -> None:
        self.at = place
        self._go(self.hits[place])

    @work(group="walk", exclusive=True)
    async def _go(self, path: Path) -> None:
        self._goes = True
        self._count()
        try:
            await self.reader.go_to(path)
        finally:
            self._goes = False
            self._count()

    def _count(self) -> None:
        """Say where one is among how many, and how far the search is."""
        if not self._wanted:
            self._tell("")
        elif self.is_over and not self.hits:
            self._tell("nowhere", Tone.WARN)
        else:
            full = len(self.hits) > MOST_HITS
            many = f"{MOST_HITS:,}+" if full else f"{len(self.hits):,}{'' if self.is_over else '+'}"
            place = f"{self.at + 1:,} of {many}" if self.at >= 0 else f"{many} places"
            told = [
                place if self.hits else "",
                "" if self.is_over else self._progress(),
                "reading…" if self._goes else "",
            ]
            self._tell("  ".join(filter(None, told)))

    def _progress(self) -> str:
        total = self.reader.outline.total
        if total < LARGE:
            return "searching…"
        done, unit = amount(total).split()
        return f"searched {min(self.looked, total) / {'MB': 1e6, 'kB': 1e3}[unit]:.1f} of {done} {unit}"

    def _tell(self, text: str, tone: Tone = Tone.MUTED) -> None:
        self.told.update(content(((text, tone),)))
