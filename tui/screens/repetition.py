"""How many tasks are made from one form, and which of its texts gets what makes each another: a number, or a line."""

from __future__ import annotations

from collections.abc import Mapping

from textual.widgets import Input, Select

from core.form_values import NUMBER, left_with, lines_of, text_at
from core.forms import Field, Kind, Path, every
from core.masking import is_secret, masked_text
from core.models import Json
from core.repeating import MOST_TIMES, ONCE, Series
from tui.look import Piece, Tone, content
from tui.screens.form import labelled, whole_number
from tui.screens.task_news import dotted, left_told, lines_told, one_told, repetition_told
from tui.widgets.masking import MASK
from tui.widgets.safe_text import head

AMOUNT = "Tasks to make"
FREE_FORMATS = ("", "uri", "uri-reference", "iri")
"""Formats of texts that are still of that format with a number at their end."""
BY_LINES = "\n"
"""Ends the value of a choice by which each task gets a line of the text."""
MOST_CHECKED = 200
"""Lines that are held against the schema here; of the others the TaskManager tells."""


class Repetition:
    """What ``times`` and ``counter`` say of the parameters that are typed. The editors belong to the form; where the
    number goes is asked for, under ``numbered``, only while there is more than one."""

    def __init__(self, times: Input, counter: Select[str]) -> None:
        self._times, self._editor = times, counter
        self.numbered = labelled("Numbered in", counter)
        self.numbered.add_class("wide")
        self.numbered.visible = False
        self._texts: dict[str, Field] = {}
        self._choices: list[str] | None = None
        self._given: object = Select.NULL
        self._is_chosen = False
        self._pasted: Path | None = None

    def offer(self, fields: tuple[Field, ...]) -> None:
        """Let one of the texts among these fields get the number."""
        texts = (each for each in every(fields) if each.kind in (Kind.TEXT, Kind.LINES))
        self._texts = {dotted(each.path): each for each in texts}
        self._choices, self._is_chosen = None, False

    def take_lines(self, path: Path) -> None:
        """Lines were pasted into that text: they are a task each, unless something else is chosen from now on."""
        self._pasted, self._is_chosen = path, False

    def is_chosen_anew(self) -> bool:
        """Whether someone chose another text, or none: from now on it is left where it is."""
        if self._editor.value == self._given:
            return False
        self._given, self._is_chosen = self._editor.value, True
        return True

    def settle(self, params: Mapping[str, Json]) -> None:
        """Unless someone chose, number the text in which ``{n}`` is written, else the likeliest one."""
        self._list(params)
        if not self._is_chosen:
            self._give(self._likely(params))
        lines = self._lines(params)
        if lines:
            self._times.value = str(len(lines))
        elif self._times.disabled and self._by_lines is None:
            self._times.value = "1"  # one line is left
        self._times.disabled = bool(lines)
        self.numbered.visible = self.many or self._by_lines is not None

    @property
    def _by_lines(self) -> str | None:
        """The first choice by which each task would get a line."""
        return next((each for each in self._choices or () if each.endswith(BY_LINES)), None)

    def _list(self, params: Mapping[str, Json]) -> None:
        """Offer each text, and those of several lines once more."""
        texts = {name: text_at(params, each.path) for name, each in self._texts.items()}
        several = {name for name, text in texts.items() if "\n" in text and len(lines_of(text)) > 1}
        choices = [each for name in self._texts for each in (name, *([name + BY_LINES] if name in several else []))]
        if choices == self._choices:
            return
        self._choices = choices
        self._editor.set_options([(content(((shown(each), Tone.PLAIN),)), each) for each in choices])
        self._is_chosen = self._is_chosen and (self._given in choices or self._given == Select.NULL)
        self._give(self._given if self._given in choices else None)

    def _give(self, choice: object) -> None:
        self._given = choice if isinstance(choice, str) else Select.NULL
        self._editor.value = self._given  # type: ignore[assignment]  # one of the choices, or none

    def _likely(self, params: Mapping[str, Json]) -> str | None:
        def rank(field: Field) -> int | None:
            text = text_at(params, field.path)
            if is_hidden(field.path, text):
                return None  # nobody wants another secret in each
            if NUMBER in text:
                return 0
            strict = field.format not in FREE_FORMATS or any(each.startswith("pattern ") for each in field.limits)
            return 1 + 2 * strict + (not field.required) if field.required or text else None

        pasted = dotted(self._pasted) + BY_LINES if self._pasted is not None else ""
        if pasted in (self._choices or ()):
            return pasted
        ranked = [(place, name) for name, field in self._texts.items() if (place := rank(field)) is not None]
        return min(ranked, key=lambda each: each[0])[1] if ranked else None

    @property
    def many(self) -> bool:
        """Whether more than one is made."""
        try:
            return int(self._times.value) > 1
        except ValueError:
            return False

    @property
    def amount(self) -> int:
        """How many are made. Raises `ValueError` with a sentence."""
        return whole_number(self._times.value, AMOUNT, 1, MOST_TIMES)

    def counter(self) -> Path | None:
        """The text that was chosen, or is the likeliest."""
        given = self._given.removesuffix(BY_LINES) if isinstance(self._given, str) else ""
        return self._texts[given].path if given in self._texts else None

    def _lines(self, params: Mapping[str, Json]) -> tuple[str, ...]:
        """What each task gets of a text of several lines; nothing where a number is what tells them apart."""
        counter = self.counter()
        by_lines = isinstance(self._given, str) and self._given.endswith(BY_LINES)
        return lines_of(text_at(params, counter)) if by_lines and counter is not None else ()

    def series(self, params: Mapping[str, Json]) -> Series:
        """The tasks that are made of these parameters. Raises `ValueError` with a sentence."""
        times, counter = self.amount, self.counter()
        if times == 1:
            return ONCE
        paths = [each.path for each in self._texts.values()]
        texts = tuple(each for each in paths if each == counter or not is_hidden(each, text_at(params, each)))
        if lines := self._lines(params):
            return Series(len(lines), texts, None, counter, lines)
        return Series(times, texts, counter)

    def first(self, params: dict[str, Json]) -> dict[str, Json]:
        """The parameters of the task that is made first."""
        try:
            return self.series(params).params(params, 1)
        except ValueError:
            return params

    def checked(self, params: dict[str, Json]) -> list[dict[str, Json]]:
        """The parameters of the first and of the last task, and of each that gets a line."""
        try:
            series = self.series(params)
        except ValueError:
            return [params]
        numbers = range(1, min(series.times, MOST_CHECKED) + 1) if series.lines else sorted({1, series.times})
        return [series.params(params, number) for number in numbers]

    def is_told_apart(self, params: Mapping[str, Json]) -> bool:
        """Whether several are made, and each is another."""
        try:
            series = self.series(params)
        except ValueError:
            return False
        return series.times > 1 and series.params(params, 1) != series.params(params, 2)

    def told(self, params: Mapping[str, Json]) -> tuple[Piece, ...]:
        """What will be made, in words, while it is more than one."""
        try:
            series = self.series(params)
        except ValueError as fault:
            return ((f"⚠ {fault}", Tone.WARN),) if self._times.value.strip() else ()
        if series.times == 1:
            return one_told(shown(self._by_lines)) if self._by_lines is not None else ()
        stays = [dotted(each) for each in left_with(series.params(params, 1), NUMBER)]
        if series.lined is not None:
            said = [veiled(series.lined, each) for each in series.lines]
            known = lines_told(dotted(series.lined), said, text_at(params, series.lined))
        else:
            samples = {
                dotted(each): veiled(each, text)
                for each in sorted(series.texts, key=lambda each: each != series.counter)
                if NUMBER in (text := text_at(params, each)) or each == series.counter
            }
            known = repetition_told(samples, series.times, can_number=bool(self._texts))
        return (*known, *left_told(stays))


def shown(choice: str) -> str:
    """A choice as people read it."""
    name = head(choice.removesuffix(BY_LINES), 60)
    return f"{name}, one line each" if choice.endswith(BY_LINES) else name


def is_hidden(path: Path, text: str) -> bool:
    """Whether that text is a secret, or there is one in it."""
    return any(is_secret(name or "") for name in path) or MASK in text or masked_text(text) != text


def veiled(path: Path, text: str) -> str:
    """The text as it may be told."""
    return MASK if text and any(is_secret(name or "") for name in path) else masked_text(text)
