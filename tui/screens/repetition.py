"""How many tasks are made from one form, and which of its texts gets the number that makes each another."""

from __future__ import annotations

from collections.abc import Mapping

from textual.widgets import Input, Select

from core.form_values import NUMBER, counted, text_at
from core.forms import Field, Kind, Path, every
from core.models import Json
from core.repeating import MOST_TIMES
from tui.look import Piece, Tone, content
from tui.screens.form import labelled, whole_number
from tui.screens.task_news import dotted, repetition_told
from tui.widgets.safe_text import head

FREE_FORMATS = ("", "uri", "uri-reference", "iri")
"""Formats of texts that are still of that format with a number at their end."""


class Repetition:
    """What ``times`` and ``counter`` say of the parameters that are typed. The editors belong to the form; where the
    number goes is asked for, under ``numbered``, only while there is more than one."""

    def __init__(self, times: Input, counter: Select[str]) -> None:
        self._times, self._editor = times, counter
        self.numbered = labelled("Numbered in", counter)
        self.numbered.add_class("wide")
        self.numbered.visible = False
        self._fields: tuple[Field, ...] = ()
        self._texts: dict[str, Path] = {}
        self._given: object = Select.NULL
        self._is_chosen = False

    def offer(self, fields: tuple[Field, ...]) -> None:
        """Let one of the texts among these fields get the number."""
        self._fields = tuple(each for each in every(fields) if each.kind in (Kind.TEXT, Kind.LINES))
        self._texts = {dotted(each.path): each.path for each in self._fields}
        self._editor.set_options([(content(((head(name, 60), Tone.PLAIN),)), name) for name in self._texts])
        self._given, self._is_chosen = self._editor.value, False

    def is_chosen_anew(self) -> bool:
        """Whether someone chose another text, or none: from now on it is left where it is."""
        if self._editor.value == self._given:
            return False
        self._given, self._is_chosen = self._editor.value, True
        return True

    def settle(self, params: Mapping[str, Json]) -> None:
        """Unless someone chose, number the text in which ``{n}`` is written, else the likeliest one."""
        self.numbered.visible = self.many
        if not self._is_chosen:
            likely = self._likely(params)
            self._given = Select.NULL if likely is None else dotted(likely)
            self._editor.value = self._given

    def _likely(self, params: Mapping[str, Json]) -> Path | None:
        def rank(field: Field) -> int | None:
            text = text_at(params, field.path)
            if NUMBER in text:
                return 0
            strict = field.format not in FREE_FORMATS or any(each.startswith("pattern ") for each in field.limits)
            return 1 + 2 * strict + (not field.required) if field.required or text else None

        ranked = [(place, field.path) for field in self._fields if (place := rank(field)) is not None]
        return min(ranked, key=lambda each: each[0])[1] if ranked else None

    @property
    def many(self) -> bool:
        """Whether more than one is made."""
        return self._times.value.strip() not in ("", "0", "1")

    @property
    def amount(self) -> int:
        """How many are made. Raises `ValueError` with a sentence."""
        return whole_number(self._times.value, "How many", 1, MOST_TIMES)

    def counter(self, params: Mapping[str, Json]) -> Path | None:
        """The text that gets the number: the one that was chosen, else the first in which ``{n}`` is written."""
        if isinstance(self._editor.value, str):
            return self._texts.get(self._editor.value)
        return next((path for path in self._texts.values() if NUMBER in text_at(params, path)), None)

    def first(self, params: dict[str, Json]) -> dict[str, Json]:
        """The parameters of the task that is made first."""
        return self.ends(params)[0]

    def ends(self, params: dict[str, Json]) -> list[dict[str, Json]]:
        """The parameters of the first and of the last task, where these are others than what is typed."""
        counter = self.counter(params) if self.many else None
        if counter is None:
            return [params]
        try:
            return [counted(params, counter, number) for number in (1, self.amount)]
        except ValueError:
            return [counted(params, counter, 1)]

    def told(self, params: Mapping[str, Json]) -> tuple[Piece, ...]:
        """What will be made, in words, while it is more than one."""
        if not self.many:
            return ()
        try:
            amount = self.amount
        except ValueError as fault:
            return ((f"⚠ {fault}", Tone.WARN),)
        return repetition_told(params, self.counter(params), amount, can_number=bool(self._texts))
