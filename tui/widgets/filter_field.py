"""The field in which the queue is narrowed; an error in it stands below, and the last good filter stays."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.highlighter import Highlighter
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from core.errors import BadFilter
from core.filters import TaskFilter
from tui.key_map import keyed
from tui.look import Piece, Tone, content, lines
from tui.widgets.filter_terms import Terms
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import cut, head

MOST_KEPT = 50
MOST_LINES = 3
"""Lines of what is said to be wrong."""
EXAMPLE = "text or URL  status:failed  stuck:yes  type:Video*  age:>5m"
SHORT_EXAMPLE = "text or URL  status:failed  stuck:yes  type:Video*"
AROUND = 8
"""Cells of the screen beside what is typed: frame, room and cursor."""

AS_TYPED = "This TaskManager finds an address only as it was typed."
NUMBER = 'A number is an id; in quotes it is a text, as in "42".'


def hint() -> tuple[Piece, ...]:
    """What can be done with what is typed."""
    told = {"{keep}": "keeps the filter", "{drop}": "clears it", "→": "completes", "{older_filter}": "earlier ones"}
    return tuple(
        each for key, does in told.items() for each in ((keyed(key), Tone.ACCENT), (f" {does}   ", Tone.MUTED))
    )


def addressed(wanted: TaskFilter) -> str:
    """What is looked for in place of the addresses that were typed."""
    names = ", ".join(masked_text(named) for named in wanted.addressed)
    return f"Looks for {names} in any form of its address; in quotes, as typed."


class FilterInput(Input):
    """The line; at its end, ``→`` makes of the last word what it is on its way to, or what is likely meant by it."""

    def __init__(self, terms: Terms, highlighter: Highlighter) -> None:
        super().__init__(
            placeholder=EXAMPLE, suggester=terms, highlighter=highlighter, select_on_focus=False, compact=True
        )
        self.terms = terms

    def action_cursor_right(self, select: bool = False) -> None:
        """Complete, else go right."""
        taken = self.terms.taken(self.value) if self.cursor_at_end and not select else None
        if taken is None:
            super().action_cursor_right(select)
        else:
            self.value = taken
            self.cursor_position = len(taken)


class Place(Highlighter):
    """Marks the place in the line that cannot be read, also where there are no colours."""

    def __init__(self) -> None:
        self.at: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Underline it; where something is missing, what stands before."""
        if self.at is not None:
            start, end = self.at
            text.stylize("underline bold reverse", start if end > start else max(0, start - 1), max(end, start))


class FilterField(Vertical):
    """One line to type a filter in, hidden until it is asked for."""

    DEFAULT_CSS = """
    FilterField { height: auto; display: none; padding: 0 2; }
    FilterField.-open { display: block; }
    FilterField Input { border: none; height: 1; padding: 0; background: $boost; }
    FilterField Static { height: auto; min-height: 1; }
    """

    @dataclass
    class Changed(Message):
        """Another filter was typed, and it can be read."""

        filter: TaskFilter

    @dataclass
    class Closed(Message):
        """The field is done with."""

    def __init__(self) -> None:
        super().__init__()
        self.terms = Terms()
        self.place = Place()
        self.kept: list[str] = []
        """Filters that were kept, the newest first."""
        self._recalled = -1
        self._typed = ""
        self.input = FilterInput(self.terms, self.place)
        self.fault = Static()

    def compose(self) -> ComposeResult:
        """The line, and what is wrong with it."""
        yield self.input
        yield self.fault

    def open(self, current: TaskFilter) -> None:
        """Ask for a filter, beginning with the present one."""
        self.add_class("-open")
        with self.prevent(Input.Changed):
            self.input.value = str(current)
        self.input.cursor_position = len(self.input.value)
        self._recalled, self._typed = -1, self.input.value
        self.input.placeholder = EXAMPLE if self.app.size.width > len(EXAMPLE) + AROUND else SHORT_EXAMPLE
        self._all_well()
        self.screen.set_focus(self.input)  # at once: what is typed next is no command

    def recall(self, step: int) -> None:
        """An older filter that was kept (1), or a newer one (-1); before the newest stands what was typed."""
        if self._recalled < 0:
            self._typed = self.input.value
        place = max(-1, min(self._recalled + step, len(self.kept) - 1))
        if place != self._recalled:
            self._recalled = place
            self.input.value = self.kept[place] if place >= 0 else self._typed
            self.input.cursor_position = len(self.input.value)

    def close(self) -> None:
        """Hide; the filter stays."""
        self.remove_class("-open")
        self.post_message(self.Closed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Try what is typed so far, without a word at its end that is on its way to one that we know."""
        event.stop()
        if not self.terms.unfinished(event.value):
            self._read(event.value)
            return
        self._all_well()
        try:
            self.post_message(self.Changed(TaskFilter.parse(event.value.rpartition(" ")[0])))
        except BadFilter:
            return  # such as an OR, which the word belongs to

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.keep()

    def keep(self) -> None:
        """Hide the field and keep the filter, unless it cannot be read; a value that is begun is finished first."""
        self.input.value = self.terms.finished(self.input.value)
        line = self.input.value.strip()
        if self._read(self.input.value):
            if line:
                self.kept = [line, *(each for each in self.kept if each != line)][:MOST_KEPT]
            self.close()

    def drop(self) -> None:
        """Hide the field, and show the whole queue."""
        self.post_message(self.Changed(TaskFilter()))
        self.close()

    def _read(self, line: str) -> bool:
        try:
            wanted = TaskFilter.parse(line)
        except BadFilter as error:
            self.place.at = (error.start, error.end)
            self.input.refresh()
            said = f"✗ {head(masked_text(str(error)))}"
            width = self.fault.size.width or self.app.size.width
            shown = wrap(said, width, max_lines=MOST_LINES, placeholder="…")  # what is typed is part of it
            self.fault.update(lines(((line, Tone.BAD),) for line in shown))
            return False
        self._all_well()
        if wanted.only_id is not None and "id:" not in line:
            self.fault.update(content(((NUMBER, Tone.MUTED),)))
        elif wanted.addressed:
            self.fault.update(content(((addressed(wanted), Tone.MUTED),)))
        self.post_message(self.Changed(wanted))
        return True

    def _all_well(self) -> None:
        self.place.at = None
        self.fault.update(content(self._hint()))

    def _hint(self) -> tuple[Piece, ...]:
        """What can be done with what is typed; of the last word, what it may become."""
        found = [masked_text(each) for each in self.terms.choices(self.input.value)]
        if not found:
            return hint()
        first, others = found[0], "".join(f"  {each}" for each in found[1:])
        room = self.input.size.width - cell_len(first) - 2
        keeps = hint()[:4]
        fits = cell_len(others) + 3 + sum(cell_len(text) for text, _ in keeps) <= room
        rest = (("   ", Tone.PLAIN), *keeps) if fits else ()
        return (("→", Tone.ACCENT), (f" {first}", Tone.PLAIN), (cut(others, max(0, room)), Tone.MUTED), *rest)
