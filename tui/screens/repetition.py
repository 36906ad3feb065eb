"""How often a task is made from one form, and which of its texts gets the number."""

from __future__ import annotations

from collections.abc import Mapping

from textual.widgets import Input, Select

from core.form_values import counted, text_at
from core.forms import Field, Kind, Path, every
from core.models import Json
from tui.look import Piece, Tone, content
from tui.screens.task_news import dotted, repetition_told
from tui.widgets.safe_text import head


class Repetition:
    """What ``times`` and ``counter`` say of the parameters that are typed. The editors belong to the form."""

    def __init__(self, times: Input, counter: Select[str]) -> None:
        self._times, self._editor = times, counter
        self._fields: tuple[Field, ...] = ()
        self._texts: dict[str, Path] = {}
        self._is_chosen = False

    def offer(self, fields: tuple[Field, ...]) -> None:
        """Let one of the texts among these fields get the number."""
        self._fields = fields
        self._texts = {dotted(each.path): each.path for each in every(fields) if each.kind in (Kind.TEXT, Kind.LINES)}
        self._editor.set_options([(content(((head(name, 60), Tone.PLAIN),)), name) for name in self._texts])

    def note_choice(self) -> None:
        """The counter is another: from now on it is left where it is, if it was not changed from here."""
        self._is_chosen = self._is_chosen or self._editor.has_focus_within  # also that of its open list

    @property
    def many(self) -> bool:
        """Whether more than one is made."""
        return self._times.value.strip() not in ("", "0", "1")

    def counter(self, params: Mapping[str, Json]) -> Path | None:
        """The text that gets the number: the one that was chosen, else the first in which ``{n}`` is written."""
        if isinstance(self._editor.value, str):
            return self._texts.get(self._editor.value)
        return next((path for path in self._texts.values() if "{n}" in text_at(params, path)), None)

    def first(self, params: dict[str, Json]) -> dict[str, Json]:
        """The parameters of the task that is made first."""
        counter = self.counter(params) if self.many else None
        return counted(params, counter, 1) if counter is not None else params

    def count_somewhere(self, params: Mapping[str, Json]) -> None:
        """Several that are all the same would be one: unless someone chose, the number goes where it is likeliest."""
        if self.many and self.counter(params) is None and not self._is_chosen:
            required = [each.path for each in every(self._fields) if each.required]
            likely = next((path for path in self._texts.values() if path in required), None)
            if likely is not None:
                self._editor.value = dotted(likely)

    def told(self, params: Mapping[str, Json]) -> tuple[Piece, ...]:
        """Where the number goes."""
        written = not isinstance(self._editor.value, str)
        return repetition_told(self.counter(params), self._times.value.strip(), written)
