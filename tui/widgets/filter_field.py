"""The field in which the queue is narrowed; an error in it stands below, and the last good filter stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from rich.highlighter import Highlighter
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from core.errors import BadFilter
from core.filters import TaskFilter
from core.models import TaskStatus
from core.snapshot import Snapshot
from tui.key_map import keyed
from tui.look import Piece, Tone, content, lines, short_name
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import head, safe

LIKELY = 2
"""Characters from which on a word that may become the name of a term is waited for."""

MOST_KEPT = 50
MOST_LINES = 2
"""Lines of what is said to be wrong."""
CLOSED = ("status", "stuck")
"""Terms whose values are all known: the beginning of one means nothing by itself."""
PLAIN_NAME = re.compile(r"[\w\-]+")

EXAMPLE = "free text  status:failed  type:Video*  age:>5m"

NUMBER = 'A number is an id; in quotes it is a text, as in "42".'


def hint() -> tuple[Piece, ...]:
    """What can be done with what is typed."""
    told = {"{keep}": "keeps the filter", "{drop}": "clears it", "→": "completes", "{older_filter}": "earlier ones"}
    return tuple(
        each for key, does in told.items() for each in ((keyed(key), Tone.ACCENT), (f" {does}   ", Tone.MUTED))
    )


class Terms(Suggester):
    """Completes the last word of a filter: names of terms, statuses, types, workers, names of parameters."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._types: tuple[str, ...] = ()
        self._workers: tuple[str, ...] = ()
        self._params: tuple[str, ...] = ()
        self._learnt: tuple[object, object] = (None, None)

    def learn(self, snapshot: Snapshot) -> None:
        """Complete the names that can be seen; values of parameters are never offered, they may be secrets."""
        if (snapshot.types, snapshot.workers) == self._learnt:
            return
        self._learnt = (snapshot.types, snapshot.workers)
        self._types = tuple(row.name for row in snapshot.types if can_be_typed(row.name))
        workers = (short_name(worker.id) for worker in snapshot.workers)
        self._workers = tuple(name for name in workers if can_be_typed(name))
        schemas = [row.param_schema for row in snapshot.types if row.param_schema]
        names = {str(name): 0 for schema in schemas for name in schema.get("properties") or ()}
        self._params = tuple(f"params.{name}:" for name in names if PLAIN_NAME.fullmatch(name))

    async def get_suggestion(self, value: str) -> str | None:
        """The line with its last word completed, or nothing."""
        before, word = parted(value)
        found = next(self._completions(word), None)
        return before + found if found else None

    def finished(self, value: str) -> str:
        """The line, with the value at its end finished where it is the beginning of one that is known: what is shown
        behind the cursor is what enter means. A name or a text that is begun may be all that is meant."""
        before, word = parted(value)
        name, colon, begun = word.partition(":")
        closed = colon and begun and name in CLOSED and word not in self._known(word)
        return before + next(self._completions(word), word) if closed else value

    def unfinished(self, value: str) -> bool:
        """Whether the last word is on its way to something that we know: too early to judge it, or to act on it."""
        _, word = parted(value)
        known = word in self._known(word)
        return len(word) >= LIKELY and not known and any(True for _ in self._completions(word))

    def _completions(self, word: str) -> Iterator[str]:
        return (each for each in self._known(word) if word and each != word and each.startswith(word))

    def _known(self, word: str) -> list[str]:
        """Everything that a word may become; behind a comma the last of several values."""
        from core.filters.reading import NAMES

        head, colon, value = word.partition(":")
        values = {
            "status": tuple(TaskStatus),
            "type": self._types,
            "worker": self._workers,
            "stuck": ("yes", "no"),
        }.get(head, ())
        if not colon:
            first = [
                f"{name}:{each}" for name, some in (("status", TaskStatus), ("type", self._types)) for each in some
            ]
            return [*first, *(f"{name}:" for name in NAMES if name != "params."), *self._params]
        listed, comma, _ = value.rpartition(",")
        return [f"{head}:{listed}{comma}{each}" for each in values]


def can_be_typed(name: str) -> bool:
    """Whether a name is a word that a field shows as it is: others are never put into one."""
    return safe(name) == name and " " not in name


def parted(value: str) -> tuple[str, str]:
    """What stands before the last word and its hyphen, and that word."""
    before, space, word = value.rpartition(" ")
    plain = word.removeprefix("-")
    return before + space + word[: len(word) - len(plain)], plain


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
    FilterField Static { height: auto; max-height: 2; }
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
        self.input = Input(
            placeholder=EXAMPLE, suggester=self.terms, highlighter=self.place, select_on_focus=False, compact=True
        )
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
        """Try what is typed so far, unless it is on its way to a word that we know."""
        event.stop()
        if self.terms.unfinished(event.value):
            self._all_well()
        else:
            self._read(event.value)

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
        self.post_message(self.Changed(wanted))
        return True

    def _all_well(self) -> None:
        self.place.at = None
        self.fault.update(content(hint()))
