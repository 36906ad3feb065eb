"""Searching the screen of a task: the field, the places that were found, and which of them the cursor is on."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.look import Tone, content
from tui.widgets.outline import Path
from tui.widgets.reader import MOST_HITS, Reader


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
        self._wanted = ""
        self._searched: str | None = None

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
        """Search for a text; while one is searched for, only the newest is kept."""
        self._wanted = text
        if not any(worker.group == "seek" and worker.is_running for worker in self.workers):
            self._seek()

    def again(self) -> None:
        """What was searched has changed; the cursor stays where it is."""
        if self._searched:
            self._searched = None
            here = self.hits[self.at] if 0 <= self.at < len(self.hits) else None
            self._seek(here=here)

    @work(group="seek")
    async def _seek(self, here: Path | None = None) -> None:
        while self._wanted != self._searched:
            self._searched = text = self._wanted
            self._tell("searching…")
            self.hits = await self.reader.find(text)
            if here is not None:
                self.at = self.hits.index(here) if here in self.hits else -1
                here = None
            else:
                self.at = -1
                if self.hits and text == self._wanted:
                    await self._go(0)
        self._count()

    def step(self, step: int) -> bool:
        """To the next place, or the one before; round the end. Answers whether there is any."""
        if self.hits:
            self._walk((self.at + step) % len(self.hits) if self.at >= 0 else 0)
        return bool(self.hits)

    @work(group="walk")
    async def _walk(self, place: int) -> None:
        await self._go(place)

    async def _go(self, place: int) -> None:
        self.at = place
        self._count()
        await self.reader.go_to(self.hits[place])

    def _count(self) -> None:
        if not self._wanted:
            self._tell("")
        elif not self.hits:
            self._tell("nowhere", Tone.WARN)
        else:
            many = f"{MOST_HITS:,}+" if len(self.hits) > MOST_HITS else f"{len(self.hits):,}"
            self._tell(f"{self.at + 1:,} of {many}" if self.at >= 0 else f"{many} places")

    def _tell(self, text: str, tone: Tone = Tone.MUTED) -> None:
        self.told.update(content(((text, tone),)))
